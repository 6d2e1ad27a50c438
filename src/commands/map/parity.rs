//! `drift map parity`: what both sides of the mapping say differently, without history.

use anyhow::Result;

use super::super::progress::Progress;
use super::super::stages::Stages;
use super::super::{Exit, Session};
use super::at;
use crate::parity::parity;
use crate::report;

#[derive(Debug)]
pub struct Options {
    pub revision: String,
    /// Tell what is weak as well.
    pub all: bool,
}

/// Reads both sides at one revision, and compares.
pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    let progress = Progress::of(session);
    let mut on_stage = |name: &'static str| {
        progress.stage(name, None);
        stages.begin(name);
    };
    on_stage("load");
    let world = at(session, &options.revision)?;
    let mapping = world.mapping(session)?.mapping;
    let sources = world.sources(&mapping)?;
    let others = world.name_givers(&sources)?;
    let found = parity(&sources, &others, &mapping, options.all, &mut on_stage);
    drop(progress);
    session.detail(&stages.table());
    session.answer(&report::parity(&found, session.format, session.detail))?;
    Ok(match () {
        () if !found.skipped.is_empty() => Exit::Undecided,
        () if found.shown().next().is_some() => Exit::Findings,
        () => Exit::Clean,
    })
}
