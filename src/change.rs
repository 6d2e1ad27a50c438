//! Changes: the symbols that differ between before and after, each with its rung and facets.

mod matching;
mod renames;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::ladder::{Facet, Pair, Rung, Surroundings, facets};
use crate::symbols::{Language, Lines, ParsedFile, Symbol, SymbolKind, Term};
use matching::{Matched, Place};

/// A symbol that differs between before and after.
#[derive(Debug, Clone)]
pub struct Change {
    pub language: Language,
    /// After's path, or before's where the symbol was removed.
    pub path: Arc<str>,
    /// Before's path, where it is another one.
    pub before_path: Option<Arc<str>>,
    /// Qualified name after, or before where the symbol was removed.
    pub symbol: String,
    /// Qualified name before, where it is another one.
    pub before_symbol: Option<String>,
    pub kind: SymbolKind,
    pub what: What,
    pub rung: Rung,
    pub facets: Vec<Facet>,
    pub before: Option<Lines>,
    pub after: Option<Lines>,
    /// A tree with errors was compared by its tokens: the rung may be too deep.
    pub certain: bool,
    /// Content of the change at the rung where it is decided, before and after: what an ack covers.
    pub fingerprints: (u128, u128),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Added,
    Removed,
    Modified,
    /// Moved to another file or namespace, unedited.
    Moved,
}

/// A file, or a part of one, that was not compared, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    pub path: Arc<str>,
    pub reason: String,
}

/// A changed file, parsed on the sides where it exists.
#[derive(Debug, Clone)]
pub struct FilePair {
    pub before: Option<ParsedFile>,
    pub after: Option<ParsedFile>,
}

/// What the range changes, symbol by symbol; sorted by path, then by line.
pub fn diff(pairs: &[FilePair]) -> Vec<Change> {
    let matched = matching::match_symbols(pairs);
    let surroundings = surroundings(pairs, &matched);
    let same_code: Vec<bool> = pairs.par_iter().map(FilePair::is_same_code).collect();
    let compared = matched.par_iter().filter_map(|matched| {
        let change = compare(pairs, matched, &surroundings)?;
        let place = matched.before.or(matched.after).filter(|place| same_code[place.pair]);
        Some(if place.is_some() { as_layout(change) } else { change })
    });
    let mut changes: Vec<Change> = compared.collect();
    explain_lone(pairs, &mut changes);
    let line = |change: &Change| change.after.or(change.before).map_or(0, |lines| lines.start);
    changes.sort_by(|one, two| {
        let key = |change: &Change| (change.path.clone(), line(change));
        key(one).cmp(&key(two)).then_with(|| one.symbol.cmp(&two.symbol)).then(one.what.cmp(&two.what))
    });
    changes
}

impl FilePair {
    fn is_same_code(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.is_same_code(after))
    }
}

/// Where the tokens of the whole file are the same, a deeper change can only come from code that could not be parsed.
fn as_layout(change: Change) -> Change {
    Change { rung: Rung::Layout, facets: Vec::new(), ..change }
}

/// What the comparison of one pair may know about the others.
fn surroundings(pairs: &[FilePair], matched: &[Matched]) -> Surroundings {
    let mut surroundings = Surroundings { renames: renames::proven(pairs, matched), ..Surroundings::default() };
    surroundings.moved = moved(pairs, matched);
    for one in matched {
        match (one.before, one.after) {
            (Some(place), None) => remember(&mut surroundings.gone, pairs, place, true),
            (None, Some(place)) => remember(&mut surroundings.new, pairs, place, false),
            _ => {}
        }
    }
    surroundings
}

