//! Renames: definitions that got another name, and what that proves about names in the rest of the range.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::FilePair;
use super::matching::{Matched, Place, leaf_name};
use crate::ladder::names_form;
use crate::symbols::{Language, SymbolKind, Term};

/// What the definitions of one side only are made of: all that is needed to see whether one is another, renamed.
pub struct Shapes {
    before: FxHashMap<Place, (Shape, Tokens)>,
    after: FxHashMap<Place, (Shape, [u128; 2])>,
}

/// The tokens of a definition, each a hash, read in the two ways in which its own name can occur: wherever the name stands
/// the definition is meant, or only where it stands first and other things have the same name.
type Tokens = [Vec<u64>; 2];

/// What two definitions must have in common besides their code.
type Shape = (Language, SymbolKind);

impl Shapes {
    /// Reads the definitions at these places.
    pub fn of(pairs: &[FilePair], before: &[Place], after: &[Place]) -> Shapes {
        Shapes {
            before: read(pairs, before, true, |tokens| tokens),
            after: read(pairs, after, false, |tokens| tokens.map(|tokens| hash(&tokens))),
        }
    }

    /// Definitions at the given places that are the same but for their name and for what `known` renames, one to one.
    pub fn candidates(
        &self,
        before: &[Place],
        after: &[Place],
        known: &BTreeMap<String, String>,
    ) -> Vec<(Place, Place)> {
        let renames: FxHashMap<u64, u64> =
            known.iter().map(|(old, new)| (xxh3_64(old.as_bytes()), xxh3_64(new.as_bytes()))).collect();
        let renamed = |tokens: &[u64]| {
            let tokens: Vec<u64> = tokens.iter().map(|token| *renames.get(token).unwrap_or(token)).collect();
            hash(&tokens)
        };
        let mut found: Vec<(Place, Place)> = Vec::new();
        for way in 0..2 {
            let old = by_shape(before, |place| self.before.get(place).map(|(shape, all)| (*shape, renamed(&all[way]))));
            let new = by_shape(after, |place| self.after.get(place).map(|(shape, all)| (*shape, all[way])));
            pair_up(&old, &new, &mut found);
        }
        found.sort_unstable();
        found
    }
}

type Shapely = FxHashMap<(Shape, u128), Vec<Place>>;

/// Pairs what has the same shape on both sides and has not been paired yet.
fn pair_up(old: &Shapely, new: &Shapely, found: &mut Vec<(Place, Place)>) {
    let (olds, news): (FxHashSet<Place>, FxHashSet<Place>) = found.iter().copied().unzip();
    #[expect(clippy::iter_over_hash_type, reason = "what is found is sorted by the caller")]
    for (shape, places) in old {
        let Some(others) = new.get(shape).filter(|others| others.len() == places.len()) else { continue };
        let taken = places.iter().any(|place| olds.contains(place)) || others.iter().any(|place| news.contains(place));
        if !taken {
            found.extend(places.iter().copied().zip(others.iter().copied()));
        }
    }
}

fn by_shape(places: &[Place], shape: impl Fn(&Place) -> Option<(Shape, u128)>) -> Shapely {
    let mut shapes = Shapely::default();
    for place in places {
        if let Some(shape) = shape(place) {
            shapes.entry(shape).or_default().push(*place);
        }
    }
    shapes
}

/// Reads the code at the places that can be renamed, file by file.
fn read<T: Send>(
    pairs: &[FilePair],
    places: &[Place],
    before: bool,
    make: impl Fn(Tokens) -> T + Sync,
) -> FxHashMap<Place, (Shape, T)> {
    let files: Vec<&[Place]> = places.chunk_by(|one, two| one.pair == two.pair).collect();
    let read = files.into_par_iter().flat_map_iter(|places| {
        let file = places[0].file(pairs, before);
        let _rest = file.rest_again();
        let mut read = Vec::new();
        for &place in places {
            let symbol = &file.symbols[place.symbol];
            if can_be_renamed(symbol.kind) {
                let term = names_form(&file.term(place.symbol), file.language, symbol.kind, &BTreeMap::new());
                let tokens = tokens(&term, leaf_name(&symbol.name));
                read.push((place, ((file.language, symbol.kind), make(tokens))));
            }
        }
        read
    });
    read.collect()
}

/// What Python sees keeps its name; file scopes have none.
fn can_be_renamed(kind: SymbolKind) -> bool {
    !matches!(
        kind,
        SymbolKind::Row | SymbolKind::Binding | SymbolKind::Branch | SymbolKind::FileScope | SymbolKind::Invocation
    )
}

/// The code at the rung where local names do not count, without its own name and without texts; each token a hash.
fn tokens(term: &Term, leaf: &str) -> Tokens {
    let told = |token: &&str| token.contains(['"', ' ']);
    let tokens: Vec<&str> = term.tokens().into_iter().filter(|token| *token == leaf || !told(token)).collect();
    let first = tokens.iter().position(|token| *token == leaf);
    let read = |at: usize, own: bool| xxh3_64(if own { b"$self" } else { tokens[at].as_bytes() });
    [
        (0..tokens.len()).map(|at| read(at, tokens[at] == leaf)).collect(),
        (0..tokens.len()).map(|at| read(at, Some(at) == first)).collect(),
    ]
}

fn hash(tokens: &[u64]) -> u128 {
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
    xxh3_128(&bytes)
}

/// Names that definitions of this range carried before → after, where no other definition says otherwise.
pub fn proven(pairs: &[FilePair], matched: &[Matched]) -> BTreeMap<String, String> {
    let mut renames: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut kept: FxHashSet<&str> = FxHashSet::default();
    for one in matched {
        let (Some(before), Some(after)) = (one.before, one.after) else { continue };
        let old = &before.file(pairs, true).symbols[before.symbol];
        let new = &after.file(pairs, false).symbols[after.symbol];
        if !can_be_renamed(old.kind) || before.file(pairs, true).language != Language::Cpp {
            continue;
        }
        let (old, new) = (leaf_name(&old.name), leaf_name(&new.name));
        if old == new {
            kept.insert(old);
        } else if is_identifier(old) && is_identifier(new) {
            let entry = renames.entry(old).or_insert(Some(new));
            if *entry != Some(new) {
                *entry = None;
            }
        }
    }
    renames.retain(|old, _| !kept.contains(old));
    renames.into_iter().filter_map(|(old, new)| Some((old.to_owned(), new?.to_owned()))).collect()
}

fn is_identifier(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
