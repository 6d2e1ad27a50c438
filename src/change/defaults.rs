//! Default arguments that move between a definition and a declaration: a function defined in a header goes to a source
//! file, and its defaults stay where callers see them.

use std::collections::{BTreeMap, BTreeSet};

use super::FilePair;
use super::matching::{Matched, Place, leaf_name};
use crate::symbols::{Language, SymbolKind, Term};

/// The functions, by last name, whose defaults a definition gave on one side and a new declaration gives on the other.
pub fn moved(pairs: &[FilePair], matched: &[Matched]) -> BTreeSet<String> {
    let declared = [true, false].map(|before| declared(pairs, matched, before));
    if declared.iter().all(BTreeMap::is_empty) {
        return BTreeSet::new();
    }
    let mut moved = BTreeSet::new();
    for one in matched {
        let (Some(before), Some(after)) = (one.before, one.after) else { continue };
        for (place, side, other) in [(before, true, &declared[1]), (after, false, &declared[0])] {
            let leaf = leaf_of(pairs, place, side);
            let Some(elsewhere) = other.get(leaf) else { continue };
            if symbol_kind(pairs, place, side) == SymbolKind::Function && defaults(pairs, place, side) == *elsewhere {
                moved.insert(leaf.to_owned());
            }
        }
    }
    moved
}

/// Takes the defaults out of a definition; whether there were any.
pub fn forget(term: &mut Term) -> bool {
    let mut found = false;
    for head in term.children.iter_mut().filter(|child| child.kind != "compound_statement") {
        head.rewrite(&mut |parameter| {
            if parameter.kind == "optional_parameter_declaration" {
                parameter.kind = "parameter_declaration";
                parameter.children.retain(|child| child.field != Some("default_value") && &*child.text != "=");
                found = true;
            }
        });
    }
    found
}

/// The defaults of declarations that one side only has, by last name.
fn declared(pairs: &[FilePair], matched: &[Matched], before: bool) -> BTreeMap<String, Vec<Option<String>>> {
    let mut declared = BTreeMap::new();
    for one in matched {
        let (own, other) = if before { (one.before, one.after) } else { (one.after, one.before) };
        let Some(place) = own.filter(|_| other.is_none()) else { continue };
        let cpp = place.file(pairs, before).language == Language::Cpp;
        if cpp && symbol_kind(pairs, place, before) == SymbolKind::Declaration {
            let given = defaults(pairs, place, before);
            if given.iter().any(Option::is_some) {
                declared.insert(leaf_of(pairs, place, before).to_owned(), given);
            }
        }
    }
    declared
}

fn leaf_of(pairs: &[FilePair], place: Place, before: bool) -> &str {
    leaf_name(&place.file(pairs, before).symbols[place.symbol].name)
}

fn symbol_kind(pairs: &[FilePair], place: Place, before: bool) -> SymbolKind {
    place.file(pairs, before).symbols[place.symbol].kind
}

/// The default of each parameter.
fn defaults(pairs: &[FilePair], place: Place, before: bool) -> Vec<Option<String>> {
    let file = place.file(pairs, before);
    let _rest = file.rest_again();
    let term = file.term(place.symbol);
    let mut given = Vec::new();
    for head in term.children.iter().filter(|child| child.kind != "compound_statement") {
        head.visit(&mut |node| {
            if matches!(node.kind, "parameter_declaration" | "optional_parameter_declaration") {
                given.push(node.child("default_value").map(Term::code));
            }
        });
    }
    while given.last().is_some_and(Option::is_none) {
        given.pop();
    }
    given
}
