//! `own-return-borrowed`: a function that Python calls and that returns what it does not own.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-return-borrowed",
        severity: Severity::Warning,
        summary: "a function that Python calls returns a borrowed reference",
        explanation: "\
The interpreter owns what a method, getter or slot returns and will release it. The function returns a \
borrowed reference, a field of its object, an argument or a singleton without counting it, so that the object \
is released once too often.

Only functions that Python calls are judged: those in a method table, a getter table or a slot of the file, \
those between `HANDLE_TH_ERRORS`, and those of their shape. A C++ helper may return what it likes.",
        example: "\
```cpp
PyObject* THPFunction_saved(THPFunction* self, void*) {
  return self->saved;
}
```",
        remedy: "\
`return Py_NewRef(self->saved);`, or `Py_INCREF` before the return.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    if !subject.scene.is_entry(subject.function) || subject.function.symbol.ends_with("_new") {
        return Vec::new();
    }
    let returned = subject.flow.events.iter().filter(|event| event.kind == EventKind::ReturnedBorrowed);
    returned
        .map(|event| {
            let message = format!("returns `{}` without counting the reference", event.local);
            subject
                .violation(&CHECK, event.line, message)
                .by_result(subject, &event.api)
                .help(format!("`return Py_NewRef({});`", event.local))
        })
        .collect()
}
