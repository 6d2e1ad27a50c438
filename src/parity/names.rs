//! Names: those that the Python side knows and nothing gives, and those that C++ gives and the Python side does not
//! know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::provided::{Provided, Seen};
use super::{Compared, Disparity, Ground, is_local, parse};
use crate::finding::parity as tell;
use crate::mapping::Mapping;
use crate::source::SourceFile;
use crate::suggest::{Sources, registered_names};
use crate::symbols::{ParsedFile, Role, Symbol, SymbolKind};

/// The last package of a native module, by custom.
const NATIVE: &str = "_C";

/// A file that mentions so many dotted names as text is meant to list them.
const LISTS: usize = 20;

/// A dotted name that Python mentions.
struct Mentioned {
    path: Arc<str>,
    line: u32,
    dotted: String,
    /// A string, not code.
    text: bool,
}

/// A name that a function tells apart.
struct Handled {
    path: Arc<str>,
    line: u32,
    name: String,
    symbol: String,
}

/// For Python code, by path and symbol, the first link that picks it and where the C++ of the link is.
type LinkedCode<'m> = BTreeMap<(Arc<str>, String), (&'m str, (Arc<str>, u32))>;

/// The Python side.
struct Twins {
    files: Vec<ParsedFile>,
    mentioned: Vec<Mentioned>,
    /// Files that are meant to list names.
    lists: BTreeSet<Arc<str>>,
}

pub fn compare(
    ground: &Ground,
    sources: &Sources,
    others: &[SourceFile],
    mapping: &Mapping,
    compared: &mut Compared,
) -> Vec<Disparity> {
    let twins = Twins::of(sources);
    let handled: Vec<Handled> = twins.files.iter().flat_map(handled).collect();
    compared.names = twins.mentioned.iter().map(|one| &one.dotted).collect::<BTreeSet<_>>().len();
    compared.handlers = handled.len();
    let parts = twins.mentioned.iter().flat_map(|one| one.dotted.split('.'));
    let wanted: FxHashSet<&str> = parts.chain(handled.iter().map(|one| &*one.name)).collect();
    let own: FxHashSet<&str> = sources.twins.iter().map(|file| &*file.path).collect();
    let (inside, outside): (Vec<_>, Vec<_>) = sources.python.iter().partition(|file| own.contains(&*file.path));
    let provided = Provided::of(&wanted, sources.cpp.par_iter().chain(others).chain(outside));
    // A list is no proof of what it lists.
    let defining = inside.into_par_iter().filter(|file| !twins.lists.contains(&file.path));
    let within = Provided::of(&wanted, defining).and_paths(sources.python.iter().map(|file| &*file.path));
    let mut found: Vec<Disparity> =
        twins.mentioned.iter().filter_map(|one| twins.unbound(one, &provided, &within)).collect();
    let linked = linked(ground, mapping);
    found.extend(handled.iter().filter_map(|one| unknown(one, provided.seen(&one.name), &linked)));
    found
}

impl Twins {
    fn of(sources: &Sources) -> Twins {
        let packages: BTreeSet<String> =
            sources.twins.iter().filter_map(|file| Some(file.path.split_once('/')?.0.to_owned())).collect();
        let files: Vec<ParsedFile> = sources.twins.par_iter().filter_map(parse).collect();
        let mentioned: Vec<Mentioned> = files.par_iter().flat_map_iter(|file| mentions(file, &packages)).collect();
        let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for one in mentioned.iter().filter(|one| one.text) {
            *counts.entry(one.path.clone()).or_default() += 1;
        }
        let lists = counts.into_iter().filter(|(_, count)| *count >= LISTS).map(|(path, _)| path).collect();
        Twins { files, mentioned, lists }
    }

    /// A part of a native name that nothing gives, or the last part of a listed name that nothing has.
    fn unbound(&self, one: &Mentioned, provided: &Provided, within: &Provided) -> Option<Disparity> {
        let native = native_parts(&one.dotted);
        let (missing, known) = match native.is_empty() {
            false => (native.into_iter().find(|part| !is_ordinary(part) && !provided.seen(part).is_given())?, false),
            true => {
                let last = one.dotted.rsplit('.').next().filter(|last| !is_ordinary(last))?;
                (last, !one.text || !self.lists.contains(&one.path) || within.seen(last).python)
            }
        };
        let seen = provided.seen(missing);
        let native = !native_parts(&one.dotted).is_empty();
        (native || (!known && seen.is_unknown())).then(|| Disparity {
            finding: tell::unbound(&one.path, one.line, &one.dotted, missing, seen.stub),
            other: None,
            certain: seen.is_unknown(),
            shown: seen.is_unknown(),
        })
    }
}

/// The dotted names below a package that a file mentions, each once.
fn mentions(file: &ParsedFile, packages: &BTreeSet<String>) -> Vec<Mentioned> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for symbol in file.symbols.iter() {
        let key = key(symbol).map(|key| (key.to_owned(), symbol.lines.start, true));
        let mentions = symbol.mentions.iter().map(|m| (m.name.to_string(), m.line, m.role == Role::Text));
        for (dotted, line, text) in key.into_iter().chain(mentions) {
            let below = dotted.split_once('.').is_some_and(|(first, _)| packages.contains(first));
            let plain = dotted.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
            let counts = below && plain && !dotted.ends_with('.') && (text || !native_parts(&dotted).is_empty());
            if counts && seen.insert(dotted.clone()) {
                found.push(Mentioned { path: file.path.clone(), line, dotted, text });
            }
        }
    }
    found
}

