//! `gil-exception`: a Python exception destroyed without the GIL.

use super::{Check, Subject, Violation};
use crate::review::function::{Function, Handler, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "gil-exception",
        severity: Severity::Note,
        summary: "a Python exception may be caught and destroyed without the GIL",
        explanation: "\
`py::error_already_set` holds Python objects and is a `std::exception`. A handler for `std::exception` in code \
that runs without the GIL destroys them there. The file deals with the GIL or with such exceptions elsewhere, \
and this function has no handler for it.",
        example: "\
```cpp
try {
  callback();
} catch (const std::exception& e) {
  future->setError(e.what());
}
```",
        remedy: "\
Catch `py::error_already_set` first, take the GIL in its handler, and `e.restore(); PyErr_Clear();`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let text = subject.file.text();
    let near_python = [&b"gil_scoped_release"[..], b"error_already_set", b"AutoGIL"]
        .iter()
        .any(|word| memchr::memmem::find(text, word).is_some());
    let function = subject.function;
    // Code that others run later, in a file that works with Python objects.
    let kept = function.is_lambda
        && function
            .handed_to
            .as_deref()
            .is_some_and(|taker| taker.to_lowercase().contains("callback") || taker == "then")
        && memchr::memmem::find(text, b"py::").is_some();
    let handled = || subject.before.iter().any(|before| handlers(before).any(catches_python));
    if !near_python && !kept && !handled() {
        return Vec::new();
    }
    let caught = function.statements().into_iter().filter_map(|statement| match &statement.kind {
        StatementKind::Try { handlers, .. } => {
            let standard = handlers.iter().any(|handler| handler.caught.contains("std::exception"));
            (standard && !handlers.iter().any(catches_python)).then_some(statement.line)
        }
        _ => None,
    });
    caught
        .map(|line| {
            let message = "`std::exception` is caught where a Python exception may come, and destroyed without the GIL"
                .to_owned();
            subject
                .violation(&CHECK, line, message)
                .help("catch `py::error_already_set` first, and take the GIL in its handler".to_owned())
        })
        .collect()
}

fn handlers(function: &Function) -> impl Iterator<Item = &Handler> {
    function.statements().into_iter().flat_map(|statement| match &statement.kind {
        StatementKind::Try { handlers, .. } => handlers.as_slice(),
        _ => &[],
    })
}

fn catches_python(handler: &Handler) -> bool {
    handler.caught.contains("error_already_set") || handler.caught.contains("python_error")
}
