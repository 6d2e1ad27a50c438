//! `own-uaf-derived`: a pointer into an object that was released.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-uaf-derived",
        severity: Severity::Warning,
        summary: "a pointer into an object is used after the object was released",
        explanation: "\
`PyUnicode_AsUTF8`, `PyBytes_AS_STRING` and their kin point into the object. The object was released before \
the pointer was used.",
        example: "\
```cpp
const char* text = PyUnicode_AsUTF8(message);
Py_DECREF(message);
return std::string(text);
```",
        remedy: "\
Copy the text before the release, or release later.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let used = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::Dangling { owner } => Some((event, owner)),
        _ => None,
    });
    used.map(|(event, owner)| {
        let message = format!("`{}` points into `{owner}`, which was released before", event.local);
        subject
            .violation(&CHECK, event.line, message)
            .help(format!("release `{owner}` after the last use of `{}`", event.local))
    })
    .collect()
}
