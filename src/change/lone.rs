//! Names on one side only that every user explains: helpers that were extracted or written in place, code that nothing
//! uses, declarations of what the other side defines in place. They are structure, not semantics.

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_128;

use super::{Change, FilePair, What, matching};
use crate::ladder::{FacetKind, Rung};
use crate::symbols::{Language, Symbol, SymbolKind};

/// Takes the changes that are explained down to `structure`.
pub fn explain(pairs: &[FilePair], changes: &mut [Change]) {
    let sides = [OneSide::of(pairs, changes, What::Removed), OneSide::of(pairs, changes, What::Added)];
    let decided = decided_by(changes);
    let defined = [true, false].map(|before| defined(pairs, changes, before));
    // What explains one may in turn be explained by another.
    for _ in 0..EXPLANATION_ROUNDS {
        let rungs: Vec<Rung> = changes.iter().map(|change| change.rung).collect();
        let rung_of = |user: &Name<'_>| decided.get(&hash_of(user))?.iter().map(|&at| rungs[at]).max();
        let mut explained = false;
        for change in changes.iter_mut().filter(|change| is_lone_semantic(change)) {
            let side = &sides[usize::from(change.what == What::Added)];
            let declares = change.kind == SymbolKind::Declaration
                && defined.iter().all(|defined| defined.contains(&*change.symbol));
            if declares || is_explained(change, side, &rung_of) {
                change.rung = Rung::Structure;
                change.facets.clear();
                explained = true;
            }
        }
        if !explained {
            return;
        }
    }
}

/// How long a chain of helpers that only use each other may be.
const EXPLANATION_ROUNDS: usize = 4;

/// A symbol by its file and its qualified name.
pub type Name<'a> = (&'a str, &'a str);

pub fn hash_of((path, symbol): &Name<'_>) -> u128 {
    xxh3_128(format!("{path}\0{symbol}").as_bytes())
}

/// Which changes decide about a name: overloads have one name.
fn decided_by(changes: &[Change]) -> FxHashMap<u128, Vec<usize>> {
    let mut decided: FxHashMap<u128, Vec<usize>> = FxHashMap::default();
    for (at, change) in changes.iter().enumerate() {
        decided.entry(hash_of(&(&*change.path, &change.symbol))).or_default().push(at);
    }
    decided
}

/// The functions among the declarations of one side only that a side defines: in place before, elsewhere after, or the
/// other way round.
fn defined<'a>(pairs: &'a [FilePair], changes: &[Change], before: bool) -> FxHashSet<&'a str> {
    let declared: FxHashSet<&str> = changes
        .iter()
        .filter(|change| change.kind == SymbolKind::Declaration && is_lone_semantic(change) && !gives_defaults(change))
        .map(|change| &*change.symbol)
        .collect();
    let files = pairs.iter().filter_map(|pair| if before { pair.before.as_ref() } else { pair.after.as_ref() });
    files
        .filter(|_| !declared.is_empty())
        .flat_map(|file| file.symbols.iter())
        .filter(|symbol| symbol.kind == SymbolKind::Function && declared.contains(&*symbol.name))
        .map(|symbol| &*symbol.name)
        .collect()
}

fn gives_defaults(change: &Change) -> bool {
    let of_signature = change.facets.iter().filter(|facet| facet.kind == FacetKind::Signature);
    of_signature.flat_map(|facet| [&facet.before, &facet.after]).flatten().any(|text| text.contains('='))
}

fn is_lone_semantic(change: &Change) -> bool {
    change.rung == Rung::Semantic
        && change.language == Language::Cpp
        && matches!(change.what, What::Removed | What::Added)
}

fn is_explained(change: &Change, side: &OneSide<'_>, rung_of: &dyn Fn(&Name<'_>) -> Option<Rung>) -> bool {
    let leaf = matching::leaf_name(&change.symbol);
    let own =
        |name: &str| name.strip_prefix(&*change.symbol).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let users = || side.users_of(leaf).filter(|(_, name)| !own(name));
    if side.owner_of(change).is_some_and(|owner| rung_of(&(&change.path, owner)) == Some(Rung::Structure)) {
        return true;
    }
    let unused = users().next().is_none();
    let harmless = || users().all(|user| rung_of(user).is_none_or(|rung| rung < Rung::Semantic));
    let local = || side.local.contains(&hash_of(&(&*change.path, &change.symbol)));
    match change.kind {
        SymbolKind::Function if unused => local(),
        // Where something else still used a removed variable, the range would not build.
        SymbolKind::Variable | SymbolKind::Table if unused => change.what == What::Removed || local(),
        SymbolKind::Macro | SymbolKind::Alias => harmless(),
        SymbolKind::Function | SymbolKind::Variable | SymbolKind::Class | SymbolKind::Enum => {
            harmless() && users().any(|user| rung_of(user).is_some())
        }
        _ => false,
    }
}

/// What one side knows about the names that only it has.
struct OneSide<'a> {
    /// Who mentions them, by last name.
    users: FxHashMap<&'a str, Vec<Name<'a>>>,
    /// Symbols that no other file can name.
    local: FxHashSet<u128>,
    /// Classes that only this side has.
    classes: FxHashSet<u128>,
}

impl<'a> OneSide<'a> {
    fn of(pairs: &'a [FilePair], changes: &[Change], what: What) -> OneSide<'a> {
        let lone = changes.iter().filter(|change| is_lone_semantic(change) && change.what == what);
        let classes = lone.clone().filter(|change| change.kind == SymbolKind::Class);
        let classes = classes.map(|change| hash_of(&(&*change.path, &change.symbol))).collect();
        let names: FxHashSet<&str> = lone.map(|change| matching::leaf_name(&change.symbol)).collect();
        let mut side = OneSide { users: FxHashMap::default(), local: FxHashSet::default(), classes };
        let files = pairs
            .iter()
            .filter_map(|pair| if what == What::Removed { pair.before.as_ref() } else { pair.after.as_ref() });
        for file in files.filter(|file| file.language == Language::Cpp && !names.is_empty()) {
            for symbol in file.symbols.iter() {
                side.note(&file.path, symbol, &names);
            }
        }
        side
    }

    fn note(&mut self, path: &'a str, symbol: &'a Symbol, names: &FxHashSet<&str>) {
        let name: Name<'a> = (path, &symbol.name);
        if symbol.local {
            self.local.insert(hash_of(&name));
        }
        for mention in &symbol.mentions {
            let leaf = matching::leaf_name(&mention.name);
            if names.contains(leaf) {
                self.users.entry(leaf).or_default().push(name);
            }
        }
    }

    /// The class that came or went together with this member of it.
    fn owner_of<'c>(&self, change: &'c Change) -> Option<&'c str> {
        let (owner, _) = change.symbol.rsplit_once("::")?;
        self.classes.contains(&hash_of(&(&*change.path, owner))).then_some(owner)
    }

    fn users_of(&self, leaf: &str) -> impl Iterator<Item = &Name<'a>> {
        self.users.get(leaf).into_iter().flatten()
    }
}
