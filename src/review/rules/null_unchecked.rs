//! `null-unchecked`: a result used before it is tested.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "null-unchecked",
        severity: Severity::Warning,
        summary: "a result that may be NULL is used before it is tested",
        explanation: "\
The call may fail for reasons that users decide, or may have nothing to give, and then gives NULL. Its result \
is dereferenced, or passed to a function that does not bear NULL, before anybody looked.",
        example: "\
```cpp
PyObject* frame = PyEval_GetFrame();
Py_INCREF(frame);
```",
        remedy: "\
Test the result first.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let used = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::NullUsed { by, memory: false } => Some((event, by)),
        _ => None,
    });
    used.map(|(event, by)| {
        let by = if by.contains('`') { by.clone() } else { format!("`{by}`") };
        let message = format!("`{}` from `{}` may be null, and {by} uses it before a test", event.local, event.api);
        let found = subject.violation(&CHECK, event.line, message).by_failure(subject, &event.api);
        found.help(format!("`if (!{}) …` first", event.local))
    })
    .collect()
}
