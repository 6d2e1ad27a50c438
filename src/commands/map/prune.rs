//! `drift map prune`: takes out what no longer points at anything.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::super::{Exit, Session, acks, replace};
use super::files::Files;
use super::{at, remove};
use crate::mapping::Mapping;
use crate::mapping::acks::{Ack, without_entries};
use crate::report::{self, Deed};
use crate::verification::{ProblemKind, Verification, verify};

#[derive(Debug, Clone)]
pub struct Options {
    pub revision: String,
    pub dry_run: bool,
}

/// Removes the links of which one end is gone altogether, and the acks that cannot cover anything any more.
pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    let pair = at(session, &options.revision)?.snapshots(&mapping)?;
    session.tell_missing(&pair);
    let verification = verify(&mapping, &pair);
    let dead: Vec<&str> = mapping
        .links
        .iter()
        .filter(|link| {
            [&link.cpp, &link.python].iter().any(|end| end.iter().all(|s| is_gone(&verification, &link.id, &s.text)))
        })
        .map(|link| link.id.as_str())
        .collect();
    let edits = remove::without(&files, &mapping, &dead)?;
    let acks = idle_acks(&files, &mapping, &dead)?;
    if !options.dry_run {
        remove::write(&edits)?;
        acks.iter().try_for_each(IdleAcks::write)?;
    }
    let mut told = remove::told(&edits, if options.dry_run { Deed::WouldPrune } else { Deed::Pruned });
    told.notes.extend(acks.iter().flat_map(|acks| acks.told(options.dry_run)));
    told.notes.extend(partly(&verification, &dead));
    session.answer(&report::edit(&told, session.format, session.detail))?;
    Ok(Exit::Clean)
}

/// The acks that go: of links that are not there, or no longer, and those whose last day is over.
struct IdleAcks {
    path: PathBuf,
    /// Links, each with the reason.
    gone: Vec<(String, &'static str)>,
    /// What is left.
    text: String,
}

fn idle_acks(files: &Files, mapping: &Mapping, dead: &[&str]) -> Result<Option<IdleAcks>> {
    let Some((path, all)) = acks::of_mapping(files.acks())? else { return Ok(None) };
    let is_there = |id: &str| !dead.contains(&id) && mapping.links.iter().any(|link| link.id == id);
    let why = |ack: &Ack| match (is_there(&ack.link), all.is_expired(ack)) {
        (false, _) => Some("the mapping has no such link"),
        (true, true) => Some("its last day is over"),
        (true, false) => None,
    };
    let idle: Vec<(usize, &Ack, &'static str)> =
        all.acks.iter().enumerate().filter_map(|(place, ack)| Some((place, ack, why(ack)?))).collect();
    if idle.is_empty() {
        return Ok(None);
    }
    let places: Vec<usize> = idle.iter().map(|(place, ..)| *place).collect();
    let text = without_entries(&all.sources[0].text, &places)?;
    let gone = idle.into_iter().map(|(_, ack, why)| (ack.link.clone(), why)).collect();
    Ok(Some(IdleAcks { path, gone, text }))
}

impl IdleAcks {
    fn write(&self) -> Result<()> {
        replace(&self.path, &self.text).with_context(|| format!("could not write `{}`", self.path.display()))
    }

    fn told(&self, dry_run: bool) -> Vec<String> {
        let deed = if dry_run { "would prune" } else { "pruned" };
        self.gone.iter().map(|(link, why)| format!("{deed} the ack for `{link}`: {why}")).collect()
    }
}

/// Nothing is known about what could not be read, so that it is not gone.
fn is_gone(verification: &Verification, link: &str, selector: &str) -> bool {
    let gone = |kind| matches!(kind, ProblemKind::NoFile | ProblemKind::NoSymbol);
    let mut problems = verification.problems.iter();
    problems.any(|problem| problem.link == link && problem.selector == selector && gone(problem.kind))
}

/// What is wrong without being dead.
fn partly(verification: &Verification, dead: &[&str]) -> Option<String> {
    let count = verification.problems.iter().filter(|problem| !dead.contains(&problem.link.as_str())).count();
    let selectors = if count == 1 { "selector does" } else { "selectors do" };
    (count > 0).then(|| format!("{count} {selectors} not resolve in links that stay; `drift map verify` lists them"))
}
