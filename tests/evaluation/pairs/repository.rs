//! A repository with the edits in it: it borrows the objects of the clone, so that the whole real tree is there and
//! nothing is copied.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::mutation::Edit;
use crate::pytorch::PyTorch;

use super::fences;
use super::pair::Pair;

pub const BEFORE: &str = "before";
pub const AFTER: &str = "after";
/// The same with the fences of ifchange.
pub const FENCED_BEFORE: &str = "fenced-before";
pub const FENCED_AFTER: &str = "fenced-after";

pub struct Repository {
    folder: tempfile::TempDir,
}

/// A file of a commit, or its end.
enum Entry {
    Text(String, String),
    Gone(String),
}

impl Repository {
    pub fn of(clone: &PyTorch, pairs: &[Pair]) -> anyhow::Result<Repository> {
        let repository = Repository { folder: tempfile::tempdir().context("a temporary folder cannot be made")? };
        repository.git(&["init", "--quiet", "--bare", "."])?;
        let alternates = repository.path().join("objects/info/alternates");
        fs::write(alternates, format!("{}\n", clone.objects()?.display()))?;
        repository.import(&stream(&clone.tree()?, pairs))?;
        Ok(repository)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn git(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = Command::new("git").current_dir(self.path()).args(arguments).output();
        let output = output.context("`git` could not be run; it has to be on the path")?;
        let reason = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`git {}` failed: {}", arguments.join(" "), reason.trim());
        Ok(output.stdout)
    }

    fn import(&self, stream: &str) -> anyhow::Result<()> {
        let mut git = Command::new("git");
        let git = git.current_dir(self.path()).args(["fast-import", "--quiet"]).stdin(Stdio::piped());
        let mut child = git.spawn().context("`git fast-import` could not be run")?;
        child.stdin.take().context("`git fast-import` takes no input")?.write_all(stream.as_bytes())?;
        ensure!(child.wait()?.success(), "`git fast-import` refused the pairs");
        Ok(())
    }

    /// Lays out the files of the fenced tree that the pairs touch, as a linter wants them.
    pub fn lay_out(&self, pairs: &[Pair]) -> anyhow::Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        for entry in entries(pairs, true, true) {
            if let Entry::Text(path, text) = entry {
                write(folder.path().join(path), &text)?;
            }
        }
        Ok(folder)
    }
}

fn write(path: PathBuf, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(path.parent().context("a file below the root has a folder")?)?;
    Ok(fs::write(path, text)?)
}

/// Four commits for `git fast-import`.
fn stream(tree: &str, pairs: &[Pair]) -> String {
    let mut stream = String::new();
    for (refs, fenced) in [([BEFORE, AFTER], false), ([FENCED_BEFORE, FENCED_AFTER], true)] {
        for (name, after) in refs.into_iter().zip([false, true]) {
            stream.push_str(&format!(
                "commit refs/heads/{name}\ncommitter Pairs <pairs@example.org> 1600000000 +0000\ndata 5\npairs\n"
            ));
            let start = if after { format!("from refs/heads/{}\n", refs[0]) } else { format!("M 040000 {tree} \n") };
            stream.push_str(&start);
            entries(pairs, after, fenced).iter().for_each(|entry| stream.push_str(&line(entry)));
            stream.push('\n');
        }
    }
    stream
}

fn line(entry: &Entry) -> String {
    match entry {
        Entry::Text(path, text) => format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()),
        Entry::Gone(path) => format!("D {path}\n"),
    }
}

/// The files that the pairs touch, and the mapping.
fn entries(pairs: &[Pair], after: bool, fenced: bool) -> Vec<Entry> {
    let edit = |edit: &Edit| if after { edit.clone() } else { Edit::default() };
    let mut entries = Vec::new();
    for pair in pairs {
        let (mut cpp, mut python) = (edit(&pair.cpp_edit), edit(&pair.python_edit));
        if fenced {
            (cpp, python) = (fences::around_cpp(pair, cpp), fences::around_python(pair, python));
        }
        let new_path = pair.new_path.as_ref().filter(|_| after);
        entries.extend(new_path.map(|_| Entry::Gone(pair.cpp.path.clone())));
        entries.push(Entry::Text(new_path.unwrap_or(&pair.cpp.path).clone(), cpp.apply(&pair.cpp.text)));
        entries.push(Entry::Text(pair.python.path.clone(), python.apply(&pair.python.text)));
        let elsewhere = pair.elsewhere.iter();
        entries.extend(elsewhere.map(|(path, text, other)| Entry::Text(path.clone(), edit(other).apply(text))));
    }
    entries.push(Entry::Text(".drift/pairs.toml".to_owned(), mapping(pairs, after)));
    entries
}

fn mapping(pairs: &[Pair], after: bool) -> String {
    let scope = "version = 1\n\n[scope]\ncpp = [\"torch/csrc/**\", \"c10/**\", \"aten/src/ATen/**\"]\npython = [\"torch/**\"]\n\n";
    std::iter::once(scope.to_owned()).chain(pairs.iter().map(|pair| pair.link(after))).collect()
}