fn key(symbol: &Symbol) -> Option<&str> {
    let is_row = symbol.kind == SymbolKind::Row;
    symbol.name.split_once("[\"").filter(|_| is_row).map(|(_, key)| key.trim_end_matches("\"]"))
}

/// What stands behind the native module: `["_functorch", "peek"]` of `torch._C._functorch.peek`.
fn native_parts(dotted: &str) -> Vec<&str> {
    let mut parts = dotted.split('.').skip(1);
    match parts.any(|part| part == NATIVE) {
        true => parts.filter(|part| !part.is_empty()).collect(),
        false => Vec::new(),
    }
}

/// What every object has, and marks that code sets for itself.
fn is_ordinary(part: &str) -> bool {
    part.starts_with("__")
}

/// The links of this repository by the Python code that their ends pick, and where their C++ is.
fn linked<'m>(ground: &Ground, mapping: &'m Mapping) -> LinkedCode<'m> {
    let mut found = BTreeMap::new();
    for link in mapping.links.iter().filter(|link| is_local(link)) {
        let Some(other) = ground.pick(&link.cpp).next().map(|piece| piece.place()) else { continue };
        for piece in ground.pick(&link.python) {
            let inside = piece.file.symbols.iter().filter(|symbol| is_inside(piece.symbol, symbol));
            for symbol in inside {
                let key = (piece.file.path.clone(), symbol.name.clone());
                found.entry(key).or_insert_with(|| (&*link.id, other.clone()));
            }
        }
    }
    found
}

/// The names that functions tell apart: `method_x`, and the branches on a string.
fn handled(file: &ParsedFile) -> Vec<Handled> {
    let mut seen = BTreeSet::new();
    let all = file.symbols.iter().filter_map(|symbol| Some((symbol, handles(file, symbol)?)));
    let all = all.filter(|(symbol, name)| !is_ordinary(name) && seen.insert(symbol.name.clone()));
    let handled = all.map(|(symbol, name)| Handled {
        path: file.path.clone(),
        line: symbol.lines.start,
        name,
        symbol: symbol.name.clone(),
    });
    handled.collect()
}

fn is_inside(outer: &Symbol, symbol: &Symbol) -> bool {
    outer.bytes.start <= symbol.bytes.start && symbol.bytes.end <= outer.bytes.end
}

fn handles(file: &ParsedFile, symbol: &Symbol) -> Option<String> {
    let in_class = || symbol.parent.is_some_and(|parent| file.symbols[parent].kind == SymbolKind::Class);
    match symbol.kind {
        SymbolKind::Branch => {
            let words: Vec<&str> = symbol.lead()?.split_whitespace().collect();
            let is_name =
                words.iter().enumerate().any(|(at, word)| *word == "name" && (at == 0 || words[at - 1] != "."));
            let key = symbol.name.split_once("[\"").map(|(_, key)| key.trim_end_matches("\"]").to_owned());
            key.filter(|key| is_name && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        }
        SymbolKind::Function if in_class() => {
            let leaf = symbol.name.rsplit('.').next()?;
            let name = leaf.strip_prefix("method_attr_").or_else(|| leaf.strip_prefix("method_"))?;
            Some(name.to_owned())
        }
        _ => None,
    }
}

fn unknown(one: &Handled, seen: Seen, linked: &LinkedCode<'_>) -> Option<Disparity> {
    let link = linked.get(&(one.path.clone(), one.symbol.clone()));
    seen.is_unknown().then(|| Disparity {
        finding: tell::unknown_handled(link.map(|(id, _)| *id), &one.path, one.line, &one.symbol, &one.name),
        other: link.map(|(_, place)| place.clone()),
        certain: !seen.stub && link.is_some(),
        // What no link has may be of a library that is not here.
        shown: link.is_some(),
    })
}

/// The names that C++ files give to native modules and that no list of the Python side has.
pub fn unlisted(sources: &Sources) -> Vec<Disparity> {
    let twins = Twins::of(sources);
    let mentioned = &twins.mentioned;
    let natives =
        |list: &str| mentioned.iter().filter(|one| &*one.path == list && !native_parts(&one.dotted).is_empty()).count();
    let Some(list) = twins.lists.iter().max_by_key(|list| natives(list)).filter(|list| natives(list) >= LISTS) else {
        return Vec::new();
    };
    let known: FxHashSet<&str> = mentioned.iter().filter_map(|one| one.dotted.rsplit('.').next()).collect();
    let mut missing: BTreeMap<Arc<str>, BTreeMap<Arc<str>, u32>> = BTreeMap::new();
    for (path, name, line) in registered_names(sources) {
        if !known.contains(&*name) && !is_ordinary(&name) {
            missing.entry(path).or_default().entry(name).or_insert(line);
        }
    }
    let told = missing.into_iter().map(|(path, names)| Disparity {
        finding: tell::unlisted(&path, &names, list),
        other: None,
        certain: false,
        shown: false,
    });
    told.collect()
}
