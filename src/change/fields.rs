//! Initial values that move between the constructors of a class and its fields: `C() : x(1) {}` with `int x;` against
//! `C() = default;` with `int x = 1;`.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::FilePair;
use super::matching::{Matched, Place, leaf_name};
use crate::symbols::{Language, ParsedFile, SymbolKind, Term};

/// Fields by qualified name, each with the value that the constructors give it on one side and the field itself on the
/// other.
pub type Initialised = BTreeMap<String, String>;

/// Finds the fields whose value moved, where every constructor of the side that has no value at the field gives one.
pub fn moved(pairs: &[FilePair], matched: &[Matched]) -> Initialised {
    let candidates: Vec<(String, String, bool)> = matched.iter().filter_map(|one| given(pairs, one)).collect();
    if candidates.is_empty() {
        return Initialised::new();
    }
    let constructors = [true, false].map(|before| constructors(pairs, before, &candidates));
    let set_by = |field: &str, value: &str, before: bool| {
        let (class, name) = owner(field);
        let Some(all) = constructors[usize::from(!before)].get(class) else { return false };
        let given: Vec<Option<String>> = all.iter().map(|one| value_in(one, name)).collect();
        given.iter().all(Option::is_some) && given.iter().flatten().any(|given| given == value)
    };
    let moved = candidates.iter().filter(|(field, value, at_field_before)| set_by(field, value, !at_field_before));
    moved.map(|(field, value, _)| (field.clone(), value.clone())).collect()
}

/// Takes the moved values out of a field or a constructor; whether there was any.
pub fn forget(term: &mut Term, symbol: &str, kind: SymbolKind, moved: &Initialised) -> bool {
    match kind {
        SymbolKind::Field if moved.contains_key(symbol) => {
            let count = term.children.len();
            term.children.retain(|child| child.field != Some("default_value") && &*child.text != "=");
            term.children.len() != count
        }
        SymbolKind::Function if !moved.is_empty() && is_constructor(symbol) => forget_initialisers(term, symbol, moved),
        _ => false,
    }
}

fn forget_initialisers(term: &mut Term, symbol: &str, moved: &Initialised) -> bool {
    let class = owner(symbol).0;
    let Some(at) = term.children.iter().position(|child| child.kind == "field_initializer_list") else { return false };
    let list = &mut term.children[at];
    let count = list.children.len();
    list.children.retain(|one| {
        let known = initialiser(one).and_then(|(name, value)| Some((moved.get(&format!("{class}::{name}"))?, value)));
        known.is_none_or(|(known, value)| *known != value)
    });
    let changed = list.children.len() != count;
    if changed && !list.children.iter().any(|child| child.kind == "field_initializer") {
        term.children.remove(at);
    }
    changed
}

/// A field that has its value on one side only: its name, the value, and whether that is the side before.
fn given(pairs: &[FilePair], one: &Matched) -> Option<(String, String, bool)> {
    let read = |place: Place, before: bool| {
        let file = place.file(pairs, before);
        let symbol = &file.symbols[place.symbol];
        (symbol.kind == SymbolKind::Field && file.language == Language::Cpp).then_some((file, symbol))
    };
    let (old, new) = (read(one.before?, true)?, read(one.after?, false)?);
    if old.1.fingerprint == new.1.fingerprint || old.1.name != new.1.name {
        return None;
    }
    let value = |file: &ParsedFile, place: Place| {
        let _rest = file.rest_again();
        file.term(place.symbol).child("default_value").map(plain)
    };
    match (value(old.0, one.before?), value(new.0, one.after?)) {
        (Some(value), None) => Some((new.1.name.clone(), value, true)),
        (None, Some(value)) => Some((new.1.name.clone(), value, false)),
        _ => None,
    }
}

/// The constructors of the candidates' classes that can be seen on one side, by class.
fn constructors<'a>(
    pairs: &'a [FilePair],
    before: bool,
    candidates: &'a [(String, String, bool)],
) -> FxHashMap<&'a str, Vec<Term>> {
    let mut found: FxHashMap<&str, Vec<Term>> =
        candidates.iter().map(|(field, ..)| (owner(field).0, Vec::new())).collect();
    for file in pairs.iter().filter_map(|pair| if before { pair.before.as_ref() } else { pair.after.as_ref() }) {
        let _rest = file.rest_again();
        for (at, symbol) in file.symbols.iter().enumerate() {
            if symbol.kind != SymbolKind::Function || !is_constructor(&symbol.name) {
                continue;
            }
            if let Some(all) = found.get_mut(owner(&symbol.name).0) {
                all.push(file.term(at));
            }
        }
    }
    found
}

/// `C` and `x` of `C::x`.
fn owner(name: &str) -> (&str, &str) {
    name.rsplit_once("::").unwrap_or(("", name))
}

fn is_constructor(name: &str) -> bool {
    let (class, own) = owner(name);
    !class.is_empty() && leaf_name(class) == own
}

/// What a constructor gives a field; copies and deleted ones give what the other object has.
fn value_in(constructor: &Term, field: &str) -> Option<String> {
    let defaulted = constructor.children.iter().any(|child| child.kind.ends_with("_method_clause"));
    let takes = constructor.child("declarator").and_then(|it| it.child("parameters"));
    if defaulted && takes.is_some_and(|list| list.named().next().is_some()) {
        return Some(String::new());
    }
    let list = constructor.children.iter().find(|child| child.kind == "field_initializer_list")?;
    let mut given = list.children.iter().filter_map(initialiser);
    given.find(|(name, _)| name == field).map(|(_, value)| value)
}

fn initialiser(term: &Term) -> Option<(String, String)> {
    let name = term.children.first().filter(|_| term.kind == "field_initializer")?;
    Some((name.code(), plain(term.children.last()?)))
}

/// A value without the parentheses or braces around it.
fn plain(value: &Term) -> String {
    let code = value.code();
    let inner = |open: char, close: char| code.strip_prefix(open)?.strip_suffix(close);
    inner('(', ')').or_else(|| inner('{', '}')).unwrap_or(&code).to_string()
}
