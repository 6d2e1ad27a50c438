//! The ends of links, looked up in both snapshots: which code each selector picks, or why it picks none.

use std::sync::Arc;

use crate::corpus::{Corpus, Lookup, Side};
use crate::mapping::resolve::{Resolution, nearest_names, resolve, seen_as};
use crate::mapping::{Link, Mapping, Pattern, Selector};
use crate::symbols::{Lines, ParsedFile, SymbolKind};

/// A link with its ends looked up.
#[derive(Debug, Clone)]
pub struct ResolvedLink<'m> {
    pub link: &'m Link,
    pub cpp: Vec<ResolvedEnd<'m>>,
    /// Looked up later than the C++ end: unchanged Python is only read where the C++ end is affected.
    pub python: Vec<ResolvedEnd<'m>>,
}

/// A selector and what it picks on each side.
#[derive(Debug, Clone)]
pub struct ResolvedEnd<'m> {
    pub selector: &'m Selector,
    pub before: Place,
    pub after: Place,
}

/// What a selector picks in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Found(Picked),
    /// The file is there, the symbol is not.
    Nothing,
    NoFile,
    Unreadable {
        reason: String,
        changed: bool,
    },
    /// The file is unchanged and nothing in it matters; the name occurs in its text.
    Unread,
    /// In another repository, whose location is not known.
    Elsewhere,
}

/// The code that a selector picks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// The path on this side.
    pub path: Arc<str>,
    /// The picked symbols and everything inside them.
    pub pieces: Vec<Piece>,
    /// More than one symbol matches; all of them are in `pieces`.
    pub ambiguous: bool,
    /// The file has another path on this side than the selector says.
    pub renamed: bool,
}

/// A symbol that belongs to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Position in the symbols of its file.
    pub index: usize,
    pub name: String,
    pub kind: SymbolKind,
    pub lines: Lines,
    /// Picked itself, not just inside something picked.
    pub root: bool,
}

/// What is wrong with a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// It resolves before and not after.
    Broken,
    /// The range renames the file under it.
    Renamed,
    /// It resolves on neither side: its file is not there.
    StaleFile,
    /// It resolves on neither side: its file is there.
    StaleSymbol,
    Ambiguous,
}

/// Looks up the C++ ends of all links.
pub fn resolve_cpp<'m>(mapping: &'m Mapping, corpus: &Corpus<'_>) -> Vec<ResolvedLink<'m>> {
    let links = mapping.links.iter();
    links.map(|link| ResolvedLink { link, cpp: look_up(&link.cpp, &link.names, corpus), python: Vec::new() }).collect()
}

/// Looks up the Python ends of all links.
pub fn resolve_python(links: &mut [ResolvedLink<'_>], corpus: &Corpus<'_>) {
    for link in links {
        link.python = look_up(&link.link.python, &[], corpus);
    }
}

impl Defect {
    /// It was so before the range, and the range does nothing about it.
    pub fn is_stale(self) -> bool {
        matches!(self, Defect::StaleFile | Defect::StaleSymbol)
    }
}

impl ResolvedLink<'_> {
    pub fn ends(&self) -> impl Iterator<Item = &ResolvedEnd<'_>> {
        self.cpp.iter().chain(&self.python)
    }
}

impl ResolvedEnd<'_> {
    pub fn place(&self, side: Side) -> &Place {
        match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        }
    }

    pub fn picked(&self, side: Side) -> Option<&Picked> {
        match self.place(side) {
            Place::Found(picked) => Some(picked),
            _ => None,
        }
    }

    pub fn defect(&self) -> Option<Defect> {
        match (&self.before, &self.after) {
            (Place::Found(_), Place::Nothing | Place::NoFile) => Some(Defect::Broken),
            (_, Place::Found(after)) if after.ambiguous => Some(Defect::Ambiguous),
            (_, Place::Found(after)) if after.renamed => Some(Defect::Renamed),
            (Place::NoFile, Place::NoFile) => Some(Defect::StaleFile),
            (Place::Nothing | Place::NoFile, Place::Nothing | Place::NoFile) => Some(Defect::StaleSymbol),
            _ => None,
        }
    }

    /// The names after the change that come nearest to one that is not there; none where nobody read the file.
    pub fn nearest(&self, corpus: &Corpus<'_>) -> Vec<String> {
        match (&self.after, corpus.find(Side::After, &self.selector.place())) {
            (Place::Nothing, Lookup::Parsed { file, .. }) => nearest_names(&self.selector.pattern, file),
            _ => Vec::new(),
        }
    }

    /// Why a changed file under this selector could not be compared.
    pub fn unreadable_change(&self) -> Option<&str> {
        Side::BOTH.iter().find_map(|side| match self.place(*side) {
            Place::Unreadable { reason, changed: true } => Some(reason.as_str()),
            _ => None,
        })
    }
}

