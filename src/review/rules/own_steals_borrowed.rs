//! `own-steals-borrowed`: a stealing function that is given a borrowed reference.

use super::{Check, Subject, Violation};
use crate::review::calls;
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-steals-borrowed",
        severity: Severity::Warning,
        summary: "a function that takes over a reference is given a borrowed one",
        explanation: "\
`PyTuple_SET_ITEM`, `PyList_SetItem`, `PyModule_AddObject` and a few others take over the reference they are \
given. Given a borrowed one, `Py_None` included, the object is released once too often. Since CPython 3.12 \
`None`, `True` and `False` are immortal, so that for them it shows with older versions only.

Source: the C API documentation. `refcounts.dat` cannot tell: it lists `PyList_SetItem` as if it did not steal.",
        example: "\
```cpp
PyTuple_SET_ITEM(tuple, i, Py_None);
```",
        remedy: "\
Count the reference before or right after: `PyTuple_SET_ITEM(tuple, i, Py_NewRef(Py_None))`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let given = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::GivenAway { to } if !subject.is_owner_name(to) => Some((event, to)),
        _ => None,
    });
    given
        .filter(|(event, _)| subject.is_told_borrowed(event))
        .filter_map(|(event, to)| {
            let taker = subject
                .contract_named(to)
                .filter(|taker| !taker.steals.is_empty() || calls::is_formatted(&taker.name))?;
            if matches!(to.as_str(), "Py_DECREF" | "Py_XDECREF" | "Py_CLEAR") {
                return None;
            }
            let message = format!("`{to}` takes over `{}`, {}", event.local, subject.whose(event));
            let found = subject.violation(&CHECK, event.line, message).by(taker.of_arguments());
            Some(found.help(format!("count it first: `Py_INCREF({})`", event.local)))
        })
        .collect()
}
