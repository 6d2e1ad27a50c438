//! `err-abort`: a Python error that ends the process.

use super::{Check, Subject, Violation};
use crate::review::contracts::Contract;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-abort",
        severity: Severity::Note,
        summary: "a Python error is printed or ends the process where it could be passed on",
        explanation: "\
`PyErr_Print`, `abort` and `Py_FatalError` take the error from the caller, who might have handled it. \
`PyErr_Print` also ends the process on `SystemExit`.",
        example: "\
```cpp
if (result == NULL) {
  PyErr_Print();
  abort();
}
```",
        remedy: "\
Return NULL, or throw `python_error`, and let the caller decide.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    let object = function.returns.contains('*') || function.returns == "int" || function.returns == "bool";
    if !object || function.symbol.contains('~') {
        return Vec::new();
    }
    let calls = function.calls();
    let uses_python = calls.iter().any(|call| subject.contract_of(call).is_some_and(Contract::may_be_null));
    let ends = calls
        .into_iter()
        .filter(|call| matches!(call.name(), "PyErr_Print" | "PyErr_PrintEx" | "abort" | "Py_FatalError"));
    ends.take(1)
        .filter(|_| uses_python)
        .map(|call| {
            let message = format!("`{}` ends what the caller could have handled", call.name());
            subject
                .violation(&CHECK, call.line, message)
                .help("pass the error on: return NULL, or throw `python_error`".to_owned())
        })
        .collect()
}
