//! `own-leak-temp`: a new reference that is only an argument of a call.

use super::{Check, Subject, Violation};
use crate::review::calls;
use crate::review::contracts::Contract;
use crate::review::function::Call;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-leak-temp",
        severity: Severity::Warning,
        summary: "a new reference is passed on as an argument and lost",
        explanation: "\
The result of one call is an argument of another that does not take it over. Nobody can release it afterwards, \
because nothing holds it. `Py_BuildValue` and the calling functions take over what the format marks with `N`; \
that is read.",
        example: "\
```cpp
PyObject* text = PyObject_Str(PyObject_Type(object));  // the type leaks
```",
        remedy: "\
Give the inner result a name in an owner, and pass `.get()`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let calls = subject.function.calls();
    calls.iter().flat_map(|outer| lost(subject, outer)).collect()
}

fn lost(subject: &Subject<'_>, outer: &Call) -> Vec<Violation> {
    let taker = subject.contract_of(outer);
    // A test does not own what it is given, whoever wrote it.
    if taker.is_none() && !calls::looks_like_test(outer.name()) {
        return Vec::new();
    }
    let kept = |at: usize| taker.is_none_or(|taker| !calls::takes(outer, taker, at));
    let arguments = outer.arguments.iter().enumerate().filter(|(at, _)| kept(*at));
    arguments
        .filter_map(|(_, argument)| {
            let inner = argument.call()?;
            let giver = subject.contract_of(inner).filter(|giver| giver.returns_new())?;
            let name = outer.name();
            let message =
                format!("the new reference from `{}` is passed to `{name}`, which does not take it over", giver.name);
            let found = subject.violation(&CHECK, inner.line, message);
            let taken = taker.map_or_else(|| format!("`{name}` is named like a test"), Contract::of_arguments);
            let contract = format!("{}; {taken}", giver.of_result());
            Some(found.by(contract).help("keep the inner result in an owner and pass `.get()`".to_owned()))
        })
        .collect()
}
