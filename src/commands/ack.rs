//! `drift ack`: records that a change of a C++ end needs no Python change, and why.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::world::{ACKS, World};
use super::{Exit, Session, acks, map};
use crate::impact::counts;
use crate::mapping::acks::{Ack, Acks, Covered, Date, parse, with_entry};
use crate::mapping::{Link, Mapping};
use crate::report::style::{GOOD, paint};
use crate::report::word;
use crate::source::range::Range;
use crate::verdict::{Judged, Report, Verdict};

#[derive(Debug)]
pub struct Options {
    pub link: String,
    pub range: Option<Range>,
    pub reason: String,
    pub who: Option<String>,
    /// The last day on which the ack counts.
    pub until: Option<Date>,
    /// Only show the entry.
    pub dry_run: bool,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let world = World::open(session, options.range.as_ref())?;
    let mut mapping = world.mapping(session)?.mapping;
    mapping.acks = acks::applying(session, &world)?;
    let pair = world.snapshots(&mapping)?;
    session.tell_missing(&pair);
    let report = crate::check(&mapping, &pair);
    let changes = open_changes(&mapping, &report, &options.link)?;
    let ack = Ack {
        link: options.link.clone(),
        why: options.reason.trim().to_owned(),
        who: options.who.clone().or_else(|| world.repository.author()),
        until: options.until,
        changes,
        fresh: true,
        origin: (0, 0..0),
    };
    write(session, &world, &ack, options.dry_run)?;
    Ok(Exit::Clean)
}

/// What the range changes at a link that has drifted, and what no ack covers yet.
fn open_changes(mapping: &Mapping, report: &Report, id: &str) -> Result<Vec<Covered>> {
    let link = map::link(mapping, id)?;
    let judged = report.links.iter().find(|judged| judged.link == id).context("every link is judged")?;
    if judged.verdict != Verdict::Drifted {
        bail!("{}", nothing_open(judged, report));
    }
    Ok(counting(link, judged, report, &mapping.acks))
}

fn counting(link: &Link, judged: &Judged, report: &Report, acks: &Acks) -> Vec<Covered> {
    let changes = judged.impacts.iter().map(|impact| &report.changes[impact.change]);
    let open = changes.filter(|change| counts(link, change.rung) && acks.covering(&link.id, change).is_empty());
    open.map(Covered::of).collect()
}

fn nothing_open(judged: &Judged, report: &Report) -> String {
    let drifted: Vec<&str> = report
        .links
        .iter()
        .filter(|judged| judged.verdict == Verdict::Drifted)
        .map(|judged| judged.link.as_str())
        .collect();
    let verdict = word(judged.verdict);
    let others = match drifted.as_slice() {
        [] => "nothing drifts in this range".to_owned(),
        links => format!("in this range these drift: {}", links.join(", ")),
    };
    format!("nothing to acknowledge: `{}` is {verdict} in this range; {others}", judged.link)
}

/// Adds the entry to the file of acks, whole or not at all; without a place for it, shows it.
fn write(session: &Session, world: &World, ack: &Ack, dry_run: bool) -> Result<()> {
    let place = place(session, world).filter(|_| !dry_run);
    let text = match place.as_deref().map(fs::read_to_string) {
        Some(Ok(text)) => text,
        Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context("could not read the acks that are there");
        }
        _ => String::new(),
    };
    let whole = with_entry(&text, ack);
    if let Err(errors) = parse("acks.toml", &whole, 0) {
        bail!("nothing was written: {}", errors[0]);
    }
    match place {
        Some(path) => {
            put(&path, &whole)?;
            session.answer(&recorded(ack, &path))
        }
        None => {
            session.note(if dry_run {
                "nothing is written"
            } else {
                "a bare repository has no place for it; put this into `.drift/acks.toml`:"
            });
            session.answer(&whole)
        }
    }
}

fn place(session: &Session, world: &World) -> Option<PathBuf> {
    match session.mappings.first() {
        Some(mapping) => Some(acks::beside(mapping)),
        None => world.repository.work_tree().map(|folder| folder.join(ACKS)),
    }
}

fn put(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    }
    super::replace(path, text).with_context(|| format!("could not write `{}`", path.display()))
}

fn recorded(ack: &Ack, path: &Path) -> String {
    let mut out = format!("{} for `{}` in {}:\n", paint(GOOD, "recorded"), ack.link, path.display());
    for change in &ack.changes {
        out += &format!("  {}\n", change.symbol);
    }
    out + "commit that file together with the change; a further edit of these symbols voids the ack\n"
}
