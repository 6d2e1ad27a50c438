//! `own-store-borrowed`: a borrowed reference stored where it outlives the call.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::review::function::Expr;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-store-borrowed",
        severity: Severity::Note,
        summary: "a borrowed reference is stored in an object without being counted",
        explanation: "\
A field of a Python object is given a reference that somebody else owns. Unless the field is documented not to \
own, the object will release it once too often, or use it after it is gone.",
        example: "\
```cpp
self->data = PyTuple_GET_ITEM(state, 0);
```",
        remedy: "\
Count it: `self->data = Py_NewRef(…)`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let first = subject.function.parameters.first().map(|first| format!("{}.", first.name));
    let counted: Vec<String> = subject
        .function
        .calls()
        .iter()
        .filter(|call| call.name().ends_with("INCREF"))
        .filter_map(|call| call.arguments.first())
        .map(Expr::text)
        .collect();
    let stored = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::Stored { place } => Some((event, place)),
        _ => None,
    });
    stored
        .filter(|(_, place)| {
            first.as_deref().is_some_and(|first| place.starts_with(first)) && subject.scene.is_entry(subject.function)
        })
        .filter(|(event, place)| !counted.contains(place) && !counted.contains(&event.local))
        .map(|(event, place)| {
            let what =
                if event.local.is_empty() { "a borrowed reference".to_owned() } else { format!("`{}`", event.local) };
            let message = format!("`{place}` is given {what} without counting it");
            subject
                .violation(&CHECK, event.line, message)
                .by_result(subject, &event.api)
                .help("store `Py_NewRef(…)` of it".to_owned())
        })
        .collect()
}
