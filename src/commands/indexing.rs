//! The index: the symbols of every file in the scope at one revision. What was read before comes from the cache.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::cache::{Cache, Key};
use crate::change::Skipped;
use crate::corpus::{Afresh, ReadSymbols};
use crate::graph::{GraphFile, includes};
use crate::mapping::Scope;
use crate::source::git::{Listed, Repository, Side};
use crate::source::{MISSING, SourceFile};
use crate::symbols::stored::Stored;
use crate::symbols::{Language, Symbol};

/// Files in a piece of a pack: pieces are read in parallel.
const PIECE: usize = 32;

/// Up to so many new files are kept one by one; for more the pack is written again.
const FEW: usize = 48;

/// The files of the scope, in path order.
pub struct Index {
    pub files: Vec<Indexed>,
    pub skipped: Vec<Skipped>,
    /// How many of the files nobody had read before, and how many bytes they have.
    pub fresh: usize,
    pub fresh_bytes: usize,
}

/// A file read into symbols.
pub struct Indexed {
    pub path: Arc<str>,
    pub language: Language,
    pub symbols: Arc<[Symbol]>,
    pub includes: Arc<[Box<str>]>,
}

/// Which files an index holds.
pub struct Request<'a> {
    pub scope: &'a Scope,
    /// One file more, wherever it is.
    pub named: Option<&'a str>,
}

impl<'a> From<&'a Indexed> for GraphFile<'a> {
    fn from(file: &'a Indexed) -> GraphFile<'a> {
        GraphFile { path: &file.path, symbols: &file.symbols, includes: &file.includes }
    }
}

impl Index {
    /// Reads the index of one side.
    pub fn of(repository: &Repository, side: &Side, request: &Request<'_>, cache: &Cache) -> Result<Index> {
        let listed = list(repository, side, request)?;
        let key = pack_key(request.scope);
        let known = cache.read::<Pack>(key).map_or_else(FxHashMap::default, Pack::open);
        let recall = |(listed, language): &(Listed, Language)| {
            let id = (listed.id()?, *language);
            known.get(&id).cloned().or_else(|| cache.read::<Extract>(extract_key(&id)).and_then(Extract::open))
        };
        let mut extracts: Vec<Option<Opened>> = listed.iter().map(recall).collect();
        let missing: Vec<usize> = (0..listed.len()).filter(|at| extracts[*at].is_none()).collect();
        let read = read(repository, &listed, &missing);
        let mut index = Index { files: Vec::new(), skipped: Vec::new(), fresh: 0, fresh_bytes: 0 };
        for (at, read) in missing.iter().zip(read) {
            match read {
                Ok((extract, bytes)) => {
                    extracts[*at] = Some(extract);
                    (index.fresh, index.fresh_bytes) = (index.fresh + 1, index.fresh_bytes + bytes);
                }
                Err(reason) => index.skipped.push(Skipped { path: listed[*at].0.path().clone(), reason }),
            }
        }
        if cache.is_on() {
            keep(cache, key, &listed, &extracts, &missing);
        }
        let files = listed.into_iter().zip(extracts).filter_map(|((listed, language), extract)| {
            let Opened { symbols, includes } = extract?;
            Some(Indexed { path: listed.path().clone(), language, symbols, includes })
        });
        index.files = files.collect();
        Ok(index)
    }

    /// The same, or why it is not whole: an index with holes would answer that nothing is there.
    pub fn whole(self) -> Result<Index> {
        match self.skipped.iter().find(|skipped| skipped.reason.ends_with(MISSING)) {
            Some(lost) => bail!("could not read `{}`: {}", lost.path, lost.reason),
            None => Ok(self),
        }
    }
}

fn list(repository: &Repository, side: &Side, request: &Request<'_>) -> Result<Vec<(Listed, Language)>> {
    let scope = request.scope;
    let mut folders: Vec<&str> =
        scope.cpp_globs.iter().chain(&scope.python_globs).map(|glob| fixed_part(glob)).collect();
    // A scope that lists nothing covers everything.
    if scope.cpp_globs.is_empty() || scope.python_globs.is_empty() {
        folders.push("");
    }
    folders.extend(request.named);
    let wants = |path: &str| {
        let globs = match Language::of_path(path) {
            Some(Language::Cpp) => &scope.cpp,
            Some(Language::Python) => &scope.python,
            Some(Language::Yaml) | None => return false,
        };
        globs.is_empty() || globs.is_match(path) || request.named == Some(path)
    };
    let files = repository.files(side, &outermost(folders), &wants)?;
    Ok(files
        .into_iter()
        .filter_map(|file| Some((Language::of_path(file.path())?, file)))
        .map(|(l, f)| (f, l))
        .collect())
}

/// The folders that hold everything that the globs could match; the root where there are none.
pub fn folders_of(globs: &[String]) -> Vec<&str> {
    if globs.is_empty() { vec![""] } else { outermost(globs.iter().map(|glob| fixed_part(glob)).collect()) }
}

