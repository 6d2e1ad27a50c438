//! What to judge, where it has to be found out: what the person, a hook, a front end of linters or CI asks for.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::{Job, Session};
use crate::source::git::Repository;
use crate::source::occasion::{Occasion, Surroundings, TARGETS, hook};
use crate::source::range::Range;
use crate::source::short;

/// What to judge, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The last commit.
    Last,
    Range(Range),
    /// What the CI job is about; with what it is stacked on.
    Ci {
        stack: bool,
    },
    /// What pre-commit is about.
    PreCommit,
    /// The work tree since it left this branch; without one, the branch that work is usually merged into.
    Since {
        target: Option<String>,
        paths: Option<PathBuf>,
    },
}

impl Asked {
    /// The range that is meant; `None` for the last commit. Says in one line what was found out.
    pub fn range(&self, session: &Session) -> Result<Option<Range>> {
        match self {
            Asked::Last => Ok(None),
            Asked::Range(range) => Ok(Some(range.clone())),
            Asked::Ci { stack } => {
                let surroundings = Surroundings { variable: &variable, event: event()?, stack: *stack };
                let occasions = surroundings.occasions().map_err(|error| anyhow!("{error}"))?;
                first(session, &Repository::open(&session.repository)?, occasions).map(Some)
            }
            Asked::PreCommit => {
                let surroundings = Surroundings { variable: &variable, event: None, stack: false };
                let occasion = hook::of_pre_commit(&surroundings).map_err(|error| anyhow!("{error}"))?;
                first(session, &Repository::open(&session.repository)?, vec![occasion]).map(Some)
            }
            Asked::Since { target, paths } => {
                paths.as_deref().map_or(Ok(()), listed)?;
                let repository = Repository::open(&session.repository)?;
                let target = target.clone().map_or_else(|| usual_target(&repository), Ok)?;
                let why = format!("the work tree since its merge base with {target}");
                let occasion = Occasion { range: Range::WorktreeSince(target), why, forward: false };
                first(session, &repository, vec![occasion]).map(Some)
            }
        }
    }
}

/// The job that this run is part of, if it is one of GitHub Actions.
pub fn job() -> Option<Job> {
    variable("GITHUB_ACTIONS").filter(|value| !value.is_empty() && value != "false")?;
    Some(Job { summary: variable("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) })
}

/// The first one that the repository can answer; the error is that of the one which says most.
pub(super) fn first(session: &Session, repository: &Repository, occasions: Vec<Occasion>) -> Result<Range> {
    let mut reason = None;
    for Occasion { range, why, forward } in occasions {
        let leads = |before: &str, after: &str| repository.leads_to(before, after);
        if forward && !matches!(&range, Range::TwoDot { before, after } if leads(before, after)) {
            continue;
        }
        match repository.endpoints(&range) {
            Ok(endpoints) => {
                let [before, after] = [&endpoints.before, &endpoints.after].map(|side| short(side.name()));
                session.note(&format!("judging {why}: {before}..{after}"));
                return Ok(range);
            }
            Err(error) => reason = reason.or(Some(error.context(format!("{why} cannot be judged")))),
        }
    }
    Err(reason.unwrap_or_else(|| anyhow!("nothing to compare with was found; name it, such as `--base origin/main`")))
}

/// What a front end of linters lists is not what is judged, since a twin may be elsewhere; but a list that is not there
/// is a mistake in its configuration.
fn listed(paths: &Path) -> Result<()> {
    let told = || format!("the list of paths `{}` cannot be read", paths.display());
    fs::read(paths).map(drop).with_context(told)
}

fn usual_target(repository: &Repository) -> Result<String> {
    match TARGETS.iter().find(|target| repository.has(target)) {
        Some(target) => Ok((*target).to_owned()),
        None => bail!(
            "there is no `{}`, and nothing like it, to compare with; run `git fetch origin main:refs/remotes/origin/main`, \
             or name a branch with `--merge-base-with REV`",
            TARGETS[0]
        ),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Why a workflow of GitHub runs.
fn event() -> Result<Option<Value>> {
    let Some(path) = variable("GITHUB_EVENT_PATH").filter(|path| !path.is_empty()) else { return Ok(None) };
    let told = || format!("the event `{path}`, named by GITHUB_EVENT_PATH");
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(told).map(Some),
        // A container does not see it unless it is told to.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(told),
    }
}
