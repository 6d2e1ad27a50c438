//! Changes: the symbols that differ between before and after, each with its rung and facets.

mod builds;
mod defaults;
mod fields;
mod lone;
mod macros;
mod matching;
mod overloads;
mod pasted;
mod renames;
mod requalified;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ladder::conditions::is_for_older_tools;
use crate::ladder::{Constants, Facet, Pair, Rung, Surroundings, TELLER, facets, names_form, tells_by_name};
use crate::symbols::{Language, Lines, ParsedFile, Symbol, SymbolKind, Term};
use fields::Initialised;
use lone::hash_of;
use matching::{Matched, Place};

/// A symbol that differs between before and after.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
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

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Added,
    Removed,
    Modified,
    /// Moved to another file or namespace, unedited.
    Moved,
}

/// A file, or a part of one, that was not compared, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
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
    Comparison::of(pairs, &|| ()).changes
}

/// A comparison that can still be asked how it came to its changes.
pub struct Comparison<'a> {
    /// What the range changes, as [`diff`] gives it.
    pub changes: Vec<Change>,
    pairs: &'a [FilePair],
    matched: Vec<Matched>,
    surroundings: Surroundings,
    relocated: Relocated,
    /// Positions in `matched` by path and name after.
    by_name: OnceLock<FxHashMap<u128, Vec<usize>>>,
}

