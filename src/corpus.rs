//! The corpus: the files that a judgement looks at, read into symbols. It reads no more than the judgement needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::change::{FilePair, Skipped};
use crate::mapping::{Mapping, Scope};
use crate::source::{FileChange, SnapshotPair, SourceFile};
use crate::symbols::{Language, ParsedFile, Role, is_same_cpp};

/// Reads texts into symbols. Whoever remembers an earlier reading of a text may give that.
pub trait ReadSymbols: Sync {
    /// `None` where the file could not be read, or is in no language that is.
    fn read(&self, file: &SourceFile) -> Option<ParsedFile>;

    /// Whether one of the names occurs in a text as a whole identifier.
    fn mentions(&self, text: &Arc<[u8]>, names: &FxHashSet<String>) -> bool {
        !names.is_empty() && identifiers(text).any(|word| names.contains(word))
    }

    /// Whether a text holds another.
    fn holds(&self, text: &Arc<[u8]>, needle: &str) -> bool {
        memchr::memmem::find(text, needle.as_bytes()).is_some()
    }
}

/// What could be a name in a text, wherever it stands.
pub fn identifiers(text: &[u8]) -> impl Iterator<Item = &str> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let words = text.split(move |byte| !is_word(byte)).filter(|word| !word.is_empty());
    words.filter_map(|word| std::str::from_utf8(word).ok())
}

/// Remembers nothing.
pub struct Afresh;

impl ReadSymbols for Afresh {
    fn read(&self, file: &SourceFile) -> Option<ParsedFile> {
        let text = file.content.as_ref().ok()?;
        Some(ParsedFile::parse(file.path.clone(), Language::of_path(&file.path)?, text.clone()))
    }
}

/// Which of the two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Before,
    After,
}

/// The changed files, parsed, and those unchanged ones that turned out to be needed.
pub struct Corpus<'a> {
    snapshots: &'a SnapshotPair,
    reader: &'a dyn ReadSymbols,
    /// The changed files that could be read and that matter to the mapping.
    pub pairs: Vec<FilePair>,
    /// The changed files that matter and could not be read.
    pub skipped: Vec<Skipped>,
    /// Some of them are not even here.
    lost: bool,
    /// For each changed file its position in `pairs`.
    slots: Vec<Option<usize>>,
    /// Positions of the changed files by the path they have on a side.
    before: BTreeMap<&'a str, usize>,
    after: BTreeMap<&'a str, usize>,
    unchanged: BTreeMap<Arc<str>, ParsedFile>,
}

/// What is known about a path on one side.
pub enum Lookup<'c> {
    Parsed {
        file: &'c ParsedFile,
        /// The file has another path on this side: the range renames it.
        renamed: bool,
    },
    /// Unchanged, and so far nobody needed its symbols.
    Unparsed(&'c Arc<[u8]>),
    Unreadable {
        reason: String,
        /// The range touches it, so that the judgement lacks something.
        changed: bool,
    },
    Absent,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Before, Side::After];

    pub fn other(self) -> Side {
        match self {
            Side::Before => Side::After,
            Side::After => Side::Before,
        }
    }
}

