//! `drift diff`: what a change does, symbol by symbol.

use anyhow::{Context, Result};
use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::prelude::*;

use super::stages::Stages;
use super::world::World;
use super::{Exit, Session};
use crate::change::{self, FilePair, Skipped};
use crate::report::{self, Differences, View};
use crate::source::range::Range;
use crate::source::{FileChange, SnapshotPair, SourceFile};
use crate::symbols::{Language, ParsedFile};

#[derive(Debug)]
pub struct Options {
    pub range: Option<Range>,
    /// Folders, files or globs; empty for everything.
    pub paths: Vec<String>,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    stages.begin("read");
    let wanted = Wanted::of(&options.paths)?;
    let world = World::open(session, options.range.as_ref())?;
    let pair = world.load(&|path| Language::of_path(path).is_some() && wanted.holds(path), &[])?;
    stages.begin("parse");
    let (files, skipped) = parsed(&pair);
    stages.begin("compare");
    let changes = change::diff(&files);
    stages.begin("report");
    let view = View { detail: session.detail, elapsed: stages.elapsed() };
    let differences = Differences { pair: &pair, changes: &changes, skipped: &skipped };
    session.answer(&report::diff(&differences, session.format, view))?;
    let count: usize = files.iter().map(|file| file.before.iter().count() + file.after.iter().count()).sum();
    session.detail(&format!("{}{count} files parsed", stages.table()));
    Ok(if skipped.is_empty() { Exit::Clean } else { Exit::Undecided })
}

/// Which paths the person asked for.
struct Wanted {
    prefixes: Vec<String>,
    globs: GlobSet,
}

impl Wanted {
    fn of(paths: &[String]) -> Result<Wanted> {
        let mut globs = GlobSetBuilder::new();
        for path in paths {
            globs.add(Glob::new(path).with_context(|| format!("`{path}` is not a path or a glob"))?);
        }
        let prefixes = paths.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/').to_owned());
        Ok(Wanted { prefixes: prefixes.collect(), globs: globs.build()? })
    }

    fn holds(&self, path: &str) -> bool {
        let below = |prefix: &String| {
            path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.prefixes.is_empty() || self.prefixes.iter().any(below) || self.globs.is_match(path)
    }
}

/// Reads the changed files into symbols; what cannot be read is skipped with its reason.
fn parsed(pair: &SnapshotPair) -> (Vec<FilePair>, Vec<Skipped>) {
    let results: Vec<_> = pair.changed.par_iter().map(parse_both).collect();
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for result in results {
        match result {
            Ok(file) => files.push(file),
            Err(reason) => skipped.push(reason),
        }
    }
    (files, skipped)
}

fn parse_both(file: &FileChange) -> Result<FilePair, Skipped> {
    let side = |source: &Option<SourceFile>| source.as_ref().map(parse).transpose();
    Ok(FilePair { before: side(&file.before)?, after: side(&file.after)? })
}

fn parse(file: &SourceFile) -> Result<ParsedFile, Skipped> {
    let skipped = |reason: String| Skipped { path: file.path.clone(), reason };
    let language = Language::of_path(&file.path).ok_or_else(|| skipped("not C++ or Python".to_owned()))?;
    let text = file.content.as_ref().map_err(|reason| skipped(reason.to_string()))?;
    Ok(ParsedFile::parse(file.path.clone(), language, text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_select_files_folders_and_globs() {
        let wanted =
            |paths: &[&str]| Wanted::of(&paths.iter().copied().map(str::to_owned).collect::<Vec<_>>()).unwrap();
        assert!(wanted(&[]).holds("a/b.cpp"));
        assert!(wanted(&["a"]).holds("a/b.cpp"));
        assert!(wanted(&["./a/b.cpp"]).holds("a/b.cpp"));
        assert!(!wanted(&["a"]).holds("ab/c.cpp"));
        assert!(wanted(&["**/*.py"]).holds("a/b/c.py"));
    }
}
