//! The interpreter lock: who holds it says who may touch references, not what is computed.

use crate::symbols::Term;

/// Takes out the guards of the lock, with the blocks that were there for a guard alone.
pub fn forget(term: &mut Term) {
    term.rewrite(&mut unlock);
    term.rewrite(&mut |block| {
        if block.kind == UNLOCKED {
            block.kind = "compound_statement";
        }
    });
}

/// A block that has lost its guard, until the block around it takes the statements over.
const UNLOCKED: &str = "unlocked";

fn unlock(term: &mut Term) {
    match term.kind {
        "compound_statement" => {
            let mut guarded = false;
            let mut statements = Vec::with_capacity(term.children.len());
            for statement in term.children.drain(..) {
                if is_guard(&statement) {
                    guarded = true;
                } else if statement.kind == UNLOCKED && statement.field.is_none() {
                    statements.extend(statement.children);
                } else {
                    statements.push(statement);
                }
            }
            term.children = statements;
            if guarded {
                term.kind = UNLOCKED;
            }
        }
        "argument_list" => term.children.retain(|argument| !is_call_guard(argument)),
        _ => {}
    }
}

/// `py::gil_scoped_release no_gil;`, `Py_BEGIN_ALLOW_THREADS`.
fn is_guard(statement: &Term) -> bool {
    match statement.kind {
        "declaration" => statement.child("type").is_some_and(|kind| names_lock(&kind.code())),
        "expression_statement" => {
            let word = statement.code();
            matches!(word.as_str(), "Py_BEGIN_ALLOW_THREADS" | "Py_END_ALLOW_THREADS")
                || matches!(word.as_str(), "Py_BLOCK_THREADS" | "Py_UNBLOCK_THREADS")
        }
        _ => false,
    }
}

fn names_lock(kind: &str) -> bool {
    let name = kind.rsplit("::").next().unwrap_or("");
    matches!(name, "gil_scoped_acquire" | "gil_scoped_release" | "AutoGIL" | "AutoNoGIL" | "WithGIL" | "NoGIL")
}

/// `py::call_guard<py::gil_scoped_release>()` of a binding.
fn is_call_guard(argument: &Term) -> bool {
    let function = argument.child("function").map_or(String::new(), Term::code);
    let guard = function.split_once('<').filter(|(name, _)| name.ends_with("call_guard"));
    guard.is_some_and(|(_, kinds)| kinds.trim_end_matches('>').split(',').all(|kind| names_lock(kind.trim())))
}
