//! `own-leak-outparam`: a strong reference that came through an argument and is not released.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-leak-outparam",
        severity: Severity::Warning,
        summary: "a strong reference that came through an argument is never released",
        explanation: "\
Some functions give a new reference through a pointer argument: `PyDict_GetItemRef`, `PyWeakref_GetRef`, \
`PyObject_GetOptionalAttr` and their kin, NumPy's converters. They replace older ones that gave borrowed \
references, so that code ported from those leaks.

Source: the C API documentation; `refcounts.dat` does not list these arguments.",
        example: "\
```cpp
PyObject* value = nullptr;
if (PyDict_GetItemStringRef(dict, \"shape\", &value) < 0) throw python_error();
use(PySequence_Length(value));
```",
        remedy: "\
Hand the pointer to an owner right after the call, or release it on every path.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let held = subject.flow.events.iter().filter(|event| {
        matches!(event.kind, EventKind::Held { out: true, lent: None, .. }) && !subject.flow.is_consumed(event)
    });
    subject
        .once_per_local(held)
        .map(|event| {
            let message =
                format!("`{}` got a strong reference through `{}` that nothing releases", event.local, event.api);
            subject
                .violation(&CHECK, event.since, message)
                .by_result(subject, &event.api)
                .help(format!("hand it to an owner after the call: `THPObjectPtr owned({});`", event.local))
        })
        .collect()
}
