//! What the change touches that reviewers ask about, a line each and no score.

use super::Versions;
use crate::change::{Change, What};
use crate::ladder::Rung;
use crate::review::function::Function;
use crate::symbols::{Language, SymbolKind};

/// Facts in a fixed order; what does not apply is left out.
pub fn texts(changes: &[Change], files: &[Versions<'_>]) -> Vec<String> {
    let facts = [size(changes), entries(files), counting(files), guarded(files), headers(changes), tests(changes)];
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
fn guarded(files: &[Versions<'_>]) -> Option<String> {
    let guards = |function: &Function| {
        let mut kinds: Vec<String> = Vec::new();
        for statement in function.statements() {
            if let crate::review::function::StatementKind::Declare(variables) = &statement.kind {
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
    let is_test =
        |path: &str| path.split('/').any(|part| part == "test" || part == "tests" || part.starts_with("test_"));
    let touched = changes.iter().any(|change| is_test(&change.path));
    let semantic = changes.iter().any(|change| change.language == Language::Cpp && change.rung == Rung::Semantic);
    (semantic && !touched).then(|| "no C++ or Python file of a test changes".to_owned())
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
