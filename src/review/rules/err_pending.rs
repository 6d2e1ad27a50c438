//! `err-pending`: an exception that stays set.

use super::{Check, Subject, Violation};
use crate::review::flow::EventKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-pending",
        severity: Severity::Warning,
        summary: "a failure is tolerated and its exception stays set",
        explanation: "\
The code tests the result for NULL and goes on where it is, without clearing, fetching or passing on the \
exception that came with it. The next call that looks at `PyErr_Occurred()` fails for a reason that has \
nothing to do with it.",
        example: "\
```cpp
THPObjectPtr name(PyObject_GetAttrString(hook, \"__name__\"));
if (name) return THPUtils_unpackString(name.get());
return \"<unknown>\";
```",
        remedy: "\
`PyErr_Clear()` where the failure is expected, better only after `PyErr_ExceptionMatches`; else pass it on.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let pending = subject.flow.events.iter().filter(|event| event.kind == EventKind::Pending);
    subject
        .once_per_local(pending)
        .map(|event| {
            let message = format!("when `{}` is null, the exception of `{}` stays set", event.local, event.api);
            let found = subject.violation(&CHECK, event.since, message).by_failure(subject, &event.api);
            found.help("clear it with `PyErr_Clear()`, or pass it on".to_owned())
        })
        .collect()
}
