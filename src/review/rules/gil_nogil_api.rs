//! `gil-nogil-api`: the Python API used while the GIL is released.

use super::{Check, Subject, Violation};
use crate::review::function::{Call, Expr, Statement, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "gil-nogil-api",
        severity: Severity::Warning,
        summary: "the Python API is used while the GIL is released",
        explanation: "\
Between `gil_scoped_release` (or `Py_BEGIN_ALLOW_THREADS`) and its end another thread may run Python. Touching \
any object there is a data race that corrupts reference counts. A lambda bound with \
`py::call_guard<py::gil_scoped_release>()` runs without the GIL as a whole.",
        example: "\
```cpp
pybind11::gil_scoped_release no_gil;
result = PyObject_CallNoArgs(callback);
```",
        remedy: "\
Take the GIL for that part: `pybind11::gil_scoped_acquire gil;`, or move the call out of the scope.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    block(subject, &subject.function.body, subject.function.without_gil, &mut found);
    found.truncate(1);
    found
}

fn block(subject: &Subject<'_>, statements: &[Statement], mut free: bool, found: &mut Vec<Violation>) {
    for statement in statements {
        free = match change(statement) {
            Some(now) => now,
            None => free,
        };
        if free {
            let calls = statement.expressions().into_iter().flat_map(Expr::calls);
            found.extend(calls.filter_map(|call| told(subject, call)));
        }
        if ends(statement) {
            break;
        }
        // What a block releases or takes ends with it.
        statement.blocks().into_iter().for_each(|inner| block(subject, inner, free, found));
    }
}

/// Whether the statement releases the GIL (true) or takes it (false).
fn change(statement: &Statement) -> Option<bool> {
    let kind = match &statement.kind {
        StatementKind::Declare(variables) => variables.first().map(|variable| variable.kind.clone()),
        StatementKind::Expression(Expr::Name(name)) => Some(name.clone()),
        StatementKind::Expression(Expr::Call(call)) => Some(call.name().to_owned()),
        _ => None,
    }?;
    let last = kind.rsplit("::").next().unwrap_or(&kind);
    match last {
        "gil_scoped_release" | "AutoNoGIL" | "Py_BEGIN_ALLOW_THREADS" | "PyEval_SaveThread" => Some(true),
        "gil_scoped_acquire"
        | "AutoGIL"
        | "Py_END_ALLOW_THREADS"
        | "PyEval_RestoreThread"
        | "PyGILState_Ensure"
        | "gil_scoped_acquire_simple" => Some(false),
        _ => None,
    }
}

/// What follows is never reached: `TORCH_CHECK(false, …)`.
fn ends(statement: &Statement) -> bool {
    let call = match &statement.kind {
        StatementKind::Expression(Expr::Call(call)) => call,
        StatementKind::Return(_) | StatementKind::Throw(_) => return true,
        _ => return false,
    };
    call.name().contains("CHECK") && call.arguments.first().is_some_and(|first| first.text() == "false")
}

fn told(subject: &Subject<'_>, call: &Call) -> Option<Violation> {
    let message = format!("`{}` is called while the GIL is released", call.name());
    let found = || subject.violation(&CHECK, call.line, message);
    subject
        .touches_python(call)
        .then(|| found().help("take the GIL first: `pybind11::gil_scoped_acquire gil;`".to_owned()))
}
