//! Who is meant by a mention: as well as syntax allows, without types and overload resolution.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::python::{self, Meaning, PythonIndex};
use super::{Bond, GraphFile, Means};
use crate::symbols::{Mention, Role, Symbol, SymbolKind};

/// A mention that could mean more names than this is left out: an edge to all of them would say nothing.
const MOST_CANDIDATES: usize = 4;

/// Members that nearly every class has: a call of one says nothing unless the class is known. From the calls of the
/// PyTorch tree with the most candidates.
const GENERIC_MEMBERS: [&str; 58] = [
    "add",
    "append",
    "apply",
    "at",
    "back",
    "begin",
    "c_str",
    "call",
    "cast",
    "cend",
    "cbegin",
    "clear",
    "clone",
    "contains",
    "copy",
    "count",
    "data",
    "device",
    "dim",
    "emplace",
    "emplace_back",
    "empty",
    "end",
    "erase",
    "find",
    "first",
    "front",
    "get",
    "hash",
    "has_value",
    "id",
    "insert",
    "item",
    "key",
    "keys",
    "length",
    "lock",
    "name",
    "next",
    "node",
    "ptr",
    "pop",
    "pop_back",
    "push",
    "push_back",
    "release",
    "remove",
    "reserve",
    "reset",
    "resize",
    "second",
    "set",
    "size",
    "str",
    "swap",
    "type",
    "value",
    "values",
];

/// A virtual method that more classes than this replace says nothing about which one is meant.
const MOST_OVERRIDES: usize = 8;

/// A symbol: the position of its file, and its own position in the file.
pub(super) type Place = (usize, usize);

/// What a symbol leads to.
#[derive(Default)]
pub(super) struct Bonds {
    pub bonds: Vec<(Place, Bond)>,
    /// Mentions that were left out because they could mean too many things.
    pub ambiguous: usize,
}

/// Finds what is meant in one snapshot. Nothing is worked out before it is asked for.
pub(super) struct Resolver<'f> {
    files: Vec<GraphFile<'f>>,
    index: Index<'f>,
    python: PythonIndex<'f>,
    families: OnceCell<Families<'f>>,
    closures: Closures,
}

