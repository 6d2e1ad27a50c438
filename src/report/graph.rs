//! Graphs: as a tree for people, as DOT and Mermaid for programs that draw, as JSON for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::style::{DIM, STRONG, harmless, paint};
use super::{GraphAnswer, IndexAnswer};
use crate::graph::Direction;
use crate::graph::neighbourhood::{Neighbour, Neighbourhood};
use crate::symbols::SymbolKind;

/// A tree: every symbol below the one it was reached from.
pub fn tree(answer: &GraphAnswer<'_>) -> String {
    let around = answer.around;
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); around.nodes.len()];
    let mut roots = Vec::new();
    for (at, node) in around.nodes.iter().enumerate() {
        match node.parent {
            Some(parent) => children[parent].push(at),
            None => roots.push(at),
        }
    }
    let mut out = String::new();
    // What only lies in something picked and leads nowhere is not worth a line.
    let roots: Vec<usize> =
        roots.iter().copied().filter(|root| *root == roots[0] || !children[*root].is_empty()).collect();
    for root in roots {
        let _ = writeln!(out, "{}  {}", paint(STRONG, named(&around.nodes[root])), placed(&around.nodes[root]));
        branch(&mut out, around, &children, root, "");
    }
    let _ = writeln!(out, "{}", summary(around));
    out
}

fn branch(out: &mut String, around: &Neighbourhood, children: &[Vec<usize>], at: usize, indent: &str) {
    let shown: Vec<usize> =
        children[at].iter().copied().filter(|child| !is_shadow(around, children, at, *child)).collect();
    for (position, &child) in shown.iter().enumerate() {
        let last = position + 1 == shown.len();
        let (turn, bar) = if last { ("└─", "   ") } else { ("├─", "│  ") };
        let node = &around.nodes[child];
        let doubt = if node.certain { "" } else { "? " };
        let how = around.tie(child).map_or("", |tie| tie.means.name());
        let how = if how == "call" { String::new() } else { format!("  {how}") };
        let _ = writeln!(out, "{indent}{turn} {doubt}{}  {}{}", named(node), placed(node), paint(DIM, how));
        branch(out, around, children, child, &format!("{indent}{bar}"));
    }
}

/// A declaration beside its definition says nothing.
fn is_shadow(around: &Neighbourhood, children: &[Vec<usize>], parent: usize, at: usize) -> bool {
    let node = &around.nodes[at];
    let defines = |other: &&usize| {
        let other = &around.nodes[**other];
        other.name == node.name && other.kind == SymbolKind::Function
    };
    node.kind == SymbolKind::Declaration
        && children[at].is_empty()
        && children[parent].iter().any(|other| defines(&other))
}

fn named(node: &Neighbour) -> String {
    let name = if node.name.is_empty() { "file scope" } else { &node.name };
    harmless(name).into_owned()
}

fn placed(node: &Neighbour) -> String {
    let kind = match node.kind {
        SymbolKind::Function => String::new(),
        kind => format!(" {}", kind.name()),
    };
    paint(DIM, format!("{}:{}{kind}", harmless(&node.path), node.line))
}

fn summary(around: &Neighbourhood) -> String {
    let reached = around.nodes.iter().filter(|node| node.distance > 0);
    let guesses = reached.clone().filter(|node| !node.certain).count();
    let what = match around.direction {
        Direction::Dependencies => "depends on",
        Direction::Dependents => "is used by",
    };
    let steps = if around.depth == 1 { "1 step".to_owned() } else { format!("{} steps", around.depth) };
    let left_out = match around.ambiguous {
        0 => String::new(),
        count => format!("; {count} mentions that could mean too many things were left out"),
    };
    paint(DIM, format!("{what} {} symbols within {steps}, {guesses} of them a guess (?){left_out}", reached.count()))
}

/// For Graphviz.
pub fn dot(answer: &GraphAnswer<'_>) -> String {
    let mut out = String::from("digraph drift {\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n");
    for (at, node) in answer.around.nodes.iter().enumerate() {
        let label = quoted(&format!("{}\n{}:{}", named(node), harmless(&node.path), node.line));
        let style = if node.distance == 0 { ", style=bold" } else { "" };
        let _ = writeln!(out, "  n{at} [label={label}{style}];");
    }
    for tie in &answer.around.edges {
        let style = if tie.certain { "" } else { ", style=dashed" };
        let _ = writeln!(out, "  n{} -> n{} [label=\"{}\"{style}];", tie.from, tie.to, tie.means.name());
    }
    out + "}\n"
}

