//! Neighbourhoods: the part of a graph around some symbols, as plain values to be shown.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{DependencyGraph, Direction, Means, NodeId, Reached};
use crate::symbols::SymbolKind;

/// What some symbols lead to, or what leads to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbourhood {
    pub direction: Direction,
    pub depth: u32,
    /// In the order in which they were reached; the starts come first.
    pub nodes: Vec<Neighbour>,
    /// From what depends to what it depends on, whichever way was followed.
    pub edges: Vec<Tie>,
    /// Mentions that were left out because they could mean too many things.
    pub ambiguous: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub path: Arc<str>,
    pub name: String,
    pub kind: SymbolKind,
    pub line: u32,
    /// Steps from the nearest start.
    pub distance: u32,
    /// No step on the way is a guess.
    pub certain: bool,
    /// The node it was reached from.
    pub parent: Option<usize>,
}

/// An edge between two of the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    pub from: usize,
    pub to: usize,
    pub means: Means,
    pub certain: bool,
}

impl DependencyGraph<'_> {
    /// What is around the starts.
    pub fn neighbourhood(
        &self,
        starts: &[NodeId],
        depth: u32,
        direction: Direction,
        only_certain: bool,
    ) -> Neighbourhood {
        let reached = self.reached(starts, depth, direction, only_certain);
        let order: FxHashMap<NodeId, usize> =
            reached.iter().enumerate().filter_map(|(at, reached)| Some((*reached.route.last()?, at))).collect();
        let nodes = reached.iter().map(|reached| self.neighbour(reached, &order)).collect();
        let mut edges = Vec::new();
        for (from, reached) in reached.iter().enumerate() {
            let Some(&id) = reached.route.last() else { continue };
            // What lies at the rim was not asked where it leads to.
            if direction == Direction::Dependencies && reached.route.len() as u32 > depth {
                continue;
            }
            let inside = self.edges(id);
            let inside = inside.iter().filter(|edge| edge.bond.certain || !only_certain);
            edges.extend(inside.filter_map(|edge| {
                Some(Tie { from, to: *order.get(&edge.to)?, means: edge.bond.means, certain: edge.bond.certain })
            }));
        }
        Neighbourhood { direction, depth, nodes, edges, ambiguous: self.ambiguous() }
    }

    fn neighbour(&self, reached: &Reached, order: &FxHashMap<NodeId, usize>) -> Neighbour {
        let id = *reached.route.last().expect("a route holds at least its start");
        let node = self.node(id);
        let parent = reached.route.iter().rev().nth(1).and_then(|parent| order.get(parent).copied());
        Neighbour {
            path: node.path.clone(),
            name: node.name.clone(),
            kind: node.kind,
            line: node.line(),
            distance: reached.route.len() as u32 - 1,
            certain: reached.certain,
            parent,
        }
    }
}

impl Neighbourhood {
    /// The tie by which a node was reached from its parent.
    pub fn tie(&self, node: usize) -> Option<&Tie> {
        let parent = self.nodes[node].parent?;
        let ends = match self.direction {
            Direction::Dependencies => (parent, node),
            Direction::Dependents => (node, parent),
        };
        self.edges.iter().find(|tie| (tie.from, tie.to) == ends)
    }
}