impl<'a> Comparison<'a> {
    /// Compares, and tells whenever another pair of files is done; that may be on any thread.
    pub fn of(pairs: &'a [FilePair], on_pair: &(dyn Fn() + Sync)) -> Comparison<'a> {
        let mut comparison = Comparison::as_written(pairs, on_pair);
        builds::settle(pairs, &mut comparison.changes);
        lone::explain(pairs, &mut comparison.changes);
        comparison
    }

    /// Compares without an answer to any build condition.
    fn as_written(pairs: &'a [FilePair], on_pair: &(dyn Fn() + Sync)) -> Comparison<'a> {
        let matched = matching::match_symbols(pairs);
        let surroundings = surroundings(pairs, &matched);
        let relocated =
            Relocated { values: fields::moved(pairs, &matched), defaults: defaults::moved(pairs, &matched) };
        let compared = by_pair(pairs, &matched).into_par_iter().flat_map_iter(|matched| {
            let _rest: Vec<_> = files_of(pairs, &matched).into_iter().map(ParsedFile::rest_again).collect();
            let mut changes: Vec<Change> =
                matched.iter().filter_map(|one| compare(pairs, one, &surroundings, &relocated)).collect();
            if changes.iter().any(|change| change.rung > Rung::Layout) && is_same_code(pairs, &matched) {
                changes = changes.into_iter().map(as_layout).collect();
            }
            on_pair();
            changes
        });
        let mut changes: Vec<Change> = compared.collect();
        pasted::explain(pairs, &matched, &mut changes);
        overloads::explain(pairs, &mut changes, &surroundings);
        lone::explain(pairs, &mut changes);
        changes.iter_mut().filter(|change| change.path.ends_with(".pyi")).for_each(as_annotation);
        changes.sort_by(in_reading_order);
        Comparison { changes, pairs, matched, surroundings, relocated, by_name: OnceLock::new() }
    }

    /// The normal forms of some of the changes at a rung; without one, at the last rung where they differ. `None` for
    /// what exists on one side only.
    pub fn forms(&self, changes: &[&Change], rung: Option<Rung>) -> Vec<Option<Forms>> {
        let sides: Vec<_> = changes.iter().map(|change| self.sides_of(change)).collect();
        let files = sides.iter().flatten().flat_map(|(before, after)| [before.0, after.0]);
        let _rest: Vec<_> = files.map(ParsedFile::rest_again).collect();
        sides.iter().map(|sides| sides.map(|sides| self.forms_of(sides, rung))).collect()
    }

    fn forms_of(&self, (before, after): (Located<'_>, Located<'_>), rung: Option<Rung>) -> Forms {
        let (language, kind) = (after.0.language, symbol_of(after).kind);
        let [one, two] = [before, after].map(|located| settled(located, &self.relocated).0);
        let pair = Pair { language, kind, before: one, after: two, surroundings: &self.surroundings };
        let equal_at = pair.clone().rung();
        let at = rung.or_else(|| Rung::ALL.into_iter().rfind(|&rung| rung < equal_at)).unwrap_or(Rung::Layout);
        let (before, after) = pair.normal_forms(at);
        Forms { rung: at, equal_at, before, after }
    }

    fn sides_of(&self, change: &Change) -> Option<(Located<'a>, Located<'a>)> {
        let by_name = self.by_name.get_or_init(|| self.index());
        let matched = by_name.get(&hash_of(&(&*change.path, &change.symbol)))?;
        let mut sides = matched.iter().filter_map(|&at| self.sides(&self.matched[at]));
        sides.find(|sides| is_of(change, sides))
    }

    fn index(&self) -> FxHashMap<u128, Vec<usize>> {
        let mut index: FxHashMap<u128, Vec<usize>> = FxHashMap::default();
        for (at, place) in self.matched.iter().enumerate().filter_map(|(at, one)| Some((at, one.after?))) {
            let file = place.file(self.pairs, false);
            index.entry(hash_of(&(&*file.path, &file.symbols[place.symbol].name))).or_default().push(at);
        }
        index
    }

    fn sides(&self, matched: &Matched) -> Option<(Located<'a>, Located<'a>)> {
        let (before, after) = (matched.before?, matched.after?);
        Some(((before.file(self.pairs, true), before.symbol), (after.file(self.pairs, false), after.symbol)))
    }
}

/// What two versions of a symbol are to a rung.
#[derive(Debug, Clone)]
pub struct Forms {
    pub rung: Rung,
    /// The first rung at which the two are the same.
    pub equal_at: Rung,
    pub before: Term,
    pub after: Term,
}

fn is_of(change: &Change, (before, after): &(Located<'_>, Located<'_>)) -> bool {
    let (old, new) = (symbol_of(*before), symbol_of(*after));
    new.name == change.symbol
        && after.0.path == change.path
        && change.after == Some(new.lines)
        && change.before == Some(old.lines)
        && new.kind == change.kind
}

/// By path, then by line.
fn in_reading_order(one: &Change, two: &Change) -> Ordering {
    let line = |change: &Change| change.after.or(change.before).map_or(0, |lines| lines.start);
    let place = one.path.cmp(&two.path).then_with(|| line(one).cmp(&line(two)));
    place.then_with(|| one.symbol.cmp(&two.symbol)).then(one.what.cmp(&two.what))
}

fn is_same_code(pairs: &[FilePair], matched: &[Matched]) -> bool {
    let Some(home) = matched.first().and_then(|one| one.after.or(one.before)) else { return false };
    let pair = &pairs[home.pair];
    matches!((&pair.before, &pair.after), (Some(before), Some(after)) if before.is_same_code(after))
}

/// Where the tokens of the whole file are the same, a deeper change can only come from code that could not be parsed.
fn as_layout(change: Change) -> Change {
    Change { rung: Rung::Layout, facets: Vec::new(), ..change }
}

/// A stub holds annotations, which nothing runs.
fn as_annotation(stub: &mut Change) {
    stub.rung = stub.rung.min(Rung::Spelling);
    stub.facets.clear();
}

/// The matches by the pair of files where they are shown: one pair after the other is read and let go.
fn by_pair(pairs: &[FilePair], matched: &[Matched]) -> Vec<Vec<Matched>> {
    let mut homes = vec![Vec::new(); pairs.len()];
    for one in matched {
        let home = one.after.or(one.before).expect("a match has at least one side").pair;
        homes[home].push(*one);
    }
    homes
}

fn files_of<'a>(pairs: &'a [FilePair], matched: &[Matched]) -> Vec<&'a ParsedFile> {
    let places = |before: bool| {
        let mut places: Vec<Place> =
            matched.iter().filter_map(|one| if before { one.before } else { one.after }).collect();
        places.sort_unstable();
        places.dedup_by_key(|place| place.pair);
        places.into_iter().map(move |place| place.file(pairs, before))
    };
    places(true).chain(places(false)).collect()
}

