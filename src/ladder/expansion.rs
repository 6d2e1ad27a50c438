//! Macros of one side only, written out where they are used.

use std::collections::BTreeMap;

use super::{Pair, Rung, layout, message, pairing, spelling, structure};
use crate::symbols::{Language, SymbolKind, Term};

/// What a macro stands for.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// `None` for a macro that is used without parentheses.
    pub parameters: Option<Vec<String>>,
    pub body: Term,
}

/// Writes out the macros that only one side knows, where that makes both sides equal. A macro with several definitions
/// is tried with each.
pub fn expand(pair: &mut Pair<'_>) {
    let (gone, new) = (&pair.surroundings.macros_gone, &pair.surroundings.macros_new);
    let used = [used(&pair.before, gone), used(&pair.after, new)];
    let alternatives = used.iter().flatten().map(|definitions| definitions.len()).max().unwrap_or(0);
    for choice in 0..alternatives.min(MOST_DEFINITIONS) {
        let (mut before, mut after) = (pair.before.clone(), pair.after.clone());
        for (term, macros) in [(&mut before, gone), (&mut after, new)] {
            write_out(term, macros, choice);
            settle(term, pair.kind);
        }
        let (mut one, mut two) = (before.clone(), after.clone());
        structure::regroup(&mut one);
        structure::regroup(&mut two);
        if pairing::same(&one, &two, Rung::Structure) {
            (pair.before, pair.after) = (before, after);
            return;
        }
    }
}

/// How many definitions of a macro, each for another build, are tried.
const MOST_DEFINITIONS: usize = 4;

fn used<'a>(term: &Term, macros: &'a BTreeMap<String, Vec<Expansion>>) -> Vec<&'a Vec<Expansion>> {
    let mut used = Vec::new();
    if !macros.is_empty() {
        term.visit(&mut |leaf| used.extend(macros.get(&*leaf.text).filter(|_| leaf.is_leaf())));
    }
    used
}

fn settle(term: &mut Term, kind: SymbolKind) {
    spelling::erase(term, Language::Cpp, kind);
    message::erase(term, Language::Cpp, kind);
}

fn write_out(term: &mut Term, macros: &BTreeMap<String, Vec<Expansion>>, choice: usize) {
    let chosen = |name: &str| {
        let definitions = macros.get(name)?;
        definitions.get(choice.min(definitions.len().checked_sub(1)?))
    };
    // A macro may stand for another one; it never stands for itself.
    for _ in 0..3 {
        term.rewrite(&mut |node| {
            if let Some(written) = call(node, &chosen).or_else(|| word(node, &chosen)) {
                *node = Term { field: node.field, line: node.line, ..written };
            }
        });
    }
}

fn word<'a>(node: &Term, chosen: &dyn Fn(&str) -> Option<&'a Expansion>) -> Option<Term> {
    let expansion = chosen(&node.text).filter(|_| node.is_leaf() && node.kind == "identifier")?;
    expansion.parameters.is_none().then(|| prepared(&expansion.body))
}

fn call<'a>(node: &Term, chosen: &dyn Fn(&str) -> Option<&'a Expansion>) -> Option<Term> {
    let name = node.child("function").filter(|name| node.kind == "call_expression" && name.is_leaf())?;
    let expansion = chosen(&name.text)?;
    let (parameters, arguments) = (expansion.parameters.as_ref()?, &node.child("arguments")?.children);
    if parameters.len() != arguments.len() {
        return None;
    }
    let mut body = prepared(&expansion.body);
    body.rewrite(&mut |leaf| {
        let at = parameters.iter().position(|parameter| leaf.is_leaf() && **parameter == *leaf.text);
        if let Some(argument) = at.and_then(|at| arguments.get(at)) {
            *leaf = Term { field: leaf.field, ..argument.clone() };
        }
    });
    Some(body)
}

/// The body as the rungs below see it.
fn prepared(body: &Term) -> Term {
    let mut body = body.clone();
    layout::erase(&mut body, Language::Cpp, SymbolKind::Function);
    spelling::erase(&mut body, Language::Cpp, SymbolKind::Function);
    body
}
