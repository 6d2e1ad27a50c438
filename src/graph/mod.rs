//! The dependency graph: symbols, and who mentions whom. The only folder that names petgraph.
//!
//! It is over both snapshots: what a removed symbol reached is known only from before. Who is meant by a mention is
//! guessed from syntax by `resolve`; a guess among several is kept and marked uncertain.

mod resolve;

use std::collections::VecDeque;
use std::sync::Arc;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use crate::corpus::Side;
use crate::symbols::{ParsedFile, Symbol, SymbolKind};
use resolve::{Bonds, bonds};

/// Symbols of both snapshots, and who mentions whom.
#[derive(Debug, Default)]
pub struct DependencyGraph {
    graph: DiGraph<Node, Bond>,
    /// The nodes of a file's symbols, in the order of its symbols.
    files: FxHashMap<(Side, Arc<str>), Vec<NodeIndex>>,
    ambiguous: usize,
}

/// A symbol, on every side where it exists.
#[derive(Debug)]
pub struct Node {
    pub path: Arc<str>,
    pub name: String,
    pub kind: SymbolKind,
    /// Where it begins, on each side where it exists; twice on a side where `#if` has two definitions.
    pub places: Vec<(Side, u32)>,
}

/// Identifies a node of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NodeIndex);

/// How a symbol depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bond {
    /// The mention can mean nothing else that is known.
    pub certain: bool,
    /// A table row or a binding names the function that it registers.
    pub registers: bool,
}

/// A symbol that others lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// From a start to the reached node, both included.
    pub route: Vec<NodeId>,
    pub certain: bool,
}

impl DependencyGraph {
    /// The graph of the files of both snapshots. A symbol of a file that keeps its path is one node on both sides.
    pub fn of(before: &[&ParsedFile], after: &[&ParsedFile]) -> DependencyGraph {
        let mut graph = DependencyGraph::default();
        let mut known = FxHashMap::default();
        for (side, files) in [(Side::Before, before), (Side::After, after)] {
            for file in files {
                graph.add_file(side, file, &mut known);
            }
        }
        graph.connect(Side::Before, before);
        graph.connect(Side::After, after);
        graph
    }

    /// The node of a symbol, by its position in a file of one side.
    pub fn find(&self, side: Side, path: &Arc<str>, symbol: usize) -> Option<NodeId> {
        self.files.get(&(side, path.clone()))?.get(symbol).copied().map(NodeId)
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.graph[id.0]
    }

    /// What can be reached from the starts in at most `depth` steps, the starts included: shortest routes, and a
    /// certain route before an uncertain one. In the order of distance, then of the symbols in their files.
    pub fn dependencies(&self, starts: &[NodeId], depth: u32) -> Vec<Reached> {
        let certain = self.search(starts, depth, true);
        let mut seen: Vec<NodeId> = certain.iter().filter_map(|reached| reached.route.last().copied()).collect();
        seen.sort_unstable();
        let uncertain = self.search(starts, depth, false).into_iter();
        let uncertain =
            uncertain.filter(|reached| reached.route.last().is_some_and(|id| seen.binary_search(id).is_err()));
        certain.into_iter().chain(uncertain.map(|reached| Reached { certain: false, ..reached })).collect()
    }

    /// The functions that a table row or a binding registers.
    pub fn registered(&self, id: NodeId) -> Vec<NodeId> {
        self.targets(id.0, |bond| bond.registers).into_iter().map(NodeId).collect()
    }

    /// How many mentions could mean so many things that they were left out.
    pub fn ambiguous(&self) -> usize {
        self.ambiguous
    }

