//! The dependency graph: symbols, and who mentions whom.
//!
//! It is over both snapshots: what a removed symbol reached is known only from before. Who is meant by a mention is
//! guessed from syntax by `resolve`; a guess among several is kept and marked uncertain. Edges are worked out when they
//! are asked for: from one symbol few of them matter.

mod includes;
pub mod neighbourhood;
mod python;
mod resolve;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use petgraph::graphmap::GraphMap;
use petgraph::{Directed, Direction as Way};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::corpus::Side;
use crate::symbols::{Lines, ParsedFile, Symbol, SymbolKind};
pub use includes::includes;
use resolve::{Place, Resolver};

/// Symbols of both snapshots, and who mentions whom.
pub struct DependencyGraph<'f> {
    nodes: Vec<Node>,
    /// Before and after.
    sides: [Snapshot<'f>; 2],
    known: RefCell<Known>,
    ambiguous: Cell<usize>,
}

/// A file as the graph sees it.
#[derive(Debug, Clone, Copy)]
pub struct GraphFile<'f> {
    pub path: &'f Arc<str>,
    pub symbols: &'f [Symbol],
    /// What it includes, as written; empty where nobody looked.
    pub includes: &'f [Box<str>],
}

/// A symbol, on every side where it exists.
#[derive(Debug)]
pub struct Node {
    pub path: Arc<str>,
    pub name: String,
    pub kind: SymbolKind,
    /// Where it begins, on each side where it exists; twice on a side where `#if` has two definitions.
    pub places: Vec<(Side, u32)>,
    homes: Vec<(Side, Place)>,
}

/// Identifies a node of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// How a symbol depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// The mention can mean nothing else that is known.
    pub certain: bool,
    pub means: Means,
}

/// What makes a symbol depend on another. Where several do, the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A table row or a binding names the function that it registers.
    Registration,
    Row,
    Call,
    Macro,
    Type,
    /// Any other mention: a constant, a table, a function whose address is taken.
    Name,
    /// A method of a derived class may stand in for the virtual one.
    Override,
}

/// A symbol that another leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub to: NodeId,
    pub bond: Bond,
}

/// Which way the graph is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// What the starts lead to.
    Dependencies,
    /// What leads to the starts.
    Dependents,
}

/// A symbol that others lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// From a start to the reached node, both included.
    pub route: Vec<NodeId>,
    pub certain: bool,
}

/// What was worked out so far.
#[derive(Default)]
struct Known {
    edges: GraphMap<NodeId, Bond, Directed, FxBuildHasher>,
    /// The nodes whose edges are all there.
    asked: FxHashSet<NodeId>,
}

/// The symbols of one side.
struct Snapshot<'f> {
    resolver: Resolver<'f>,
    /// For each file the nodes of its symbols, in their order.
    nodes: Vec<Vec<NodeId>>,
    files: FxHashMap<&'f str, usize>,
}

impl<'f> DependencyGraph<'f> {
    /// The graph of the files of both snapshots. A symbol of a file that keeps its path is one node on both sides.
    pub fn of(before: Vec<GraphFile<'f>>, after: Vec<GraphFile<'f>>) -> DependencyGraph<'f> {
        let mut nodes = Vec::new();
        let mut known = FxHashMap::default();
        let sides = [(Side::Before, before), (Side::After, after)].map(|(side, files)| {
            let of_file = |(at, file): (usize, &GraphFile<'f>)| add_file(&mut nodes, &mut known, side, at, file);
            let places = files.iter().enumerate().map(of_file).collect();
            let by_path = files.iter().enumerate().map(|(at, file)| (&**file.path, at)).collect();
            Snapshot { resolver: Resolver::of(files), nodes: places, files: by_path }
        });
        DependencyGraph { nodes, sides, known: RefCell::default(), ambiguous: Cell::new(0) }
    }

