//! `null-slot-value`: a setter that forgets deletion.

use super::{Check, Subject, Violation};
use crate::corpus::last_name;
use crate::review::calls;
use crate::review::contracts::is_raw_object;
use crate::review::function::{Expr, Function, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "null-slot-value",
        severity: Severity::Note,
        summary: "a setter uses its value without asking whether it is being deleted",
        explanation: "\
Slots and setters that assign are also called to delete: `del x.attribute`, `del x[i]`. The value is NULL then.",
        example: "\
```cpp
int setitem(PyObject* self, PyObject* key, PyObject* value) {
  return store(self, key, PyObject_Str(value));
}
```",
        remedy: "\
Test the value first and set a `TypeError` where deletion makes no sense.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    let Some(value) = value_of(function).filter(|value| !value.is_empty()) else { return Vec::new() };
    let mut tested = false;
    let mut used = None;
    for statement in function.statements() {
        for part in statement.expressions().into_iter().flat_map(Expr::parts) {
            match part {
                Expr::Binary { operator, left, right } if operator == "==" || operator == "!=" => {
                    tested |=
                        left.name() == Some(value) && right.is_null() || right.name() == Some(value) && left.is_null();
                }
                Expr::Unary { operator, operand } if operator == "!" => tested |= operand.name() == Some(value),
                Expr::Binary { operator, left, right } if operator == "&&" || operator == "||" => {
                    tested |= left.name() == Some(value) || right.name() == Some(value);
                }
                Expr::Call(call)
                    if calls::asserts(call.name()) && call.arguments.first().and_then(Expr::name) == Some(value) =>
                {
                    tested = true;
                }
                Expr::Call(call) if call.arguments.iter().any(|argument| argument.name() == Some(value)) => {
                    used = used.or(Some((call.line, call.name())));
                }
                _ => {}
            }
        }
        if let StatementKind::If { condition, .. } = &statement.kind {
            tested |= condition.name() == Some(value);
        }
    }
    let Some((line, by)) = used.filter(|_| !tested) else { return Vec::new() };
    let message = format!("`{value}` is null when Python deletes, and `{by}` gets it untested");
    vec![subject.violation(&CHECK, line, message).help(format!("`if ({value} == nullptr) …` first"))]
}

/// The parameter that is null on deletion: of a setter, or of an assigning slot.
fn value_of(function: &Function) -> Option<&str> {
    if function.returns != "int" || function.is_lambda {
        return None;
    }
    let parameters = &function.parameters;
    let objects = parameters.iter().filter(|parameter| is_raw_object(&parameter.kind)).count();
    let name = last_name(&function.symbol).to_lowercase();
    let slot = ["setitem", "ass_sub", "setattr", "ass_item", "assign"].iter().any(|word| name.contains(word));
    match parameters.as_slice() {
        [_, value, closure] if objects == 2 && closure.kind == "void*" => Some(&value.name),
        [_, _, value] if slot && is_raw_object(&value.kind) => Some(&value.name),
        _ => None,
    }
}