impl<'a> Corpus<'a> {
    /// Parses the changed files that the mapping names or whose code its scope covers.
    pub fn read(mapping: &Mapping, snapshots: &'a SnapshotPair, reader: &'a dyn ReadSymbols) -> Corpus<'a> {
        let wanted = Wanted::by(mapping);
        let read = |change| read_pair(change, &wanted, reader);
        let outcomes: Vec<Outcome> = snapshots.changed.par_iter().map(read).collect();
        let mut corpus = Corpus::over(snapshots, reader);
        for (change, outcome) in snapshots.changed.iter().zip(outcomes) {
            corpus.keep(change, outcome);
        }
        corpus
    }

    /// The range judged, as an argument of a command.
    pub fn range(&self) -> String {
        format!(" {}", self.snapshots.range)
    }

    /// The command that brings the objects that are missing, where some are.
    pub fn remedy(&self) -> Option<&str> {
        self.snapshots.remedy.as_deref()
    }

    /// Whether something that changed, or that a change could reach a link through, was lost: silence then says nothing.
    pub fn is_short(&self) -> bool {
        let changes = !self.pairs.is_empty() || !self.skipped.is_empty();
        self.lost || changes && self.snapshots.unchanged.values().any(|file| !file.is_there())
    }

    /// Adds to the names those of the C++ symbols in changed files that mention one of them, and so on for so many steps:
    /// what an unchanged file calls may depend on a change beside it.
    pub fn widen(&self, names: &mut FxHashSet<String>, steps: u32) {
        let files = || self.pairs.iter().flat_map(|pair| Side::BOTH.map(|side| parsed(pair, side))).flatten();
        for _ in 0..steps {
            let symbols = files().filter(|file| file.language == Language::Cpp).flat_map(|file| &*file.symbols);
            let mentioning = symbols.filter(|symbol| {
                let mut meant = symbol.mentions.iter().filter(|mention| mention.role != Role::Text);
                meant.any(|mention| names.contains(last_name(&mention.name)))
            });
            let found: FxHashSet<&str> = mentioning.map(|symbol| last_name(&symbol.name)).collect();
            let fresh: Vec<&str> =
                found.into_iter().filter(|name| !name.is_empty() && !names.contains(*name)).collect();
            if fresh.is_empty() {
                return;
            }
            names.extend(fresh.into_iter().map(str::to_owned));
        }
    }

    /// Parses the unchanged C++ files that the mapping names and that mention one of `names`: a change elsewhere may
    /// reach an entry point through them.
    pub fn read_dependents(&mut self, names: &FxHashSet<String>) {
        let snapshots = self.snapshots;
        let paths = snapshots.unchanged.iter().filter(|(path, file)| {
            Language::of_path(path) == Some(Language::Cpp)
                && !snapshots.is_fixed(path)
                && file.content.as_ref().is_ok_and(|text| self.reader.mentions(text, names))
        });
        self.read_unchanged(paths.map(|(_, file)| file).collect());
    }

    /// Parses the unchanged files at these paths.
    pub fn read_paths<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        let snapshots = self.snapshots;
        let paths: BTreeSet<&str> = paths.into_iter().collect();
        self.read_unchanged(paths.into_iter().filter_map(|path| snapshots.unchanged.get(path)).collect());
    }

    /// What there is at a path on one side. A file that the range renames is found by either path.
    pub fn find(&self, side: Side, path: &str) -> Lookup<'_> {
        if let Some(&at) = self.places(side).get(path) {
            return self.changed(side, at, false);
        }
        if let Some(file) = self.snapshots.unchanged.get(path) {
            return self.unchanged(file);
        }
        match self.places(side.other()).get(path) {
            Some(&at) if source(&self.snapshots.changed[at], side).is_some() => self.changed(side, at, true),
            _ => Lookup::Absent,
        }
    }

    /// Whether a text that nobody parsed holds another.
    pub fn holds(&self, text: &Arc<[u8]>, needle: &str) -> bool {
        self.reader.holds(text, needle)
    }

    /// Whether there is a file at this path that is the same on both sides.
    pub fn is_unchanged(&self, path: &str) -> bool {
        self.snapshots.unchanged.contains_key(path)
    }

    /// Whether the files of a repository other than the changing one were looked into.
    pub fn looks_into(&self, repository: &str) -> bool {
        self.snapshots.fixed.contains_key(repository)
    }

    /// The content of the file that has this path on this side.
    pub fn text(&self, side: Side, path: &str) -> Option<&'a [u8]> {
        let snapshots = self.snapshots;
        let file = match self.places(side).get(path) {
            Some(&at) => source(&snapshots.changed[at], side),
            None => snapshots.unchanged.get(path),
        };
        file?.content.as_deref().ok()
    }

    /// The parsed files of one side in one language, changed ones first.
    pub fn files(&self, side: Side, language: Language) -> Vec<&ParsedFile> {
        let changed = self.pairs.iter().filter_map(|pair| parsed(pair, side));
        let here = self.unchanged.values().filter(|file| !self.snapshots.is_fixed(&file.path));
        changed.chain(here).filter(|file| file.language == language).collect()
    }

    /// The unchanged files that the mapping names and that could not be read.
    pub fn unreadable_unchanged(&self) -> impl Iterator<Item = (&'a Arc<str>, String)> {
        let files = self.snapshots.unchanged.iter();
        files.filter_map(|(path, file)| file.content.as_ref().err().map(|reason| (path, reason.to_string())))
    }

    /// How many files were parsed, each side counted.
    pub fn files_parsed(&self) -> usize {
        let changed = self.pairs.iter().flat_map(|pair| Side::BOTH.map(|side| parsed(pair, side)));
        changed.flatten().count() + self.unchanged.len()
    }

    fn over(snapshots: &'a SnapshotPair, reader: &'a dyn ReadSymbols) -> Corpus<'a> {
        let places = |side| {
            let files = snapshots.changed.iter().enumerate();
            files.filter_map(move |(at, change)| Some((&*source(change, side)?.path, at))).collect()
        };
        Corpus {
            snapshots,
            reader,
            pairs: Vec::new(),
            skipped: Vec::new(),
            lost: false,
            slots: Vec::new(),
            before: places(Side::Before),
            after: places(Side::After),
            unchanged: BTreeMap::new(),
        }
    }

    fn keep(&mut self, change: &FileChange, outcome: Outcome) {
        self.slots.push(matches!(outcome, Outcome::Parsed(_)).then_some(self.pairs.len()));
        match outcome {
            Outcome::Parsed(pair) => self.pairs.push(*pair),
            Outcome::Skipped(reason) => {
                self.lost |= !files(change).all(SourceFile::is_there);
                self.skipped.push(Skipped { path: change.path().clone(), reason });
            }
            Outcome::Irrelevant => {}
        }
    }

    fn read_unchanged(&mut self, files: Vec<&'a SourceFile>) {
        let fresh = files.into_par_iter().filter(|file| !self.unchanged.contains_key(&file.path));
        let fresh: Vec<ParsedFile> = fresh.filter_map(|file| self.reader.read(file)).collect();
        self.unchanged.extend(fresh.into_iter().map(|file| (file.path.clone(), file)));
    }

    fn places(&self, side: Side) -> &BTreeMap<&'a str, usize> {
        match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        }
    }

    fn changed(&self, side: Side, at: usize, renamed: bool) -> Lookup<'_> {
        if let Some(file) = self.slots[at].and_then(|slot| parsed(&self.pairs[slot], side)) {
            return Lookup::Parsed { file, renamed };
        }
        let reason = unreadable(&self.snapshots.changed[at]).unwrap_or_else(|| "not a file that is read".to_owned());
        Lookup::Unreadable { reason, changed: true }
    }

    fn unchanged<'c>(&'c self, file: &'c SourceFile) -> Lookup<'c> {
        match (&file.content, self.unchanged.get(&file.path)) {
            (_, Some(file)) => Lookup::Parsed { file, renamed: false },
            (Ok(text), None) => Lookup::Unparsed(text),
            (Err(reason), None) => Lookup::Unreadable { reason: reason.to_string(), changed: false },
        }
    }
}

