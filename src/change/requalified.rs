//! Types that are reached by another path all over the range: `torch::old::Kind` became `torch::new::Kind` in every
//! symbol that named it.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::FilePair;
use super::matching::Matched;
use crate::symbols::{Language, Mention};

/// How many symbols must agree: one alone may as well have taken another type of the same name. Where something still
/// goes by the old path, one more.
const WITNESSES: usize = 2;

/// Last names of the types whose path changed, everywhere alike.
pub fn types(pairs: &[FilePair], matched: &[Matched]) -> Vec<String> {
    let mut witnesses: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut still_named: FxHashSet<&str> = FxHashSet::default();
    for one in matched {
        let (Some(before), Some(after)) = (one.before, one.after) else { continue };
        let (old, new) = (before.file(pairs, true), after.file(pairs, false));
        let (from, to) = (&old.symbols[before.symbol], &new.symbols[after.symbol]);
        if new.language != Language::Cpp {
            continue;
        }
        still_named.extend(to.mentions.iter().filter_map(path_of_type).map(|(path, _)| path));
        if from.fingerprint == to.fingerprint {
            continue;
        }
        for key in changed_paths(&from.mentions, &to.mentions) {
            *witnesses.entry(key).or_default() += 1;
        }
    }
    let agreed = witnesses
        .into_iter()
        .filter(|((old, ..), count)| *count >= if still_named.contains(old) { WITNESSES + 1 } else { WITNESSES });
    agreed.map(|((_, _, name), _)| name.to_owned()).collect()
}

/// The types that one symbol reaches by another path: old path, new path, last name.
fn changed_paths<'a>(old: &'a [Mention], new: &'a [Mention]) -> Vec<(&'a str, &'a str, &'a str)> {
    let [old, new] = [old, new].map(|mentions| mentions.iter().filter_map(path_of_type).collect::<FxHashSet<_>>());
    let mut changed = Vec::new();
    for &(path, name) in old.difference(&new) {
        let root = path.split("::").next();
        let others = new.difference(&old).filter(|(other, own)| *own == name && other.split("::").next() == root);
        if let [(other, _)] = others.collect::<Vec<_>>().as_slice() {
            changed.push((path, *other, name));
        }
    }
    changed
}

/// The path to the type that a mention names, `a::b::Kind` of `a::b::Kind::X`, and its last name.
fn path_of_type(mention: &Mention) -> Option<(&str, &str)> {
    let mut end = 0;
    for part in mention.name.split("::") {
        end += part.len();
        if part.starts_with(|first: char| first.is_ascii_uppercase()) {
            return (end > part.len()).then(|| (&mention.name[..end], part));
        }
        end += 2;
    }
    None
}
