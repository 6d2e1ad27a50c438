//! Names that macros paste together: `_cast_##type` became `_cast_##name` in the macro that defines the functions and in
//! those that call them, for one and the same list of arguments.

use rustc_hash::{FxHashMap, FxHashSet};

use super::matching::{Matched, Place};
use super::{Change, FilePair};
use crate::ladder::Rung;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// Takes the macros that only follow such a renaming down to `names`.
pub fn explain(pairs: &[FilePair], matched: &[Matched], changes: &mut [Change]) {
    let edited = matched.iter().filter_map(|one| Some((one.before?, one.after?)));
    let found: Vec<Found> = edited.filter_map(|(before, after)| found(pairs, before, after)).collect();
    let defined: FxHashSet<&Renaming> = found.iter().filter(|one| one.defines).map(|one| &one.renaming).collect();
    let mut users: FxHashMap<&Renaming, usize> = FxHashMap::default();
    for one in &found {
        *users.entry(&one.renaming).or_default() += 1;
    }
    let follows = |one: &&Found| defined.contains(&one.renaming) && users[&one.renaming] > 1;
    for one in found.iter().filter(follows) {
        let of_macro = |change: &&mut Change| {
            change.kind == SymbolKind::Macro && *change.path == *one.path && change.symbol == one.symbol
        };
        for change in changes.iter_mut().filter(of_macro).filter(|change| change.before.is_some()) {
            change.rung = change.rung.min(Rung::Names);
            change.facets.clear();
        }
    }
}

struct Found {
    path: String,
    symbol: String,
    renaming: Renaming,
    /// The macro defines functions of the pasted name.
    defines: bool,
}

/// What stands before the pasted parameter, and which parameter that is, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Renaming {
    stem: String,
    from: usize,
    to: usize,
}

/// The one renaming by which the two versions of a macro differ.
fn found(pairs: &[FilePair], before: Place, after: Place) -> Option<Found> {
    let (old, new) = (before.file(pairs, true), after.file(pairs, false));
    let (from, to) = (&old.symbols[before.symbol], &new.symbols[after.symbol]);
    let macros = from.kind == SymbolKind::Macro && to.kind == SymbolKind::Macro && new.language == Language::Cpp;
    if !macros || from.fingerprint == to.fingerprint || from.name != to.name {
        return None;
    }
    // Most macros paste nothing, and need not be read again.
    let pastes =
        |file: &ParsedFile, bytes: std::ops::Range<usize>| file.text()[bytes].windows(2).any(|two| two == b"##");
    if !pastes(old, from.bytes.clone()) || !pastes(new, to.bytes.clone()) {
        return None;
    }
    let ((parameters, old), (same, new)) = (definition(old, before.symbol)?, definition(new, after.symbol)?);
    if parameters != same || old.len() != new.len() {
        return None;
    }
    let mut renamings: Vec<(Renaming, bool)> = Vec::new();
    for at in (0..old.len()).filter(|&at| old[at] != new[at]) {
        let stem = (at >= 2 && new[at - 1] == "##" && old[at - 1] == "##").then(|| new[at - 2].clone())?;
        let position = |name: &String| parameters.iter().position(|parameter| parameter == name);
        let renaming = Renaming { stem, from: position(&old[at])?, to: position(&new[at])? };
        renamings.push((renaming, defines(&new, at)));
    }
    let (first, _) = renamings.first()?;
    let alike = renamings.iter().all(|(one, _)| one == first);
    let defines = renamings.iter().any(|(_, defines)| *defines);
    alike.then(|| Found {
        path: after.file(pairs, false).path.to_string(),
        symbol: to.name.clone(),
        renaming: first.clone(),
        defines,
    })
}

/// Parameters and body of a macro that has parameters.
fn definition(file: &ParsedFile, symbol: usize) -> Option<(Vec<String>, Vec<String>)> {
    let _rest = file.rest_again();
    let term = file.term(symbol);
    let names = term.child("parameters")?.children.iter().filter(|child| child.kind == "identifier");
    let body = term.child("value")?.tokens().into_iter().map(str::to_owned).collect();
    Some((names.map(|name| name.text.to_string()).collect(), body))
}

/// `T stem##name(…) {`: a return type in front, a body behind.
fn defines(body: &[String], at: usize) -> bool {
    let is_type = at.checked_sub(3).is_some_and(|before| {
        let token = body[before].as_str();
        matches!(token, "&" | "*" | ">")
            || token != "return" && token.starts_with(|c: char| c.is_alphabetic() || c == '_')
    });
    let mut depth = 0usize;
    for (behind, token) in body.iter().enumerate().skip(at + 1) {
        match token.as_str() {
            "(" => depth += 1,
            ")" if depth == 1 => return is_type && body.get(behind + 1).is_some_and(|next| next == "{"),
            ")" => depth -= 1,
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    false
}