/// Which changed files are worth reading.
struct Wanted<'m> {
    named: FxHashSet<&'m str>,
    scope: &'m Scope,
}

enum Outcome {
    Parsed(Box<FilePair>),
    Skipped(String),
    Irrelevant,
}

impl<'m> Wanted<'m> {
    fn by(mapping: &'m Mapping) -> Wanted<'m> {
        let selectors = mapping.links.iter().flat_map(|link| link.cpp.iter().chain(&link.python));
        let named = selectors.filter(|selector| selector.repository.is_none()).map(|selector| &*selector.path);
        Wanted { named: named.collect(), scope: &mapping.scope }
    }

    fn names(&self, change: &FileChange) -> bool {
        files(change).any(|file| self.named.contains(&*file.path))
    }

    /// Code that an entry point may reach: C++ in the scope. A scope that lists nothing covers everything. Python counts
    /// only where a link names it.
    fn covers(&self, change: &FileChange) -> bool {
        let globs = &self.scope.cpp;
        let is_cpp = |file: &SourceFile| Language::of_path(&file.path) == Some(Language::Cpp);
        files(change).any(|file| is_cpp(file) && (globs.is_empty() || globs.is_match(&*file.path)))
    }
}

fn read_pair(change: &FileChange, wanted: &Wanted<'_>, reader: &dyn ReadSymbols) -> Outcome {
    let named = wanted.names(change);
    if !named && (is_rename_only(change) || !wanted.covers(change) || is_same_code(change)) {
        return Outcome::Irrelevant;
    }
    match unreadable(change) {
        Some(reason) => Outcome::Skipped(reason),
        None => Outcome::Parsed(Box::new(FilePair {
            before: change.before.as_ref().and_then(|file| reader.read(file)),
            after: change.after.as_ref().and_then(|file| reader.read(file)),
        })),
    }
}

fn is_rename_only(change: &FileChange) -> bool {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => before.content.is_ok() && before.content == after.content,
        _ => false,
    }
}

/// Only comments, white space or includes differ: nothing that could reach a link.
fn is_same_code(change: &FileChange) -> bool {
    let text = |file: &Option<SourceFile>| file.as_ref().and_then(|file| file.content.clone().ok());
    match (text(&change.before), text(&change.after)) {
        (Some(before), Some(after)) => is_same_cpp(&before, &after),
        _ => false,
    }
}

/// Why a changed file cannot be compared: one unreadable side is enough.
fn unreadable(change: &FileChange) -> Option<String> {
    files(change).find_map(|file| match (&file.content, Language::of_path(&file.path)) {
        (Err(reason), _) => Some(reason.to_string()),
        (Ok(_), None) => Some("no parser for this kind of file".to_owned()),
        (Ok(_), Some(_)) => None,
    })
}

fn files(change: &FileChange) -> impl Iterator<Item = &SourceFile> {
    change.before.iter().chain(&change.after)
}

fn source(change: &FileChange, side: Side) -> Option<&SourceFile> {
    match side {
        Side::Before => change.before.as_ref(),
        Side::After => change.after.as_ref(),
    }
}

fn parsed(pair: &FilePair, side: Side) -> Option<&ParsedFile> {
    match side {
        Side::Before => pair.before.as_ref(),
        Side::After => pair.after.as_ref(),
    }
}

/// The last part of a qualified name: the one by which other files mention it.
pub fn last_name(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