/// Functions that are now defined in another namespace or class, by their last names.
fn moved(pairs: &[FilePair], matched: &[Matched]) -> BTreeSet<String> {
    let mut names: [BTreeMap<String, BTreeSet<&str>>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let mut note = |place: Option<Place>, before: bool| {
        let Some(place) = place else { return };
        let symbol = &place.file(pairs, before).symbols[place.symbol];
        if matches!(symbol.kind, SymbolKind::Function | SymbolKind::Declaration) {
            let leaf = matching::leaf_name(&symbol.name).to_string();
            names[usize::from(!before)].entry(leaf).or_default().insert(&symbol.name);
        }
    };
    for one in matched {
        note(one.before, true);
        note(one.after, false);
    }
    let [old, new] = names;
    old.into_iter()
        .filter(|(leaf, owners)| new.get(leaf).is_some_and(|new| new.is_disjoint(owners)))
        .map(|(leaf, _)| leaf)
        .collect()
}

/// Functions small enough to have been written in place.
fn remember(functions: &mut BTreeMap<String, Term>, pairs: &[FilePair], place: Place, before: bool) {
    let file = place.file(pairs, before);
    let symbol = &file.symbols[place.symbol];
    let small = symbol.lines.end - symbol.lines.start < 150;
    if symbol.kind == SymbolKind::Function && file.language == Language::Cpp && small {
        functions.insert(matching::leaf_name(&symbol.name).to_string(), file.term(place.symbol));
    }
}

fn compare(pairs: &[FilePair], matched: &Matched, surroundings: &Surroundings) -> Option<Change> {
    let before = matched.before.map(|place| (place.file(pairs, true), place.symbol));
    let after = matched.after.map(|place| (place.file(pairs, false), place.symbol));
    match (before, after) {
        (Some(before), Some(after)) => compare_both(before, after, surroundings),
        (Some(before), None) => Some(lone(before, What::Removed)),
        (None, Some(after)) => Some(lone(after, What::Added)),
        (None, None) => None,
    }
    .filter(|change| change.kind != SymbolKind::FileScope || (change.before.is_some() && change.after.is_some()))
}

type Located<'a> = (&'a ParsedFile, usize);

fn symbol_of<'a>((file, symbol): Located<'a>) -> &'a Symbol {
    &file.symbols[symbol]
}

fn compare_both(before: Located<'_>, after: Located<'_>, surroundings: &Surroundings) -> Option<Change> {
    let (one, two) = (symbol_of(before), symbol_of(after));
    let elsewhere = before.0.path != after.0.path && one.kind != SymbolKind::FileScope || one.name != two.name;
    let same = one.fingerprint == two.fingerprint;
    if same && one.raw_fingerprint == two.raw_fingerprint && !elsewhere {
        return None;
    }
    let mut change = change_of(two, after.0, if elsewhere { What::Moved } else { What::Modified });
    change.before_path = (before.0.path != after.0.path).then(|| before.0.path.clone());
    change.before_symbol = (one.name != two.name).then(|| one.name.clone());
    change.before = Some(one.lines);
    change.certain = !(one.damaged || two.damaged);
    change.fingerprints = (one.fingerprint, two.fingerprint);
    change.rung = Rung::Layout;
    if !same {
        let (before, after) = (unnamed(before), unnamed(after));
        let pair = Pair { language: change.language, kind: two.kind, before, after, surroundings };
        let (before, after) = (pair.before.clone(), pair.after.clone());
        change.rung = pair.rung();
        if change.rung == Rung::Semantic {
            change.facets = facets::of(Some(&before), Some(&after), change.language, two.kind);
            change.what = if change.before_path.is_some() { change.what } else { What::Modified };
        }
    }
    if elsewhere && change.rung < Rung::Structure {
        change.rung = if change.before_path.is_some() { Rung::Structure } else { change.rung.max(Rung::Names) };
    }
    Some(change)
}

/// The term of a symbol with its own name taken out: what it is called is not what it does.
fn unnamed((file, symbol): Located<'_>) -> Term {
    let mut term = file.term(symbol);
    let kind = file.symbols[symbol].kind;
    if matches!(kind, SymbolKind::Function | SymbolKind::Declaration | SymbolKind::Class) {
        let qualified = &file.symbols[symbol].name;
        forget_name(&mut term, matching::leaf_name(qualified));
    }
    term
}

