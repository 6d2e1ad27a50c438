//! What a review looks at beside the change itself: the files that may reach it, and the commits before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Session;
use super::diff::parse;
use super::indexing::folders_of;
use super::remembering::Remembering;
use super::world::World;
use crate::change::{self, Change, FilePair};
use crate::corpus::{ReadSymbols, identifiers, last_name};
use crate::mapping::Scope;
use crate::review::facts::history::{Earlier, History};
use crate::review::facts::reach::{Around, STEPS, changed_functions, followed};
use crate::source::SourceFile;
use crate::source::git::Said;
use crate::source::range::Range;
use crate::symbols::{Language, ParsedFile};

/// A name that more files mention is one that a reader would not look up by hand: it is counted, and not followed.
const HUB: usize = 32;

/// So many files that may reach the change are read into symbols.
const FILE_LIMIT: usize = 96;

/// So many commits before the change are looked at.
const COMMIT_LIMIT: usize = 3000;

/// Of so many reverts it is looked up which functions they touch.
const REVERSAL_LIMIT: usize = 8;

/// The files of the scope that may reach the changed functions, and the changed files themselves.
pub fn around(
    session: &Session,
    world: &World,
    scope: &Scope,
    changes: &[Change],
    pairs: &[FilePair],
) -> Result<Around> {
    let changed: Vec<&ParsedFile> =
        pairs.iter().filter_map(|pair| pair.after.as_ref()).filter(|file| file.language == Language::Cpp).collect();
    let mut around = Around { files: changed.iter().map(|file| (*file).clone()).collect(), ..Around::default() };
    let mut names: FxHashSet<String> = followed(changes)
        .into_iter()
        .filter(|change| !is_local(change, &changed))
        .map(|change| last_name(&change.symbol).to_owned())
        .collect();
    if names.is_empty() {
        return Ok(around);
    }
    let reader = Remembering::of_one(&session.cache);
    let mut texts = texts(world, scope, &changed)?;
    for step in 0..STEPS {
        let named: Vec<Vec<&str>> = texts.par_iter().map(|file| names_in(file, &names)).collect();
        let hubs = hubs(&named);
        if step == 0 {
            around.hubs = hubs.iter().map(|(name, files)| ((*name).to_owned(), *files)).collect();
        }
        around.cut |= step > 0 && !hubs.is_empty();
        let follows = |names: &[&str]| names.iter().any(|name| !hubs.contains_key(name));
        let followed: Vec<bool> = named.iter().map(|names| follows(names)).collect();
        let mut at = followed.iter();
        let (mut found, rest): (Vec<SourceFile>, Vec<SourceFile>) =
            texts.into_iter().partition(|_| at.next().copied().unwrap_or(false));
        texts = rest;
        let room = (FILE_LIMIT + changed.len()).saturating_sub(around.files.len());
        around.cut |= found.len() > room;
        found.truncate(room);
        let found: Vec<ParsedFile> = found.par_iter().filter_map(|file| reader.read(file)).collect();
        let new = callers(&found, &names);
        around.files.extend(found);
        if new.is_empty() || around.files.len() >= FILE_LIMIT + changed.len() {
            break;
        }
        names = new;
    }
    Ok(around)
}

/// Those of the names that a file mentions.
fn names_in<'n>(file: &SourceFile, names: &'n FxHashSet<String>) -> Vec<&'n str> {
    let Ok(text) = &file.content else { return Vec::new() };
    let mut found: Vec<&str> = identifiers(text).filter_map(|word| names.get(word)).map(String::as_str).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Names that very many files mention, with how many.
fn hubs<'n>(named: &[Vec<&'n str>]) -> BTreeMap<&'n str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    named.iter().flatten().for_each(|name| *counts.entry(name).or_default() += 1);
    counts.into_iter().filter(|(_, count)| *count > HUB).collect()
}

/// No other file can name it.
fn is_local(change: &Change, files: &[&ParsedFile]) -> bool {
    let file = files.iter().find(|file| file.path == change.path);
    let symbol = file.and_then(|file| file.symbols.iter().find(|symbol| symbol.name == change.symbol));
    symbol.is_some_and(|symbol| symbol.local)
}

/// The names of what mentions one of the names: what reaches those reaches the change.
fn callers(files: &[ParsedFile], names: &FxHashSet<String>) -> FxHashSet<String> {
    let symbols = files.iter().flat_map(|file| &*file.symbols).filter(|symbol| !symbol.local);
    let mentioning = symbols.filter(|symbol| symbol.mentions.iter().any(|one| names.contains(last_name(&one.name))));
    let found = mentioning.map(|symbol| last_name(&symbol.name).to_owned());
    found.filter(|name| !name.is_empty() && !names.contains(name) && !name.contains('[')).collect()
}

/// The C++ files of the scope that the range does not change.
fn texts(world: &World, scope: &Scope, changed: &[&ParsedFile]) -> Result<Vec<SourceFile>> {
    let known: BTreeSet<&str> = changed.iter().map(|file| &*file.path).collect();
    let wants = |path: &str| {
        let inside = scope.cpp.is_empty() || scope.cpp.is_match(path);
        inside && Language::of_path(path) == Some(Language::Cpp) && !known.contains(path)
    };
    let listed = world.repository.files(&world.endpoints.after, &folders_of(&scope.cpp_globs), &wants)?;
    Ok(listed.iter().map(|file| world.repository.read_listed(file)).collect())
}

/// What happened before to the files whose functions the range changes.
pub fn history(world: &World, changes: &[Change]) -> History {
    let mut paths: Vec<Arc<str>> = changed_functions(changes)
        .filter(|change| change.before.is_some())
        .map(|change| change.before_path.clone().unwrap_or_else(|| change.path.clone()))
        .collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return History::default();
    }
    let (touching, commits, cut) = world.repository.touching(&world.endpoints.before, &paths, COMMIT_LIMIT);
    let mut history = History { commits, cut, touching: Vec::new() };
    let mut looked = 0;
    for Said { commit, subject, body } in touching {
        let mut one = Earlier { commit, subject, body, symbols: None };
        if one.is_reversal() && looked < REVERSAL_LIMIT {
            looked += 1;
            one.symbols = symbols(world, &one.commit, &paths);
        }
        history.touching.push(one);
    }
    history
}

/// The symbols of these files that a commit changes.
fn symbols(world: &World, commit: &str, paths: &[Arc<str>]) -> Option<BTreeSet<String>> {
    let endpoints = world.repository.endpoints(&Range::Revision(commit.to_owned())).ok()?;
    let sides = [&endpoints.before, &endpoints.after];
    let pairs = paths.iter().filter_map(|path| {
        let [before, after] = sides.map(|side| world.repository.read(side, path));
        let text = |file: &Option<SourceFile>| file.as_ref().and_then(|file| file.content.clone().ok());
        if text(&before) == text(&after) {
            return None;
        }
        let [before, after] = [before, after].map(|file| file.and_then(|file| parse(&file).ok()));
        Some(FilePair { before, after })
    });
    let pairs: Vec<FilePair> = pairs.collect();
    Some(change::diff(&pairs).into_iter().map(|change| change.symbol).collect())
}
