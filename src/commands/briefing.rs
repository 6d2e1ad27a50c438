//! What a prompt needs beside the report: the code of both ends, tests near by, the review of what changed.

use anyhow::Result;

use super::Session;
use super::check::{self, Options};
use super::world::World;
use crate::brief::{self, Brief};
use crate::mapping::Link;
use crate::verdict::{Report, Verdict};

/// A brief for each alarm of the report.
pub fn briefs(session: &Session, options: &Options, report: &Report) -> Result<Vec<Brief>> {
    if report.links.iter().all(|link| link.verdict != Verdict::Drifted) {
        return Ok(Vec::new());
    }
    let session = &session.quiet();
    let world = check::open(session, options)?;
    let mapping = check::applying(session, options, &world.mapping_texts(session)?)?.mapping;
    let pair = world.snapshots(&mapping)?;
    let drifted =
        |link: &&Link| report.links.iter().any(|judged| judged.link == link.id && judged.verdict == Verdict::Drifted);
    let links: Vec<&Link> = mapping.links.iter().filter(drifted).collect();
    Ok(brief::of(report, &mapping, &pair, &test_files(&world, &links)))
}

fn test_files(world: &World, links: &[&Link]) -> Vec<String> {
    let (repository, endpoints) = world.of_mapping();
    let folders = brief::folders(links);
    // A folder that cannot be listed has no tests to name.
    let files = folders.iter().filter_map(|folder| repository.list(&endpoints.after, folder).ok()).flatten();
    files.map(|path| path.to_string()).collect()
}
