//! `err-swallowed`: an API that hides errors.

use super::{Check, Subject, Violation};
use crate::review::contracts::Failure;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-swallowed",
        severity: Severity::Note,
        summary: "an API is used that hides errors",
        explanation: "\
`PyDict_GetItem`, `PyDict_GetItemString`, `PyObject_HasAttr` and a few others throw away whatever exception \
happens inside: a broken `__eq__` or `__getattr__`, even `KeyboardInterrupt`, looks like “not there”.

Source: the C API documentation, “errors are silently ignored”.",
        example: "\
```cpp
PyObject* value = PyDict_GetItem(dict, key);
```",
        remedy: "\
`PyDict_GetItemRef`, `PyDict_GetItemWithError`, `PyObject_GetOptionalAttr` tell “not there” from “failed”.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let calls = subject.function.calls();
    let hiding = calls.into_iter().filter_map(|call| Some((call, subject.contract_of(call)?)));
    hiding
        .filter(|(_, contract)| contract.failure == Failure::Swallows && contract.name != "PySys_GetObject")
        .map(|(call, contract)| {
            let message = format!("`{}` hides the errors that happen inside it", contract.name);
            let found = subject.violation(&CHECK, call.line, message).by(contract.of_failure());
            found.help("use the variant that tells “not there” from “failed”".to_owned())
        })
        .collect()
}