/// A text of DOT; `\n` breaks the line in it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// For Mermaid, as Markdown pages show it.
pub fn mermaid(answer: &GraphAnswer<'_>) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, node) in answer.around.nodes.iter().enumerate() {
        let label = escaped(&format!("{}\n{}:{}", named(node), harmless(&node.path), node.line));
        let _ = writeln!(out, "  n{at}[\"{label}\"]");
    }
    for tie in &answer.around.edges {
        let arrow = if tie.certain { "-->" } else { "-.->" };
        let _ = writeln!(out, "  n{} {arrow}|{}| n{}", tie.from, tie.means.name(), tie.to);
    }
    out
}

/// Mermaid reads entities, and markup where it is not told otherwise.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '/' | '.' | '-' | ' ') || !c.is_ascii() => {
                out.push(c);
            }
            c => {
                let _ = write!(out, "#{};", c as u32);
            }
        }
    }
    out
}

pub fn json(answer: &GraphAnswer<'_>) -> Value {
    let around = answer.around;
    let nodes = around.nodes.iter().enumerate().map(|(id, node)| {
        json!({ "id": id, "path": node.path, "symbol": node.name, "kind": node.kind, "line": node.line,
                "distance": node.distance, "certain": node.certain, "parent": node.parent })
    });
    let edges = around
        .edges
        .iter()
        .map(|tie| json!({ "from": tie.from, "to": tie.to, "means": tie.means, "certain": tie.certain }));
    json!({
        "version": 1,
        "at": answer.at,
        "selector": answer.selector,
        "direction": around.direction,
        "depth": around.depth,
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "ambiguous": around.ambiguous,
        "skipped": answer.skipped,
    })
}

/// What the index holds, a line a language.
pub fn index(answer: &IndexAnswer<'_>) -> String {
    let mut out = String::new();
    for sum in &answer.files {
        let _ = writeln!(
            out,
            "{:7} {:6} files  {:7} symbols  {:8} mentions  {:5} symbols not read in full",
            sum.language.name(),
            sum.files,
            sum.symbols,
            sum.mentions,
            sum.damaged
        );
    }
    out
}

pub fn index_json(answer: &IndexAnswer<'_>) -> Value {
    let languages = answer.files.iter().map(|sum| {
        json!({ "language": sum.language, "files": sum.files, "symbols": sum.symbols, "mentions": sum.mentions,
                "damaged": sum.damaged })
    });
    json!({ "version": 1, "at": answer.at, "languages": languages.collect::<Vec<_>>(), "skipped": answer.skipped })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Means;
    use crate::graph::neighbourhood::Tie;

    fn node(name: &str, distance: u32, certain: bool) -> Neighbour {
        let kind = SymbolKind::Function;
        let parent = (distance > 0).then_some(0);
        Neighbour { path: "a.cpp".into(), name: name.to_owned(), kind, line: 3, distance, certain, parent }
    }

    fn around() -> Neighbourhood {
        let tie = |to, certain| Tie { from: 0, to, means: Means::Call, certain };
        Neighbourhood {
            direction: Direction::Dependencies,
            depth: 1,
            nodes: vec![node("f", 0, true), node("t[\"<img>\"]", 1, true), node("operator<<", 1, false)],
            edges: vec![tie(1, true), tie(2, false)],
            ambiguous: 2,
        }
    }

    fn answer(around: &Neighbourhood) -> GraphAnswer<'_> {
        GraphAnswer { at: "HEAD", selector: "f", around, skipped: &[] }
    }

    #[test]
    fn people_see_a_tree() {
        let around = around();
        let text = anstream::adapter::strip_str(&tree(&answer(&around))).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["f  a.cpp:3", "├─ t[\"<img>\"]  a.cpp:3", "└─ ? operator<<  a.cpp:3"]);
        assert!(lines[3].starts_with("depends on 2 symbols within 1 step, 1 of them a guess"), "{text}");
    }

    #[test]
    fn names_stay_text_in_drawings() {
        let around = around();
        let dot = dot(&answer(&around));
        assert!(dot.contains("n1 [label=\"t[\\\"<img>\\\"]\\na.cpp:3\"]"), "{dot}");
        assert!(dot.contains("n0 -> n2 [label=\"call\", style=dashed]"), "{dot}");
        let mermaid = mermaid(&answer(&around));
        assert!(mermaid.contains("n1[\"t#91;#34;#60;img#62;#34;#93;<br/>a.cpp:3\"]"), "{mermaid}");
        assert!(mermaid.contains("n0 -.->|call| n2"), "{mermaid}");
    }
}
