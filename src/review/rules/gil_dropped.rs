//! `gil-dropped`: a function that took the GIL and does no longer.

use super::{Check, Subject, Violation};
use crate::corpus::last_name;
use crate::review::calls::takes_gil;
use crate::review::function::Function;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "gil-dropped",
        severity: Severity::Note,
        summary: "a function that uses the Python API takes the GIL no longer",
        explanation: "\
Before the change the function took the GIL for what it does with Python; now it takes it less often, or not at all, \
and still uses the API. That is right where every caller holds the GIL, which cannot be seen here, so this is a note.",
        example: "\
```cpp
static auto prefixes = py::module::import(\"tracer\").attr(\"prefixes\")();  // was inside gil_scoped_acquire
```",
        remedy: "Take the GIL again, or say in a comment which caller holds it.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    // Destructors have a rule of their own.
    if subject.function.is_lambda || last_name(&subject.function.symbol).starts_with('~') {
        return Vec::new();
    }
    let count = |functions: &[&Function]| functions.iter().map(|one| takes_gil(one)).sum::<usize>();
    let (before, after) = (count(&subject.before), count(&subject.family));
    if after >= before {
        return Vec::new();
    }
    // Where the GIL is still taken in parts, those do not count; callbacks have a rule of their own.
    let kept = |function: &Function| function.is_lambda && function.handed_to.is_some();
    let free = subject.family.iter().filter(|function| takes_gil(function) == 0 && !kept(function));
    let first = free.flat_map(|function| function.calls()).find(|call| subject.touches_python(call));
    let told = first.map(|call| {
        let name = call.full_name().unwrap_or_else(|| call.name());
        let message = format!("the GIL was taken here before the change, and `{name}` is called without taking it now");
        let found = subject.violation(&CHECK, call.line, message);
        found.help("take it (`pybind11::gil_scoped_acquire gil;`), or make sure that every caller holds it".to_owned())
    });
    told.into_iter().collect()
}
