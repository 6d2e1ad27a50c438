//! Who is meant by a mention in Python: names of the file and what it imports, methods through `self` and base classes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::resolve::Place;
use super::{GraphFile, Means};
use crate::symbols::{Language, Mention, Role, Symbol, SymbolKind};

/// A mention that could mean more symbols than this is left out.
const MOST_CANDIDATES: usize = 4;

/// A chain of base classes longer than this is a circle.
const MOST_BASES: usize = 32;

/// The Python symbols of one side, by the last part of their names.
pub(super) struct PythonIndex<'f> {
    by_leaf: FxHashMap<&'f str, Vec<Entry<'f>>>,
    classes: FxHashMap<(usize, &'f str), usize>,
    /// What the file scope of each file mentions: mostly what it imports.
    imports: FxHashMap<usize, FxHashSet<&'f str>>,
}

#[derive(Clone, Copy)]
struct Entry<'f> {
    place: Place,
    symbol: &'f Symbol,
    /// The class or function around it; empty in a module.
    scope: &'f str,
    path: &'f str,
}

/// What a mention means.
pub(super) enum Meaning {
    Certain(Vec<Place>),
    Uncertain(Vec<Place>),
    Ambiguous,
    Unknown,
}

impl<'f> PythonIndex<'f> {
    pub fn of(files: &[GraphFile<'f>]) -> PythonIndex<'f> {
        let (mut by_leaf, mut classes) = (FxHashMap::<_, Vec<_>>::default(), FxHashMap::default());
        let mut imports: FxHashMap<usize, FxHashSet<&'f str>> = FxHashMap::default();
        for (at, file) in files.iter().enumerate().filter(|(_, file)| is_python(file.path)) {
            for (position, symbol) in file.symbols.iter().enumerate() {
                if symbol.kind == SymbolKind::FileScope {
                    imports.entry(at).or_default().extend(symbol.mentions.iter().map(|mention| &*mention.name));
                }
                if symbol.kind == SymbolKind::Class {
                    classes.insert((at, &*symbol.name), position);
                }
                let (scope, leaf) = split(&symbol.name);
                if is_mentionable(symbol.kind) && !leaf.is_empty() {
                    by_leaf.entry(leaf).or_default().push(Entry {
                        place: (at, position),
                        symbol,
                        scope,
                        path: file.path,
                    });
                }
            }
        }
        PythonIndex { by_leaf, classes, imports }
    }

    /// What a mention of a symbol means.
    pub fn meaning(&self, files: &[GraphFile<'f>], from: Place, mention: &Mention) -> Meaning {
        let symbol = &files[from.0].symbols[from.1];
        let (qualifier, leaf) = split(&mention.name);
        match (mention.role, qualifier) {
            (Role::Text | Role::Type, _) => Meaning::Unknown,
            (Role::MemberCall { .. }, _) => self.member(files, from, symbol, leaf),
            (_, "self" | "cls") => self.own_member(files, from, symbol, leaf),
            (_, "") => self.plain(from, symbol, leaf),
            (_, qualifier) => self.dotted(files, from, symbol, split(qualifier).1, leaf),
        }
    }

    /// Every symbol with this last name.
    pub fn all_named(&self, leaf: &str) -> impl Iterator<Item = Place> {
        self.by_leaf.get(leaf).into_iter().flatten().map(|entry| entry.place)
    }

    /// Methods of classes below this one that replace it; `None` where they are too many to say anything.
    pub fn overrides(&self, files: &[GraphFile<'f>], of: Place, most: usize) -> Option<Vec<Place>> {
        let symbol = &files[of.0].symbols[of.1];
        let (scope, leaf) = split(&symbol.name);
        let is_method = symbol.kind == SymbolKind::Function && self.classes.contains_key(&(of.0, scope));
        // Every class has a constructor of its own.
        if !is_method || leaf.starts_with("__") {
            return Some(Vec::new());
        }
        let others = self.by_leaf.get(leaf).into_iter().flatten();
        let replaces = |entry: &&Entry<'f>| {
            let class = self.classes.get(&(entry.place.0, entry.scope));
            let mut bases = class.into_iter().flat_map(|class| self.bases(files, (entry.place.0, *class)));
            entry.place != of && bases.any(|base| base.0 == of.0 && files[base.0].symbols[base.1].name == scope)
        };
        let found: Vec<Place> = others.filter(replaces).map(|entry| entry.place).collect();
        (found.len() <= most).then_some(found)
    }

    /// `f`: defined around the mention, in the module, or imported.
    fn plain(&self, from: Place, symbol: &Symbol, leaf: &str) -> Meaning {
        let all = || self.by_leaf.get(leaf).into_iter().flatten();
        let here = all().filter(|entry| entry.place.0 == from.0);
        // The body of a class is no scope for what is inside its methods.
        let around = here.filter(|entry| is_inside(&symbol.name, entry.scope) && !self.is_class(from.0, entry.scope));
        if let Some(nearest) = around.max_by_key(|entry| entry.scope.len()) {
            return Meaning::Certain(vec![nearest.place]);
        }
        let elsewhere: Vec<Place> =
            all().filter(|entry| entry.scope.is_empty() && entry.place.0 != from.0).map(|entry| entry.place).collect();
        let is_imported = self.imports.get(&from.0).is_some_and(|names| names.contains(leaf));
        match elsewhere.len() {
            _ if !is_imported => Meaning::Unknown,
            1 => Meaning::Certain(elsewhere),
            _ => few(elsewhere),
        }
    }

    /// `self.f`: of the own class, or of the nearest base that has it.
    fn own_member(&self, files: &[GraphFile<'f>], from: Place, symbol: &Symbol, leaf: &str) -> Meaning {
        let Some(class) = self.class_around(from.0, &symbol.name) else {
            return self.member(files, from, symbol, leaf);
        };
        let lineage = std::iter::once(class).chain(self.bases(files, class));
        for class in lineage {
            if let Some(found) = self.in_class(files, class, leaf) {
                return Meaning::Certain(vec![found]);
            }
        }
        Meaning::Unknown
    }

    /// `x.f()`, where nothing is known of `x`: a base of the own class, or one of few methods of that name.
    fn member(&self, files: &[GraphFile<'f>], from: Place, symbol: &Symbol, leaf: &str) -> Meaning {
        let class = self.class_around(from.0, &symbol.name);
        let mut bases = class.into_iter().flat_map(|class| self.bases(files, class));
        if let Some(found) = bases.find_map(|base| self.in_class(files, base, leaf)) {
            return Meaning::Uncertain(vec![found]);
        }
        let methods = self.by_leaf.get(leaf).into_iter().flatten();
        let methods = methods.filter(|entry| self.is_class(entry.place.0, entry.scope));
        few(methods.map(|entry| entry.place).collect())
    }

    /// `a.f`: of the module or the class `a`; otherwise `a` is an object of which nothing is known.
    fn dotted(&self, files: &[GraphFile<'f>], from: Place, symbol: &Symbol, owner: &str, leaf: &str) -> Meaning {
        let all = || self.by_leaf.get(leaf).into_iter().flatten();
        let owned = |entry: &&Entry<'f>| {
            split(entry.scope).1 == owner || (entry.scope.is_empty() && module(entry.path) == owner)
        };
        let found: Vec<Place> = all().filter(owned).map(|entry| entry.place).collect();
        match found.len() {
            0 => self.member(files, from, symbol, leaf),
            1 => Meaning::Certain(found),
            _ => few(found),
        }
    }

    /// The classes above this one, the nearest first.
    fn bases(&self, files: &[GraphFile<'f>], class: Place) -> Vec<Place> {
        let mut found: Vec<Place> = Vec::new();
        let mut open = vec![class];
        while let Some((file, at)) = open.pop() {
            // A class mentions its bases itself; everything else in it belongs to its members.
            for mention in files[file].symbols[at].mentions.iter().filter(|mention| mention.role == Role::Name) {
                let name = split(&mention.name).1;
                let candidates = self.by_leaf.get(name).into_iter().flatten();
                let classes: Vec<&Entry<'f>> =
                    candidates.filter(|entry| entry.symbol.kind == SymbolKind::Class).collect();
                let near = classes.iter().find(|entry| entry.place.0 == file);
                let base = near.or_else(|| classes.first().filter(|_| classes.len() == 1));
                let Some(base) = base.map(|entry| entry.place) else { continue };
                if base != class && !found.contains(&base) && found.len() < MOST_BASES {
                    found.push(base);
                    open.push(base);
                }
            }
        }
        found
    }

    fn in_class(&self, files: &[GraphFile<'f>], class: Place, leaf: &str) -> Option<Place> {
        let name = &files[class.0].symbols[class.1].name;
        let members = self.by_leaf.get(leaf).into_iter().flatten();
        members.filter(|entry| entry.place.0 == class.0 && entry.scope == name).map(|entry| entry.place).next()
    }

    fn class_around(&self, file: usize, name: &str) -> Option<Place> {
        let mut scopes =
            std::iter::successors(Some(split(name).0), |scope| (!scope.is_empty()).then(|| split(scope).0));
        scopes.find_map(|scope| Some((file, *self.classes.get(&(file, scope))?)))
    }

    fn is_class(&self, file: usize, name: &str) -> bool {
        self.classes.contains_key(&(file, name))
    }
}

pub(super) fn is_python(path: &str) -> bool {
    Language::of_path(path) == Some(Language::Python)
}

pub(super) fn means(mention: &Mention, to: &Symbol) -> Means {
    match (mention.role, to.kind) {
        (_, SymbolKind::Class) => Means::Type,
        (Role::Call { .. } | Role::MemberCall { .. }, _) => Means::Call,
        _ => Means::Name,
    }
}

/// Splits a name into what is around it and its last part; a key in brackets is not a part.
pub(super) fn split(name: &str) -> (&str, &str) {
    let plain = name.split('[').next().unwrap_or(name);
    plain.rsplit_once('.').unwrap_or(("", plain))
}

fn few(places: Vec<Place>) -> Meaning {
    match places.len() {
        0 => Meaning::Unknown,
        1..=MOST_CANDIDATES => Meaning::Uncertain(places),
        _ => Meaning::Ambiguous,
    }
}

fn is_mentionable(kind: SymbolKind) -> bool {
    !matches!(kind, SymbolKind::Row | SymbolKind::Branch | SymbolKind::FileScope)
}

fn is_inside(name: &str, scope: &str) -> bool {
    scope.is_empty() || name.strip_prefix(scope).is_some_and(|rest| rest.starts_with('.'))
}

/// How the module of a file is called where it is imported.
fn module(path: &str) -> &str {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    stem.rsplit('/').next().unwrap_or(stem)
}
