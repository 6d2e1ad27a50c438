//! `own-addobject-errpath`: `PyModule_AddObject` that fails and leaves the reference.

use super::{Check, Subject, Violation};
use crate::review::function::StatementKind;
use crate::rules::{Rule, Severity};

pub static CHECK: Check = Check {
    rule: Rule {
        id: "own-addobject-errpath",
        severity: Severity::Note,
        summary: "when `PyModule_AddObject` fails, the reference it was given is lost",
        explanation: "\
`PyModule_AddObject` takes over the reference only when it succeeds. The branch for its failure leaves without \
releasing it. This runs while a module is imported, so that it hardly matters.",
        example: "\
```cpp
Py_INCREF(&Type);
if (PyModule_AddObject(module, \"Type\", (PyObject*)&Type) < 0) return nullptr;
```",
        remedy: "\
Use `PyModule_AddObjectRef`, which takes nothing over, or release the reference in the branch.",
    },
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Violation> {
    let statements = subject.function.statements();
    let tested = statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::If { condition, then, .. } => Some((condition, then)),
        _ => None,
    });
    tested
        .filter_map(|(condition, then)| {
            let calls = condition.calls();
            let call = calls.into_iter().find(|call| matches!(call.name(), "PyModule_AddObject"))?;
            let given = call.arguments.get(2)?;
            let releases = then.iter().flat_map(|statement| statement.expressions()).flat_map(|one| one.calls());
            let released = releases.into_iter().any(|one| one.name().contains("DECREF"));
            let message = format!("`{}` is lost when `PyModule_AddObject` fails", given.text());
            let contract = subject.contract_named("PyModule_AddObject")?.of_arguments();
            let found = subject.violation(&CHECK, call.line, message).by(contract);
            (!released).then(|| found.help("use `PyModule_AddObjectRef`, or release it in the branch".to_owned()))
        })
        .collect()
}
