//! `own-leak-errpath`: a new reference that is released on some paths only.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-leak-errpath",
        severity: Severity::Note,
        summary: "a new reference is not released on an early way out",
        explanation: "\
The function releases the reference or hands it on in one place, and leaves in another without doing so. Such \
ways out are mostly taken when something failed, so that the leak is rare.",
        example: "\
```cpp
PyObject* list = PyList_New(n);
for (int i = 0; i < n; ++i) {
  PyObject* item = pack(i);
  if (!item) return nullptr;  // `list` is lost
  PyList_SET_ITEM(list, i, item);
}
return list;
```",
        remedy: "\
Let an owner hold it from the start and `release()` it where it is handed on.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let held = subject.flow.events.iter().filter(|event| {
        matches!(event.kind, EventKind::Held { out: false, counted: false, lent: None, .. })
            && subject.flow.is_consumed(event)
            && subject.is_new(event)
    });
    subject
        .once_per_local(held)
        .map(|event| {
            let message =
                format!("`{}`, a new reference from `{}`, is not released on every way out", event.local, event.api);
            subject
                .violation(&CHECK, event.line, message)
                .by_result(subject, &event.api)
                .help("let an owner hold it, and `release()` it where it is handed on".to_owned())
        })
        .collect()
}
