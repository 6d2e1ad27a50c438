//! `own-borrow-of-new`: an owner that counts a reference which is new already.

use super::{Check, Subject, Violation};
use crate::review::calls;
use crate::review::flow::EventKind;
use crate::review::function::{Expr, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-borrow-of-new",
        severity: Severity::Warning,
        summary: "an owner borrows a new reference, so that it is counted twice",
        explanation: "\
`py::reinterpret_borrow` adds a reference and releases that one later. Made of a new reference, the first one \
is never released. Assigning a raw pointer to an element of a `py::tuple`, `py::list` or `py::dict` borrows as \
well.",
        example: "\
```cpp
return py::reinterpret_borrow<py::object>(PyDict_Items(dict));
```",
        remedy: "\
Take the reference over: `py::reinterpret_steal`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let calls = subject.function.calls();
    let direct = calls.iter().filter(|call| calls::borrows_by_construction(call)).filter_map(|call| {
        let giver = subject.contract_of(call.arguments.first()?.call()?).filter(|giver| giver.returns_new())?;
        let message =
            format!("`{}` counts the new reference from `{}` a second time", calls::owner_name(call), giver.name);
        Some(subject.violation(&CHECK, call.line, message).by(giver.of_result()).help(HELP.to_owned()))
    });
    let held = subject.flow.events.iter().filter(|event| {
        matches!(event.kind, EventKind::Held { lent: Some(_), .. })
            && !subject.flow.is_consumed(event)
            && subject.is_new(event)
    });
    let named = subject.once_per_local(held).map(|event| {
        let line = match event.kind {
            EventKind::Held { lent: Some(line), .. } => line,
            _ => event.since,
        };
        let message = format!(
            "`{}`, a new reference from `{}`, is borrowed by an owner and never released",
            event.local, event.api
        );
        subject.violation(&CHECK, line, message).by_result(subject, &event.api).help(HELP.to_owned())
    });
    direct.chain(named).chain(elements(subject)).collect()
}

const HELP: &str = "take the reference over with `py::reinterpret_steal`";

/// `tuple[i] = new_reference`: the accessor borrows.
fn elements<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Violation> + 's {
    let statements = subject.function.statements();
    let containers: Vec<String> = statements
        .iter()
        .flat_map(|statement| match &statement.kind {
            StatementKind::Declare(variables) => variables
                .iter()
                .filter(|one| subject.contracts.is_owner(&one.kind))
                .map(|one| one.name.clone())
                .collect(),
            _ => Vec::new(),
        })
        .collect();
    let assigned = statements.into_iter().filter_map(move |statement| match &statement.kind {
        StatementKind::Expression(Expr::Assign { operator, left, right }) if operator == "=" => match left.bare() {
            Expr::Index { object, .. }
                if object.name().is_some_and(|name| containers.iter().any(|one| one == name)) =>
            {
                Some((right, left))
            }
            _ => None,
        },
        _ => None,
    });
    assigned.filter_map(|(right, left)| {
        let call = right.call()?;
        let giver = subject.contract_of(call).filter(|giver| giver.returns_new())?;
        let message = format!("`{}` counts the new reference from `{}` a second time", left.text(), giver.name);
        Some(subject.violation(&CHECK, call.line, message).by(giver.of_result()).help(HELP.to_owned()))
    })
}
