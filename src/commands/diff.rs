//! `drift diff`: what a change does, symbol by symbol.

use anyhow::{Context, Result};
use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::prelude::*;

use super::progress::Progress;
use super::stages::Stages;
use super::world::World;
use super::{Exit, Session};
use crate::change::{Change, Comparison, FilePair, Skipped};
use crate::ladder::Rung;
use crate::report::{self, Detail, Differences, Format, Shown};
use crate::source::range::Range;
use crate::source::{FileChange, SnapshotPair, SourceFile, Unreadable};
use crate::symbols::{Language, ParsedFile};

/// From so many bytes of code on, trees are made when they are needed and not kept: they take twenty times as much.
const FRUGAL_FROM: usize = 16 << 20;

/// With `-v` the normal forms of so many symbols are shown; `--forms` shows those of any number.
const FORMS_LIMIT: usize = 500;

#[derive(Debug)]
pub struct Options {
    pub range: Option<Range>,
    /// Folders, files or globs, with a leading `!` to leave them out; empty for everything.
    pub paths: Vec<String>,
    pub language: Option<Language>,
    /// The least rung to show; `None` for what suits the format.
    pub rung: Option<Rung>,
    /// Parts of names of the symbols to show; empty for all.
    pub symbols: Vec<String>,
    pub shown: Shown,
    /// Show the normal forms: at this rung, or at the last one where they differ.
    pub forms: Option<FormsAt>,
}

/// At which rung normal forms are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormsAt {
    Deciding,
    Rung(Rung),
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    let progress = Progress::of(session);
    stages.begin("read");
    progress.stage("reading", None);
    let wanted = Wanted::of(options)?;
    let world = World::open(session, options.range.as_ref())?;
    let pair = world.load(&|path| wanted.holds(path), &[])?;
    session.tell_missing(&pair);
    stages.begin("parse");
    let (files, unread) = parsed(&pair, &progress);
    let skipped: Vec<Skipped> = unread.iter().cloned().chain(links(&pair)).collect();
    stages.begin("compare");
    progress.stage("comparing", Some(files.len()));
    let mut comparison = Comparison::of(&files, &|| progress.step());
    comparison.changes.retain(|change| options.names(change));
    stages.begin("report");
    let least = options.least(session.format);
    let changes: Vec<&Change> = comparison.changes.iter().filter(|change| change.rung >= least).collect();
    let forms = options.forms_of(session, &comparison, &changes);
    drop(progress);
    let view = session.view(stages.elapsed());
    let (all, shown) = (&comparison.changes, options.shown);
    let differences = Differences { pair: &pair, all, changes: &changes, forms: &forms, shown, skipped: &skipped };
    session.answer(&report::diff(&differences, session.format, view))?;
    let count: usize = files.iter().map(|file| file.before.iter().count() + file.after.iter().count()).sum();
    session.detail(&format!("{}{count} files parsed", stages.table()));
    Ok(if unread.is_empty() { Exit::Clean } else { Exit::Undecided })
}

impl Options {
    /// People do not read changes of the layout; scripts are told everything.
    fn least(&self, format: Format) -> Rung {
        let usual = if format == Format::Human { Rung::Spelling } else { Rung::Layout };
        self.rung.unwrap_or(usual)
    }

    fn names(&self, change: &Change) -> bool {
        let names = [Some(&change.symbol), change.before_symbol.as_ref()];
        let named = |part: &String| names.iter().flatten().any(|name| name.contains(part.as_str()));
        self.symbols.is_empty() || self.symbols.iter().any(named)
    }

    /// The normal forms of what is shown, where the person asked for them.
    fn forms_of(
        &self,
        session: &Session,
        comparison: &Comparison<'_>,
        changes: &[&Change],
    ) -> Vec<Option<report::Forms>> {
        let few = changes.len() <= FORMS_LIMIT;
        let usual = (session.detail == Detail::Verbose && few).then_some(FormsAt::Deciding);
        let Some(at) = self.forms.or(usual).filter(|_| session.format == Format::Human && self.shown == Shown::Symbols)
        else {
            return Vec::new();
        };
        let rung = match at {
            FormsAt::Deciding => None,
            FormsAt::Rung(rung) => Some(rung),
        };
        let files: Vec<_> = changes.chunk_by(|one, two| one.path == two.path).collect();
        files.into_par_iter().flat_map_iter(|changes| comparison.forms(changes, rung)).collect()
    }
}

/// Which files the person asked for.
pub(super) struct Wanted {
    language: Option<Language>,
    inside: Paths,
    outside: Paths,
}

impl Wanted {
    fn of(options: &Options) -> Result<Wanted> {
        Wanted::of_paths(&options.paths, options.language)
    }

    pub(super) fn of_paths(paths: &[String], language: Option<Language>) -> Result<Wanted> {
        let (outside, inside): (Vec<&str>, Vec<&str>) =
            paths.iter().map(String::as_str).partition(|path| path.starts_with('!'));
        let outside: Vec<&str> = outside.into_iter().map(|path| path.trim_start_matches('!')).collect();
        Ok(Wanted { language, inside: Paths::of(&inside)?, outside: Paths::of(&outside)? })
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        let language = Language::of_path(path);
        let spoken = language.is_some() && (self.language.is_none() || self.language == language);
        spoken && (self.inside.is_empty() || self.inside.hold(path)) && !self.outside.hold(path)
    }
}