impl Picked {
    /// The names of what was picked itself.
    pub fn names(&self) -> Vec<&str> {
        self.pieces.iter().filter(|piece| piece.root).map(|piece| piece.name.as_str()).collect()
    }

    fn of(file: &ParsedFile, mut roots: Vec<usize>, ambiguous: bool, renamed: bool) -> Picked {
        roots.sort_unstable();
        let inside = members(file, &roots);
        let symbols = file.symbols.iter().enumerate().filter(|(index, _)| inside[*index]);
        let pieces = symbols.map(|(index, symbol)| Piece {
            index,
            name: symbol.name.clone(),
            kind: symbol.kind,
            lines: symbol.lines,
            root: roots.binary_search(&index).is_ok(),
        });
        Picked { path: file.path.clone(), pieces: pieces.collect(), ambiguous, renamed }
    }
}

/// Marks the roots and whatever has one of them among its ancestors. A parent comes before its children.
fn members(file: &ParsedFile, roots: &[usize]) -> Vec<bool> {
    let mut inside = vec![false; file.symbols.len()];
    for &root in roots {
        inside[root] = true;
    }
    for (index, symbol) in file.symbols.iter().enumerate() {
        inside[index] |= symbol.parent.is_some_and(|parent| parent < index && inside[parent]);
    }
    inside
}

/// `names` are those by which Python sees the entry point: they tell namesakes in different classes apart.
fn look_up<'m>(selectors: &'m [Selector], names: &[String], corpus: &Corpus<'_>) -> Vec<ResolvedEnd<'m>> {
    let ends = selectors.iter().map(|selector| {
        let before = place(selector, names, Side::Before, corpus);
        let after = if corpus.is_unchanged(&selector.place()) {
            before.clone()
        } else {
            place(selector, names, Side::After, corpus)
        };
        ResolvedEnd { selector, before, after }
    });
    ends.collect()
}

fn place(selector: &Selector, names: &[String], side: Side, corpus: &Corpus<'_>) -> Place {
    if selector.repository.as_ref().is_some_and(|repository| !corpus.looks_into(repository)) {
        return Place::Elsewhere;
    }
    match corpus.find(side, &selector.place()) {
        Lookup::Parsed { file, renamed } => pick(&selector.pattern, names, file, renamed),
        Lookup::Unparsed(text) => {
            let may_hold = part_in_writing(&selector.pattern).is_none_or(|part| corpus.holds(text, part));
            if may_hold { Place::Unread } else { Place::Nothing }
        }
        Lookup::Unreadable { reason, changed } => Place::Unreadable { reason, changed },
        Lookup::Absent => Place::NoFile,
    }
}

fn pick(pattern: &Pattern, names: &[String], file: &ParsedFile, renamed: bool) -> Place {
    if *pattern == Pattern::File {
        return Place::Found(Picked::of(file, (0..file.symbols.len()).collect(), false, renamed));
    }
    match seen_as(resolve(pattern, file), names, file) {
        Resolution::Found(roots) => Place::Found(Picked::of(file, roots, false, renamed)),
        Resolution::Ambiguous(roots) => Place::Found(Picked::of(file, roots, true, renamed)),
        Resolution::Nothing => Place::Nothing,
    }
}

/// What a text must hold that holds what the pattern picks.
fn part_in_writing(pattern: &Pattern) -> Option<&str> {
    match pattern {
        Pattern::File => None,
        Pattern::Name(name) | Pattern::Call { name, .. } => Some(written_part(name)),
        Pattern::Keyed { key, .. } => Some(key),
        Pattern::Literal(text) => Some(text),
    }
}

/// The last name of a qualified one; of `operator()` the word, since its spacing is free.
fn written_part(name: &str) -> &str {
    let leaf = name.rsplit([':', '.']).next().unwrap_or(name);
    if leaf.starts_with("operator") { "operator" } else { leaf.split(['[', '<', '(']).next().unwrap_or(leaf) }
}