/// What moved between two symbols without changing what either does.
struct Relocated {
    values: Initialised,
    /// Functions whose default arguments moved, by last name.
    defaults: BTreeSet<String>,
}

/// What the comparison of one pair may know about the others.
fn surroundings(pairs: &[FilePair], matched: &[Matched]) -> Surroundings {
    let renames = renames::proven(pairs, matched);
    let named = [true, false].map(|before| named_by_edited(pairs, matched, before, &renames));
    let sides = [(true, &named[0]), (false, &named[1])];
    let [gone, new] = sides.map(|(before, named)| helpers(pairs, matched, before, named));
    let [macros_gone, macros_new] = sides.map(|(before, named)| macros::expressions(pairs, matched, before, named));
    let [constants_gone, constants_new] = sides.map(|(before, named)| constants(pairs, matched, before, named));
    let mut moved = moved(pairs, matched);
    moved.extend(requalified::types(pairs, matched));
    Surroundings { moved, gone, new, macros_gone, macros_new, constants_gone, constants_new, renames: renames.clone() }
}

/// Functions and types that are now defined in another namespace or class, by their last names.
fn moved(pairs: &[FilePair], matched: &[Matched]) -> BTreeSet<String> {
    let mut names: [BTreeMap<&str, BTreeSet<&str>>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let mut note = |place: Option<Place>, before: bool| {
        let Some(place) = place else { return };
        let symbol = &place.file(pairs, before).symbols[place.symbol];
        if matches!(
            symbol.kind,
            SymbolKind::Function | SymbolKind::Declaration | SymbolKind::Class | SymbolKind::Enum | SymbolKind::Alias
        ) {
            let leaf = matching::leaf_name(&symbol.name);
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
        .map(|(leaf, _)| leaf.to_owned())
        .collect()
}

/// Functions of one side only that something edited names, small enough to have been written in place.
fn helpers(pairs: &[FilePair], matched: &[Matched], before: bool, named: &FxHashSet<&str>) -> BTreeMap<String, Term> {
    let mut found: BTreeMap<&str, Place> = BTreeMap::new();
    for one in matched {
        let (own, other) = if before { (one.before, one.after) } else { (one.after, one.before) };
        let Some(place) = own.filter(|_| other.is_none()) else { continue };
        let file = place.file(pairs, before);
        let symbol = &file.symbols[place.symbol];
        let small = symbol.lines.end - symbol.lines.start < 150;
        let leaf = matching::leaf_name(&symbol.name);
        if symbol.kind == SymbolKind::Function && file.language == Language::Cpp && small && named.contains(leaf) {
            found.insert(leaf, place);
        }
    }
    let mut found: Vec<(Place, &str)> = found.into_iter().map(|(leaf, place)| (place, leaf)).collect();
    found.sort_unstable();
    let files: Vec<_> = found.chunk_by(|one, two| one.0.pair == two.0.pair).collect();
    let terms = files.into_par_iter().flat_map_iter(|found| {
        let file = found[0].0.file(pairs, before);
        let _rest = file.rest_again();
        found.iter().map(|(place, leaf)| ((*leaf).to_owned(), file.term(place.symbol))).collect::<Vec<_>>()
    });
    terms.collect()
}

/// Functions of one side only that something edited names and that only give a constant.
fn constants(pairs: &[FilePair], matched: &[Matched], before: bool, named: &FxHashSet<&str>) -> Constants {
    let mut found = Constants::new();
    for one in matched {
        let (own, other) = if before { (one.before, one.after) } else { (one.after, one.before) };
        let Some(place) = own.filter(|_| other.is_none()) else { continue };
        let file = place.file(pairs, before);
        let symbol = &file.symbols[place.symbol];
        let (leaf, short) = (matching::leaf_name(&symbol.name), symbol.lines.end - symbol.lines.start < 4);
        if symbol.kind != SymbolKind::Function || !short || file.language != Language::Cpp || !named.contains(leaf) {
            continue;
        }
        let text = String::from_utf8_lossy(&file.text()[symbol.bytes.clone()]);
        let body = text.split_once('{').and_then(|(_, body)| body.trim_end().strip_suffix('}')).unwrap_or("").trim();
        let value = body.strip_prefix("return").and_then(|value| value.strip_suffix(';'));
        if let Some(constant) = value.and_then(constant) {
            let class = symbol.name.strip_suffix(leaf).unwrap_or("");
            found.entry(leaf.to_owned()).or_default().push((class.to_owned(), constant.to_owned()));
        }
    }
    found
}

/// One string or one number.
fn constant(code: &str) -> Option<&str> {
    let code = code.trim();
    let string = code.len() > 1 && code.starts_with('"') && code.ends_with('"') && code.matches('"').count() == 2;
    let number = !code.is_empty()
        && code.chars().all(|c| c.is_ascii_alphanumeric())
        && code.starts_with(|c: char| c.is_ascii_digit());
    (string || number).then_some(code)
}

/// What the edited C++ symbols name on one side.
fn named_by_edited<'a>(
    pairs: &'a [FilePair],
    matched: &[Matched],
    before: bool,
    renames: &'a BTreeMap<String, String>,
) -> FxHashSet<&'a str> {
    let mut named = FxHashSet::default();
    for one in matched {
        let (Some(old), Some(new)) = (one.before, one.after) else { continue };
        let (old, new) = (&old.file(pairs, true).symbols[old.symbol], &new.file(pairs, false).symbols[new.symbol]);
        if old.fingerprint != new.fingerprint {
            let mentions = if before { &old.mentions } else { &new.mentions };
            named.extend(mentions.iter().map(|mention| matching::leaf_name(&mention.name)));
        }
    }
    // Both sides are looked at with the names of the side after.
    let renamed: Vec<&str> = named.iter().filter_map(|name| renames.get(*name)).map(String::as_str).collect();
    named.extend(renamed);
    named
}

fn compare(
    pairs: &[FilePair],
    matched: &Matched,
    surroundings: &Surroundings,
    relocated: &Relocated,
) -> Option<Change> {
    let before = matched.before.map(|place| (place.file(pairs, true), place.symbol));
    let after = matched.after.map(|place| (place.file(pairs, false), place.symbol));
    match (before, after) {
        (Some(before), Some(after)) => compare_both(before, after, surroundings, relocated),
        (Some(before), None) => Some(lone(before, What::Removed, relocated)),
        (None, Some(after)) => Some(lone(after, What::Added, relocated)),
        (None, None) => None,
    }
    .filter(|change| change.kind != SymbolKind::FileScope || (change.before.is_some() && change.after.is_some()))
}

type Located<'a> = (&'a ParsedFile, usize);