    /// The node of a symbol, by its position in a file of one side.
    pub fn find(&self, side: Side, path: &str, symbol: usize) -> Option<NodeId> {
        let side = self.side(side);
        side.nodes[*side.files.get(path)?].get(symbol).copied()
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Where a symbol is on a side, if it is there.
    pub fn lines(&self, id: NodeId, side: Side) -> Option<Lines> {
        let (_, place) = self.node(id).homes.iter().find(|(home, _)| *home == side)?;
        Some(self.side(side).resolver.symbol(*place).lines)
    }

    /// What can be reached from the starts in at most `depth` steps, the starts included: shortest routes, and a
    /// certain route before an uncertain one. In the order of distance, then of the symbols in their files.
    pub fn dependencies(&self, starts: &[NodeId], depth: u32) -> Vec<Reached> {
        self.reached(starts, depth, Direction::Dependencies, false)
    }

    /// As [`dependencies`](Self::dependencies), in either direction; where only what is certain is asked for, no guess
    /// is followed.
    pub fn reached(&self, starts: &[NodeId], depth: u32, direction: Direction, only_certain: bool) -> Vec<Reached> {
        let certain = self.search(starts, depth, direction, true);
        if only_certain {
            return certain;
        }
        let mut seen: Vec<NodeId> = certain.iter().filter_map(|reached| reached.route.last().copied()).collect();
        seen.sort_unstable();
        let uncertain = self.search(starts, depth, direction, false).into_iter();
        let uncertain =
            uncertain.filter(|reached| reached.route.last().is_some_and(|id| seen.binary_search(id).is_err()));
        certain.into_iter().chain(uncertain.map(|reached| Reached { certain: false, ..reached })).collect()
    }

    /// The functions that a table row or a binding registers.
    pub fn registered(&self, id: NodeId) -> Vec<NodeId> {
        let registers = |edge: &&Edge| edge.bond.means == Means::Registration;
        self.edges(id).iter().filter(registers).map(|edge| edge.to).collect()
    }

    /// What a symbol leads to, each once, in the order of the symbols in their files.
    pub fn edges(&self, id: NodeId) -> Vec<Edge> {
        self.ask(id);
        let known = self.known.borrow();
        known.edges.edges(id).map(|(_, to, bond)| Edge { to, bond: *bond }).collect()
    }

    /// Works out what a symbol leads to, once.
    fn ask(&self, id: NodeId) {
        if !self.known.borrow_mut().asked.insert(id) {
            return;
        }
        let mut edges = Vec::new();
        for &(side, place) in &self.node(id).homes {
            let side = self.side(side);
            let found = side.resolver.bonds_of(place);
            self.ambiguous.set(self.ambiguous.get() + found.ambiguous);
            edges.extend(found.bonds.into_iter().map(|((file, at), bond)| Edge { to: side.nodes[file][at], bond }));
        }
        edges.retain(|edge| edge.to != id);
        let mut known = self.known.borrow_mut();
        for edge in merged(edges) {
            known.edges.add_edge(id, edge.to, edge.bond);
        }
    }

    /// How many mentions of the symbols that were looked at could mean so many things that they were left out.
    pub fn ambiguous(&self) -> usize {
        self.ambiguous.get()
    }

    /// What leads to a symbol, with the bond of each to it.
    fn edges_to(&self, id: NodeId) -> Vec<Edge> {
        let mut suspects = Vec::new();
        for &(side, place) in &self.node(id).homes {
            let side = self.side(side);
            suspects.extend(side.resolver.suspects(place).into_iter().map(|(file, at)| side.nodes[file][at]));
        }
        suspects.sort_unstable();
        suspects.dedup();
        suspects.iter().for_each(|suspect| self.ask(*suspect));
        let known = self.known.borrow();
        let leading =
            known.edges.edges_directed(id, Way::Incoming).map(|(from, _, bond)| Edge { to: from, bond: *bond });
        // Other questions may have found more: the answer must not depend on them.
        let mut leading: Vec<Edge> = leading.filter(|edge| suspects.binary_search(&edge.to).is_ok()).collect();
        leading.sort_unstable_by_key(|edge| edge.to);
        leading
    }

    fn side(&self, side: Side) -> &Snapshot<'f> {
        match side {
            Side::Before => &self.sides[0],
            Side::After => &self.sides[1],
        }
    }

    fn search(&self, starts: &[NodeId], depth: u32, direction: Direction, only_certain: bool) -> Vec<Reached> {
        let mut came_from: FxHashMap<NodeId, Option<NodeId>> = starts.iter().map(|id| (*id, None)).collect();
        let mut queue: VecDeque<(NodeId, u32)> = starts.iter().map(|id| (*id, 0)).collect();
        let mut found = Vec::new();
        while let Some((node, distance)) = queue.pop_front() {
            found.push(Reached { route: route(&came_from, node), certain: true });
            if distance == depth {
                continue;
            }
            for next in self.steps(node, direction).iter().filter(|edge| edge.bond.certain || !only_certain) {
                came_from.entry(next.to).or_insert_with(|| {
                    queue.push_back((next.to, distance + 1));
                    Some(node)
                });
            }
        }
        found
    }

    fn steps(&self, node: NodeId, direction: Direction) -> Vec<Edge> {
        match direction {
            Direction::Dependencies => self.edges(node),
            Direction::Dependents => self.edges_to(node),
        }
    }
}

impl<'f> From<&'f ParsedFile> for GraphFile<'f> {
    fn from(file: &'f ParsedFile) -> GraphFile<'f> {
        GraphFile { path: &file.path, symbols: &file.symbols, includes: &[] }
    }
}