/// Folders, files and globs.
struct Paths {
    prefixes: Vec<String>,
    globs: GlobSet,
}

impl Paths {
    fn of(paths: &[&str]) -> Result<Paths> {
        let mut globs = GlobSetBuilder::new();
        for path in paths {
            globs.add(Glob::new(path).with_context(|| format!("`{path}` is not a path or a glob"))?);
        }
        let prefixes = paths.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/').to_owned());
        Ok(Paths { prefixes: prefixes.collect(), globs: globs.build()? })
    }

    fn is_empty(&self) -> bool {
        self.prefixes.is_empty()
    }

    fn hold(&self, path: &str) -> bool {
        let below = |prefix: &String| {
            prefix == "."
                || path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.prefixes.iter().any(below) || self.globs.is_match(path)
    }
}

/// Reads the changed files into symbols; what cannot be read is skipped with its reason.
pub(super) fn parsed(pair: &SnapshotPair, progress: &Progress) -> (Vec<FilePair>, Vec<Skipped>) {
    progress.stage("parsing", Some(pair.changed.len()));
    let frugal = bytes(pair) > FRUGAL_FROM;
    let parse = |file: &FileChange| {
        let parsed = parse_both(file);
        if let (Ok(pair), true) = (&parsed, frugal) {
            pair.before.iter().chain(&pair.after).for_each(ParsedFile::rest);
        }
        progress.step();
        parsed
    };
    let results: Vec<_> = pair.changed.par_iter().map(parse).collect();
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for result in results {
        match result {
            Ok(FilePair { before: None, after: None }) => {}
            Ok(file) => files.push(file),
            Err(reason) => skipped.push(reason),
        }
    }
    (files, skipped)
}

/// Symbolic links hold no code: where a file became one, its symbols are gone. They are told, and nothing is undecided.
fn links(pair: &SnapshotPair) -> impl Iterator<Item = Skipped> {
    let linked = pair.changed.iter().filter(|change| change.before.iter().chain(&change.after).any(is_link));
    let reason = "a symbolic link; the file it points to is compared in its own place";
    linked.map(move |change| Skipped { path: change.path().clone(), reason: reason.to_owned() })
}

fn is_link(file: &SourceFile) -> bool {
    file.content == Err(Unreadable::Symlink)
}

fn bytes(pair: &SnapshotPair) -> usize {
    let files = pair.changed.iter().flat_map(|change| change.before.iter().chain(&change.after));
    files.filter_map(|file| file.content.as_ref().ok()).map(|text| text.len()).sum()
}

fn parse_both(file: &FileChange) -> Result<FilePair, Skipped> {
    let side = |source: &Option<SourceFile>| source.as_ref().filter(|file| !is_link(file)).map(parse).transpose();
    Ok(FilePair { before: side(&file.before)?, after: side(&file.after)? })
}

pub(super) fn parse(file: &SourceFile) -> Result<ParsedFile, Skipped> {
    let skipped = |reason: String| Skipped { path: file.path.clone(), reason };
    let language = Language::of_path(&file.path).ok_or_else(|| skipped("not C++ or Python".to_owned()))?;
    let text = file.content.as_ref().map_err(|reason| skipped(reason.to_string()))?;
    Ok(ParsedFile::parse(file.path.clone(), language, text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(paths: &[&str], language: Option<Language>) -> Wanted {
        let paths = paths.iter().copied().map(str::to_owned).collect();
        Wanted::of(&Options { paths, language, ..options() }).unwrap()
    }

    fn options() -> Options {
        Options {
            range: None,
            paths: Vec::new(),
            language: None,
            rung: None,
            symbols: Vec::new(),
            shown: Shown::Symbols,
            forms: None,
        }
    }

    #[test]
    fn paths_select_files_folders_and_globs() {
        let holds = |paths: &[&str], path: &str| wanted(paths, None).holds(path);
        assert!(holds(&[], "a/b.cpp") && holds(&["a"], "a/b.cpp") && holds(&["./a/b.cpp"], "a/b.cpp"));
        assert!(holds(&["**/*.py"], "a/b/c.py") && holds(&["."], "a/b.cpp"));
        assert!(!holds(&["a"], "ab/c.cpp") && !holds(&[], "a/b.txt"));
    }

    #[test]
    fn paths_are_left_out_and_languages_chosen() {
        let all_but = wanted(&["!third_party"], None);
        assert!(all_but.holds("a/b.cpp") && !all_but.holds("third_party/b.cpp"));
        let python = wanted(&["a"], Some(Language::Python));
        assert!(python.holds("a/b.py") && !python.holds("a/b.cpp"));
    }

    #[test]
    fn people_are_spared_the_layout_and_scripts_are_not() {
        assert_eq!(options().least(Format::Human), Rung::Spelling);
        assert_eq!(options().least(Format::Json), Rung::Layout);
        assert_eq!(Options { rung: Some(Rung::Semantic), ..options() }.least(Format::Json), Rung::Semantic);
    }
}
