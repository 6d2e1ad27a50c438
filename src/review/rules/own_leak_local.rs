//! `own-leak-local`: a new reference in a raw pointer that nothing releases.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-leak-local",
        severity: Severity::Warning,
        summary: "a new reference is kept in a raw pointer and never released",
        explanation: "\
A call gave a new reference, which this function now owns. It is kept in a raw `PyObject*`, and on no path is \
it released, returned, stored or handed to something that takes it over: the object lives until the process \
ends. Passing it to a function that only looks at it, which most of the API does, does not release it.

Source of the ownership: the contract named in the finding. A local given to a function that nothing is known \
about counts as handed over, so that silence is no proof.",
        example: "\
```cpp
PyObject* name = PyObject_GetAttrString(type, \"__name__\");
return THPUtils_unpackString(name);
```",
        remedy: "\
Keep it in an owner: `THPObjectPtr name(PyObject_GetAttrString(…));` or \
`py::reinterpret_steal<py::object>(…)`; in C, `Py_DECREF` it on every path.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let held = subject.flow.events.iter().filter(|event| match &event.kind {
        EventKind::Held { out, counted, lent, .. } => {
            !out && !counted && lent.is_none() && !subject.flow.is_consumed(event) && subject.is_new(event)
        }
        _ => false,
    });
    subject
        .once_per_local(held)
        .map(|event| {
            let message = format!("`{}` holds a new reference from `{}` that nothing releases", event.local, event.api);
            subject.violation(&CHECK, event.since, message).by_result(subject, &event.api).help(format!(
                "let an owner hold it: `THPObjectPtr {}(…)`, or release it with `Py_DECREF`",
                event.local
            ))
        })
        .collect()
}
