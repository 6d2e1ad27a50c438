//! `own-discarded-new`: a new reference, and its error, that nobody looks at.

use super::{Check, Subject, Violation};
use crate::review::function::{Expr, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-discarded-new",
        severity: Severity::Warning,
        summary: "the result of a call is a new reference that nobody keeps",
        explanation: "\
The statement throws the result away: the object leaks, and when the call failed the exception stays set while \
the code goes on.",
        example: "\
```cpp
PyObject_CallMethod(hook, \"close\", nullptr);
```",
        remedy: "\
Keep the result in an owner and test it: `THPObjectPtr result(…); if (!result) throw python_error();`",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let statements = subject.function.statements();
    let dropped = statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Expression(Expr::Call(call)) => Some(&**call),
        _ => None,
    });
    dropped
        .filter_map(|call| {
            let contract =
                subject.contract_of(call).filter(|contract| contract.returns_new() && contract.name != "Py_NewRef")?;
            let message = format!("the new reference from `{}` is thrown away, and so is its error", contract.name);
            let found = subject.violation(&CHECK, call.line, message).by(contract.of_result());
            Some(found.help("keep the result in an owner and test it".to_owned()))
        })
        .collect()
}
