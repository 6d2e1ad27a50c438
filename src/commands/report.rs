//! `drift report`: the state of every link at a revision.

use std::collections::BTreeMap;

use anyhow::{Context, Error, Result, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::progress::Progress;
use super::stages::Stages;
use super::world::{MappingTexts, World};
use super::{Exit, Session, acks, replay};
use crate::commands::judging::Judge;
use crate::finding::Finding;
use crate::mapping::Mapping;
use crate::mapping::acks::Acks;
use crate::parity::{Parity, parity};
use crate::report::{self, Rendering, StandingReport};
use crate::source::git::Repository;
use crate::source::range::Range;
use crate::standing::Standing;
use crate::suggest::{Coverage, coverage};
use crate::verification::{Verification, verify};

/// How far a report looks back that is not told.
const DAYS: i64 = 90;

#[derive(Debug)]
pub struct Options {
    pub revision: String,
    /// A revision or a day.
    pub since: Option<String>,
    /// How far links look through callees that do not say it themselves.
    pub depth: u32,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    stages.begin("list");
    let commits = commits(session, options)?;
    stages.begin("judge");
    let mut replay = replay::replay(session, &commits, options.depth)?;
    if let Some((count, reason)) = replay.begin_with_the_first_judged() {
        session.note(&format!("{count} commits before the first that a mapping fits are left out: {reason}"));
    }
    let progress = Progress::of(session);
    let mut on_stage = |name: &'static str| {
        progress.stage(name, None);
        stages.begin(name);
    };
    let range = Range::TwoDot { before: options.revision.clone(), after: options.revision.clone() };
    let world = World::open(session, Some(&range))?;
    let texts = world.mapping_texts(session)?;
    let mapping = texts.read(session)?.mapping;
    let acks = acks::applying(session, &world)?;
    let site = Site { session, world: &world, texts, mapping: &mapping, acks };
    on_stage("verify");
    let verification = site.verification()?;
    let (coverage, parity) = site.at_one_revision(&mut on_stage)?;
    on_stage("sum up");
    let standing = Standing::of(&replay, &mapping, &verification);
    drop(progress);
    stages.begin("show");
    let exhibits = match session.renderings().any(|rendering| rendering == Rendering::Html) {
        true => exhibits(session, &standing, options.depth)?,
        false => BTreeMap::new(),
    };
    let hubs = replay.hubs();
    let (standing, mapping) = (&standing, &mapping);
    let report = StandingReport {
        standing,
        mapping,
        hubs: &hubs,
        coverage: &coverage,
        verification: &verification,
        parity: &parity,
        exhibits: &exhibits,
    };
    session.answer_in(&|rendering| report::standing(&report, rendering, session.detail))?;
    session.detail(&stages.table());
    Ok(if standing.undecided.is_empty() { Exit::Clean } else { Exit::Undecided })
}

/// The commits to look at, oldest first.
fn commits(session: &Session, options: &Options) -> Result<Vec<String>> {
    let repository = Repository::open(&session.repository)?;
    let revision = &options.revision;
    let day = match &options.since {
        Some(since) => match since.parse::<Date>() {
            Ok(day) => day,
            Err(_) => {
                let range = Range::TwoDot { before: since.clone(), after: revision.clone() };
                let commits = repository.commits(&range);
                return commits
                    .with_context(|| format!("`--since {since}` is neither a day (2026-01-31) nor a revision"));
            }
        },
        None => {
            let last = Timestamp::from_second(repository.facts(revision)?.time).unwrap_or_default();
            last.to_zoned(TimeZone::UTC).date().saturating_sub(DAYS.days())
        }
    };
    let seconds = day.to_zoned(TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_second());
    let commits = repository.commits_since(revision, seconds)?;
    if commits.is_empty() {
        bail!("there are no commits since {day}; say from where with `--since REVISION` or an earlier day");
    }
    Ok(commits)
}

/// What is looked up at the revision itself, and remembered.
struct Site<'a> {
    session: &'a Session,
    world: &'a World,
    texts: MappingTexts,
    mapping: &'a Mapping,
    acks: Acks,
}

impl Site<'_> {
    fn verification(&self) -> Result<Verification> {
        self.remembered("verification", || Ok(verify(self.mapping, &self.world.snapshots(self.mapping)?)))
    }

    /// What can be said of a revision without history.
    fn at_one_revision(&self, on_stage: &mut dyn FnMut(&'static str)) -> Result<(Coverage, Parity)> {
        self.remembered("coverage and parity", || {
            on_stage("load");
            let sources = self.world.sources(self.mapping)?;
            let covered = coverage(&sources, self.mapping, on_stage);
            let others = self.world.name_givers(&sources)?;
            Ok((covered, parity(&sources, &others, self.mapping, false, on_stage)))
        })
    }

    fn remembered<T: Serialize + DeserializeOwned>(&self, kind: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let key = self.world.key(kind, &self.texts, &self.acks);
        if let Some(known) = key.and_then(|key| self.session.cache.read(key)) {
            return Ok(known);
        }
        let found = work()?;
        if let Some(key) = key {
            self.session.cache.write(key, &found);
        }
        Ok(found)
    }
}

/// What `check` says of each commit of an open drift, with the code.
fn exhibits(session: &Session, standing: &Standing, depth: u32) -> Result<BTreeMap<(String, String), Finding>> {
    let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for link in standing.drifted() {
        link.steps.iter().for_each(|step| wanted.entry(&step.moment.commit).or_default().push(&link.link));
    }
    let commits: Vec<String> = wanted.keys().map(|commit| (*commit).to_owned()).collect();
    let judge = Judge::of_one(&session.cache).looking(depth);
    let mut exhibits = BTreeMap::new();
    for replayed in replay::judged(session, &commits, &judge, "show")?.commits {
        let commit = &replayed.facts.commit;
        let links = &wanted[&**commit];
        for finding in replayed.report.map_err(Error::msg)?.findings {
            let about = finding.link.iter().chain(&finding.links).filter(|link| links.contains(&link.as_str()));
            for link in about.cloned().collect::<Vec<_>>() {
                exhibits.entry((link, commit.clone())).or_insert_with(|| finding.clone());
            }
        }
    }
    Ok(exhibits)
}
