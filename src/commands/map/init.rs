//! `drift map init`: a first mapping for a repository that has none.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::super::world::{FOLDER, read_all};
use super::super::{Exit, Session};
use super::at;
use super::files::{self, Files, MappingFile, refused};
use crate::mapping::edit::start::{self, Fitted, Starter};
use crate::mapping::{Builtin, MappingSource, builtin};
use crate::report::{self, Start};
use crate::source::SourceFile;
use crate::source::git::{Repository, Side};
use crate::symbols::Language;
use crate::twins::{self, Twins};
use crate::verification::{ProblemKind, verify};

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Copies the built-in mapping that fits.
    pub from_builtin: bool,
    /// Overwrites a mapping that is there.
    pub force: bool,
}

/// What `init` writes.
const FILE: &str = "mapping.toml";

pub fn run(session: &Session, options: Options) -> Result<Exit> {
    if !session.mappings.is_empty() {
        bail!("`init` writes `{FOLDER}/{FILE}`; leave `--mapping` out");
    }
    let repository = Repository::open(&session.repository)?;
    let Some(root) = repository.work_tree().map(ToOwned::to_owned) else {
        bail!("a bare repository has no work tree to write `{FOLDER}/{FILE}` to; work in a clone of it");
    };
    let Some(head) = repository.head() else { bail!("nothing is committed yet; run `git commit` first") };
    let builtin = builtin::fitting(&|path| repository.exists(&head, path))?;
    if let (Some(builtin), false) = (builtin, options.from_builtin) {
        session.answer(&report::start(&Start::BuiltIn { title: builtin.title() }, session.format))?;
        return Ok(Exit::Clean);
    }
    let there = Files::find(session)?;
    if !options.force && there.is_some() {
        bail!(
            "there is a mapping in `{FOLDER}` already; `drift map list` shows it, `--force` overwrites `{FOLDER}/{FILE}`"
        );
    }
    let file = files::overwritten(&root.join(FOLDER), FILE)?;
    let (text, told) = match (options.from_builtin, builtin) {
        (true, Some(builtin)) => copied(session, &file, builtin, &head)?,
        (true, None) => bail!("no built-in mapping fits this repository; `drift map init` alone starts a new one"),
        (false, _) => started(&file, &head, &twins_in(session, &repository, &head)?),
    };
    // Only what reads as a mapping, beside the files that are there, is written.
    match there {
        Some(files) => drop(files.mapping_with(&file, &text)?),
        None => drop(read_all(&[(file.source.name.clone(), text.as_str().into())])?),
    }
    write(&file, &text)?;
    session.answer(&report::start(&told, session.format))?;
    Ok(Exit::Clean)
}

/// The built-in mapping as far as it fits the last commit.
fn copied(session: &Session, file: &MappingFile, builtin: &Builtin, head: &Side) -> Result<(String, Start)> {
    let source = MappingSource::new(builtin.title(), builtin.text);
    let mapping = read_all(&[(source.name.clone(), source.text.clone())])?;
    let world = at(session, head.name())?;
    let verification = verify(&mapping, &world.snapshots(&mapping)?);
    let picks = |link: &str, selector: &str| {
        let mut problems = verification.problems.iter();
        !problems.any(|problem| {
            let gone = matches!(problem.kind, ProblemKind::NoFile | ProblemKind::NoSymbol);
            gone && problem.link == link && problem.selector == selector
        })
    };
    let copy = start::fitting(&source, head.name(), &picks).map_err(|refusal| refused(file, refusal))?;
    let Fitted { text, links, missing, dropped } = copy;
    Ok((text, Start::Copied { file: file.source.name.clone(), links, missing, dropped }))
}

fn started(file: &MappingFile, head: &Side, twins: &Twins) -> (String, Start) {
    let example = twins.example.clone().map(|example| (example.name, example.cpp, example.python));
    let starter =
        Starter { cpp: twins.cpp.clone(), python: twins.python.clone(), example, commit: head.name().to_owned() };
    (start::starter(&starter), Start::Written { file: file.source.name.clone(), twins: twins.clone() })
}

/// Reads every file of both languages in the last commit, and looks for twins among them.
fn twins_in(session: &Session, repository: &Repository, head: &Side) -> Result<Twins> {
    session.detail("looking for bindings and their twins");
    let paths: Vec<Arc<str>> =
        repository.paths(head)?.into_iter().filter(|path| Language::of_path(path).is_some()).collect();
    let files: Vec<SourceFile> = paths.iter().filter_map(|path| repository.read(head, path)).collect();
    Ok(twins::find(&files))
}

fn write(file: &MappingFile, text: &str) -> Result<()> {
    let folder = file.path.parent().context("the mapping lives in a folder")?;
    let is_new = !folder.exists();
    fs::create_dir_all(folder).with_context(|| format!("could not make `{FOLDER}`"))?;
    files::write(&[(file, text)]).inspect_err(|_| {
        // A folder made for nothing goes again; one that is in use cannot go.
        let _ = is_new.then(|| fs::remove_dir(folder));
    })
}
