//! Macros of one side only that stand for an expression: what a use of them may have been written out as.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::FilePair;
use super::matching::{Matched, Place, leaf_name};
use crate::ladder::Expansion;
use crate::symbols::{Language, ParsedFile, SymbolKind, Term};

/// The macros among `named` that exist on one side only, each with all its definitions.
pub fn expressions(
    pairs: &[FilePair],
    matched: &[Matched],
    before: bool,
    named: &FxHashSet<&str>,
) -> BTreeMap<String, Vec<Expansion>> {
    let mut found: BTreeMap<String, Vec<Expansion>> = BTreeMap::new();
    for one in matched {
        let (own, other) = if before { (one.before, one.after) } else { (one.after, one.before) };
        let Some(place) = own.filter(|_| other.is_none()) else { continue };
        let file = place.file(pairs, before);
        let symbol = &file.symbols[place.symbol];
        let leaf = leaf_name(&symbol.name);
        if symbol.kind == SymbolKind::Macro && file.language == Language::Cpp && named.contains(leaf) {
            found.entry(leaf.to_owned()).or_default().extend(expression(file, place));
        }
    }
    found.retain(|_, definitions| !definitions.is_empty());
    found
}

/// What the macro stands for, if that is an expression.
fn expression(file: &ParsedFile, place: Place) -> Option<Expansion> {
    let _rest = file.rest_again();
    let definition = file.term(place.symbol);
    let parameters = definition.child("parameters").map(|list| {
        let names = list.children.iter().filter(|child| child.kind == "identifier");
        names.map(|name| name.text.to_string()).collect()
    });
    let tokens = definition.child("value")?.tokens();
    if tokens.is_empty()
        || tokens.len() > LONGEST
        || tokens.iter().any(|token| matches!(*token, "#" | "##" | ";" | "{"))
    {
        return None;
    }
    Some(Expansion { parameters, body: parsed(&tokens.join(" "))? })
}

/// In tokens: longer macros are no spellings of an expression.
const LONGEST: usize = 64;

fn parsed(code: &str) -> Option<Term> {
    let text = format!("auto value = {code};\n");
    let file = ParsedFile::parse("expansion.cpp".into(), Language::Cpp, text.into_bytes().into());
    let at = file.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Variable && !symbol.damaged)?;
    let declaration = file.term(at);
    declaration.child("declarator")?.child("value").cloned()
}
