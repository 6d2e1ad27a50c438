//! Impacts: changes that reach a link's C++ end, with the path they take.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::change::Change;
use crate::corpus::Side;
use crate::ends::{ResolvedEnd, ResolvedLink};
use crate::graph::{DependencyGraph, NodeId, Reached};
use crate::ladder::Rung;
use crate::mapping::{Link, Mapping};
use crate::symbols::{Language, Lines};

/// How many steps from a C++ end a change still counts, unless the link says otherwise. Two steps reach 2.3 % of
/// PyTorch's functions from `torch/csrc/dynamo`, any number of steps 4.5 %: beyond two, paths are mostly wrong guesses.
pub const DEFAULT_DEPTH: u32 = 2;

/// A change that reaches a link's C++ end.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Impact {
    /// Position in the list of changes.
    pub change: usize,
    /// From the C++ end to the changed symbol, both included; one entry when the end itself changed.
    pub via: Vec<Step>,
    /// Every step of `via` was resolved to one target.
    pub certain: bool,
}

/// A symbol on the way from a C++ end to a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Step {
    pub symbol: String,
    pub path: Arc<str>,
    /// Its lines after; none where it is gone.
    #[serde(rename = "after")]
    pub lines: Option<Lines>,
}

impl Impact {
    /// The names of the symbols on the way.
    pub fn names(&self) -> Vec<&str> {
        self.via.iter().map(|step| step.symbol.as_str()).collect()
    }

    /// The C++ end itself changed, not something it depends on.
    pub fn is_direct(&self) -> bool {
        self.via.len() <= 1
    }
}

/// How many steps any link looks through callees.
pub fn deepest(mapping: &Mapping) -> u32 {
    mapping.links.iter().map(|link| link.depth.unwrap_or(DEFAULT_DEPTH)).max().unwrap_or(0)
}

/// Whether a change this deep counts for a link.
pub fn counts(link: &Link, rung: Rung) -> bool {
    rung == Rung::Semantic || link.watch.contains(&rung)
}

/// The C++ changes that reach the C++ end of each link: those of the end itself on any rung, those of what it depends
/// on where they count. For each link direct ones first, then in the order of the changes.
pub fn trace(changes: &[Change], graph: &DependencyGraph<'_>, links: &[ResolvedLink<'_>]) -> Vec<Vec<Impact>> {
    let places = Places::of(changes, &[Language::Cpp, Language::Yaml]);
    links.iter().map(|link| trace_link(changes, &places, graph, link)).collect()
}

/// The changes by where their symbols begin.
pub struct Places<'c>(FxHashMap<(Side, &'c str, &'c str, u32), usize>);

impl<'c> Places<'c> {
    /// The places of the changes in these languages.
    pub fn of(changes: &'c [Change], languages: &[Language]) -> Places<'c> {
        let changes = changes.iter().enumerate().filter(|(_, change)| languages.contains(&change.language));
        Places(changes.flat_map(|(index, change)| sides(change).map(move |place| (place, index))).collect())
    }

    fn at(&self, side: Side, path: &str, name: &str, line: u32) -> Option<usize> {
        self.0.get(&(side, path, name, line)).copied()
    }

    /// The changes to the code that an end picks, on either side, in their order.
    pub fn of_end(&self, end: &ResolvedEnd<'_>) -> Vec<usize> {
        let picked = Side::BOTH.into_iter().filter_map(|side| Some((side, end.picked(side)?)));
        let changes = picked.flat_map(|(side, picked)| {
            let pieces = picked.pieces.iter();
            pieces.filter_map(move |piece| self.at(side, &picked.path, &piece.name, piece.lines.start))
        });
        let mut changes: Vec<usize> = changes.collect();
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    fn of_node(&self, graph: &DependencyGraph<'_>, id: NodeId) -> Vec<usize> {
        let node = graph.node(id);
        let changes = node.places.iter().filter_map(|(side, line)| self.at(*side, &node.path, &node.name, *line));
        let mut changes: Vec<usize> = changes.collect();
        changes.dedup();
        changes
    }
}

fn sides(change: &Change) -> impl Iterator<Item = (Side, &str, &str, u32)> {
    let path = change.before_path.as_ref().unwrap_or(&change.path);
    let name = change.before_symbol.as_ref().unwrap_or(&change.symbol);
    let before = change.before.map(|lines| (Side::Before, &**path, &**name, lines.start));
    let after = change.after.map(|lines| (Side::After, &*change.path, &*change.symbol, lines.start));
    before.into_iter().chain(after)
}

fn trace_link(
    changes: &[Change],
    places: &Places<'_>,
    graph: &DependencyGraph<'_>,
    link: &ResolvedLink<'_>,
) -> Vec<Impact> {
    let mut impacts: BTreeMap<usize, Impact> = BTreeMap::new();
    for change in link.cpp.iter().flat_map(|end| places.of_end(end)) {
        impacts.entry(change).or_insert_with(|| Impact::direct(change, changes));
    }
    let depth = link.link.depth.unwrap_or(DEFAULT_DEPTH);
    let starts = starts(graph, link);
    for reached in graph.dependencies(&starts, depth) {
        for change in reached.route.last().into_iter().flat_map(|id| places.of_node(graph, *id)) {
            if counts(link.link, changes[change].rung) || reached.route.len() == 1 {
                impacts.entry(change).or_insert_with(|| Impact::along(change, graph, &reached));
            }
        }
    }
    let mut impacts: Vec<Impact> = impacts.into_values().collect();
    impacts.sort_by_key(|impact| (!impact.is_direct(), !impact.certain, impact.change));
    impacts
}

/// What the C++ end consists of: the symbols it picks, what is inside them, and the functions that a picked row or
/// binding registers.
fn starts(graph: &DependencyGraph<'_>, link: &ResolvedLink<'_>) -> Vec<NodeId> {
    let mut starts = Vec::new();
    for end in &link.cpp {
        for (side, picked) in Side::BOTH.into_iter().filter_map(|side| Some((side, end.picked(side)?))) {
            let pieces = picked.pieces.iter().filter_map(|piece| graph.find(side, &picked.path, piece.index));
            for id in pieces {
                starts.push(id);
                starts.extend(graph.registered(id));
            }
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

impl Impact {
    fn direct(change: usize, changes: &[Change]) -> Impact {
        let Change { symbol, path, after, .. } = &changes[change];
        let step = Step { symbol: symbol.clone(), path: path.clone(), lines: *after };
        Impact { change, via: vec![step], certain: true }
    }

    fn along(change: usize, graph: &DependencyGraph<'_>, reached: &Reached) -> Impact {
        let step = |id: &NodeId| {
            let node = graph.node(*id);
            Step { symbol: node.name.clone(), path: node.path.clone(), lines: graph.lines(*id, Side::After) }
        };
        let via = reached.route.iter().map(step).collect();
        Impact { change, via, certain: reached.certain }
    }
}
