//! `null-memory`: a result that is NULL only without memory.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "null-memory",
        severity: Severity::Note,
        summary: "a result that is NULL only when there is no memory is used before it is tested",
        explanation: "\
The call fails only when there is no memory left. It counts for completeness.",
        example: "\
```cpp
PyObject* tuple = PyTuple_New(2);
PyTuple_SET_ITEM(tuple, 0, first);
```",
        remedy: "\
`if (!tuple) throw python_error();`",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let used = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::NullUsed { by, memory: true } => Some((event, by)),
        _ => None,
    });
    used.map(|(event, by)| {
        let by = if by.contains('`') { by.clone() } else { format!("`{by}`") };
        let message = format!(
            "`{}` from `{}` is null when there is no memory, and {by} uses it before a test",
            event.local, event.api
        );
        let found = subject.violation(&CHECK, event.line, message).by_failure(subject, &event.api);
        found.help(format!("`if (!{}) …` first", event.local))
    })
    .collect()
}
