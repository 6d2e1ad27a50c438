//! Who reaches the changed functions: callers, and what Python reaches them through.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::corpus::{Side, last_name};
use crate::graph::{DependencyGraph, Direction, GraphFile, NodeId};
use crate::ladder::Rung;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// How many steps entry points are looked for.
pub const STEPS: u32 = 3;

/// The files that may reach the change, with the changed ones among them.
#[derive(Debug, Default)]
pub struct Around {
    pub files: Vec<ParsedFile>,
    /// More files mention the changed functions than were looked at: how many were not.
    pub left_out: usize,
}

/// The functions whose callers matter: they are there after, and do something else than before.
pub fn changed_functions(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| {
        let code = matches!(change.kind, SymbolKind::Function | SymbolKind::Macro);
        change.language == Language::Cpp && change.rung == Rung::Semantic && code && change.after.is_some()
    })
}

/// A line a function, those with the most callers first.
pub fn texts(changes: &[Change], around: &Around) -> Vec<String> {
    const MOST: usize = 4;
    let graph = DependencyGraph::of(Vec::new(), around.files.iter().map(GraphFile::from).collect());
    let mut found: Vec<Found> =
        changed_functions(changes).filter_map(|change| Found::of(change, around, &graph)).collect();
    // Those that only a table names are told as what Python calls directly.
    found.retain(|one| one.callers > 0);
    found.sort_by(|one, two| (two.callers, &one.name).cmp(&(one.callers, &two.name)));
    let more = found.len().saturating_sub(MOST);
    let cut = around.left_out > 0 || graph.ambiguous() > 0;
    let mut texts: Vec<String> = found.iter().take(MOST).map(|one| one.text(cut)).collect();
    if more > 0 {
        texts.push(format!("and {more} more changed functions with fewer callers"));
    }
    if graph.ambiguous() > 0 {
        let count = graph.ambiguous();
        let mentions = if count == 1 { "1 mention could".to_owned() } else { format!("{count} mentions could") };
        texts.push(format!("{mentions} mean so many things that nobody was counted as a caller for it"));
    }
    if around.left_out > 0 {
        texts.push(format!("{} more files mention them and were not looked at", around.left_out));
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
        format!("`{}` is {callers}{entries}", short(&self.name))
    }
}

fn short(name: &str) -> &str {
    last_name(name)
}