    pub fn node_count(&self) -> usize {
        self.graph.node_count()
    }

    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    fn add_file<'f>(&mut self, side: Side, file: &'f ParsedFile, known: &mut FxHashMap<Key<'f>, NodeIndex>) {
        let nodes = file.symbols.iter().map(|symbol| {
            let key = (&*file.path, &*symbol.name, symbol.kind, symbol.parameters.as_deref());
            let node = *known.entry(key).or_insert_with(|| self.graph.add_node(Node::of(file, symbol)));
            self.graph[node].places.push((side, symbol.lines.start));
            node
        });
        let nodes = nodes.collect();
        self.files.insert((side, file.path.clone()), nodes);
    }

    fn connect(&mut self, side: Side, files: &[&ParsedFile]) {
        let Bonds { bonds, ambiguous } = bonds(files);
        self.ambiguous += ambiguous;
        for (from, to, bond) in bonds {
            let [from, to] = [from, to].map(|(file, symbol)| self.files[&(side, files[file].path.clone())][symbol]);
            self.bind(from, to, bond);
        }
    }

    /// An edge that is there already becomes as certain as the surer of the two.
    fn bind(&mut self, from: NodeIndex, to: NodeIndex, bond: Bond) {
        if from == to {
            return;
        }
        match self.graph.find_edge(from, to) {
            Some(edge) => {
                let old = &mut self.graph[edge];
                *old = Bond { certain: old.certain || bond.certain, registers: old.registers || bond.registers };
            }
            None => {
                self.graph.add_edge(from, to, bond);
            }
        }
    }

    fn search(&self, starts: &[NodeId], depth: u32, only_certain: bool) -> Vec<Reached> {
        let mut came_from: FxHashMap<NodeIndex, Option<NodeIndex>> = starts.iter().map(|id| (id.0, None)).collect();
        let mut queue: VecDeque<(NodeIndex, u32)> = starts.iter().map(|id| (id.0, 0)).collect();
        let mut found = Vec::new();
        while let Some((node, distance)) = queue.pop_front() {
            found.push(Reached { route: route(&came_from, node), certain: true });
            if distance == depth {
                continue;
            }
            for next in self.targets(node, |bond| bond.certain || !only_certain) {
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back((next, distance + 1));
                    Some(node)
                });
            }
        }
        found
    }

    fn targets(&self, node: NodeIndex, wanted: impl Fn(&Bond) -> bool) -> Vec<NodeIndex> {
        let edges = self.graph.edges_directed(node, Direction::Outgoing);
        let mut targets: Vec<NodeIndex> =
            edges.filter(|edge| wanted(edge.weight())).map(|edge| edge.target()).collect();
        targets.sort_unstable();
        targets
    }
}

/// Path, qualified name, kind and parameters: what makes a symbol the same on both sides.
type Key<'f> = (&'f str, &'f str, SymbolKind, Option<&'f str>);

impl Node {
    fn of(file: &ParsedFile, symbol: &Symbol) -> Node {
        Node { path: file.path.clone(), name: symbol.name.clone(), kind: symbol.kind, places: Vec::new() }
    }
}

