//! `drift map verify`: whether every selector of the mapping still finds its code.

use anyhow::Result;

use super::super::progress::Progress;
use super::super::world::{World, declared};
use super::super::{Exit, Session};
use crate::report;
use crate::source::range::Range;
use crate::verification::{Verification, verify};

/// Looks up every selector of the mapping that applies at one revision.
pub fn run(session: &Session, revision: &str) -> Result<Exit> {
    // Two equal sides: nothing is changed, and every named file is read.
    let progress = Progress::of(session);
    progress.stage("verify", None);
    let range = Range::TwoDot { before: revision.to_owned(), after: revision.to_owned() };
    let world = World::open(session, Some(&range))?;
    let applying = world.mapping(session)?;
    declared(&applying.mapping, session.locations.iter().map(|location| location.name.as_str()))?;
    let pair = world.snapshots(&applying.mapping)?;
    session.tell_missing(&pair);
    let verification = verify(&applying.mapping, &pair);
    drop(progress);
    session.answer(&report::verification(&verification, session.format, session.detail))?;
    Ok(exit(&verification))
}

fn exit(verification: &Verification) -> Exit {
    match verification.problems.is_empty() {
        true => Exit::Clean,
        false if verification.is_incomplete() => Exit::Undecided,
        false => Exit::Findings,
    }
}