impl<'f> Resolver<'f> {
    pub fn of(files: Vec<GraphFile<'f>>) -> Resolver<'f> {
        let index = Index::of(&files);
        let python = PythonIndex::of(&files);
        let closures = Closures::of(&files);
        Resolver { files, index, python, families: OnceCell::new(), closures }
    }

    pub fn symbol(&self, (file, at): Place) -> &Symbol {
        &self.files[file].symbols[at]
    }

    /// What a symbol leads to: what it mentions, the rows of a table, the methods that replace a virtual one.
    pub fn bonds_of(&self, from: Place) -> Bonds {
        let mut found = Bonds::default();
        let file = self.files[from.0];
        let symbol = &file.symbols[from.1];
        found.bonds.extend(rows(file, from));
        if python::is_python(file.path) {
            self.python_bonds(from, &mut found);
            return found;
        }
        for mention in &symbol.mentions {
            let (candidates, certain) = match Question::of(self, from.0, symbol, mention).answer() {
                Answer::Certain(candidates) => (candidates, true),
                Answer::Uncertain(candidates) => (candidates, false),
                Answer::Ambiguous => {
                    found.ambiguous += 1;
                    continue;
                }
                Answer::Unknown => continue,
            };
            let bond = |to: &Candidate<'_>| Bond { certain, means: means(symbol, mention, to.symbol) };
            found.bonds.extend(candidates.iter().map(|to| (to.place, bond(to))));
        }
        match self.overrides(symbol) {
            Some(overrides) => {
                found.bonds.extend(overrides.iter().map(|to| (*to, Bond { certain: false, means: Means::Override })));
            }
            None => found.ambiguous += 1,
        }
        found
    }

    fn python_bonds(&self, from: Place, found: &mut Bonds) {
        for mention in &self.files[from.0].symbols[from.1].mentions {
            let (places, certain) = match self.python.meaning(&self.files, from, mention) {
                Meaning::Certain(places) => (places, true),
                Meaning::Uncertain(places) => (places, false),
                Meaning::Ambiguous => {
                    found.ambiguous += 1;
                    continue;
                }
                Meaning::Unknown => continue,
            };
            let means = |to: Place| python::means(mention, &self.files[to.0].symbols[to.1]);
            found.bonds.extend(places.into_iter().map(|to| (to, Bond { certain, means: means(to) })));
        }
        match self.python.overrides(&self.files, from, MOST_OVERRIDES) {
            Some(overrides) => {
                found
                    .bonds
                    .extend(overrides.into_iter().map(|to| (to, Bond { certain: false, means: Means::Override })));
            }
            None => found.ambiguous += 1,
        }
    }

    /// The symbols that may lead to this one: those that mention its last name, and what it replaces or is part of.
    pub fn suspects(&self, to: Place) -> Vec<Place> {
        let symbol = &self.files[to.0].symbols[to.1];
        let is_python = python::is_python(self.files[to.0].path);
        let split = if is_python { python::split } else { split };
        let (scope, leaf) = split(&symbol.name);
        // Where a class is meant, its constructors may be.
        let class = split(scope).1;
        let files = &self.files;
        let mentions = |name: &str| {
            let last = split(name.trim_start_matches("::")).1;
            last == leaf || (!class.is_empty() && leaf == class && last == class)
        };
        let same_language = |file: &usize| python::is_python(files[*file].path) == is_python;
        let per_file = (0..files.len()).into_par_iter().filter(same_language).flat_map_iter(|file| {
            let symbols = files[file].symbols.iter().enumerate();
            let naming = symbols.filter(|(_, symbol)| symbol.mentions.iter().any(|mention| mentions(&mention.name)));
            naming.map(|(at, _)| (file, at)).collect::<Vec<_>>()
        });
        let mut found: Vec<Place> = if leaf.is_empty() { Vec::new() } else { per_file.collect() };
        found.extend(symbol.parent.map(|parent| (to.0, parent)));
        if is_python {
            let same_name = |place: &Place| split(&files[place.0].symbols[place.1].name).1 == leaf;
            found.extend(self.python.all_named(leaf).filter(same_name));
        } else if symbol.kind == SymbolKind::Function || symbol.kind == SymbolKind::Declaration {
            let replaced = self.index.by_leaf.get(leaf).into_iter().flatten();
            found.extend(replaced.filter(|other| other.scope != scope).map(|other| other.place));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The methods of derived classes that replace this one; `None` where they are too many to say anything.
    fn overrides(&self, symbol: &Symbol) -> Option<Vec<Place>> {
        let (scope, leaf) = split(&symbol.name);
        let is_code = matches!(symbol.kind, SymbolKind::Function | SymbolKind::Declaration);
        let has_own_name = split(scope).1 != leaf && !leaf.starts_with('~') && !leaf.starts_with("operator");
        if !is_code || !has_own_name || !self.index.classes.contains(scope) {
            return Some(Vec::new());
        }
        let family = self.families.get_or_init(|| Families::of(self)).below(scope);
        let arity = parameter_count(symbol);
        let candidates = self.index.by_leaf.get(leaf).into_iter().flatten();
        let replacing = candidates
            .filter(|other| other.is_code() && family.contains(other.scope) && parameter_count(other.symbol) == arity);
        let replacing: Vec<Candidate<'f>> = replacing.copied().collect();
        if entities(&replacing) > MOST_OVERRIDES {
            return None;
        }
        Some(replacing.iter().map(|other| other.place).collect())
    }
}

/// Which classes are derived from which, by name.
struct Families<'f>(FxHashMap<&'f str, Vec<&'f str>>);

impl<'f> Families<'f> {
    /// A class names its bases itself; everything else in it belongs to its members.
    fn of(resolver: &Resolver<'f>) -> Families<'f> {
        let mut derived: FxHashMap<&'f str, Vec<&'f str>> = FxHashMap::default();
        for (at, file) in resolver.files.iter().enumerate().filter(|(_, file)| !python::is_python(file.path)) {
            for class in file.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Class) {
                for mention in class.mentions.iter().filter(|mention| mention.role == Role::Type) {
                    let answer = Question::of(resolver, at, class, mention).answer();
                    let (Answer::Certain(bases) | Answer::Uncertain(bases)) = answer else { continue };
                    let bases = bases.into_iter().filter(|base| base.symbol.kind == SymbolKind::Class);
                    for base in bases.filter(|base| base.symbol.name != class.name) {
                        derived.entry(&base.symbol.name).or_default().push(&class.name);
                    }
                }
            }
        }
        Families(derived)
    }

    /// Every class below this one.
    fn below(&self, class: &str) -> FxHashSet<&'f str> {
        let mut found = FxHashSet::default();
        let mut open: Vec<&str> = vec![class];
        while let Some(class) = open.pop() {
            for derived in self.0.get(class).into_iter().flatten() {
                if found.insert(*derived) {
                    open.push(derived);
                }
            }
        }
        found
    }
}

/// Which files a file includes, directly or not. Known only where the includes of the files are.
struct Closures {
    /// Positions of the files that each file includes itself.
    direct: Vec<Vec<usize>>,
    known: RefCell<FxHashMap<usize, Rc<FxHashSet<usize>>>>,
}

impl Closures {
    fn of(files: &[GraphFile<'_>]) -> Closures {
        let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (at, file) in files.iter().enumerate().filter(|(_, file)| is_header(file.path)) {
            by_name.entry(file_name(file.path)).or_default().push(at);
        }
        let find = |includer: &str, include: &str| {
            let named = by_name.get(file_name(include)).into_iter().flatten().copied();
            let fits = |at: &usize| ends_with_path(files[*at].path, include);
            let beside = |at: &usize| folder(files[*at].path) == folder(includer);
            let fitting: Vec<usize> = named.filter(fits).collect();
            fitting.iter().copied().find(beside).or(fitting.first().copied())
        };
        let direct = files
            .iter()
            .map(|file| file.includes.iter().filter_map(|include| find(file.path, include)).collect::<Vec<_>>());
        Closures { direct: direct.collect(), known: RefCell::default() }
    }

    /// Every file that this one sees, itself included.
    fn of_file(&self, file: usize) -> Rc<FxHashSet<usize>> {
        if let Some(known) = self.known.borrow().get(&file) {
            return known.clone();
        }
        let mut seen = FxHashSet::default();
        let mut open = vec![file];
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(&self.direct[at]);
            }
        }
        let seen = Rc::new(seen);
        self.known.borrow_mut().insert(file, seen.clone());
        seen
    }

    /// Nothing of the scope is included, or nobody looked.
    fn is_unknown(&self, file: usize) -> bool {
        self.direct[file].is_empty()
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn ends_with_path(path: &str, include: &str) -> bool {
    let include = include.trim_start_matches("./").trim_start_matches("../");
    path.strip_suffix(include).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// The symbols that can be mentioned, by the last part of their names.
struct Index<'f> {
    by_leaf: FxHashMap<&'f str, Vec<Candidate<'f>>>,
    classes: FxHashSet<&'f str>,
}

#[derive(Clone, Copy)]
struct Candidate<'f> {
    place: Place,
    symbol: &'f Symbol,
    /// The name of what it is part of; a constructor counts as its class.
    entity: &'f str,
    /// The namespace or class around it.
    scope: &'f str,
    in_header: bool,
}

/// A symbol and one thing that it mentions.
struct Question<'r, 'f> {
    resolver: &'r Resolver<'f>,
    file: usize,
    symbol: &'f Symbol,
    mention: &'f Mention,
    qualifier: &'f str,
    leaf: &'f str,
}

enum Answer<'f> {
    Certain(Vec<Candidate<'f>>),
    Uncertain(Vec<Candidate<'f>>),
    /// Could mean too many things.
    Ambiguous,
    Unknown,
}

/// A row is part of what its table says.
fn rows(file: GraphFile<'_>, (at, position): Place) -> Vec<(Place, Bond)> {
    if file.symbols[position].kind != SymbolKind::Table {
        return Vec::new();
    }
    let symbols = file.symbols.iter().enumerate().skip(position + 1);
    let rows = symbols.filter(|(_, row)| row.parent == Some(position) && row.kind == SymbolKind::Row);
    rows.map(|(row, _)| ((at, row), Bond { certain: true, means: Means::Row })).collect()
}

fn means(from: &Symbol, mention: &Mention, to: &Symbol) -> Means {
    let is_code = matches!(to.kind, SymbolKind::Function | SymbolKind::Declaration);
    let is_entry = matches!(from.kind, SymbolKind::Row | SymbolKind::Binding);
    match mention.role {
        Role::Name if is_entry && is_code => Means::Registration,
        Role::Call { .. } | Role::MemberCall { .. } if is_code => Means::Call,
        Role::Type => Means::Type,
        _ if to.kind == SymbolKind::Macro => Means::Macro,
        _ => Means::Name,
    }
}

impl<'f> Index<'f> {
    fn of(files: &[GraphFile<'f>]) -> Index<'f> {
        let mut index = Index { by_leaf: FxHashMap::default(), classes: FxHashSet::default() };
        for (at, file) in files.iter().enumerate().filter(|(_, file)| !python::is_python(file.path)) {
            let in_header = is_header(file.path);
            for (position, symbol) in file.symbols.iter().enumerate() {
                index.add(Candidate::of((at, position), symbol, in_header));
            }
        }
        index
    }

    fn add(&mut self, candidate: Candidate<'f>) {
        let symbol = candidate.symbol;
        if symbol.kind == SymbolKind::Class {
            self.classes.insert(&symbol.name);
        }
        let (_, leaf) = split(&symbol.name);
        if is_mentionable(symbol.kind) && !leaf.is_empty() {
            self.by_leaf.entry(leaf).or_default().push(candidate);
        }
    }
}

impl<'f> Candidate<'f> {
    fn of(place: Place, symbol: &'f Symbol, in_header: bool) -> Candidate<'f> {
        let (scope, leaf) = split(&symbol.name);
        let is_constructor = !leaf.is_empty() && split(scope).1 == leaf;
        let entity = if is_constructor { scope } else { &*symbol.name };
        Candidate { place, symbol, entity, scope, in_header }
    }

    /// Whether a name in this file can mean it at all.
    fn is_visible_from(&self, file: usize) -> bool {
        let is_shared = self.in_header && self.symbol.kind != SymbolKind::Macro;
        !self.symbol.local || self.place.0 == file || is_shared
    }

    fn is_code(&self) -> bool {
        matches!(self.symbol.kind, SymbolKind::Function | SymbolKind::Declaration)
    }
}

impl<'r, 'f> Question<'r, 'f> {
    fn of(resolver: &'r Resolver<'f>, file: usize, symbol: &'f Symbol, mention: &'f Mention) -> Question<'r, 'f> {
        let (qualifier, leaf) = split(mention.name.trim_start_matches("::"));
        Question { resolver, file, symbol, mention, qualifier, leaf }
    }

    fn answer(&self) -> Answer<'f> {
        let index = &self.resolver.index;
        let Some(named) = index.by_leaf.get(self.leaf) else { return Answer::Unknown };
        let candidates = named.iter().filter(|candidate| self.may_mean(candidate, index));
        let (candidates, in_scope) = self.nearest(candidates.copied().collect());
        let candidates = self.with_constructors(candidates, named);
        match entities(&candidates) {
            0 => self.answer_by_alias(named),
            1 => self.answer_one(candidates, in_scope),
            2..=MOST_CANDIDATES if !self.is_generic_member() => Answer::Uncertain(self.fitting(candidates)),
            _ => Answer::Ambiguous,
        }
    }

    /// One name is left; it may still be a guess, or have overloads.
    fn answer_one(&self, candidates: Vec<Candidate<'f>>, in_scope: bool) -> Answer<'f> {
        if self.is_generic_member() && !in_scope {
            return Answer::Ambiguous;
        }
        let known =
            in_scope || !self.qualifier.is_empty() || self.is_at_hand(&candidates) || self.is_included(&candidates);
        let candidates = self.fitting(candidates);
        if known && !is_overloaded(&candidates) { Answer::Certain(candidates) } else { Answer::Uncertain(candidates) }
    }

    /// Whoever calls a class calls a constructor of it.
    fn with_constructors(&self, mut candidates: Vec<Candidate<'f>>, named: &[Candidate<'f>]) -> Vec<Candidate<'f>> {
        let classes = candidates.iter().filter(|candidate| candidate.symbol.kind == SymbolKind::Class);
        let classes: FxHashSet<&str> = classes.map(|class| &*class.symbol.name).collect();
        if matches!(self.mention.role, Role::Call { .. }) && !classes.is_empty() {
            let constructors = named.iter().filter(|other| other.is_code() && classes.contains(other.scope));
            candidates.extend(constructors);
        }
        candidates
    }

    /// `using namespace` makes `at::cuda::f` of `c10::cuda::f`: where no scope fits in full, its last part may.
    fn answer_by_alias(&self, named: &[Candidate<'f>]) -> Answer<'f> {
        let Some((_, last)) = self.qualifier.rsplit_once("::") else { return Answer::Unknown };
        let fits = |candidate: &&Candidate<'f>| {
            candidate.is_code() && candidate.is_visible_from(self.file) && split(candidate.scope).1 == last
        };
        let candidates: Vec<Candidate<'f>> = named.iter().filter(fits).copied().collect();
        match (self.mention.role, entities(&candidates)) {
            (Role::Call { .. }, 1) => Answer::Uncertain(self.fitting(candidates)),
            _ => Answer::Unknown,
        }
    }

    /// For a member call the caller names the class; for any other mention it is in the same file.
    fn is_at_hand(&self, candidates: &[Candidate<'f>]) -> bool {
        candidates.iter().any(|candidate| match self.is_member_call() {
            true => self.names_class_of(candidate),
            false => candidate.place.0 == self.file,
        })
    }

    fn may_mean(&self, candidate: &Candidate<'f>, index: &Index<'f>) -> bool {
        role_fits(self.mention.role, candidate.symbol.kind)
            && candidate.is_visible_from(self.file)
            && match (self.qualifier, self.is_member_call()) {
                ("", true) => self.may_be_called_on(candidate),
                ("", false) => self.can_name_directly(candidate, index),
                (qualifier, _) => ends_with_segments(candidate.scope, qualifier),
            }
    }

    /// The type of an object is not known, but its class is at hand: around the call, in the same file, or named by the
    /// caller. A method of any other class with that name would be a coincidence.
    fn may_be_called_on(&self, candidate: &Candidate<'f>) -> bool {
        let same_file = candidate.place.0 == self.file;
        same_file || is_inside(&self.symbol.name, candidate.scope) || self.names_class_of(candidate)
    }

    fn names_class_of(&self, candidate: &Candidate<'f>) -> bool {
        let class = split(candidate.scope).1;
        let mut types = self.symbol.mentions.iter().filter(|mention| mention.role == Role::Type);
        !class.is_empty() && types.any(|mention| split(&mention.name).1 == class)
    }

    /// A member of a class can be named without an object only inside a class; which bases it has is not asked. A name
    /// that is not called must be in scope or in the same file: `using` brings in functions and types, hardly values.
    fn can_name_directly(&self, candidate: &Candidate<'f>, index: &Index<'f>) -> bool {
        let is_call = matches!(self.mention.role, Role::Call { .. });
        let is_member = index.classes.contains(candidate.scope);
        let is_near = candidate.place.0 == self.file || self.mention.role != Role::Name;
        is_inside(&self.symbol.name, candidate.scope)
            || (is_near && (!is_member || (is_call && self.is_in_class(index))))
    }

    fn is_in_class(&self, index: &Index<'f>) -> bool {
        std::iter::successors(Some(split(&self.symbol.name).0), |scope| (!scope.is_empty()).then(|| split(scope).0))
            .any(|scope| index.classes.contains(scope))
    }

    /// The candidates of the innermost scope around the mention, or all when none of them is around it; then those of
    /// the same file. The flag says that a scope decided.
    fn nearest(&self, candidates: Vec<Candidate<'f>>) -> (Vec<Candidate<'f>>, bool) {
        let around = |candidate: &&Candidate<'f>| self.is_around(candidate);
        let innermost = candidates.iter().filter(around).map(|candidate| candidate.scope.len()).max();
        match innermost {
            Some(length) => {
                let near = candidates.iter().filter(around).filter(|candidate| candidate.scope.len() == length);
                (near.copied().collect(), true)
            }
            None => (self.included_first(self.same_file_first(candidates)), false),
        }
    }

    /// Names that the file sees through what it includes, where it sees any of them.
    fn included_first(&self, candidates: Vec<Candidate<'f>>) -> Vec<Candidate<'f>> {
        let closures = &self.resolver.closures;
        if closures.is_unknown(self.file) || entities(&candidates) < 2 {
            return candidates;
        }
        let seen = closures.of_file(self.file);
        let seen: FxHashSet<&str> =
            candidates.iter().filter(|candidate| seen.contains(&candidate.place.0)).map(|c| c.entity).collect();
        if seen.is_empty() {
            return candidates;
        }
        candidates.into_iter().filter(|candidate| seen.contains(candidate.entity)).collect()
    }

    /// A plain name that is declared in what the file includes; whose member a call is, includes do not tell.
    fn is_included(&self, candidates: &[Candidate<'f>]) -> bool {
        let closures = &self.resolver.closures;
        if closures.is_unknown(self.file) || self.is_member_call() {
            return false;
        }
        let seen = closures.of_file(self.file);
        candidates.iter().any(|candidate| seen.contains(&candidate.place.0))
    }

    /// A member call can only be told from its own class, not from a namespace around it.
    fn is_around(&self, candidate: &Candidate<'f>) -> bool {
        let scope = candidate.scope;
        let counts = self.qualifier.is_empty() && !(self.is_member_call() && split(&self.symbol.name).0 != scope);
        counts && is_inside(&self.symbol.name, scope)
    }

    /// Names that have something in the same file; all of their parts, since a declaration here may be defined there.
    fn same_file_first(&self, candidates: Vec<Candidate<'f>>) -> Vec<Candidate<'f>> {
        let here = candidates.iter().filter(|candidate| candidate.place.0 == self.file);
        let here: FxHashSet<&str> = here.map(|candidate| candidate.entity).collect();
        if here.is_empty() {
            return candidates;
        }
        candidates.into_iter().filter(|candidate| here.contains(candidate.entity)).collect()
    }

    /// Overloads that take this number of arguments, where there are any. Default arguments and packs make that a
    /// preference only.
    fn fitting(&self, candidates: Vec<Candidate<'f>>) -> Vec<Candidate<'f>> {
        let (Role::Call { arguments } | Role::MemberCall { arguments }) = self.mention.role else { return candidates };
        let fits = |candidate: &Candidate<'f>, exactly: bool| match parameter_count(candidate.symbol) {
            Some(count) if candidate.is_code() => {
                count == usize::from(arguments) || (!exactly && count > usize::from(arguments))
            }
            _ => true,
        };
        for exactly in [true, false] {
            let fitting = candidates.iter().filter(|candidate| fits(candidate, exactly));
            let fitting: Vec<Candidate<'f>> = fitting.copied().collect();
            if fitting.iter().any(Candidate::is_code) {
                return fitting;
            }
        }
        candidates
    }

    fn is_member_call(&self) -> bool {
        matches!(self.mention.role, Role::MemberCall { .. })
    }

    fn is_generic_member(&self) -> bool {
        self.is_member_call() && GENERIC_MEMBERS.contains(&self.leaf)
    }
}

/// Splits a qualified name into what is around it and its last part. What follows a `[` is not a name in C++.
fn split(name: &str) -> (&str, &str) {
    let end = name.find('[').unwrap_or(name.len());
    let plain = if name[..end].ends_with("operator") { name } else { &name[..end] };
    let before_operator = plain.find("operator").unwrap_or(plain.len());
    match plain[..before_operator].trim_end_matches("::").len() {
        at if before_operator < plain.len() => (&plain[..at], &plain[before_operator..]),
        _ => plain.rsplit_once("::").unwrap_or(("", plain)),
    }
}

fn is_mentionable(kind: SymbolKind) -> bool {
    !matches!(kind, SymbolKind::Row | SymbolKind::Binding | SymbolKind::FileScope | SymbolKind::Invocation)
}

fn role_fits(role: Role, kind: SymbolKind) -> bool {
    use SymbolKind::{Alias, Class, Declaration, Enum, Function, Macro, Variable};
    match role {
        Role::Call { .. } => matches!(kind, Function | Declaration | Macro | Class | Alias | Variable),
        Role::MemberCall { .. } => matches!(kind, Function | Declaration),
        Role::Type => matches!(kind, Class | Enum | Alias),
        Role::Name => true,
        Role::Text => false,
    }
}

fn is_header(path: &str) -> bool {
    matches!(path.rsplit_once('.'), Some((_, "h" | "hh" | "hpp" | "hxx" | "cuh" | "inl")))
}

/// Whether a name lies in a scope; everything lies in the global one.
fn is_inside(name: &str, scope: &str) -> bool {
    scope.is_empty() || name.strip_prefix(scope).is_some_and(|rest| rest.starts_with("::") || rest.starts_with('['))
}

fn ends_with_segments(scope: &str, qualifier: &str) -> bool {
    scope.strip_suffix(qualifier).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

fn entities(candidates: &[Candidate<'_>]) -> usize {
    candidates.iter().map(|candidate| candidate.entity).collect::<FxHashSet<_>>().len()
}

/// More than one definition with different parameters.
fn is_overloaded(candidates: &[Candidate<'_>]) -> bool {
    let functions = candidates.iter().filter(|candidate| candidate.symbol.kind == SymbolKind::Function);
    functions.map(|candidate| &candidate.symbol.parameters).collect::<FxHashSet<_>>().len() > 1
}

/// How many parameters a function has; `None` where that is not known or varies.
fn parameter_count(symbol: &Symbol) -> Option<usize> {
    let parameters = symbol.parameters.as_deref()?.trim();
    if parameters.contains("...") {
        return None;
    }
    if parameters.is_empty() || parameters == "void" {
        return Some(0);
    }
    let mut depth = 0_i32;
    let commas = parameters.chars().filter(|char| {
        depth += match char {
            '<' | '(' | '[' | '{' => 1,
            '>' | ')' | ']' | '}' => -1,
            _ => 0,
        };
        *char == ',' && depth == 0
    });
    Some(commas.count() + 1)
}
