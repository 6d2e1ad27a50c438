//! Matching: which symbol after is which symbol before.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::FilePair;
use super::renames::{self, Shapes};
use crate::ladder::names::rename_words;
use crate::symbols::{Language, ParsedFile, Symbol, SymbolKind};

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
        (named(own, place), own.parameters.as_deref(), own.fingerprint)
    });
    // The same function for several builds: which build tells them apart before their parameters do.
    matching.by(|file, symbol, place| {
        let own = &file.symbols[symbol];
        let unconditional = own.conditions().is_empty().then_some(own.parameters.as_deref());
        (named(own, place), own.conditions(), unconditional)
    });
    matching
        .by(|file, symbol, place| (named(&file.symbols[symbol], place), file.symbols[symbol].parameters.as_deref()));
    matching.by(|file, symbol, place| named(&file.symbols[symbol], place));
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        (file.language, group(own.kind), own.name.as_str(), own.parameters.as_deref(), own.fingerprint)
    });
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        (file.language, group(own.kind), own.name.as_str(), own.parameters.as_deref())
    });
    matching.by(|file, symbol, _| {
        let own = &file.symbols[symbol];
        let lone = matches!(own.kind, SymbolKind::FileScope).then_some(symbol);
        (file.language, group(own.kind), leaf_name(&own.name), own.fingerprint, lone)
    });
    matching.renamed();
    // Moved and edited: the only one of its name on both sides.
    matching.by_only(|symbol| Some((last_two(&symbol.name), symbol.parameters.as_deref())));
    matching.by_only(|symbol| Some((leaf_name(&symbol.name), symbol.parameters.as_deref())));
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
    // Where several would match, the first path decides, whatever the order of the files.
    places.sort_by(|one, two| one.file(pairs, before).path.cmp(&two.file(pairs, before).path));
    places
}

/// What names a symbol in its pair of files.
fn named(own: &Symbol, place: Place) -> (usize, SymbolKind, &str) {
    (place.pair, group(own.kind), &own.name)
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

/// `Work::wait` of `c10d::ProcessGroup::Work::wait`.
fn last_two(name: &str) -> &str {
    let head = &name[..name.len() - leaf_name(name).len()];
    let owner = head.strip_suffix("::").map_or(0, |owner| owner.len() - leaf_name(owner).len());
    &name[owner..]
}

/// Takes the candidate that mentions most of what `after` mentions; the first in source order where that is even.
fn take_most_alike(pairs: &[FilePair], candidates: &mut Vec<Place>, after: Place) -> Option<Place> {
    if candidates.len() < 2 {
        return candidates.pop();
    }
    let mentions = &after.file(pairs, false).symbols[after.symbol].mentions;
    let names: FxHashSet<&str> = mentions.iter().map(|mention| &*mention.name).collect();
    // Names as common as `main` are not worth a comparison of all with all.
    let far = candidates.len().saturating_sub(CANDIDATE_LIMIT);
    let alike = |place: &Place| {
        let own = &place.file(pairs, true).symbols[place.symbol].mentions;
        let common = own.iter().filter(|mention| names.contains(&*mention.name)).count();
        2 * common * 1000 / (own.len() + names.len()).max(1)
    };
    // Later candidates come first in the list, and `max_by_key` prefers the last: that is source order.
    let near = candidates.iter().enumerate().skip(far);
    let best = near.max_by_key(|(_, place)| alike(place)).map(|(at, _)| at)?;
    Some(candidates.remove(best))
}

/// Among how many symbols of one name the most alike is looked for.
const CANDIDATE_LIMIT: usize = 64;

struct Matching<'a> {
    pairs: &'a [FilePair],
    out: Vec<Matched>,
    before: Vec<Place>,
    after: Vec<Place>,
}

