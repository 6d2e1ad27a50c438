//! `err-tristate`: a result of 1, 0 or -1 used as a truth value.

use super::{Check, Subject, Violation};
use crate::review::contracts::Failure;
use crate::review::function::{Call, Expr, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-tristate",
        severity: Severity::Warning,
        summary: "a result that may be -1 is used as a truth value",
        explanation: "\
The function gives 1, 0, or -1 with an exception set. As a truth value -1 counts as true: the code takes the \
wrong branch, and the exception stays set until something unrelated trips over it.

A comparison with `< 0`, `== -1` or `== 1` is no truth value. `PyObject_IsTrue` of what was tested with \
`PyBool_Check` cannot fail.",
        example: "\
```cpp
if (PyObject_IsInstance(object, type)) { … }
```",
        remedy: "\
Keep the result in an `int`, handle -1, then compare with 1.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for statement in subject.function.statements() {
        match &statement.kind {
            StatementKind::If { condition, .. } | StatementKind::Loop { condition: Some(condition), .. } => {
                truth(subject, condition, &mut found);
            }
            StatementKind::Return(Some(value)) if is_bool(&subject.function.returns) => {
                truth(subject, value, &mut found);
            }
            StatementKind::Declare(variables) => {
                for variable in variables.iter().filter(|variable| is_bool(&variable.kind)) {
                    variable.value.iter().for_each(|value| truth(subject, value, &mut found));
                }
            }
            _ => {}
        }
        statement.expressions().into_iter().for_each(|expression| inside(subject, expression, &mut found));
    }
    found.sort_by(|one, two| (one.line, &one.message).cmp(&(two.line, &two.message)));
    found.dedup_by(|one, two| one.line == two.line && one.message == two.message);
    found
}

fn is_bool(kind: &str) -> bool {
    kind.trim_start_matches("const ").trim_start_matches("static ").trim() == "bool"
}

/// The expression is a truth value.
fn truth(subject: &Subject<'_>, expression: &Expr, found: &mut Vec<Violation>) {
    match expression {
        Expr::Call(call) => found.extend(told(subject, call)),
        Expr::Unary { operator, operand } if operator == "!" => truth(subject, operand, found),
        Expr::Binary { operator, left, right } if operator == "&&" || operator == "||" => {
            truth(subject, left, found);
            truth(subject, right, found);
        }
        Expr::Cast { to, value } if is_bool(to) => truth(subject, value, found),
        _ => {}
    }
}

/// Operators that make truth values of their operands, wherever they stand.
fn inside(subject: &Subject<'_>, expression: &Expr, found: &mut Vec<Violation>) {
    for part in expression.parts() {
        match part {
            Expr::Unary { operator, .. } if operator == "!" => truth(subject, part, found),
            Expr::Binary { operator, .. } if operator == "&&" || operator == "||" => truth(subject, part, found),
            Expr::Choose { condition, .. } => truth(subject, condition, found),
            Expr::Cast { to, .. } if is_bool(to) => truth(subject, part, found),
            _ => {}
        }
    }
}

fn told(subject: &Subject<'_>, call: &Call) -> Option<Violation> {
    let contract = subject.contract_of(call).filter(|contract| contract.failure == Failure::Tristate)?;
    let name = &contract.name;
    if name == "PyObject_IsTrue"
        && call.arguments.first().is_some_and(|argument| subject.is_checked(argument, "PyBool_Check"))
    {
        return None;
    }
    let message = format!("`{name}` may give -1, which counts as true here");
    let found = subject.violation(&CHECK, call.line, message).by(contract.of_failure());
    Some(found.help("keep the result in an `int` and handle -1 before it is used".to_owned()))
}
