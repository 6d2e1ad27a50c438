//! `drift map prune`: takes out what no longer points at anything.

use anyhow::Result;

use super::super::{Exit, Session};
use super::files::Files;
use super::{at, remove};
use crate::report::{self, Deed};
use crate::verification::{ProblemKind, Verification, verify};

#[derive(Debug, Clone)]
pub struct Options {
    pub revision: String,
    pub dry_run: bool,
}

/// Removes the links of which one end is gone altogether.
pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    let pair = at(session, &options.revision)?.snapshots(&mapping)?;
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
    if !options.dry_run {
        remove::write(&edits)?;
    }
    let mut told = remove::told(&edits, if options.dry_run { Deed::WouldPrune } else { Deed::Pruned });
    told.notes.extend(partly(&verification, &dead));
    session.answer(&report::edit(&told, session.format, session.detail))?;
    Ok(Exit::Clean)
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
