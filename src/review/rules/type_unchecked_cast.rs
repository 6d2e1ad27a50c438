//! `type-unchecked-cast`: an argument taken for another type than it may be.

use super::{Check, Subject, Violation};
use crate::review::function::{Call, Expr};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "type-unchecked-cast",
        severity: Severity::Note,
        summary: "an argument is cast to an extension type without a type check",
        explanation: "\
Python can pass any object. The function casts one to an extension type and reads its fields before any check \
of its type, so that an object of another type is read as garbage.",
        example: "\
```cpp
auto& tensor = ((THPVariable*)arg)->cdata;
```",
        remedy: "\
`THPVariable_Check(arg)` first; or let the argument parser check.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    let skip = usize::from(subject.scene.is_entry(function));
    let mut open: Vec<&str> = function
        .parameters
        .iter()
        .skip(skip)
        .filter(|one| one.kind == "PyObject*" && !matches!(one.name.as_str(), "self" | "_self"))
        .map(|one| one.name.as_str())
        .collect();
    let mut found = Vec::new();
    for statement in function.statements() {
        let expressions = statement.expressions();
        for part in expressions.iter().flat_map(|one| one.parts()) {
            let cast = match part {
                Expr::Cast { to, value } if is_extension(to) => value.name().map(|name| (name, to.as_str())),
                Expr::Call(call) if call.name() == "THPVariable_Unpack" => {
                    call.arguments.first().and_then(Expr::name).map(|name| (name, "THPVariable*"))
                }
                _ => None,
            };
            if let Some((name, to)) = cast.filter(|(name, _)| open.contains(name)) {
                let message = format!("`{name}` is taken for `{to}` without a check of its type");
                found.push(
                    subject
                        .violation(&CHECK, statement.line, message)
                        .help(format!("check its type first, such as `THPVariable_Check({name})`")),
                );
                open.retain(|other| *other != name);
            }
        }
        // Whatever looks at the type, or compares the object, counts as a check.
        let looked: Vec<&str> = expressions
            .iter()
            .flat_map(|one| one.calls())
            .filter(|call| looks(call))
            .flat_map(|call| call.arguments.iter())
            .filter_map(Expr::name)
            .collect();
        open.retain(|name| !looked.contains(name));
    }
    found
}

fn looks(call: &Call) -> bool {
    let name = call.name();
    name.contains("Check")
        || name.contains("check")
        || matches!(name, "Py_TYPE" | "PyObject_IsInstance" | "isinstance" | "PyObject_TypeCheck" | "Py_IS_TYPE")
        || name.starts_with("is")
}

fn is_extension(to: &str) -> bool {
    to.starts_with("THP") && to.ends_with('*') && !to.ends_with("**")
}
