//! Who reaches the changed functions: callers, and what Python reaches them through.

use std::collections::BTreeSet;

use crate::change::{Change, What};
use crate::corpus::{Side, last_name};
use crate::graph::{DependencyGraph, Direction, GraphFile, NodeId};
use crate::ladder::Rung;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// How many steps entry points are looked for.
pub const STEPS: u32 = 2;

/// The callers of so many changed functions are looked for.
const FOLLOWED: usize = 8;

/// The files that may reach the change, with the changed ones among them.
#[derive(Debug, Default)]
pub struct Around {
    pub files: Vec<ParsedFile>,
    /// Names of changed functions that so many files mention that none was looked at for them.
    pub hubs: Vec<(String, usize)>,
    /// Not every file that leads to a caller was looked at.
    pub cut: bool,
}

/// The functions whose callers matter: they are there after, and do something else than before.
pub fn changed_functions(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| {
        let code = matches!(change.kind, SymbolKind::Function | SymbolKind::Macro);
        change.language == Language::Cpp && change.rung == Rung::Semantic && code && change.after.is_some()
    })
}

/// Those of them whose callers are looked for: what new functions do nobody relied on, so that they come last.
pub fn followed(changes: &[Change]) -> Vec<&Change> {
    let mut found: Vec<&Change> = changed_functions(changes).collect();
    found.sort_by_key(|change| change.what == What::Added);
    found.truncate(FOLLOWED);
    found
}

/// A line a function, those with the most callers first.
pub fn texts(changes: &[Change], around: &Around) -> Vec<String> {
    const MOST: usize = 4;
    let graph = DependencyGraph::of(Vec::new(), around.files.iter().map(GraphFile::from).collect());
    let mut found: Vec<Found> =
        followed(changes).into_iter().filter_map(|change| Found::of(change, around, &graph)).collect();
    let left = changed_functions(changes).count().saturating_sub(FOLLOWED);
    // Those that only a table names are told as what Python calls directly.
    found.retain(|one| one.callers > 0 && !around.hubs.iter().any(|(name, _)| name == last_name(&one.name)));
    found.sort_by(|one, two| (two.callers, &one.name).cmp(&(one.callers, &two.name)));
    let more = found.len().saturating_sub(MOST);
    let cut = around.cut || graph.ambiguous() > 0;
    let mut texts: Vec<String> = found.iter().take(MOST).map(|one| one.text(cut)).collect();
    if more > 0 {
        texts.push(format!("and {more} more changed functions are called by fewer"));
    }
    if left > 0 {
        let functions = if left == 1 { "1 changed function".to_owned() } else { format!("{left} changed functions") };
        texts.push(format!("callers not looked for: those of {functions} more"));
    }
    let hubs: Vec<String> =
        around.hubs.iter().take(2 * MOST).map(|(name, files)| format!("`{name}` ({files})")).collect();
    if !hubs.is_empty() {
        texts.push(format!("named in so many more files that callers are not counted: {}", hubs.join(", ")));
    }
    texts
}

struct Found {
    name: String,
    callers: usize,
    files: usize,
    entries: Vec<String>,
}

impl Found {
    fn of(change: &Change, around: &Around, graph: &DependencyGraph<'_>) -> Option<Found> {
        let file = around.files.iter().find(|file| file.path == change.path)?;
        let start = change.after?.start;
        let at = file.symbols.iter().position(|symbol| symbol.name == change.symbol && symbol.lines.start == start)?;
        let node = graph.find(Side::After, &file.path, at)?;
        let reached = graph.reached(&[node], STEPS, Direction::Dependents, false);
        let last = |route: &[NodeId]| route.last().copied().map(|id| graph.node(id));
        let direct = reached.iter().filter(|one| one.route.len() == 2).filter_map(|one| last(&one.route));
        let callers: Vec<_> =
            direct.filter(|node| matches!(node.kind, SymbolKind::Function | SymbolKind::Macro)).collect();
        let files: BTreeSet<&str> = callers.iter().map(|node| &*node.path).collect();
        let entries = reached.iter().filter_map(|one| last(&one.route));
        let entries = entries.filter(|node| matches!(node.kind, SymbolKind::Row | SymbolKind::Binding));
        let mut entries: Vec<String> = entries.map(|node| node.name.clone()).collect();
        entries.sort();
        entries.dedup();
        Some(Found { name: change.symbol.clone(), callers: callers.len(), files: files.len(), entries })
    }

    fn text(&self, cut: bool) -> String {
        const MOST: usize = 3;
        let least = if cut { "at least " } else { "" };
        let callers = match (self.callers, self.files) {
            (1, _) => format!("called by {least}1 function"),
            (callers, 1) => format!("called by {least}{callers} functions of 1 file"),
            (callers, files) => format!("called by {least}{callers} functions of {files} files"),
        };
        let named: Vec<String> = self.entries.iter().take(MOST).map(|name| format!("`{name}`")).collect();
        let entries = match self.entries.len() {
            0 => String::new(),
            count if count <= MOST => format!("; Python gets there through {}", named.join(", ")),
            count => format!("; Python gets there through {least}{count} bindings: {}, …", named.join(", ")),
        };
        format!("`{}` is {callers}{entries}", last_name(&self.name))
    }
}