fn symbol_of<'a>((file, symbol): Located<'a>) -> &'a Symbol {
    &file.symbols[symbol]
}

fn compare_both(
    before: Located<'_>,
    after: Located<'_>,
    surroundings: &Surroundings,
    relocated: &Relocated,
) -> Option<Change> {
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
        let ((before, moved), (after, moved_too)) = (settled(before, relocated), settled(after, relocated));
        let pair = Pair { language: change.language, kind: two.kind, before, after, surroundings };
        let (before, after) = (pair.before.clone(), pair.after.clone());
        change.rung = pair.rung();
        if moved || moved_too {
            change.rung = change.rung.max(Rung::Structure);
        }
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

/// The term of a symbol without its name, and without initial values and default arguments that moved;
/// and whether there were any.
fn settled(located: Located<'_>, relocated: &Relocated) -> (Term, bool) {
    let mut term = unnamed(located);
    let symbol = symbol_of(located);
    let mut moved = fields::forget(&mut term, &symbol.name, symbol.kind, &relocated.values);
    if symbol.kind == SymbolKind::Function && relocated.defaults.contains(matching::leaf_name(&symbol.name)) {
        moved |= defaults::forget(&mut term);
    }
    (term, moved)
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
                        | "function_declarator"
                        | "declaration"
                        | "field_declaration"
                )
                || (child.field == Some("name") && child.code().ends_with(leaf))
        });
        match next {
            Some(next) if at.children[next].field == Some("name") || is_name(&at.children[next]) => {
                let kind = match leaf {
                    _ if leaf.starts_with('~') => "destructor_name",
                    _ if tells_by_name(leaf) => TELLER,
                    _ => "identifier",
                };
                at.children[next] = Term { field: at.children[next].field, ..Term::leaf(kind, "$self") };
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
fn lone(place: Located<'_>, what: What, relocated: &Relocated) -> Change {
    let (file, symbol) = (place.0, symbol_of(place));
    let term = file.term(place.1);
    let mut change = change_of(symbol, file, what);
    if what == What::Removed {
        change.before = change.after.take();
        change.fingerprints = (symbol.fingerprint, 0);
    }
    change.rung = if is_prototype(symbol, &term, file) {
        Rung::Layout
    } else if is_implicit(place, relocated)
        || is_for_defaults(symbol, relocated)
        || (what == What::Removed && is_obsolete(symbol))
    {
        Rung::Structure
    } else {
        Rung::Semantic
    };
    if change.rung == Rung::Semantic {
        let (before, after) = if what == What::Removed { (Some(&term), None) } else { (None, Some(&term)) };
        change.facets = facets::of(before, after, file.language, symbol.kind);
    }
    change
}

/// A declaration that is there for the defaults that the definition had.
fn is_for_defaults(symbol: &Symbol, relocated: &Relocated) -> bool {
    symbol.kind == SymbolKind::Declaration && relocated.defaults.contains(matching::leaf_name(&symbol.name))
}

/// A constructor or destructor that does what the compiler's own would do.
fn is_implicit(place: Located<'_>, relocated: &Relocated) -> bool {
    let symbol = symbol_of(place);
    let leaf = matching::leaf_name(&symbol.name);
    let owner = symbol.name.strip_suffix(leaf).and_then(|head| head.strip_suffix("::")).unwrap_or("");
    let special = matching::leaf_name(owner) == leaf.trim_start_matches('~') && !owner.is_empty();
    if symbol.kind != SymbolKind::Function || place.0.language != Language::Cpp || symbol.damaged || !special {
        return false;
    }
    let (term, _) = settled(place, relocated);
    let form = names_form(&term, Language::Cpp, symbol.kind, &BTreeMap::new());
    let defaulted = term.children.iter().any(|child| child.kind == "default_method_clause");
    let bare = symbol.parameters.as_deref().is_none_or(str::is_empty);
    let does_nothing = form.child("body").is_some_and(Term::is_leaf)
        && !form.children.iter().any(|child| child.kind == "field_initializer_list");
    does_nothing && (defaulted || bare)
}

/// Code that only versions of a compiler, of Python or of CUDA below some limit were given.
fn is_obsolete(symbol: &Symbol) -> bool {
    symbol.conditions().into_iter().any(is_for_older_tools)
}

/// A declaration outside a class says nothing that its definition does not, unless it has default arguments.
fn is_prototype(symbol: &Symbol, term: &Term, file: &ParsedFile) -> bool {
    let in_class = symbol.parent.is_some_and(|parent| file.symbols[parent].kind == SymbolKind::Class);
    let mut defaults = false;
    term.visit(&mut |node| defaults |= node.kind == "optional_parameter_declaration");
    symbol.kind == SymbolKind::Declaration && !defaults && !in_class
}