impl Means {
    pub fn name(self) -> &'static str {
        match self {
            Means::Registration => "registers",
            Means::Row => "row",
            Means::Call => "call",
            Means::Macro => "macro",
            Means::Type => "type",
            Means::Name => "name",
            Means::Override => "override",
        }
    }
}

/// Path, qualified name, kind and parameters: what makes a symbol the same on both sides.
type Key<'f> = (&'f str, &'f str, SymbolKind, Option<&'f str>);

fn add_file<'f>(
    nodes: &mut Vec<Node>,
    known: &mut FxHashMap<Key<'f>, NodeId>,
    side: Side,
    at: usize,
    file: &GraphFile<'f>,
) -> Vec<NodeId> {
    let symbols = file.symbols.iter().enumerate().map(|(position, symbol)| {
        let key = (&**file.path, &*symbol.name, symbol.kind, symbol.parameters.as_deref());
        let id = *known.entry(key).or_insert_with(|| {
            nodes.push(Node::of(file, symbol));
            NodeId(nodes.len() as u32 - 1)
        });
        let node = &mut nodes[id.0 as usize];
        node.places.push((side, symbol.lines.start));
        node.homes.push((side, (at, position)));
        id
    });
    symbols.collect()
}

/// An edge that is there twice is as certain as the surer of the two.
fn merged(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by_key(|edge| (edge.to, edge.bond.means));
    edges.dedup_by(|next, kept| {
        let same = next.to == kept.to;
        kept.bond.certain |= same && next.bond.certain;
        same
    });
    edges
}

impl Node {
    fn of(file: &GraphFile<'_>, symbol: &Symbol) -> Node {
        let (path, name) = (file.path.clone(), symbol.name.clone());
        Node { path, name, kind: symbol.kind, places: Vec::new(), homes: Vec::new() }
    }

    /// Where it begins after, or before where it is no longer.
    pub fn line(&self) -> u32 {
        let after = self.places.iter().find(|(side, _)| *side == Side::After);
        after.or(self.places.first()).map_or(0, |(_, line)| *line)
    }
}

