//! Matching: which symbol after is which symbol before.

use rustc_hash::FxHashMap;

use super::FilePair;
use super::renames;
use crate::ladder::names::rename_words;
use crate::symbols::{ParsedFile, SymbolKind};

/// A symbol of one side: which pair of files, which symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub pair: usize,
    pub symbol: usize,
}

impl Place {
    pub fn file(self, pairs: &[FilePair], before: bool) -> &ParsedFile {
        let side = if before { &pairs[self.pair].before } else { &pairs[self.pair].after };
        side.as_ref().expect("a place is made from a side that exists")
    }
}

/// A symbol on both sides, or on the one where it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    pub before: Option<Place>,
    pub after: Option<Place>,
}

/// Matches the symbols of all files, in steps from certain to likely: the same name in the same file, the same name or
/// the same code elsewhere, a definition that was renamed.
pub fn match_symbols(pairs: &[FilePair]) -> Vec<Matched> {
    let mut matching = Matching { pairs, out: Vec::new(), before: all(pairs, true), after: all(pairs, false) };
    matching.by(|file, symbol, place| {
        let own = &file.symbols[symbol];
        (place.pair, group(own.kind), own.name.clone(), own.parameters.clone())
    });
    matching
        .by(|file, symbol, place| (place.pair, group(file.symbols[symbol].kind), file.symbols[symbol].name.clone()));
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        (file.language, group(own.kind), own.name.clone(), own.parameters.clone(), own.fingerprint)
    });
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        (file.language, group(own.kind), own.name.clone(), own.parameters.clone())
    });
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        let lone = matches!(own.kind, SymbolKind::FileScope).then_some(symbol);
        (file.language, group(own.kind), leaf_name(&own.name).to_string(), own.fingerprint, lone)
    });
    matching.renamed();
    let mut out = matching.out;
    out.extend(matching.before.into_iter().map(|place| Matched { before: Some(place), after: None }));
    out.extend(matching.after.into_iter().map(|place| Matched { before: None, after: Some(place) }));
    out
}

fn all(pairs: &[FilePair], before: bool) -> Vec<Place> {
    let mut places = Vec::new();
    for (pair, files) in pairs.iter().enumerate() {
        let side = if before { &files.before } else { &files.after };
        let count = side.as_ref().map_or(0, |file| file.symbols.len());
        places.extend((0..count).map(|symbol| Place { pair, symbol }));
    }
    places
}

/// Kinds that can turn into each other without being another thing.
fn group(kind: SymbolKind) -> SymbolKind {
    match kind {
        SymbolKind::Table => SymbolKind::Variable,
        other => other,
    }
}

/// The name without what encloses it: `f` of `a::b::f`, `["x"]` of `t["x"]`.
pub fn leaf_name(name: &str) -> &str {
    if let Some(at) = name.find("[\"") {
        return &name[at..];
    }
    let head = name.split(['(', '<']).next().unwrap_or(name);
    let start = head.rfind("::").map(|at| at + 2).or_else(|| head.rfind('.').map(|at| at + 1)).unwrap_or(0);
    &name[start..]
}

struct Matching<'a> {
    pairs: &'a [FilePair],
    out: Vec<Matched>,
    before: Vec<Place>,
    after: Vec<Place>,
}

impl Matching<'_> {
    /// Matches what has the same key on both sides, in source order within a key.
    fn by<K: std::hash::Hash + Eq>(&mut self, key: impl Fn(&ParsedFile, usize, Place) -> K) {
        let mut waiting: FxHashMap<K, Vec<Place>> = FxHashMap::default();
        for &place in self.before.iter().rev() {
            let file = place.file(self.pairs, true);
            waiting.entry(key(file, place.symbol, place)).or_default().push(place);
        }
        let pairs = self.pairs;
        let mut taken = Vec::new();
        let out = &mut self.out;
        self.after.retain(|&place| {
            let file = place.file(pairs, false);
            match waiting.get_mut(&key(file, place.symbol, place)).and_then(Vec::pop) {
                Some(before) => {
                    out.push(Matched { before: Some(before), after: Some(place) });
                    taken.push(before);
                    false
                }
                None => true,
            }
        });
        taken.sort_unstable();
        self.before.retain(|place| taken.binary_search(place).is_err());
    }

    /// Matches definitions whose name changed, and then what their names qualify.
    fn renamed(&mut self) {
        for (before, after) in renames::candidates(self.pairs, &self.before, &self.after) {
            self.out.push(Matched { before: Some(before), after: Some(after) });
            self.before.retain(|&place| place != before);
            self.after.retain(|&place| place != after);
        }
        let renames = renames::proven(self.pairs, &self.out);
        if renames.is_empty() {
            return;
        }
        let (pairs, before) = (self.pairs, &self.before);
        let old: rustc_hash::FxHashSet<Place> = before.iter().copied().collect();
        let renamed = |file: &ParsedFile, symbol: usize, place: Place| {
            let name = &file.symbols[symbol].name;
            let is_old = old.contains(&place) && std::ptr::eq(file, pairs[place.pair].before.as_ref().unwrap_or(file));
            (group(file.symbols[symbol].kind), if is_old { rename_words(name, &renames) } else { name.clone() })
        };
        let mut again = Matching { pairs, out: Vec::new(), before: self.before.clone(), after: self.after.clone() };
        again.by(renamed);
        self.out.extend(again.out);
        self.before = again.before;
        self.after = again.after;
    }
}
