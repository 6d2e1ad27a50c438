//! `err-exception-escapes`: a C++ exception that leaves a function called by C.

use super::{Check, Subject, Violation};
use crate::review::contracts::Failure;
use crate::review::function::{Call, Expr, Statement, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-exception-escapes",
        severity: Severity::Warning,
        summary: "a C++ exception may leave a function that the interpreter calls",
        explanation: "\
The interpreter is written in C: an exception that leaves a method, getter or slot ends the process. The \
function is registered in a table or slot of its file and may throw outside `HANDLE_TH_ERRORS` and outside any \
`try`.",
        example: "\
```cpp
static PyObject* setThreads(PyObject* self, PyObject* arg) {
  at::set_num_threads(THPUtils_unpackInt(arg));
  Py_RETURN_NONE;
}
```",
        remedy: "\
Put the body between `HANDLE_TH_ERRORS` and `END_HANDLE_TH_ERRORS`.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let function = subject.function;
    let handles = GUARDS.iter().any(|guard| function.names(guard));
    let guarded_from = |statements: &[Statement]| throwing(subject, statements);
    if !subject.scene.is_registered(function) {
        return Vec::new();
    }
    let open: &[Statement] = if handles { before_guard(&function.body) } else { &function.body };
    let Some((line, what)) = guarded_from(open) else { return Vec::new() };
    let message = format!("{what} may throw outside `HANDLE_TH_ERRORS`, and the interpreter calls this function");
    let found = subject.violation(&CHECK, line, message);
    // A failed internal assertion ends the process one way or the other.
    let found = if what.contains("ASSERT") { found.at(Severity::Note) } else { found };
    vec![found.help("put the body between `HANDLE_TH_ERRORS` and `END_HANDLE_TH_ERRORS`".to_owned())]
}

const GUARDS: [&str; 4] = ["HANDLE_TH_ERRORS", "END_HANDLE_TH_ERRORS", "END_HANDLE_TH_ERRORS_RET", "TORCH_API_TRY"];

fn before_guard(statements: &[Statement]) -> &[Statement] {
    let is_guard = |statement: &Statement| {
        statement.expressions().iter().any(|one| one.name().is_some_and(|name| name.starts_with("HANDLE_TH_ERRORS")))
    };
    let end = statements.iter().position(is_guard).unwrap_or(0);
    &statements[..end]
}

/// The first thing that throws outside of `try`.
fn throwing(subject: &Subject<'_>, statements: &[Statement]) -> Option<(u32, String)> {
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Try { handlers, .. } => handlers.iter().find_map(|handler| throwing(subject, &handler.body)),
        StatementKind::Throw(_) => Some((statement.line, "`throw`".to_owned())),
        _ => {
            let calls: Vec<&Call> = statement.expressions().into_iter().flat_map(Expr::calls).collect();
            let call = calls.into_iter().find(|call| throws(subject, call));
            let own = call.map(|call| (call.line, format!("`{}`", call.name())));
            own.or_else(|| statement.blocks().into_iter().find_map(|inner| throwing(subject, inner)))
        }
    })
}

fn throws(subject: &Subject<'_>, call: &Call) -> bool {
    let parses = call.name() == "parse" && call.receiver().is_some_and(|receiver| receiver.text().contains("parser"));
    parses || subject.contract_of(call).is_some_and(|contract| contract.failure == Failure::Throws)
}
