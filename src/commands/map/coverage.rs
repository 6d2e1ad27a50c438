//! `drift map coverage`: what the mapping links of what there is to link.

use anyhow::Result;

use super::super::progress::Progress;
use super::super::stages::Stages;
use super::super::{Exit, Session};
use super::at;
use crate::report;
use crate::suggest::coverage;

/// Reads the scope of the mapping at one revision, and counts.
pub fn run(session: &Session, revision: &str) -> Result<Exit> {
    let mut stages = Stages::start();
    let progress = Progress::of(session);
    let mut on_stage = |name: &'static str| {
        progress.stage(name, None);
        stages.begin(name);
    };
    on_stage("load");
    let world = at(session, revision)?;
    let mapping = world.mapping(session)?.mapping;
    let covered = coverage(&world.sources(&mapping)?, &mapping, &mut on_stage);
    drop(progress);
    session.detail(&stages.table());
    session.answer(&report::coverage(&covered, session.format, session.detail))?;
    Ok(if covered.skipped.is_empty() { Exit::Clean } else { Exit::Undecided })
}
