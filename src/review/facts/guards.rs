//! Where new code runs: under a condition that the change adds, or on every call.

use crate::review::function::{Expr, Function, Statement, StatementKind};

/// The conditions under which everything new in the function runs; none where something old is gone or new code runs
/// on every path.
pub fn new_conditions(before: &Function, after: &Function) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let fits = only_guarded(&before.body, &after.body, &mut found);
    (fits && !found.is_empty()).then_some(found)
}

/// Whether the bodies say something else.
pub fn differ(before: &Function, after: &Function) -> bool {
    before.body.len() != after.body.len()
        || before.body.iter().zip(&after.body).any(|(one, two)| shape(one) != shape(two))
}

/// Whether `new` is `old` with nothing but guarded code added.
fn only_guarded(old: &[Statement], new: &[Statement], found: &mut Vec<String>) -> bool {
    let mut rest = old;
    for statement in new {
        match rest.split_first() {
            Some((first, others)) if shape(first) == shape(statement) => rest = others,
            Some((first, others)) if header(first).is_some() && header(first) == header(statement) => {
                let (was, is) = (first.blocks(), statement.blocks());
                if was.len() != is.len() || !was.iter().zip(&is).all(|(was, is)| only_guarded(was, is, found)) {
                    return false;
                }
                rest = others;
            }
            _ => match guarded(rest, statement, found) {
                Some(left) => rest = left,
                None => return false,
            },
        }
    }
    rest.is_empty()
}

/// What is left of the old statements behind a new statement that runs on a new condition, or does nothing by itself.
fn guarded<'s>(old: &'s [Statement], new: &Statement, found: &mut Vec<String>) -> Option<&'s [Statement]> {
    match &new.kind {
        StatementKind::If { condition, then, otherwise } => {
            let starts = |branch: &[Statement]| {
                branch.len() <= old.len() && branch.iter().zip(old).all(|(one, two)| shape(one) == shape(two))
            };
            if starts(otherwise) {
                found.push(format!("`{}`", condition.text()));
                return Some(&old[otherwise.len()..]);
            }
            if starts(then) {
                found.push(format!("not `{}`", condition.text()));
                return Some(&old[then.len()..]);
            }
            None
        }
        StatementKind::Declare(variables) => {
            let calls = variables.iter().filter_map(|one| one.value.as_ref()).any(|value| !value.calls().is_empty());
            let plain = variables.iter().all(|one| !one.kind.contains("::") && !one.direct);
            (!calls && plain).then_some(old)
        }
        _ => None,
    }
}

/// The kind and the condition of a statement that has others inside.
fn header(statement: &Statement) -> Option<String> {
    let text = |name: &str| {
        let own: Vec<String> = statement.expressions().into_iter().map(Expr::text).collect();
        Some(format!("{name} {}", own.join("; ")))
    };
    match &statement.kind {
        StatementKind::If { .. } => text("if"),
        StatementKind::Loop { .. } => text("loop"),
        StatementKind::Switch { .. } => text("switch"),
        StatementKind::Try { .. } => text("try"),
        StatementKind::Block(_) => text("block"),
        _ => None,
    }
}

/// The statement without its place in the file.
fn shape(statement: &Statement) -> String {
    let own: Vec<String> = statement.expressions().into_iter().map(Expr::text).collect();
    let inner: Vec<String> = statement
        .blocks()
        .into_iter()
        .map(|block| format!("{{{}}}", block.iter().map(shape).collect::<Vec<_>>().join("; ")))
        .collect();
    let kind = match &statement.kind {
        StatementKind::Expression(_) => "",
        StatementKind::Declare(variables) => {
            let declared: Vec<String> = variables.iter().map(|one| format!("{} {}", one.kind, one.name)).collect();
            return format!("{} = {}", declared.join(", "), own.join(", "));
        }
        StatementKind::Return(_) => "return",
        StatementKind::Throw(_) => "throw",
        StatementKind::If { .. } => "if",
        StatementKind::Loop { .. } => "loop",
        StatementKind::Switch { .. } => "switch",
        StatementKind::Try { .. } => "try",
        StatementKind::Block(_) => "block",
        StatementKind::Variants(_) => "#if",
        StatementKind::Break => "break",
        StatementKind::Continue => "continue",
        StatementKind::Jump => "goto",
    };
    format!("{kind} {} {}", own.join("; "), inner.join(" "))
}