impl<'a> Matching<'a> {
    /// Matches what has the same key on both sides: within a key the most alike first, then in source order.
    fn by<K: Hash + Eq>(&mut self, key: impl Fn(&'a ParsedFile, usize, Place) -> K) {
        let pairs = self.pairs;
        let mut waiting: FxHashMap<K, Vec<Place>> = FxHashMap::default();
        for &place in self.before.iter().rev() {
            let file = place.file(pairs, true);
            waiting.entry(key(file, place.symbol, place)).or_default().push(place);
        }
        let mut taken = Vec::new();
        let out = &mut self.out;
        self.after.retain(|&place| {
            let file = place.file(pairs, false);
            let candidates = waiting.get_mut(&key(file, place.symbol, place));
            match candidates.and_then(|candidates| take_most_alike(pairs, candidates, place)) {
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

    /// Matches C++ functions and classes whose key only one symbol of either side has.
    fn by_only<K: Hash + Eq>(&mut self, key: impl Fn(&'a Symbol) -> Option<K>) {
        let pairs = self.pairs;
        let keyed = |places: &[Place], before: bool| {
            let mut keyed: FxHashMap<(SymbolKind, K), Vec<Place>> = FxHashMap::default();
            for &place in places {
                let file = place.file(pairs, before);
                let symbol = &file.symbols[place.symbol];
                let fits = matches!(symbol.kind, SymbolKind::Function | SymbolKind::Declaration | SymbolKind::Class);
                if let Some(key) = key(symbol).filter(|_| fits && file.language == Language::Cpp) {
                    keyed.entry((symbol.kind, key)).or_default().push(place);
                }
            }
            keyed
        };
        let (old, new) = (keyed(&self.before, true), keyed(&self.after, false));
        let taken: FxHashMap<Place, Place> = new
            .iter()
            .filter_map(|(key, places)| match (old.get(key)?.as_slice(), places.as_slice()) {
                ([before], [after]) => Some((*after, *before)),
                _ => None,
            })
            .collect();
        let gone: FxHashSet<Place> = taken.values().copied().collect();
        let matches = self
            .after
            .iter()
            .filter_map(|after| Some(Matched { before: Some(*taken.get(after)?), after: Some(*after) }));
        self.out.extend(matches);
        self.after.retain(|place| !taken.contains_key(place));
        self.before.retain(|place| !gone.contains(place));
    }

    /// Matches definitions whose name changed, then what their names qualify and what they are made of, until nothing
    /// more follows.
    fn renamed(&mut self) {
        if self.before.is_empty() || self.after.is_empty() {
            return;
        }
        let shapes = Shapes::of(self.pairs, &self.before, &self.after);
        for _ in 0..RENAME_ROUNDS {
            let known = renames::proven(self.pairs, &self.out);
            let found = shapes.candidates(&self.before, &self.after, &known);
            for &(before, after) in &found {
                self.out.push(Matched { before: Some(before), after: Some(after) });
            }
            let (olds, news): (FxHashSet<Place>, FxHashSet<Place>) = found.iter().copied().unzip();
            self.before.retain(|place| !olds.contains(place));
            self.after.retain(|place| !news.contains(place));
            let matched = self.out.len();
            self.by_renamed_qualifier();
            if found.is_empty() && self.out.len() == matched {
                return;
            }
        }
    }

    /// `Old::f` is `New::f` where `Old` became `New`.
    fn by_renamed_qualifier(&mut self) {
        let renames = renames::proven(self.pairs, &self.out);
        if renames.is_empty() {
            return;
        }
        let pairs = self.pairs;
        let name = |file: &ParsedFile, place: Place| {
            let symbol = &file.symbols[place.symbol];
            (group(symbol.kind), symbol.name.clone(), symbol.parameters.clone())
        };
        let mut waiting: FxHashMap<_, Vec<Place>> = FxHashMap::default();
        for &place in self.before.iter().rev() {
            let (kind, old, parameters) = name(place.file(pairs, true), place);
            let parameters = parameters.map(|parameters| rename_words(&parameters, &renames));
            waiting.entry((kind, rename_words(&old, &renames), parameters)).or_default().push(place);
        }
        let mut taken = FxHashSet::default();
        let out = &mut self.out;
        self.after.retain(|&place| match waiting.get_mut(&name(place.file(pairs, false), place)).and_then(Vec::pop) {
            Some(before) => {
                out.push(Matched { before: Some(before), after: Some(place) });
                taken.insert(before);
                false
            }
            None => true,
        });
        self.before.retain(|place| !taken.contains(place));
    }
}

/// How many renames may depend on each other.
const RENAME_ROUNDS: usize = 6;
