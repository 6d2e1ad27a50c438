//! `own-steal-of-borrowed`: an owner that takes over a reference nobody gave it.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-steal-of-borrowed",
        severity: Severity::Warning,
        summary: "an owner takes over a borrowed reference",
        explanation: "\
`THPObjectPtr`, `py::reinterpret_steal` and their kin release what they hold. Made of a borrowed reference, or \
of the pointer inside another owner that still holds it, the object is released once too often: a use after \
free, often much later.",
        example: "\
```cpp
THPObjectPtr parent(PyDict_GetItemString(metadata, \"parent\"));
```",
        remedy: "\
Count the reference first (`Py_INCREF`, `Py_NewRef`, `py::reinterpret_borrow`), or keep a raw pointer. From an \
owner, `release()`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let given = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::GivenAway { to } if subject.is_owner_name(to) => Some((event, to)),
        _ => None,
    });
    given
        .filter(|(event, _)| subject.is_told_borrowed(event))
        .map(|(event, to)| {
            let whose = subject.whose(event);
            let message = format!("`{to}` takes over `{}`, {whose}", event.local);
            subject
                .violation(&CHECK, event.line, message)
                .by_result(subject, &event.api)
                .help("count the reference first, with `Py_NewRef` or `py::reinterpret_borrow`".to_owned())
        })
        .collect()
}
