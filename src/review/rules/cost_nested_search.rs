//! `cost-nested-search`: a linear search in a loop, where a map would do one look-up.

use super::{Check, Subject, Violation};
use crate::review::function::{Call, Expr, Statement, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "cost-nested-search",
        severity: Severity::Note,
        summary: "a loop searches a sequence from its start in every turn",
        explanation: "\
The inner search looks at every element until one is equal: for n elements in a sequence of m, n times m steps. A hash map \
or set made in front of the loop takes n plus m. For a handful of elements the search is as fast and simpler, and how many \
there are cannot be seen here, so this is a note.",
        example: "\
```cpp
for (auto& name : names) {
  if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
}
```",
        remedy: "Put what is searched into an `std::unordered_set` or `unordered_map` in front of the loop, or say why it is short.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    block(subject, &subject.function.body, false, &mut found);
    found
}

fn block(subject: &Subject<'_>, statements: &[Statement], looped: bool, found: &mut Vec<Violation>) {
    for statement in statements {
        let is_loop = matches!(statement.kind, StatementKind::Loop { .. });
        if looped {
            let calls = statement.expressions().into_iter().flat_map(Expr::calls);
            found.extend(calls.filter(|call| searches(call)).map(|call| told(subject, call.line, &searched(call))));
            if let StatementKind::Loop { body, .. } = &statement.kind
                && stops_at_equal(body)
            {
                found.push(told(subject, statement.line, "an inner loop"));
            }
        }
        statement.blocks().into_iter().for_each(|inner| block(subject, inner, looped || is_loop, found));
    }
}

/// `std::find(…)` over a whole sequence, or the same of Python.
fn searches(call: &Call) -> bool {
    let whole = call
        .full_name()
        .is_some_and(|name| matches!(name, "std::find" | "std::find_if" | "std::count" | "std::any_of"));
    whole || matches!(call.full_name(), Some("PySequence_Contains" | "PySequence_Index"))
}

fn searched(call: &Call) -> String {
    format!("`{}`", call.full_name().unwrap_or_else(|| call.name()))
}

/// Whether the loop ends at the first element that is equal to something.
fn stops_at_equal(body: &[Statement]) -> bool {
    let mut tests = body.iter().filter_map(|statement| match &statement.kind {
        StatementKind::If { condition, then, otherwise } if otherwise.is_empty() => Some((condition, then)),
        _ => None,
    });
    let stops = |then: &[Statement]| {
        then.last().is_some_and(|last| matches!(last.kind, StatementKind::Break | StatementKind::Return(_)))
    };
    body.len() <= 2 && tests.any(|(condition, then)| compares(condition) && stops(then))
}

fn compares(condition: &Expr) -> bool {
    match condition.bare() {
        Expr::Binary { operator, left, right } => {
            let value = |side: &Expr| !matches!(side.bare(), Expr::Literal(_)) && !side.is_null();
            operator == "==" && value(left) && value(right)
        }
        Expr::Call(call) => matches!(call.name(), "PyObject_RichCompareBool" | "equal" | "isIdenticalTo"),
        _ => false,
    }
}

fn told(subject: &Subject<'_>, line: u32, what: &str) -> Violation {
    let found = subject.violation(&CHECK, line, format!("{what} searches from the start in every turn of the loop"));
    found.help("a hash set or map made in front of the loop finds it in one step".to_owned())
}