fn route(came_from: &FxHashMap<NodeIndex, Option<NodeIndex>>, to: NodeIndex) -> Vec<NodeId> {
    let mut route: Vec<NodeId> =
        std::iter::successors(Some(to), |node| came_from.get(node).copied().flatten()).map(NodeId).collect();
    route.reverse();
    route
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::Language;

    fn parse(path: &str, text: &str) -> ParsedFile {
        ParsedFile::parse(path.into(), Language::Cpp, text.as_bytes().into())
    }

    /// What a symbol of the first file reaches in one snapshot: routes, with a `?` where they are uncertain.
    fn reached(files: &[(&str, &str)], from: &str, depth: u32) -> Vec<String> {
        let files: Vec<ParsedFile> = files.iter().map(|(path, text)| parse(path, text)).collect();
        let graph = DependencyGraph::of(&[], &files.iter().collect::<Vec<_>>());
        let symbol = files[0].symbols.iter().position(|symbol| symbol.name == from).expect("the symbol is there");
        let start = graph.find(Side::After, &files[0].path, symbol).expect("every symbol has a node");
        let reached = graph.dependencies(&[start], depth);
        let shown = reached.iter().skip(1).map(|reached| {
            let names: Vec<&str> = reached.route.iter().map(|id| graph.node(*id).name.as_str()).collect();
            format!("{}{}", names[1..].join(" > "), if reached.certain { "" } else { "?" })
        });
        shown.collect()
    }

    #[test]
    fn calls_are_followed_up_to_a_depth() {
        let text = "static int c() { return 1; }\nstatic int b() { return c(); }\nint a() { return b(); }\n";
        assert_eq!(reached(&[("x.cpp", text)], "a", 1), ["b"]);
        assert_eq!(reached(&[("x.cpp", text)], "a", 2), ["b", "b > c"]);
    }

    #[test]
    fn a_local_function_is_only_meant_in_its_own_file() {
        let user = ("a.cpp", "int use() { return check(); }\n");
        assert!(reached(&[user, ("b.cpp", "static int check() { return 1; }\n")], "use", 1).is_empty());
        assert_eq!(reached(&[user, ("b.h", "static inline int check() { return 1; }\n")], "use", 1), ["check"]);
    }

    #[test]
    fn the_own_namespace_comes_first() {
        let text =
            "namespace a { int f() { return 1; } }\nnamespace b { int f() { return 2; }\nint g() { return f(); } }\n";
        assert_eq!(reached(&[("x.cpp", text)], "b::g", 1), ["b::f"]);
        let qualified = text.replace("return f()", "return a::f()");
        assert_eq!(reached(&[("x.cpp", &qualified)], "b::g", 1), ["a::f"]);
    }

    #[test]
    fn the_same_file_comes_first() {
        let user = ("a.cpp", "namespace p { int f() { return 1; } }\nusing namespace p;\nint use() { return f(); }\n");
        assert_eq!(reached(&[user, ("b.cpp", "namespace q { int f() { return 2; } }\n")], "use", 1), ["p::f"]);
    }

    #[test]
    fn a_name_from_elsewhere_is_a_guess() {
        let user = ("a.cpp", "int use() { return f(); }\n");
        assert_eq!(reached(&[user, ("b.cpp", "namespace q { int f() { return 2; } }\n")], "use", 1), ["q::f?"]);
        let many: String = (0..6).map(|at| format!("namespace n{at} {{ int f() {{ return 2; }} }}\n")).collect();
        assert!(reached(&[user, ("b.cpp", &many)], "use", 1).is_empty());
    }

    #[test]
    fn arity_prefers_an_overload() {
        let text = "int f(int a) { return a; }\nint f(int a, int b) { return a + b; }\nint g() { return f(1, 2); }\n";
        assert_eq!(reached(&[("x.cpp", text)], "g", 1), ["f"]);
        let same = "int f(int a) { return a; }\nint f(bool a) { return a; }\nint g() { return f(1); }\n";
        assert_eq!(reached(&[("x.cpp", same)], "g", 1), ["f?", "f?"]);
    }

    #[test]
    fn a_declaration_and_its_definition_are_one_thing() {
        let user = ("a.cpp", "int f(int a);\nint use() { return f(1); }\n");
        assert_eq!(reached(&[user, ("b.cpp", "int f(int a) { return a; }\n")], "use", 1), ["f", "f"]);
    }

    #[test]
    fn generic_members_of_unknown_objects_are_left_out() {
        let text = "struct A { int size() { return 1; } int weight() { return 2; } };\n\
                    template <class T> int f(T x) { return x.size(); }\n\
                    template <class T> int g(T x) { return x.weight(); }\n\
                    int h(A* x) { return x->weight(); }\n";
        assert!(reached(&[("x.cpp", text)], "f", 1).is_empty());
        assert_eq!(reached(&[("x.cpp", text)], "g", 1), ["A::weight?"]);
        assert_eq!(reached(&[("x.cpp", text)], "h", 1), ["A", "A::weight"]);
    }

    #[test]
    fn constants_macros_and_types_count() {
        let text = "#define LIMIT(x) ((x) < 3)\nstatic bool enabled = true;\nstruct Guard { int a; };\n\
                    bool f(int x) { Guard guard; return enabled && LIMIT(x); }\n";
        let mut names = reached(&[("x.cpp", text)], "f", 1);
        names.sort();
        assert_eq!(names, ["Guard", "LIMIT", "enabled"]);
    }

    #[test]
    fn tables_reach_the_functions_that_their_rows_register() {
        let text = "static PyObject* apply_(PyObject* self) { return self; }\n\
                    static PyMethodDef methods[] = {{\"apply\", (PyCFunction)apply_, METH_NOARGS, nullptr}, {nullptr}};\n";
        let found = reached(&[("x.cpp", text)], "methods", 2);
        assert!(found.contains(&"methods[\"apply\"]".to_owned()), "{found:?}");
        assert!(found.contains(&"methods[\"apply\"] > apply_".to_owned()), "{found:?}");
        let file = parse("x.cpp", text);
        let graph = DependencyGraph::of(&[&file], &[]);
        let row = file.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Row).expect("a row");
        let row = graph.find(Side::Before, &file.path, row).expect("a node");
        let names: Vec<&str> = graph.registered(row).iter().map(|id| graph.node(*id).name.as_str()).collect();
        assert_eq!(names, ["apply_"]);
    }

    #[test]
    fn what_only_before_mentions_is_kept() {
        let before = parse("x.cpp", "static int old() { return 1; }\nint f() { return old(); }\n");
        let after = parse("x.cpp", "int f() { return 1; }\n");
        let graph = DependencyGraph::of(&[&before], &[&after]);
        let f = after.symbols.iter().position(|symbol| symbol.name == "f").expect("f is there");
        let start = graph.find(Side::After, &after.path, f).expect("a node");
        assert_eq!(graph.dependencies(&[start], 1).len(), 2);
    }
}
