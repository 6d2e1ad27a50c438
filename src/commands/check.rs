//! `drift check`: judges a change.

use anyhow::Result;

use super::acks;
use super::briefing::briefs;
use super::judging::Judge;
use super::stages::Stages;
use super::world::{Applying, MappingTexts, World, declared};
use super::{Exit, Session};
use crate::finding::Severity;
use crate::report::{self, Rendering, View};
use crate::source::git::Repository;
use crate::source::range::Range;
use crate::verdict::{Outcome, Report, Verdict};

#[derive(Debug)]
pub struct Options {
    pub range: Option<Range>,
    /// Another repository than the one of the mapping changes.
    pub inside: Option<Inside>,
    /// How far links look through callees that do not say it themselves.
    pub depth: u32,
    pub fail_on: FailOn,
}

/// Which repository of the mapping changes, and the revision at which the mapping's own is looked into.
#[derive(Debug)]
pub struct Inside {
    pub name: String,
    pub revision: String,
}

/// The least severity that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    Error,
    Warning,
    Never,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    let report = judge(session, options, &mut stages)?;
    show(session, &report, options, &mut stages)?;
    Ok(exit(&report, options.fail_on))
}

/// Reads the world and judges it.
pub(super) fn judge(session: &Session, options: &Options, stages: &mut Stages) -> Result<Report> {
    stages.begin("open");
    let world = open(session, options)?;
    stages.begin("mapping");
    let texts = world.mapping_texts(session)?;
    let mut applying = applying(session, options, &texts)?;
    world.tell_unknown(session, &applying.mapping);
    let acks = acks::applying(session, &world)?;
    let judge = Judge::of_one(&session.cache).looking(options.depth);
    judge.judge(&world, &texts, &mut applying, acks, &mut |stage| stages.begin(stage))
}

/// The repositories that are compared.
pub(super) fn open(session: &Session, options: &Options) -> Result<World> {
    let range = options.range.as_ref();
    match &options.inside {
        Some(Inside { name, revision }) => World::open_in(session, name, range, revision),
        None => World::open(session, range),
    }
}

/// The mapping, as the repository that changes is seen from it.
pub(super) fn applying(session: &Session, options: &Options, texts: &MappingTexts) -> Result<Applying> {
    let mut applying = texts.read(session)?;
    declared(&applying.mapping, session.locations.iter().map(|location| location.name.as_str()))?;
    if let Some(Inside { name, .. }) = &options.inside {
        applying.mapping = applying.mapping.seen_from(name);
    }
    Ok(applying)
}

/// Writes the answer, and with `-v` what it took.
pub(super) fn show(session: &Session, report: &Report, options: &Options, stages: &mut Stages) -> Result<()> {
    stages.begin("report");
    let origin = origin(session);
    let view = View { least: options.fail_on.least(), origin: origin.as_deref(), ..session.view(stages.elapsed()) };
    let briefs = match asks(session, Rendering::Prompt) {
        true => briefs(session, options, report)?,
        false => Vec::new(),
    };
    session.answer_in(&|rendering| match rendering {
        Rendering::Prompt => Some(report::prompt(report, &briefs)),
        rendering => report::check(report, rendering, view),
    })?;
    session.detail(&format!("{}{} files read into symbols", stages.table(), report.files_parsed));
    session.cache.notes().iter().for_each(|note| session.detail(note));
    if let Some(command) = closer_look(report) {
        session.detail(&format!("what the ladder saw: {command}"));
    }
    Ok(())
}

fn asks(session: &Session, wanted: Rendering) -> bool {
    session.renderings().any(|rendering| rendering == wanted)
}

/// Where the repository is from, for the formats that say so.
pub(super) fn origin(session: &Session) -> Option<String> {
    asks(session, Rendering::Sarif).then(|| Repository::open(&session.repository).ok()?.origin()).flatten()
}

/// The command that shows why the first change that counts was put on its rung.
fn closer_look(report: &Report) -> Option<String> {
    let drifted = report.links.iter().find(|link| link.verdict == Verdict::Drifted)?;
    let change = report.changes.get(drifted.impacts.first()?.change)?;
    let range = match report.after.as_str() {
        "worktree" => "--worktree".to_owned(),
        "index" => "--staged".to_owned(),
        after => format!("{}..{after}", report.before),
    };
    Some(format!("drift diff {range} --symbol '{}' --forms semantic", change.symbol.replace('\'', "")))
}

/// What could not be judged comes before what was.
fn exit(report: &Report, fail_on: FailOn) -> Exit {
    let worst = report.findings.iter().map(|finding| finding.severity).max();
    if report.outcome == Outcome::Undecided {
        Exit::Undecided
    } else if fail_on.is_met(worst) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

impl FailOn {
    pub const ALL: [FailOn; 3] = [FailOn::Error, FailOn::Warning, FailOn::Never];

    pub fn name(self) -> &'static str {
        match self {
            FailOn::Error => "error",
            FailOn::Warning => "warning",
            FailOn::Never => "never",
        }
    }

    /// Whether the worst that is told makes the run fail.
    pub(super) fn is_met(self, worst: Option<Severity>) -> bool {
        worst.zip(self.least()).is_some_and(|(worst, least)| worst >= least)
    }

    pub(super) fn least(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn the_exit_code_follows_outcome_and_threshold() {
        let mut report = sample();
        assert_eq!(exit(&report, FailOn::Error), Exit::Findings);
        assert_eq!(exit(&report, FailOn::Never), Exit::Clean);
        report.findings[0].severity = Severity::Warning;
        assert_eq!(exit(&report, FailOn::Error), Exit::Clean);
        assert_eq!(exit(&report, FailOn::Warning), Exit::Findings);
        report.outcome = Outcome::Undecided;
        assert_eq!(exit(&report, FailOn::Never), Exit::Undecided);
        report.outcome = Outcome::Clean;
        report.findings.clear();
        assert_eq!(exit(&report, FailOn::Warning), Exit::Clean);
    }
}
