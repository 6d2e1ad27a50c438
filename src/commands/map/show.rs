//! `drift map show`: a link with the code that its selectors pick.

use std::time::Duration;

use anyhow::{Result, bail};

use super::super::{Exit, Session};
use super::{at, current, link};
use crate::exhibit;
use crate::mapping::Mapping;
use crate::report;
use crate::verification::ProblemKind;

/// Shows a link of today's mapping with its code at a revision; exit code 1 where a selector does not resolve.
pub fn run(session: &Session, id: &str, revision: &str) -> Result<Exit> {
    let mapping = current(session)?;
    let only = Mapping { links: vec![link(&mapping, id)?.clone()], ..mapping.clone() };
    let pair = at(session, revision)?.snapshots(&only)?;
    session.tell_missing(&pair);
    let Some(shown) = exhibit::of(&only, &pair) else { bail!("the link `{id}` has no ends") };
    let view = session.view(Duration::ZERO);
    session.answer(&report::exhibit(&shown, &mapping.sources, session.format, view))?;
    // What lies in another repository was not looked for, and is not missing.
    let missing = shown.problems().any(|problem| problem.kind != ProblemKind::Elsewhere);
    Ok(if missing { Exit::Findings } else { Exit::Clean })
}
