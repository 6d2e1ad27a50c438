//! `own-leak-overwritten`: a reference lost because its pointer is given another value.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-leak-overwritten",
        severity: Severity::Note,
        summary: "a raw pointer that owns a reference is given another value",
        explanation: "\
On some path the pointer owns a new reference, and is assigned another value before that reference was \
released. In a loop this leaks an object each turn.",
        example: "\
```cpp
while (frame != nullptr) {
  frame = PyFrame_GetBack(frame);  // the one before is never released
}
```",
        remedy: "\
Release the old value first: `Py_SETREF(frame, PyFrame_GetBack(frame))` for a frame that is owned, or use an \
owner and assign to it.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let lost = subject.flow.events.iter().filter(|event| event.kind == EventKind::Overwritten);
    subject
        .once_per_local(lost)
        .map(|event| {
            let message = format!("`{}` is assigned while it holds a new reference from `{}`", event.local, event.api);
            subject
                .violation(&CHECK, event.line, message)
                .by_result(subject, &event.api)
                .help("release the old value before the assignment, or let an owner hold it".to_owned())
        })
        .collect()
}
