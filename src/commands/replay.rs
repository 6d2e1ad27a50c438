//! `drift replay`: what `check` would have said of each commit of a range.

use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use rayon::ThreadPoolBuilder;
use rustc_hash::FxHashMap;

use super::acks;
use super::judging::Judge;
use super::progress::Progress;
use super::stages::Stages;
use super::world::{Applying, World};
use super::{Exit, Session};
use crate::cache::Key;
use crate::replay::{Earlier, Replay, Replayed};
use crate::report::{self, Format};
use crate::source::git::Repository;
use crate::source::range::Range;
use crate::verdict::Report;

#[derive(Debug)]
pub struct Options {
    pub range: Range,
    /// How far links look through callees that do not say it themselves.
    pub depth: u32,
    /// The JSON lines of an earlier replay.
    pub compare: Option<PathBuf>,
    /// So many days after an alarm a change of the twin counts as its answer.
    pub within: u32,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let earlier = options.compare.as_deref().map(|path| earlier(session, path)).transpose()?;
    let mut stages = Stages::start();
    stages.begin("list");
    let commits = Repository::open(&session.repository)?.commits(&options.range)?;
    if commits.is_empty() {
        bail!("the range holds no commits; a range of commits is `OLDER..NEWER`");
    }
    stages.begin("judge");
    let replay = replay(session, &commits, options.depth)?;
    stages.begin("report");
    let view = session.view(stages.elapsed());
    let compared = earlier.map(|earlier| replay.compared_with(&earlier));
    session.answer(&report::replay(&replay, compared.as_ref(), options.within, session.format, view))?;
    session.detail(&format!("{}{} commits", stages.table(), replay.commits.len()));
    session.cache.notes().iter().for_each(|note| session.detail(note));
    Ok(if replay.tally().undecided == 0 { Exit::Clean } else { Exit::Undecided })
}

fn earlier(session: &Session, path: &Path) -> Result<Earlier> {
    if session.format == Format::Json {
        bail!("`--compare` is told to people; leave out `--format json`");
    }
    let told = || format!("`{}`, to be compared with", path.display());
    let text = fs::read_to_string(path).with_context(told)?;
    Earlier::parse(&text)
        .map_err(|error| anyhow!("`{}` is not what `drift replay --format json` writes: {error}", path.display()))
}

/// Judges the commits; what is kept of each is [brief](Report::brief).
pub(super) fn replay(session: &Session, commits: &[String], depth: u32) -> Result<Replay> {
    judged(session, commits, &Judge::of_many(&session.cache).looking(depth), "judging")
}

/// Judges the commits, several at a time; the order of the answer is theirs.
pub(super) fn judged(session: &Session, commits: &[String], judge: &Judge<'_>, stage: &'static str) -> Result<Replay> {
    let Some(first) = commits.first() else { return Ok(Replay::default()) };
    let progress = Progress::of(session);
    progress.stage(stage, Some(commits.len()));
    let next = AtomicUsize::new(0);
    let judged: Mutex<Vec<Option<Replayed>>> = Mutex::new(commits.iter().map(|_| None).collect());
    let work = || -> Result<()> {
        let world = World::open(&session.quiet(), Some(&Range::Revision(first.clone())))?;
        let mut worker = Worker { session, judge, world, mappings: FxHashMap::default() };
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(commit) = commits.get(at) else { return Ok(()) };
            let replayed = worker.replayed(commit)?;
            judged.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(replayed);
            progress.step();
        }
    };
    // A worker of its own a core: within one commit there is little to share out.
    let count = std::thread::available_parallelism().map_or(1, usize::from).min(commits.len());
    let ends: Vec<Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(|| alone(&work))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
    });
    ends.into_iter().collect::<Result<()>>()?;
    let judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
    let replay = Replay { commits: judged.into_iter().flatten().collect() };
    if replay.lacks_objects() {
        let command = Repository::open(&session.repository)?.bring_all();
        session.note(&format!("files of some commits are missing from the repository; `{command}` brings them"));
    }
    Ok(replay)
}

/// Runs work on one thread, and what it would share out too.
fn alone(work: &(dyn Fn() -> Result<()> + Sync)) -> Result<()> {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().context("no thread could be started")?;
    pool.install(work)
}

struct Worker<'a> {
    session: &'a Session,
    judge: &'a Judge<'a>,
    world: World,
    /// Mappings that were understood before: most commits leave theirs alone.
    mappings: FxHashMap<Key, Applying>,
}

impl Worker<'_> {
    fn replayed(&mut self, commit: &str) -> Result<Replayed> {
        let facts = self.world.repository.facts(commit)?;
        let report = self.judged(commit).map_err(|error| format!("{error:#}"));
        Ok(Replayed { facts, report })
    }

    fn judged(&mut self, commit: &str) -> Result<Report> {
        let world = &mut self.world;
        world.endpoints = world.repository.endpoints(&Range::Revision(commit.to_owned()))?;
        let texts = world.mapping_texts(self.session)?;
        let acks = acks::applying(self.session, world)?;
        let applying = match self.mappings.entry(texts.key()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(texts.read(&self.session.quiet())?),
        };
        self.judge.judge(world, &texts, applying, acks, &mut |_| ())
    }
}
