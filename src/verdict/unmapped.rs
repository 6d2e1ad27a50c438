//! Names that this range gives to Python and that no link has, in files that the mapping knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::is_all_stale;
use crate::change::{Change, What};
use crate::corpus::{Corpus, Lookup, Side, last_name};
use crate::ends::ResolvedLink;
use crate::finding::Finding;
use crate::finding::unmapped::{self, NewName};
use crate::mapping::Mapping;
use crate::symbols::{Language, ParsedFile, Role};

/// A finding for each file that gains names.
pub fn bindings(
    links: &[ResolvedLink<'_>],
    changes: &[Change],
    mapping: &Mapping,
    corpus: &Corpus<'_>,
) -> Vec<Finding> {
    let known: BTreeSet<&str> = mapping.links.iter().flat_map(|link| &link.cpp).map(|end| &*end.path).collect();
    let mut files: BTreeMap<&Arc<str>, Vec<&Change>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.what == What::Added && change.language == Language::Cpp) {
        let was = change.before_path.as_ref().unwrap_or(&change.path);
        if known.contains(&*change.path) || known.contains(&**was) {
            files.entry(&change.path).or_default().push(change);
        }
    }
    let of_file = |(path, changes): (&Arc<str>, Vec<&Change>)| {
        let Lookup::Parsed { file, .. } = corpus.find(Side::After, path) else { return None };
        let linked = Linked::of(links, file);
        let before = match corpus.find(Side::Before, path) {
            Lookup::Parsed { file, .. } => Some(file),
            _ => None,
        };
        let names = changes.iter().filter_map(|change| new_name(change, file, before));
        let names = names.filter(|(at, name)| {
            !linked.has(*at, file) && !mapping.unlinked.iter().any(|unlinked| unlinked.covers(path, name.name))
        });
        unmapped::bindings(path, &names.map(|(_, name)| name).collect::<Vec<_>>())
    };
    files.into_iter().filter_map(of_file).collect()
}

/// What links pick in a file. A link whose Python end is not there has no twin for it yet, and does not count.
struct Linked<'a> {
    symbols: BTreeSet<usize>,
    names: BTreeSet<&'a str>,
}

impl<'a> Linked<'a> {
    fn of(links: &'a [ResolvedLink<'a>], file: &ParsedFile) -> Linked<'a> {
        let alive = links.iter().filter(|link| !is_all_stale(&link.python));
        let picked = alive.flat_map(|link| &link.cpp).filter_map(|end| end.picked(Side::After));
        let pieces = || picked.clone().filter(|picked| picked.path == file.path).flat_map(|picked| &picked.pieces);
        let symbols = pieces().map(|piece| piece.index).collect();
        Linked { symbols, names: pieces().map(|piece| last_name(&piece.name)).collect() }
    }

    /// A link picks the symbol, or what it registers.
    fn has(&self, at: usize, file: &ParsedFile) -> bool {
        let mut registered = file.symbols[at].mentions.iter().filter(|mention| mention.role == Role::Name);
        self.symbols.contains(&at) || registered.any(|mention| self.names.contains(last_name(&mention.name)))
    }
}

/// What an added symbol is called by Python, if it is called anything that was not there before; an overload was.
fn new_name<'a>(change: &'a Change, file: &ParsedFile, before: Option<&ParsedFile>) -> Option<(usize, NewName<'a>)> {
    let line = change.after?.start;
    let is_it = |at: &usize| file.symbols[*at].name == change.symbol && file.symbols[*at].lines.start == line;
    let at = (0..file.symbols.len()).filter(is_it).find(|at| file.registers(*at))?;
    let (_, name) = change.symbol.split_once("[\"")?;
    let was_there = before.is_some_and(|file| file.symbols.iter().any(|symbol| symbol.name == change.symbol));
    (!was_there).then(|| (at, NewName { name: name.trim_end_matches("\"]"), symbol: &change.symbol, line }))
}