fn forget_name(term: &mut Term, leaf: &str) {
    let mut at = &mut *term;
    for _ in 0..64 {
        let next = at.children.iter().position(|child| {
            matches!(child.field, Some("declarator" | "definition"))
                || matches!(
                    child.kind,
                    "function_definition"
                        | "class_definition"
                        | "reference_declarator"
                        | "declaration"
                        | "field_declaration"
                )
                || (child.field == Some("name") && child.code().ends_with(leaf))
        });
        match next {
            Some(next) if at.children[next].field == Some("name") || is_name(&at.children[next]) => {
                at.children[next] = Term { field: at.children[next].field, ..Term::leaf("identifier", "$self") };
                return;
            }
            Some(next) => at = &mut at.children[next],
            None => return,
        }
    }
}

fn is_name(term: &Term) -> bool {
    matches!(
        term.kind,
        "identifier"
            | "field_identifier"
            | "qualified_identifier"
            | "operator_name"
            | "destructor_name"
            | "type_identifier"
    )
}

fn change_of(symbol: &Symbol, file: &ParsedFile, what: What) -> Change {
    Change {
        language: file.language,
        path: file.path.clone(),
        before_path: None,
        symbol: symbol.name.clone(),
        before_symbol: None,
        kind: symbol.kind,
        what,
        rung: Rung::Semantic,
        facets: Vec::new(),
        before: None,
        after: Some(symbol.lines),
        certain: !symbol.damaged,
        fingerprints: (0, symbol.fingerprint),
    }
}

/// A symbol that exists on one side only.
fn lone(place: Located<'_>, what: What) -> Change {
    let (file, symbol) = (place.0, symbol_of(place));
    let term = file.term(place.1);
    let mut change = change_of(symbol, file, what);
    if what == What::Removed {
        change.before = change.after.take();
        change.fingerprints = (symbol.fingerprint, 0);
    }
    change.rung = if is_prototype(symbol, &term, file) { Rung::Layout } else { Rung::Semantic };
    if change.rung == Rung::Semantic {
        let (before, after) = if what == What::Removed { (Some(&term), None) } else { (None, Some(&term)) };
        change.facets = facets::of(before, after, file.language, symbol.kind);
    }
    change
}

/// A declaration outside a class says nothing that its definition does not, unless it has default arguments.
fn is_prototype(symbol: &Symbol, term: &Term, file: &ParsedFile) -> bool {
    let in_class = symbol.parent.is_some_and(|parent| file.symbols[parent].kind == SymbolKind::Class);
    let mut defaults = false;
    term.visit(&mut |node| defaults |= node.kind == "optional_parameter_declaration");
    symbol.kind == SymbolKind::Declaration && !defaults && !in_class
}

