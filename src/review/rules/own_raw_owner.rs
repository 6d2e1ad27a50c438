//! `own-raw-owner`: a raw pointer released by hand where the file has an owner for it.

use super::{Check, Subject, Violation};
use crate::review::function::{Call, Expr, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-raw-owner",
        severity: Severity::Note,
        summary: "a new reference is kept in a raw pointer and released by hand, where the file uses owners",
        explanation: "\
The function keeps a new reference in a raw `PyObject*` and releases it itself. Other code of the file lets an owner do \
that (`THPObjectPtr`, `py::object`), which holds on every path, with exceptions too. Nothing is wrong yet: this is a note \
about the next edit.",
        example: "\
```cpp
PyObject* name = PyObject_GetAttrString(type, \"__name__\");
…
Py_DECREF(name);
```",
        remedy: "`THPObjectPtr name(PyObject_GetAttrString(type, \"__name__\"));`, and drop the `Py_DECREF`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let Some(owner) = subject.scene.owner().filter(|_| !subject.file.path.ends_with(".c")) else { return Vec::new() };
    let function = subject.function;
    let released: Vec<&str> = function.calls().into_iter().filter(|call| releases(call)).filter_map(target).collect();
    let mut found = Vec::new();
    for statement in function.statements() {
        let StatementKind::Declare(variables) = &statement.kind else { continue };
        for variable in variables.iter().filter(|one| one.kind.ends_with('*') && !one.lasting) {
            let Some(call) = variable.value.as_ref().and_then(Expr::call) else { continue };
            let new = subject.contract_of(call).filter(|contract| contract.returns_new());
            let Some(contract) = new.filter(|_| released.contains(&variable.name.as_str())) else { continue };
            let (name, api) = (&variable.name, &contract.name);
            let message =
                format!("`{name}` holds the new reference of `{api}` in a raw pointer and is released by hand");
            let help = format!("the file has an owner for it: `{owner} {name}(…);`");
            found.push(subject.violation(&CHECK, statement.line, message).by(contract.of_result()).help(help));
        }
    }
    found
}

fn releases(call: &Call) -> bool {
    matches!(call.name(), "Py_DECREF" | "Py_XDECREF" | "Py_CLEAR")
}

fn target(call: &Call) -> Option<&str> {
    call.arguments.first().and_then(Expr::name)
}
