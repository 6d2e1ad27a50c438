//! `own-extra-incref`: a reference that is counted although it is new.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-extra-incref",
        severity: Severity::Warning,
        summary: "a new reference is counted once more and not released as often",
        explanation: "\
`Py_INCREF` is called on a reference that is new already, and only one of the two is handed on or released.",
        example: "\
```cpp
PyObject* result = PyObject_CallNoArgs(fn);
Py_INCREF(result);
return result;
```",
        remedy: "\
Remove the `Py_INCREF`, or release the reference you do not hand on.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let held = subject
        .flow
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Held { counted: true, lent: None, throws: false, .. }));
    subject
        .once_per_local(held)
        .map(|event| {
            let message =
                format!("`{}` is counted once more, though `{}` gave a new reference", event.local, event.api);
            subject
                .violation(&CHECK, event.since, message)
                .by_result(subject, &event.api)
                .help(format!("remove `Py_INCREF({})`", event.local))
        })
        .collect()
}