/// The folder of a glob before its first wildcard.
fn fixed_part(glob: &str) -> &str {
    let end = glob.find(['*', '?', '[', '{', '\\']).map_or(glob.len(), |wild| glob[..wild].rfind('/').unwrap_or(0));
    &glob[..end]
}

/// Without those that lie in others.
fn outermost(mut folders: Vec<&str>) -> Vec<&str> {
    folders.sort_unstable();
    let mut kept: Vec<&str> = Vec::new();
    for folder in folders {
        let lies_in = |outer: &&str| {
            outer.is_empty() || folder.strip_prefix(*outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !kept.iter().any(lies_in) {
            kept.push(folder);
        }
    }
    kept
}

type Read = Result<(Opened, usize), String>;

/// Reads files on this thread and parses them on all: the repository cannot be shared, and is faster than any parser.
fn read(repository: &Repository, listed: &[(Listed, Language)], missing: &[usize]) -> Vec<Read> {
    let done: Mutex<Vec<Option<Read>>> = Mutex::new(missing.iter().map(|_| None).collect());
    rayon::in_place_scope(|scope| {
        for (at, &file) in missing.iter().enumerate() {
            let source = repository.read_listed(&listed[file].0);
            let done = &done;
            scope.spawn(move |_| {
                let read = extracted(&source);
                done.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(read);
            });
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_iter().map(|read| read.unwrap_or_else(|| Err("it was not read".to_owned()))).collect()
}

fn extracted(source: &SourceFile) -> Read {
    let text = source.content.as_ref().map_err(ToString::to_string)?;
    let parsed = Afresh.read(source).ok_or_else(|| "not a file that is read".to_owned())?;
    Ok((Opened { symbols: parsed.symbols, includes: includes(text).into() }, text.len()))
}

/// What is known of a text.
#[derive(Clone)]
struct Opened {
    symbols: Arc<[Symbol]>,
    includes: Arc<[Box<str>]>,
}

/// The same, as it is kept.
#[derive(serde::Serialize, serde::Deserialize)]
struct Extract {
    symbols: Stored,
    includes: Vec<Box<str>>,
}

impl Extract {
    fn of(opened: &Opened) -> Extract {
        Extract { symbols: Stored::of(&opened.symbols), includes: opened.includes.to_vec() }
    }

    fn open(self) -> Option<Opened> {
        Some(Opened { symbols: self.symbols.symbols()?, includes: self.includes.into() })
    }
}

/// The same text is read differently in another language.
type Id = ([u8; 20], Language);

/// The files of an index, to be read at once.
#[derive(serde::Serialize, serde::Deserialize)]
struct Pack {
    ids: Vec<Id>,
    pieces: Vec<Vec<u8>>,
}

impl Pack {
    fn of(files: &[(Id, &Opened)]) -> Pack {
        let pieces = files.par_chunks(PIECE).map(|files| {
            let extracts: Vec<Extract> = files.iter().map(|(_, opened)| Extract::of(opened)).collect();
            postcard::to_stdvec(&extracts).unwrap_or_default()
        });
        Pack { ids: files.iter().map(|(id, _)| *id).collect(), pieces: pieces.collect() }
    }

    fn open(self) -> FxHashMap<Id, Opened> {
        let pieces = self.ids.par_chunks(PIECE).zip(self.pieces.par_iter());
        let files = pieces.flat_map_iter(|(ids, piece)| {
            let extracts: Vec<Extract> = postcard::from_bytes(piece).unwrap_or_default();
            ids.iter().copied().zip(extracts).filter_map(|(id, extract)| Some((id, extract.open()?)))
        });
        files.collect::<Vec<_>>().into_iter().collect()
    }
}

fn keep(cache: &Cache, key: Key, listed: &[(Listed, Language)], extracts: &[Option<Opened>], missing: &[usize]) {
    let file = |at: usize| Some(((listed[at].0.id()?, listed[at].1), extracts[at].as_ref()?));
    if missing.len() <= FEW {
        for (id, extract) in missing.iter().filter_map(|at| file(*at)) {
            cache.write(extract_key(&id), &Extract::of(extract));
        }
    } else {
        let files: Vec<(Id, &Opened)> = (0..listed.len()).filter_map(file).collect();
        cache.write(key, &Pack::of(&files));
    }
}

fn extract_key(id: &Id) -> Key {
    Key::of("extract").and(&id.0).and(id.1.name().as_bytes()).done()
}

fn pack_key(scope: &Scope) -> Key {
    let globs = scope.cpp_globs.iter().chain(&scope.python_globs);
    let key = Key::of("index").and(&scope.cpp_globs.len().to_le_bytes());
    globs.fold(key, |key, glob| key.and(glob.as_bytes())).done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_globs() {
        let parts = ["torch/csrc/**", "aten/src/ATen/*", "a/b.py", "**/*.h", "c10/[a-z]*/x.h"].map(fixed_part);
        assert_eq!(parts, ["torch/csrc", "aten/src/ATen", "a/b.py", "", "c10"]);
        assert_eq!(outermost(vec!["b", "a/b", "a", "ab"]), ["a", "ab", "b"]);
        assert_eq!(outermost(vec!["b", ""]), [""]);
    }
}
