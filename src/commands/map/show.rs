//! `drift map show`: a link with the code that its selectors pick.

use std::time::Duration;

use anyhow::{Result, bail};

use super::super::{Exit, Session};
use super::{at, current, link};
use crate::exhibit;
use crate::mapping::Mapping;
use crate::report::{self, View};

/// Shows a link of today's mapping with its code at a revision; exit code 1 where a selector does not resolve.
pub fn run(session: &Session, id: &str, revision: &str) -> Result<Exit> {
    let mapping = current(session)?;
    let only = Mapping { links: vec![link(&mapping, id)?.clone()], ..mapping.clone() };
    let pair = at(session, revision)?.snapshots(&only)?;
    let Some(shown) = exhibit::of(&only, &pair) else { bail!("the link `{id}` has no ends") };
    let view = View { detail: session.detail, elapsed: Duration::ZERO, width: session.width() };
    session.answer(&report::exhibit(&shown, &mapping.sources, session.format, view))?;
    Ok(if shown.problems().next().is_none() { Exit::Clean } else { Exit::Findings })
}
