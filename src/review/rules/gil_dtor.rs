//! `gil-dtor`: a destructor that releases references without the GIL.

use super::{Check, Subject, Violation};
use crate::corpus::last_name;
use crate::review::calls::takes_gil;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "gil-dtor",
        severity: Severity::Note,
        summary: "a destructor releases Python references without taking the GIL",
        explanation: "\
Nobody knows which thread destroys a C++ object, or whether the interpreter still lives then. The destructor \
releases references and does not take the GIL.",
        example: "\
```cpp
~PyHook() { Py_DECREF(hook_); }
```",
        remedy: "\
Take the GIL in the destructor (`pybind11::gil_scoped_acquire`), and leave the reference alone when \
`!Py_IsInitialized()`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    if !last_name(&function.symbol).starts_with('~') || function.is_lambda {
        return Vec::new();
    }
    let asks = |name: &str| matches!(name, "PyGILState_Check" | "Py_IsInitialized");
    let calls = function.calls();
    if takes_gil(function) > 0 || calls.iter().any(|call| asks(call.name())) {
        return Vec::new();
    }
    let released =
        calls.into_iter().find(|call| matches!(call.name(), "Py_DECREF" | "Py_XDECREF" | "Py_CLEAR" | "dec_ref"));
    released
        .map(|call| {
            let message = format!("the destructor calls `{}` without taking the GIL", call.name());
            subject
                .violation(&CHECK, call.line, message)
                .help("take the GIL first: `pybind11::gil_scoped_acquire gil;`".to_owned())
        })
        .into_iter()
        .collect()
}
