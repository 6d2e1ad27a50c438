//! Who is meant by a mention: as well as syntax allows, without types and overload resolution.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Bond;
use crate::symbols::{Mention, ParsedFile, Role, Symbol, SymbolKind};

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

/// A symbol: the position of its file, and its own position in the file.
pub(super) type Place = (usize, usize);

/// The edges of one snapshot.
pub(super) struct Bonds {
    pub bonds: Vec<(Place, Place, Bond)>,
    /// Mentions that were left out because they could mean too many things.
    pub ambiguous: usize,
}

/// Resolves what every symbol of the files mentions. The order follows the files.
pub(super) fn bonds(files: &[&ParsedFile]) -> Bonds {
    let index = Index::of(files);
    let parts: Vec<Bonds> = (0..files.len()).into_par_iter().map(|file| bonds_of_file(files, file, &index)).collect();
    let ambiguous = parts.iter().map(|part| part.ambiguous).sum();
    Bonds { bonds: parts.into_iter().flat_map(|part| part.bonds).collect(), ambiguous }
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
struct Question<'f> {
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

fn bonds_of_file(files: &[&ParsedFile], file: usize, index: &Index<'_>) -> Bonds {
    let mut found = Bonds { bonds: Vec::new(), ambiguous: 0 };
    for (position, symbol) in files[file].symbols.iter().enumerate() {
        let from = (file, position);
        found.bonds.extend(containment(files[file], from));
        for mention in &symbol.mentions {
            let (candidates, certain) = match Question::of(file, symbol, mention).answer(index) {
                Answer::Certain(candidates) => (candidates, true),
                Answer::Uncertain(candidates) => (candidates, false),
                Answer::Ambiguous => {
                    found.ambiguous += 1;
                    continue;
                }
                Answer::Unknown => continue,
            };
            let bond = |to: &Candidate<'_>| Bond { certain, registers: registers(symbol, mention, to.symbol) };
            found.bonds.extend(candidates.iter().map(|to| (from, to.place, bond(to))));
        }
    }
    found
}

/// A row is part of what its table says.
fn containment(file: &ParsedFile, (at, position): Place) -> Option<(Place, Place, Bond)> {
    let symbol = &file.symbols[position];
    let parent = symbol.parent.filter(|&parent| file.symbols[parent].kind == SymbolKind::Table)?;
    let bond = Bond { certain: true, registers: false };
    (symbol.kind == SymbolKind::Row).then_some(((at, parent), (at, position), bond))
}

fn registers(from: &Symbol, mention: &Mention, to: &Symbol) -> bool {
    matches!(from.kind, SymbolKind::Row | SymbolKind::Binding)
        && mention.role == Role::Name
        && matches!(to.kind, SymbolKind::Function | SymbolKind::Declaration)
}

impl<'f> Index<'f> {
    fn of(files: &[&'f ParsedFile]) -> Index<'f> {
        let mut index = Index { by_leaf: FxHashMap::default(), classes: FxHashSet::default() };
        for (at, file) in files.iter().enumerate() {
            let in_header = is_header(&file.path);
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
        !self.symbol.local || self.place.0 == file || self.in_header
    }

    fn is_code(&self) -> bool {
        matches!(self.symbol.kind, SymbolKind::Function | SymbolKind::Declaration)
    }
}

impl<'f> Question<'f> {
    fn of(file: usize, symbol: &'f Symbol, mention: &'f Mention) -> Question<'f> {
        let (qualifier, leaf) = split(mention.name.trim_start_matches("::"));
        Question { file, symbol, mention, qualifier, leaf }
    }

    fn answer(&self, index: &Index<'f>) -> Answer<'f> {
        let Some(candidates) = index.by_leaf.get(self.leaf) else { return Answer::Unknown };
        let candidates = candidates.iter().filter(|candidate| self.may_mean(candidate, index));
        let (candidates, in_scope) = self.nearest(candidates.copied().collect());
        match entities(&candidates) {
            0 => Answer::Unknown,
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
        let known = in_scope || !self.qualifier.is_empty() || self.is_at_hand(&candidates);
        let candidates = self.fitting(candidates);
        if known && !is_overloaded(&candidates) { Answer::Certain(candidates) } else { Answer::Uncertain(candidates) }
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
            None => (self.same_file_first(candidates), false),
        }
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
    !matches!(kind, SymbolKind::Row | SymbolKind::Binding | SymbolKind::FileScope)
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
