//! Renames: definitions that got another name, and what that proves about names in the rest of the range.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

use super::FilePair;
use super::matching::{Matched, Place, leaf_name};
use crate::ladder::names_form;
use crate::symbols::{Language, SymbolKind, Term};

/// Definitions that exist on one side only and are the same but for their name and for what `known` renames, one to one.
pub fn candidates(
    pairs: &[FilePair],
    before: &[Place],
    after: &[Place],
    known: &BTreeMap<String, String>,
) -> Vec<(Place, Place)> {
    let (old, new) = (by_shape(pairs, before, Some(known)), by_shape(pairs, after, None));
    let mut found: Vec<(Place, Place)> = Vec::new();
    #[expect(clippy::iter_over_hash_type, reason = "what is found is sorted")]
    for (shape, olds) in &old {
        let Some(news) = new.get(shape) else { continue };
        if olds.len() == news.len() {
            found.extend(olds.iter().copied().zip(news.iter().copied()));
        }
    }
    found.sort_unstable();
    found
}

/// What decides whether two definitions can be one that was renamed.
type Shape = (Language, SymbolKind, u128);

/// `renames` is given for the side before.
fn by_shape(
    pairs: &[FilePair],
    places: &[Place],
    renames: Option<&BTreeMap<String, String>>,
) -> FxHashMap<Shape, Vec<Place>> {
    let none = BTreeMap::new();
    let mut shapes: FxHashMap<Shape, Vec<Place>> = FxHashMap::default();
    for &place in places {
        let file = place.file(pairs, renames.is_some());
        let symbol = &file.symbols[place.symbol];
        if can_be_renamed(symbol.kind) {
            let leaf = leaf_name(&symbol.name);
            let leaf = renames.and_then(|renames| renames.get(leaf)).map_or(leaf, String::as_str);
            let term = file.term(place.symbol);
            let shape = shape(&term, file.language, symbol.kind, leaf, renames.unwrap_or(&none));
            shapes.entry((file.language, symbol.kind, shape)).or_default().push(place);
        }
    }
    shapes
}

/// What Python sees keeps its name; file scopes have none.
fn can_be_renamed(kind: SymbolKind) -> bool {
    !matches!(
        kind,
        SymbolKind::Row | SymbolKind::Binding | SymbolKind::Branch | SymbolKind::FileScope | SymbolKind::Invocation
    )
}

/// A hash of the code without its own name and without texts, at the rung where local names do not count.
fn shape(term: &Term, language: Language, kind: SymbolKind, leaf: &str, renames: &BTreeMap<String, String>) -> u128 {
    let mut bytes = Vec::new();
    for token in names_form(term, language, kind, renames).tokens() {
        let token = if token == leaf { "$self" } else { token };
        if !token.contains('"') && !token.contains(' ') {
            bytes.extend_from_slice(token.as_bytes());
            bytes.push(0);
        }
    }
    xxh3_128(&bytes)
}

/// Names that definitions of this range carried before → after, where no other definition says otherwise.
pub fn proven(pairs: &[FilePair], matched: &[Matched]) -> BTreeMap<String, String> {
    let mut renames: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut kept: Vec<String> = Vec::new();
    for one in matched {
        let (Some(before), Some(after)) = (one.before, one.after) else { continue };
        let old = &before.file(pairs, true).symbols[before.symbol];
        let new = &after.file(pairs, false).symbols[after.symbol];
        if !can_be_renamed(old.kind) || before.file(pairs, true).language != Language::Cpp {
            continue;
        }
        let (old, new) = (leaf_name(&old.name), leaf_name(&new.name));
        if old == new {
            kept.push(old.to_string());
        } else if is_identifier(old) && is_identifier(new) {
            let entry = renames.entry(old.to_string()).or_insert_with(|| Some(new.to_string()));
            if entry.as_deref() != Some(new) {
                *entry = None;
            }
        }
    }
    for name in kept {
        renames.remove(&name);
    }
    renames.into_iter().filter_map(|(old, new)| new.map(|new| (old, new))).collect()
}

fn is_identifier(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
