//! What the change touches that reviewers ask about, a line each and no score.

use globset::GlobSet;

use super::{Versions, guards};
use crate::change::{Change, What};
use crate::ladder::Rung;
use crate::review::contracts::Failure;
use crate::review::function::{Expr, Function, StatementKind};
use crate::symbols::{Language, SymbolKind};

/// Facts in a fixed order; what does not apply is left out.
pub fn texts(changes: &[Change], files: &[Versions<'_>], core: &GlobSet) -> Vec<String> {
    let facts = [
        size(changes),
        conditional(files),
        unconditional(files),
        entries(files),
        counting(files),
        failing(files),
        locking(files),
        headers(changes),
        central(changes, core),
        tests(changes),
    ];
    facts.into_iter().flatten().collect()
}

fn size(changes: &[Change]) -> Option<String> {
    let cpp = || changes.iter().filter(|change| change.language == Language::Cpp && change.rung == Rung::Semantic);
    let functions = cpp().filter(|change| matches!(change.kind, SymbolKind::Function | SymbolKind::Binding)).count();
    let added = cpp().filter(|change| change.what == What::Added && change.kind == SymbolKind::Function).count();
    let mut paths: Vec<&str> = cpp().map(|change| &*change.path).collect();
    paths.dedup();
    let files = if paths.len() == 1 { "1 file".to_owned() } else { format!("{} files", paths.len()) };
    let functions = if functions == 1 { "1 function".to_owned() } else { format!("{functions} functions") };
    (!paths.is_empty()).then(|| format!("changes what {functions} ({added} new) in {files} do"))
}

/// Functions in which everything new waits for a new condition.
fn conditional(files: &[Versions<'_>]) -> Option<String> {
    const MOST: usize = 3;
    let told = both(files).filter_map(|(before, after)| {
        let mut conditions = guards::new_conditions(before, after)?;
        let more = if conditions.len() > MOST { " or others" } else { "" };
        conditions.truncate(MOST);
        Some(format!("`{}`: {}{more}", after.title, conditions.join(" or ")))
    });
    listed("new code runs only where a new condition holds, in ", told.collect())
}

/// Functions that do something else on every call.
fn unconditional(files: &[Versions<'_>]) -> Option<String> {
    let differ = both(files).filter(|(before, after)| guards::differ(before, after));
    let told = differ.filter(|(before, after)| guards::new_conditions(before, after).is_none());
    listed("changed on paths that old calls take: ", told.map(|(_, after)| format!("`{}`", after.title)).collect())
}

fn both<'v>(files: &'v [Versions<'_>]) -> impl Iterator<Item = (&'v Function, &'v Function)> {
    let pairs = files.iter().flat_map(|file| &file.pairs).filter_map(|(before, after)| Some(((*before)?, *after)));
    pairs.filter(|(before, after)| !before.damaged && !after.damaged)
}

/// Functions that raise, catch or clear errors otherwise.
fn failing(files: &[Versions<'_>]) -> Option<String> {
    let differ = files.iter().flat_map(|file| {
        let errors = |function: &Function| errors(function, file);
        let differ =
            file.pairs.iter().filter(move |(before, after)| before.map(errors).unwrap_or_default() != errors(after));
        differ.map(|(_, after)| format!("`{}`", after.title))
    });
    listed("raises, catches or clears errors otherwise: ", differ.collect())
}

fn errors(function: &Function, file: &Versions<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for statement in function.statements() {
        match &statement.kind {
            StatementKind::Throw(value) => {
                found.push(format!("throw {}", value.as_ref().map(Expr::text).unwrap_or_default()));
            }
            StatementKind::Try { handlers, .. } => {
                found.extend(handlers.iter().map(|one| format!("catch {}", one.caught)));
            }
            _ => {}
        }
        for call in statement.expressions().into_iter().flat_map(Expr::calls) {
            let throws = call
                .full_name()
                .and_then(|name| file.contracts.named(name))
                .is_some_and(|contract| contract.failure == Failure::Throws);
            if throws || call.name().starts_with("PyErr_") {
                found.push(call.name().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Files that the project calls central.
fn central(changes: &[Change], core: &GlobSet) -> Option<String> {
    let inside = changes.iter().filter(|change| change.rung == Rung::Semantic && core.is_match(&*change.path));
    listed("central by the mapping: ", inside.map(|change| format!("`{}`", change.path)).collect())
}

/// Functions that Python calls directly.
fn entries(files: &[Versions<'_>]) -> Option<String> {
    let entries = files.iter().flat_map(|file| {
        let registered = file.pairs.iter().filter(|(_, after)| file.scene.is_registered(after));
        registered.map(|(_, after)| format!("`{}`", after.title))
    });
    listed("Python calls directly: ", entries.collect())
}

/// Functions whose reference counting differs.
fn counting(files: &[Versions<'_>]) -> Option<String> {
    let counts = |function: &Function| {
        let counting = |name: &str| {
            name.contains("CREF")
                || matches!(
                    name,
                    "Py_CLEAR"
                        | "Py_NewRef"
                        | "release"
                        | "reinterpret_steal"
                        | "reinterpret_borrow"
                        | "Py_XSETREF"
                        | "Py_SETREF"
                )
        };
        let mut names: Vec<String> =
            function.calls().iter().map(|call| call.name().to_owned()).filter(|name| counting(name)).collect();
        names.sort();
        names
    };
    let pairs = files.iter().flat_map(|file| &file.pairs);
    let differ = pairs.filter(|(before, after)| before.map(counts).unwrap_or_default() != counts(after));
    listed("counts references otherwise: ", differ.map(|(_, after)| format!("`{}`", after.title)).collect())
}

/// Functions that take or release the GIL or a lock otherwise.
fn locking(files: &[Versions<'_>]) -> Option<String> {
    let guards = |function: &Function| {
        let mut kinds: Vec<String> = Vec::new();
        for statement in function.statements() {
            if let StatementKind::Declare(variables) = &statement.kind {
                let guards = variables.iter().filter(|one| {
                    ["gil_scoped", "lock", "AutoGIL", "AutoNoGIL"].iter().any(|word| one.kind.contains(word))
                });
                kinds.extend(guards.map(|one| one.kind.clone()));
            }
        }
        kinds
    };
    let pairs = files.iter().flat_map(|file| &file.pairs);
    let differ = pairs.filter(|(before, after)| before.map(guards).unwrap_or_default() != guards(after));
    listed("takes locks or the GIL otherwise: ", differ.map(|(_, after)| format!("`{}`", after.title)).collect())
}

fn headers(changes: &[Change]) -> Option<String> {
    let is_header = |path: &str| [".h", ".hpp", ".cuh", ".inl"].iter().any(|end| path.ends_with(end));
    let deep = changes.iter().filter(|change| change.rung == Rung::Semantic && is_header(&change.path));
    let mut paths: Vec<String> = deep.map(|change| format!("`{}`", change.path)).collect();
    paths.dedup();
    listed("headers change: ", paths)
}

fn tests(changes: &[Change]) -> Option<String> {
    let is_test = |path: &str| {
        let named = |part: &str| matches!(part, "test" | "tests") || part.starts_with("test_");
        path.split('/').any(|part| named(part) || part.ends_with("_test.py") || part.ends_with("_test.cpp"))
    };
    let semantic = || changes.iter().filter(|change| change.rung == Rung::Semantic);
    if !semantic().any(|change| change.language == Language::Cpp) {
        return None;
    }
    let touched: Vec<String> =
        semantic().filter(|change| is_test(&change.path)).map(|change| format!("`{}`", change.path)).collect();
    if touched.is_empty() { Some("no test changes".to_owned()) } else { listed("tests change: ", touched) }
}

fn listed(title: &str, mut names: Vec<String>) -> Option<String> {
    const MOST: usize = 4;
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("{title}{}{more}", names.join(", ")))
}
