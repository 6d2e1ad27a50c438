//! The clone of PyTorch: commits as pairs of parsed files, and the files of its head.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, ensure};
use dynadrift::change::FilePair;
use dynadrift::source::git::{Repository, Request};
use dynadrift::source::range::Range;
use dynadrift::source::{SnapshotPair, SourceFile};
use dynadrift::symbols::{Language, ParsedFile};
use rayon::prelude::*;

use crate::progress::Progress;

/// The tree without entries, which every git knows.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

pub type NamedText = (Arc<str>, Arc<[u8]>);

pub struct PyTorch {
    path: PathBuf,
}

/// What a commit changes, parsed.
pub struct Parsed {
    pub pairs: Vec<FilePair>,
    /// Files that could not be read, each with the reason.
    pub unread: Vec<String>,
}

impl PyTorch {
    pub fn at(path: &Path) -> anyhow::Result<PyTorch> {
        Repository::open(path)?;
        Ok(PyTorch { path: path.to_owned() })
    }

    /// Does something with each commit, in parallel; the answers are in the order of the commits.
    pub fn each_commit<T: Send>(
        &self,
        title: &str,
        commits: &[String],
        wants: &(dyn Fn(&str) -> bool + Sync),
        work: &(dyn Fn(Parsed) -> T + Sync),
    ) -> Vec<anyhow::Result<T>> {
        let ranges: Vec<Range> = commits.iter().map(|commit| Range::Revision(commit.clone())).collect();
        self.each_range(title, &ranges, wants, work)
    }

    /// As [`each_commit`](PyTorch::each_commit), for any ranges.
    pub fn each_range<T: Send>(
        &self,
        title: &str,
        ranges: &[Range],
        wants: &(dyn Fn(&str) -> bool + Sync),
        work: &(dyn Fn(Parsed) -> T + Sync),
    ) -> Vec<anyhow::Result<T>> {
        let progress = Progress::over(title, ranges.len());
        let open = || Repository::open(&self.path).expect("it could be opened before");
        let answers = ranges.par_iter().map_init(open, |repository, range| {
            let pair = load(repository, range, wants);
            let answer = pair.map(|pair| work(parse_pair(&pair)));
            progress.step();
            answer
        });
        answers.collect()
    }

    /// The files of the head below a folder that can be read, by path.
    pub fn files(&self, folder: &str, language: Language) -> anyhow::Result<Vec<NamedText>> {
        let range = Range::TwoDot { before: EMPTY_TREE.to_owned(), after: "HEAD".to_owned() };
        let wants = |path: &str| path.starts_with(folder) && Language::of_path(path) == Some(language);
        let pair = load(&Repository::open(&self.path)?, &range, &wants)?;
        let files = pair.changed.into_iter().filter_map(|change| change.after);
        Ok(files.filter_map(|file| Some((file.path, file.content.ok()?))).collect())
    }

    /// The newest commits of a range along first parents that touch one of the folders.
    pub fn commits(&self, range: &str, limit: usize, folders: &[&str]) -> anyhow::Result<Vec<String>> {
        let limit = format!("--max-count={limit}");
        let arguments = ["rev-list", "--first-parent", &limit, range, "--"];
        Ok(self.git(&[&arguments[..], folders].concat())?.lines().map(str::to_owned).collect())
    }

    /// The full id of the head.
    pub fn head(&self) -> anyhow::Result<String> {
        Ok(self.git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// The tree of the head.
    pub fn tree(&self) -> anyhow::Result<String> {
        Ok(self.git(&["rev-parse", "HEAD^{tree}"])?.trim().to_owned())
    }

    /// Where its objects are.
    pub fn objects(&self) -> anyhow::Result<PathBuf> {
        let folder = self.git(&["rev-parse", "--path-format=absolute", "--git-path", "objects"])?;
        Ok(PathBuf::from(folder.trim()))
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = Command::new("git").arg("-C").arg(&self.path).args(arguments).output();
        let output = output.context("`git` could not be run; it has to be on the path")?;
        let reason = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`git {}` failed: {}", arguments.join(" "), reason.trim());
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn load(repository: &Repository, range: &Range, wants: &(dyn Fn(&str) -> bool + Sync)) -> anyhow::Result<SnapshotPair> {
    repository.load(&repository.endpoints(range)?, &Request { wants, named: &[] })
}

fn parse_pair(pair: &SnapshotPair) -> Parsed {
    let mut parsed = Parsed { pairs: Vec::new(), unread: Vec::new() };
    for change in &pair.changed {
        match (side(change.before.as_ref()), side(change.after.as_ref())) {
            (Ok(before), Ok(after)) => parsed.pairs.push(FilePair { before, after }),
            (Err(reason), _) | (_, Err(reason)) => parsed.unread.push(format!("`{}`: {reason}", change.path())),
        }
    }
    parsed
}

fn side(file: Option<&SourceFile>) -> Result<Option<ParsedFile>, String> {
    let Some(file) = file else { return Ok(None) };
    let language = Language::of_path(&file.path).ok_or("not C++ or Python")?;
    let text = file.content.as_ref().map_err(ToString::to_string)?;
    Ok(Some(ParsedFile::parse(file.path.clone(), language, text.clone())))
}
