//! `own-borrowed-across-call`: a borrowed item used after code that may have removed it.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-borrowed-across-call",
        severity: Severity::Warning,
        summary: "a borrowed reference from a container is used after Python code may have run",
        explanation: "\
The item belongs to its container. A call in between may run Python code, which may remove the item, so that \
the pointer dangles. For items of `PyDict_Next` in a loop this is a warning; for items that were looked up it \
is a note.

Source for what may run Python: whatever calls a method, an attribute, an operator, `__eq__`, `__hash__` or a \
finaliser.",
        example: "\
```cpp
while (PyDict_Next(hooks, &pos, &key, &hook)) {
  THPObjectPtr result(PyObject_CallFunctionObjArgs(hook, value, nullptr));
  check_result(result.get(), hook);  // the hook may have removed itself
}
```",
        remedy: "\
Count the reference for as long as it is used, or iterate over `PyDict_Values(dict)`, which holds them.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let stale = subject.flow.events.iter().filter_map(|event| match &event.kind {
        EventKind::Stale { after } => Some((event, after)),
        _ => None,
    });
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (event, after) in stale {
        if told.contains(&event.local.as_str()) {
            continue;
        }
        told.push(&event.local);
        let message = format!(
            "`{}`, borrowed from a container by `{}`, is used after `{after}` may have run Python",
            event.local, event.api
        );
        let violation = subject.violation(&CHECK, event.line, message).by_result(subject, &event.api);
        let violation = violation.help(format!("hold it meanwhile: `Py_INCREF({})`", event.local));
        let certain = event.api == "PyDict_Next" && !matches!(after.as_str(), "Py_DECREF" | "Py_XDECREF" | "Py_CLEAR");
        found.push(if certain { violation } else { violation.at(Severity::Note) });
    }
    found
}
