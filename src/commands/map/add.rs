//! `drift map add`: a new link, written only if its selectors pick code.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};

use super::super::{Exit, Session};
use super::at;
use super::files::{self, Files, MappingFile, refused};
use crate::exhibit::{self, Exhibit};
use crate::mapping::edit::{self, NewLink};
use crate::mapping::{End, Mapping, Relation, selector};
use crate::report::{self, Deed, EditReport};
use crate::verification::ProblemKind;

/// The link as asked for; what is not given is proposed from the code.
#[derive(Debug, Clone)]
pub struct Options {
    pub id: String,
    pub relation: Relation,
    pub cpp: Vec<String>,
    pub python: Vec<String>,
    pub names: Vec<String>,
    pub why: Option<String>,
    /// Which mapping file; one that is not there yet is made.
    pub file: Option<PathBuf>,
    /// Where the selectors must pick code.
    pub revision: String,
    pub dry_run: bool,
}

/// Stands for a reason while the selectors are looked up.
const UNKNOWN: &str = "?";

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    check_selectors(options)?;
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    if let Some(link) = mapping.links.iter().find(|link| link.id == options.id) {
        let name = &mapping.sources[link.origin.0].name;
        bail!("there is a link `{0}` already, in `{name}`; look at it with `drift map show {0}`", options.id);
    }
    let fresh = fresh(&files, options)?;
    let file = match &fresh {
        Some(file) => file,
        None => chosen(&files, &mapping, options)?,
    };
    let draft = options.link(UNKNOWN.to_owned(), options.names.clone());
    let (_, with_draft) = with(&files, file, &draft)?;
    let shown = look_up(session, with_draft, options)?;
    let (link, notes) = complete(options, &shown)?;
    let (text, _) = with(&files, file, &link)?;
    if !options.dry_run {
        files::write(&[(file, &text)])?;
    }
    let deed = if options.dry_run { Deed::WouldAdd { text: link.text() } } else { Deed::Added { text: link.text() } };
    let told = EditReport { deed, links: vec![(link.id, file.source.name.clone())], notes };
    session.answer(&report::edit(&told, session.format, session.detail))?;
    Ok(Exit::Clean)
}

impl Options {
    fn link(&self, why: String, names: Vec<String>) -> NewLink {
        let Options { id, relation, cpp, python, .. } = self.clone();
        NewLink { id, relation, cpp, python, names, why }
    }
}

/// All that are no selectors, at once.
fn check_selectors(options: &Options) -> Result<()> {
    let ends = [(End::Cpp, &options.cpp), (End::Python, &options.python)];
    let given = ends.iter().flat_map(|(end, texts)| texts.iter().map(move |text| (end, text)));
    let wrong: Vec<String> = given
        .filter_map(|(end, text)| {
            let error = selector::parse(text, 0, 0..0).err()?;
            let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
            Some(format!("`--{} '{text}'`: {}{help}", end.key(), error.message))
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

fn fresh(files: &Files, options: &Options) -> Result<Option<MappingFile>> {
    let unknown = options.file.as_ref().filter(|name| files.named(name).is_none());
    unknown.map(|name| files.fresh(name)).transpose()
}

/// The file that is named; else the only one; else the one that has most links of the same C++ files.
fn chosen<'f>(files: &'f Files, mapping: &Mapping, options: &Options) -> Result<&'f MappingFile> {
    if let Some(name) = &options.file {
        return files.named(name).ok_or_else(|| anyhow!("`{}` is no mapping file", name.display()));
    }
    let path = |text: &str| text.split_once('#').map_or(text, |(path, _)| path).to_owned();
    let paths: Vec<String> = options.cpp.iter().map(|text| path(text)).collect();
    let related = |index: usize| {
        let own = mapping.links.iter().filter(|link| link.origin.0 == index);
        own.filter(|link| link.cpp.iter().any(|end| paths.contains(&path(&end.text)))).count()
    };
    let best = (0..files.files.len()).max_by_key(|index| (related(*index), std::cmp::Reverse(*index)));
    match best {
        Some(index) if files.files.len() == 1 || related(index) > 0 => Ok(&files.files[index]),
        _ => {
            let names: Vec<String> = files.files.iter().map(|file| format!("`{}`", file.source.name)).collect();
            bail!("the mapping has several files; say which with `--file`: {}", names.join(", "))
        }
    }
}

/// The file and the mapping as they would be with the link.
fn with(files: &Files, file: &MappingFile, link: &NewLink) -> Result<(String, Mapping)> {
    let text = edit::add(&file.source, link).map_err(|refusal| refused(file, refusal))?;
    let mapping = files.mapping_with(file, &text)?;
    Ok((text, mapping))
}

/// The code of the new link, if all of its selectors pick some.
fn look_up(session: &Session, mapping: Mapping, options: &Options) -> Result<Exhibit> {
    let links = mapping.links.iter().filter(|link| link.id == options.id).cloned().collect();
    let only = Mapping { links, ..mapping };
    let pair = at(session, &options.revision)?.snapshots(&only)?;
    session.tell_missing(&pair);
    let shown = exhibit::of(&only, &pair).context("the new link is not in the mapping")?;
    let wrong: Vec<String> = shown
        .problems()
        .filter(|problem| problem.kind != ProblemKind::Elsewhere)
        .map(|problem| {
            let details = match (problem.kind, problem.details.is_empty()) {
                (_, true) => String::new(),
                (ProblemKind::NoSymbol, _) => format!("; the nearest names are {}", quoted(&problem.details)),
                (ProblemKind::Ambiguous, _) => format!("; choose one of {}", quoted(&problem.details)),
                _ => format!(": {}", problem.details.join(", ")),
            };
            format!("`{}`: {}{details}", problem.selector, problem.kind.phrase())
        })
        .collect();
    if wrong.is_empty() {
        return Ok(shown);
    }
    let at = &options.revision;
    bail!("nothing was written: not every selector picks code at {at}\n{}", wrong.join("\n"))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The link with what the code proposes where nothing was given, and what to tell about that.
fn complete(options: &Options, shown: &Exhibit) -> Result<(NewLink, Vec<String>)> {
    let mut notes = Vec::new();
    let mut names = options.names.clone();
    if names.is_empty() && !shown.proposal.names.is_empty() {
        names.clone_from(&shown.proposal.names);
        notes
            .push("`names` was read from the bindings; correct it if Python sees the entry point otherwise".to_owned());
    }
    let why = match (&options.why, &shown.proposal.why) {
        (Some(why), _) => why.clone(),
        (None, Some(why)) => {
            notes.push("`why` was taken from a comment; make it say what both ends share".to_owned());
            why.clone()
        }
        (None, None) => bail!(
            "nothing was written: no comment at either end says what both share; say it with `--why '…'`, in words a \
             reviewer understands"
        ),
    };
    let elsewhere = shown.problems().filter(|problem| problem.kind == ProblemKind::Elsewhere);
    notes.extend(elsewhere.map(|problem| format!("`{}` {}", problem.selector, problem.kind.phrase())));
    Ok((options.link(why, names), notes))
}
