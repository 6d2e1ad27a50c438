//! `drift review`: the checklist for C++ that uses the CPython API.

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::check::{self, FailOn};
use super::diff::{Wanted, parse, parsed};
use super::progress::Progress;
use super::stages::Stages;
use super::world::World;
use super::{Exit, Rendered, Session, reviewing};
use crate::change;
use crate::change::Skipped;
use crate::impact::DEFAULT_DEPTH;
use crate::mapping::Scope;
use crate::mapping::review::ReviewSettings;
use crate::report::{self, Rendering, View};
use crate::review::{self, Review};
use crate::source::range::Range;
use crate::symbols::{Language, ParsedFile};
use crate::verdict::Report;

#[derive(Debug)]
pub struct Options {
    pub range: Option<Range>,
    /// Every function at the end of the range, not only what the range changes.
    pub all: bool,
    /// Only these rules; beginnings of ids with a `*` behind.
    pub rules: Vec<String>,
    /// Folders, files or globs, with a leading `!` to leave them out; empty for everything.
    pub paths: Vec<String>,
    pub fail_on: FailOn,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    stages.begin("read");
    check_rules(&options.rules)?;
    let world = World::open(session, options.range.as_ref())?;
    let (settings, scope) = told(session, &world)?;
    let language = options.all.then_some(Language::Cpp);
    let wanted = Wanted::of_paths(&options.paths, language)?;
    let mut review = match options.all {
        true => all(session, &world, &wanted, &settings, &mut stages)?,
        false => changed(session, &world, &wanted, (&settings, &scope), &mut stages)?,
    };
    review.before = world.endpoints.before.name().to_owned();
    review.after = world.endpoints.after.name().to_owned();
    review.keep(|finding| options.rules.is_empty() || options.rules.iter().any(|name| fits(name, finding.rule.id)));
    let drift = drift(session, options, &mut stages);
    stages.begin("report");
    let origin = check::origin(session);
    let least = options.fail_on.least();
    let view = View { least, origin: origin.as_deref(), ..session.view(stages.elapsed()) };
    session.answer_in(&|rendering| report::review(&review, drift.as_ref(), rendering, view))?;
    session.detail(&stages.table());
    Ok(exit(&review, options.fail_on))
}

/// What `check` says of the range, for people: where no mapping applies there is nothing to say.
fn drift(session: &Session, options: &Options, stages: &mut Stages) -> Option<Report> {
    if options.all || session.rendering != Rendering::Human {
        return None;
    }
    let (range, inside) = (options.range.clone(), None);
    check::judge(session, &check::Options { range, inside, depth: DEFAULT_DEPTH, fail_on: options.fail_on }, stages)
        .ok()
}

fn changed(
    session: &Session,
    world: &World,
    wanted: &Wanted,
    (settings, scope): (&ReviewSettings, &Scope),
    stages: &mut Stages,
) -> Result<Review> {
    let progress = Progress::of(session);
    let pair = world.load(&|path| wanted.holds(path), &[])?;
    session.tell_missing(&pair);
    stages.begin("parse");
    let (files, mut skipped) = parsed(&pair, &progress);
    skipped.retain(|skipped| Language::of_path(&skipped.path) == Some(Language::Cpp));
    stages.begin("compare");
    let changes = change::diff(&files);
    stages.begin("review");
    progress.stage("reviewing", Some(files.len()));
    let mut review = review::of_change(&files, &changes, settings, &|| progress.step());
    if !review.functions.is_empty() {
        stages.begin("around");
        progress.stage("looking around", None);
        let around = reviewing::around(session, world, scope, &changes, &files)?;
        stages.begin("reach");
        review.add_reach(&changes, &around);
        stages.begin("history");
        review.add_history(&changes, &reviewing::history(world, &changes));
    }
    Ok(Review { skipped, ..review })
}

fn all(
    session: &Session,
    world: &World,
    wanted: &Wanted,
    settings: &ReviewSettings,
    stages: &mut Stages,
) -> Result<Review> {
    let progress = Progress::of(session);
    let sources = world.whole(&|path| wanted.holds(path))?;
    stages.begin("parse");
    let concern = |text: &[u8]| review::concerns(text);
    let sources: Vec<_> =
        sources.into_iter().filter(|file| file.content.as_ref().map_or(true, |text| concern(text))).collect();
    progress.stage("reviewing", Some(sources.len()));
    let read: Vec<Result<ParsedFile, Skipped>> = sources.par_iter().map(parse).collect();
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(file) => files.push(file),
            Err(reason) => skipped.push(reason),
        }
    }
    stages.begin("review");
    let review = review::of_all(&files, settings, &|| progress.step());
    Ok(Review { skipped, ..review })
}

/// What the mapping says to the review, and its scope; a repository without a mapping says nothing.
fn told(session: &Session, world: &World) -> Result<(ReviewSettings, Scope)> {
    match world.mapping(session) {
        Ok(applying) => Ok((applying.mapping.review, applying.mapping.scope)),
        Err(reason) if reason.is::<Rendered>() || !session.mappings.is_empty() => Err(reason),
        Err(_) => Ok(Default::default()),
    }
}

fn check_rules(names: &[String]) -> Result<()> {
    let known = |name: &&String| !review::checks::all().any(|rule| fits(name, rule.id));
    if let Some(name) = names.iter().find(known) {
        bail!("no rule of the review is called `{name}`; `drift explain` lists the rules");
    }
    Ok(())
}

fn fits(name: &str, rule: &str) -> bool {
    name.strip_suffix('*').map_or(name == rule, |head| rule.starts_with(head))
}

fn exit(review: &Review, fail_on: FailOn) -> Exit {
    let worst = review.findings.iter().map(|finding| finding.severity).max();
    if !review.skipped.is_empty() {
        Exit::Undecided
    } else if fail_on.is_met(worst) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