/// Names on one side only that every user explains: helpers that were extracted or written in place, code that nothing
/// uses. They are structure, not semantics.
fn explain_lone(pairs: &[FilePair], changes: &mut [Change]) {
    let users = [Users::of(pairs, true), Users::of(pairs, false)];
    // What explains one may in turn be explained by another.
    for _ in 0..EXPLANATION_ROUNDS {
        let decided: FxHashMap<(Arc<str>, String), Rung> =
            changes.iter().map(|change| ((change.path.clone(), change.symbol.clone()), change.rung)).collect();
        let mut explained = false;
        for change in
            changes.iter_mut().filter(|change| change.rung == Rung::Semantic && change.language == Language::Cpp)
        {
            let side = match change.what {
                What::Removed => &users[0],
                What::Added => &users[1],
                _ => continue,
            };
            if is_explained(change, side, &decided, pairs) {
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

fn is_explained(
    change: &Change,
    users: &Users,
    decided: &FxHashMap<(Arc<str>, String), Rung>,
    pairs: &[FilePair],
) -> bool {
    let leaf = matching::leaf_name(&change.symbol);
    let users: Vec<&(Arc<str>, String)> = users.of_name(leaf).filter(|(_, name)| *name != change.symbol).collect();
    let harmless = users.iter().all(|user| decided.get(*user).is_none_or(|&rung| rung < Rung::Semantic));
    match change.kind {
        SymbolKind::Function if users.is_empty() => is_local(change, pairs),
        // Where something else still used a removed variable, the range would not build.
        SymbolKind::Variable | SymbolKind::Table if users.is_empty() => {
            change.what == What::Removed || is_local(change, pairs)
        }
        SymbolKind::Macro | SymbolKind::Alias => users.is_empty() || harmless,
        SymbolKind::Function | SymbolKind::Variable => {
            let changed = users.iter().any(|user| decided.contains_key(*user));
            harmless && changed
        }
        _ => false,
    }
}

fn is_local(change: &Change, pairs: &[FilePair]) -> bool {
    let mut files = pairs
        .iter()
        .filter_map(|pair| if change.what == What::Removed { pair.before.as_ref() } else { pair.after.as_ref() });
    let file = files.find(|file| file.path == change.path);
    file.is_some_and(|file| file.symbols.iter().any(|symbol| symbol.name == change.symbol && symbol.local))
}

/// Who mentions a name, on one side.
struct Users(FxHashMap<Arc<str>, Vec<(Arc<str>, String)>>);

impl Users {
    fn of(pairs: &[FilePair], before: bool) -> Users {
        let mut users: FxHashMap<Arc<str>, Vec<(Arc<str>, String)>> = FxHashMap::default();
        let files = pairs.iter().filter_map(|pair| if before { pair.before.as_ref() } else { pair.after.as_ref() });
        for file in files.filter(|file| file.language == Language::Cpp) {
            for symbol in &file.symbols {
                for mention in &symbol.mentions {
                    let leaf = matching::leaf_name(&mention.name);
                    let place = (file.path.clone(), symbol.name.clone());
                    users.entry(leaf.into()).or_default().push(place);
                }
            }
        }
        Users(users)
    }

    fn of_name(&self, leaf: &str) -> impl Iterator<Item = &(Arc<str>, String)> {
        self.0.get(leaf).into_iter().flatten()
    }
}

/// Normal forms of the symbols whose qualified name contains `name`, before and after, at a rung.
pub fn normal_forms(pairs: &[FilePair], name: &str, rung: Rung) -> Vec<(String, SymbolKind, Term, Term)> {
    let matched = matching::match_symbols(pairs);
    let surroundings = surroundings(pairs, &matched);
    let mut forms = Vec::new();
    for one in &matched {
        let (Some(before), Some(after)) = (one.before, one.after) else { continue };
        let (old, new) = ((before.file(pairs, true), before.symbol), (after.file(pairs, false), after.symbol));
        let symbol = symbol_of(new);
        let wanted =
            if name == "FileScope" { symbol.kind == SymbolKind::FileScope } else { symbol.name.contains(name) };
        if !wanted || symbol_of(old).fingerprint == symbol.fingerprint {
            continue;
        }
        let (language, kind) = (new.0.language, symbol.kind);
        let pair = Pair { language, kind, before: unnamed(old), after: unnamed(new), surroundings: &surroundings };
        let (before, after) = pair.normal_forms(rung);
        forms.push((symbol.name.clone(), kind, before, after));
    }
    forms
}

pub fn lone_names(pairs: &[FilePair]) -> Vec<String> {
    let matched = matching::match_symbols(pairs);
    let mut out: Vec<String> = matched
        .iter()
        .filter_map(|m| match (m.before, m.after) {
            (Some(p), None) => Some(format!(
                "- {} {:?}",
                p.file(pairs, true).symbols[p.symbol].name,
                p.file(pairs, true).symbols[p.symbol].kind
            )),
            (None, Some(p)) => Some(format!(
                "+ {} {:?}",
                p.file(pairs, false).symbols[p.symbol].name,
                p.file(pairs, false).symbols[p.symbol].kind
            )),
            _ => None,
        })
        .collect();
    for r in surroundings(pairs, &matched).renames {
        out.push(format!("~ {r:?}"));
    }
    out
}
