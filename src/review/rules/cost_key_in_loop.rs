//! `cost-key-in-loop`: an attribute or key looked up by its text in every turn of a loop.

use super::{Check, Subject, Violation};
use crate::review::function::{Call, Expr, Statement, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "cost-key-in-loop",
        severity: Severity::Note,
        summary: "an attribute, key or module is looked up by its text in every turn of a loop",
        explanation: "\
`PyObject_GetAttrString` and its kin make a Python string of the text, hash it, look it up and throw it away, each \
time. In a loop that is work per element. Whether the loop is hot cannot be seen here, so this is a note.",
        example: "\
```cpp
for (Py_ssize_t i = 0; i < size; i++) {
  THPObjectPtr name(PyObject_GetAttrString(PyTuple_GET_ITEM(items, i), \"name\"));
}
```",
        remedy: "Intern the text once (`PyUnicode_InternFromString`) and use `PyObject_GetAttr`; look up in front of the loop \
what does not change in it.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    block(subject, &subject.function.body, false, &mut found);
    found
}

fn block(subject: &Subject<'_>, statements: &[Statement], looped: bool, found: &mut Vec<Violation>) {
    for statement in statements {
        let looped_inside = looped || matches!(statement.kind, StatementKind::Loop { .. });
        if looped {
            let calls = statement.expressions().into_iter().flat_map(Expr::calls);
            found.extend(calls.filter_map(|call| told(subject, call)));
        }
        // What leaves the loop is done once.
        if !leaves(statement) {
            statement.blocks().into_iter().for_each(|inner| block(subject, inner, looped_inside, found));
        }
    }
}

fn leaves(statement: &Statement) -> bool {
    let StatementKind::If { then, otherwise, .. } = &statement.kind else { return false };
    let ends = |block: &[Statement]| {
        block.last().is_some_and(|last| {
            matches!(last.kind, StatementKind::Return(_) | StatementKind::Throw(_) | StatementKind::Break)
        })
    };
    ends(then) && otherwise.is_empty()
}

/// Where the text stands among the arguments.
fn key_at(call: &Call) -> Option<usize> {
    match call.name() {
        "PyObject_GetAttrString"
        | "PyObject_HasAttrString"
        | "PyObject_SetAttrString"
        | "PyDict_GetItemString"
        | "PyDict_SetItemString"
        | "PyMapping_GetItemString"
        | "PyMapping_HasKeyString" => Some(1),
        "PyImport_ImportModule" => Some(0),
        "import"
            if matches!(
                call.full_name(),
                Some("py::module::import" | "py::module_::import" | "pybind11::module::import")
            ) =>
        {
            Some(0)
        }
        "attr" if call.receiver().is_some() => Some(0),
        _ => None,
    }
}

fn told(subject: &Subject<'_>, call: &Call) -> Option<Violation> {
    let Expr::Literal(key) = call.arguments.get(key_at(call)?)?.bare() else { return None };
    if !key.contains('"') {
        return None;
    }
    let message = format!("`{}` looks {key} up by its text in every turn of the loop", call.name());
    let found = subject.violation(&CHECK, call.line, message);
    Some(found.help("intern the text once and look up with it, or look up in front of the loop".to_owned()))
}