fn route(came_from: &FxHashMap<NodeId, Option<NodeId>>, to: NodeId) -> Vec<NodeId> {
    let mut route: Vec<NodeId> =
        std::iter::successors(Some(to), |node| came_from.get(node).copied().flatten()).collect();
    route.reverse();
    route
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::Language;

    fn parse(path: &str, text: &str) -> ParsedFile {
        let language = Language::of_path(path).expect("a file of a known language");
        ParsedFile::parse(path.into(), language, text.as_bytes().into())
    }

    /// What a symbol of the first file reaches in one snapshot: routes, with a `?` where they are uncertain.
    fn reached(files: &[(&str, &str)], from: &str, depth: u32) -> Vec<String> {
        let files: Vec<ParsedFile> = files.iter().map(|(path, text)| parse(path, text)).collect();
        let graph = DependencyGraph::of(Vec::new(), files.iter().map(GraphFile::from).collect());
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
        let graph = DependencyGraph::of(vec![(&file).into()], Vec::new());
        let row = file.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Row).expect("a row");
        let row = graph.find(Side::Before, &file.path, row).expect("a node");
        let names: Vec<&str> = graph.registered(row).iter().map(|id| graph.node(*id).name.as_str()).collect();
        assert_eq!(names, ["apply_"]);
    }

    #[test]
    fn what_only_before_mentions_is_kept() {
        let before = parse("x.cpp", "static int old() { return 1; }\nint f() { return old(); }\n");
        let after = parse("x.cpp", "int f() { return 1; }\n");
        let graph = DependencyGraph::of(vec![(&before).into()], vec![(&after).into()]);
        let f = after.symbols.iter().position(|symbol| symbol.name == "f").expect("f is there");
        let start = graph.find(Side::After, &after.path, f).expect("a node");
        assert_eq!(graph.dependencies(&[start], 1).len(), 2);
    }

    /// What leads to a symbol of the first file, by name, with a `?` where that is uncertain.
    fn dependents(files: &[(&str, &str)], of: &str, depth: u32) -> Vec<String> {
        let files: Vec<ParsedFile> = files.iter().map(|(path, text)| parse(path, text)).collect();
        let graph = DependencyGraph::of(Vec::new(), files.iter().map(GraphFile::from).collect());
        let symbol = files[0].symbols.iter().position(|symbol| symbol.name == of).expect("the symbol is there");
        let start = graph.find(Side::After, &files[0].path, symbol).expect("every symbol has a node");
        let reached = graph.reached(&[start], depth, Direction::Dependents, false);
        let shown = reached.iter().skip(1).map(|reached| {
            let last = graph.node(*reached.route.last().expect("a route is not empty"));
            format!("{}{}", last.name, if reached.certain { "" } else { "?" })
        });
        shown.collect()
    }

    #[test]
    fn what_depends_on_a_symbol_is_the_graph_read_backwards() {
        let text = "static int c() { return 1; }\nstatic int b() { return c(); }\nint a() { return b(); }\n\
                    static PyMethodDef methods[] = {{\"a\", (PyCFunction)a, METH_NOARGS, nullptr}, {nullptr}};\n";
        assert_eq!(dependents(&[("x.cpp", text)], "c", 1), ["b"]);
        assert_eq!(dependents(&[("x.cpp", text)], "c", 4), ["b", "a", "methods[\"a\"]", "methods"]);
    }

    #[test]
    fn a_virtual_method_may_be_any_that_replaces_it() {
        let classes = (
            "x.h",
            "struct Base { virtual int act(int a) { return 1; } };\n\
             struct Derived : public Base { int act(int a) override { return 2; } };\n\
             struct Below : Derived { int act(int a) override { return 3; } int act() { return 4; } };\n\
             struct Other { int act(int a) { return 5; } };\n",
        );
        let user = ("a.cpp", "int use(Base* base) { return base->act(1); }\n");
        let found = reached(&[user, classes], "use", 2);
        let overrides: Vec<&str> = found.iter().filter_map(|route| route.strip_prefix("Base::act > ")).collect();
        assert_eq!(overrides, ["Derived::act?", "Below::act?"]);
        assert!(dependents(&[classes, user], "Below::act", 2).contains(&"use?".to_owned()));
    }

    #[test]
    fn what_a_file_includes_decides_between_names() {
        let texts = [
            ("a.cpp", "#include <one/x.h>\nint use() { return check(1); }\n"),
            ("one/x.h", "namespace one { int check(int a); }\n"),
            ("one/x.cpp", "#include \"x.h\"\nnamespace one { int check(int a) { return a; } }\n"),
            ("two/x.h", "namespace two { int check(int a); }\n"),
        ];
        let files: Vec<ParsedFile> = texts.iter().map(|(path, text)| parse(path, text)).collect();
        let all: Vec<Vec<Box<str>>> = texts.iter().map(|(_, text)| includes(text.as_bytes())).collect();
        let with = |known: bool| {
            let files = files.iter().zip(&all);
            let files = files.map(|(file, all)| GraphFile { includes: if known { all } else { &[] }, ..file.into() });
            let graph = DependencyGraph::of(Vec::new(), files.collect());
            let symbol = texts[0].1.find("use").map(|_| 1).expect("the text holds it");
            let start = graph.find(Side::After, "a.cpp", symbol).expect("every symbol has a node");
            let edges = graph.edges(start);
            edges.iter().map(|edge| (graph.node(edge.to).name.clone(), edge.bond.certain)).collect::<Vec<_>>()
        };
        let named = |name: &str, certain| (name.to_owned(), certain);
        assert_eq!(with(true), [named("one::check", true), named("one::check", true)]);
        assert_eq!(with(false), [named("one::check", false), named("one::check", false), named("two::check", false)]);
    }

    const PYTHON: [(&str, &str); 2] = [
        (
            "torch/_dynamo/tensor.py",
            "from .base import Base, wrap\nfrom . import utils\n\nclass Tensor(Base):\n    def call(self, tx):\n        \
             check(tx)\n        wrap(tx)\n        utils.log(tx)\n        return self.build(tx)\n\n    def reset(self):\n        \
             super().reset()\n\ndef check(tx):\n    return tx\n",
        ),
        (
            "torch/_dynamo/base.py",
            "class Base:\n    def build(self, tx):\n        return self.call(tx)\n    def call(self, tx):\n        raise tx\n    \
             def reset(self):\n        pass\n\ndef wrap(tx):\n    return tx\n",
        ),
    ];

    #[test]
    fn python_is_followed_through_imports_self_and_bases() {
        let utils = ("torch/_dynamo/utils.py", "def log(tx):\n    return 1\n");
        let files = [PYTHON[0], PYTHON[1], utils];
        assert_eq!(reached(&files, "Tensor.call", 1), ["check", "Base.build", "wrap", "log"]);
        assert_eq!(reached(&files, "Tensor.reset", 1), ["Base.reset?"]);
        assert_eq!(reached(&[PYTHON[1], PYTHON[0]], "Base.build", 2), ["Base.call", "Base.call > Tensor.call?"]);
    }

    #[test]
    fn python_is_followed_backwards() {
        assert_eq!(dependents(&[PYTHON[0], PYTHON[1]], "check", 2), ["Tensor.call", "Base.call?"]);
        assert_eq!(dependents(&[PYTHON[1], PYTHON[0]], "Base", 1), ["", "Tensor"]);
    }
}
