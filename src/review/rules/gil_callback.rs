//! `gil-callback`: a lambda that is kept for later and uses the Python API without taking the GIL.

use super::{Check, Subject, Violation};
use crate::review::calls::takes_gil;
use crate::review::function::Call;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "gil-callback",
        severity: Severity::Note,
        summary: "a callback uses the Python API and does not take the GIL",
        explanation: "\
The lambda is handed to something that keeps it (`emplace`, `addCallback`, `then`, a thread, a queue), so that it runs \
later, perhaps on a thread that does not hold the GIL. It uses the Python API and does not take the GIL itself. Who runs \
it cannot be seen here, so this is a note.",
        example: "\
```cpp
callbacks.emplace(id, [&](variable_list& grads) {
  PyTuple_SET_ITEM(outputs.get(), 0, THPVariable_Wrap(grads[0]));
});
```",
        remedy: "Take the GIL in the lambda: `pybind11::gil_scoped_acquire gil;`.",
    },
    look,
};

/// What keeps a function for later; memory that others free calls its deleter.
const KEEPERS: [&str; 17] = [
    "from_blob",
    "DataPtr",
    "unique_ptr",
    "jthread",
    "emplace",
    "emplace_back",
    "push_back",
    "then",
    "thread",
    "submit",
    "enqueue",
    "launch",
    "run",
    "queue",
    "async",
    "markCompleted",
    "shared_ptr",
];

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    let keeps = |name: &str| {
        KEEPERS.contains(&name)
            || ["callback", "deleter", "addhook"].iter().any(|word| name.to_lowercase().contains(word))
    };
    if !function.is_lambda || function.binding.is_some() || !function.handed_to.as_deref().is_some_and(keeps) {
        return Vec::new();
    }
    if takes_gil(function) > 0 {
        return Vec::new();
    }
    let calls = function.calls();
    let is_api = |call: &&Call| {
        subject.contract_of(call).is_some_and(|contract| contract.name.starts_with("Py") || contract.returns_new())
    };
    let first = calls.into_iter().find(is_api);
    let told = first.map(|call| {
        let message = format!("the callback calls `{}` without taking the GIL", call.name());
        let found = subject.violation(&CHECK, call.line, message);
        found.help("take the GIL in it: `pybind11::gil_scoped_acquire gil;`".to_owned())
    });
    told.into_iter().collect()
}
