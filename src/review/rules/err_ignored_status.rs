//! `err-ignored-status`: a status that nobody looks at.

use super::{Check, Subject, Violation};
use crate::review::calls;
use crate::review::contracts::{Contract, Failure};
use crate::review::function::{Call, Expr, Statement, StatementKind};
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "err-ignored-status",
        severity: Severity::Warning,
        summary: "the status of a call that may fail is ignored",
        explanation: "\
The function tells a failure by its result and sets an exception. Nobody looks at the result, so that the code \
goes on with the exception set; a warning that was turned into an error is lost.

While a module is imported (functions called `init…`) it is a note. Status that `PyErr_Occurred()` asks for in \
the next statement, and a result cast to `void`, count as looked at.",
        example: "\
```cpp
PyErr_WarnEx(PyExc_UserWarning, \"deprecated\", 1);
```",
        remedy: "\
`if (PyErr_WarnEx(…) != 0) throw python_error();`",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    block(subject, &subject.function.body, &mut found);
    found
}

fn block(subject: &Subject<'_>, statements: &[Statement], found: &mut Vec<Violation>) {
    for (at, statement) in statements.iter().enumerate() {
        if let StatementKind::Expression(Expr::Call(call)) = &statement.kind
            && let Some(contract) = subject.contract_of(call).filter(|contract| matters(contract, call))
            && !asked(&statements[at + 1..])
        {
            let message = format!("the status of `{}` is ignored", contract.name);
            let violation = subject.violation(&CHECK, call.line, message).by(contract.of_failure());
            let violation = violation.help(format!("`if ({}(…) != 0) throw python_error();`", contract.name));
            let importing =
                contract.name.starts_with("PyModule_") || subject.function.symbol.to_lowercase().contains("init");
            found.push(if importing { violation.at(Severity::Note) } else { violation });
        }
        statement.blocks().into_iter().for_each(|inner| block(subject, inner, found));
    }
}

fn matters(contract: &Contract, call: &Call) -> bool {
    let tells = matches!(contract.failure, Failure::MinusSets | Failure::ZeroSets)
        || contract.failure == Failure::Tristate && !calls::has_out(contract);
    // What is stolen even on failure is set in bounds that the code has just chosen.
    let quiet = matches!(
        contract.name.as_str(),
        "PyTuple_SetItem" | "PyList_SetItem" | "PyTuple_SET_ITEM" | "PyErr_BadArgument"
    );
    tells && !quiet && contract.name.starts_with("Py") && !call.name().starts_with("PyGC")
}

/// The next statement asks whether something went wrong.
fn asked(rest: &[Statement]) -> bool {
    let Some(next) = rest.first() else { return false };
    next.expressions()
        .into_iter()
        .flat_map(Expr::calls)
        .any(|call| matches!(call.name(), "PyErr_Occurred" | "PyErr_Clear" | "PyErr_WriteUnraisable" | "PyErr_Print"))
}
