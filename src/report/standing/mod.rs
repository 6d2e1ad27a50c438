//! The standing of all links: an overview first, then what matters, link by link.

mod html;
mod human;
mod json;
mod markdown;

use std::collections::BTreeMap;

pub use json::StandingJson;

use super::{Detail, Rendering};
use crate::finding::Finding;
use crate::mapping::Mapping;
use crate::parity::{Disparity, Parity};
use crate::replay::Hub;
use crate::standing::{LinkStanding, Moment, ReachedBy, Standing, State};
use crate::suggest::Coverage;
use crate::verification::Verification;

/// What `drift report` has to say.
pub struct StandingReport<'a> {
    pub standing: &'a Standing,
    pub mapping: &'a Mapping,
    pub hubs: &'a [Hub],
    pub coverage: &'a Coverage,
    pub verification: &'a Verification,
    /// What both sides say differently at the revision.
    pub parity: &'a Parity,
    /// What `check` says of the steps that are shown with their code, by link and commit.
    pub exhibits: &'a BTreeMap<(String, String), Finding>,
}

/// The report; none where it has no such format.
pub fn standing(report: &StandingReport<'_>, rendering: Rendering, detail: Detail) -> Option<String> {
    match rendering {
        Rendering::Human => Some(human::page(report, detail)),
        Rendering::Json => Some(json::page(report)),
        Rendering::Markdown => Some(markdown::page(report)),
        Rendering::Html => Some(html::page(report)),
        _ => None,
    }
}

impl StandingReport<'_> {
    /// Days from a moment to the last commit that was looked at.
    fn days_since(&self, moment: &Moment) -> i32 {
        let Some((_, last)) = &self.standing.period else { return 0 };
        last.date.since(moment.date).map_or(0, |span| span.get_days())
    }

    /// `9 drifted (4 at the entry point)`, and so on.
    fn counts(&self) -> String {
        let standing = self.standing;
        let direct = standing.drifted().filter(|link| is_direct(link)).count();
        format!(
            "{} drifted ({direct} at the entry point), {} acknowledged, {} unresolved, {} in sync",
            standing.count(State::Drifted),
            standing.count(State::Acknowledged),
            standing.count(State::Unresolved),
            standing.count(State::InSync),
        )
    }

    /// The commits looked at, and the days they are from.
    fn span(&self) -> String {
        let commits = super::replay::counted(self.standing.commits, "commit");
        match &self.standing.period {
            Some((first, last)) => format!("{commits} from {} to {}", first.date, last.date),
            None => commits,
        }
    }

    fn coverage_line(&self) -> String {
        let [linked, unlinked, unknown] = self.coverage.bindings();
        let [handled, open] = self.coverage.handled();
        format!(
            "{linked} of {} bindings are linked, {unlinked} left out on purpose; {handled} of {} handlers have a C++ end",
            linked + unlinked + unknown,
            handled + open,
        )
    }

    fn why(&self, link: &str) -> &str {
        self.mapping.links.iter().find(|known| known.id == link).map_or("", |link| &link.why)
    }
}

/// Where a disparity is, as `path:line`.
fn place(disparity: &Disparity) -> String {
    let finding = &disparity.finding;
    let path = finding.path.as_deref().unwrap_or_default();
    finding.line.map_or(path.to_owned(), |line| format!("{path}:{line}"))
}

/// Its own C++ end changed, not only something that it depends on.
fn is_direct(link: &LinkStanding) -> bool {
    link.steps.iter().any(|step| step.reached.iter().any(ReachedBy::is_direct))
}

/// The kinds of facets, each once.
fn facets(reached: &ReachedBy) -> Vec<String> {
    let mut kinds: Vec<_> = reached.facets.iter().map(|facet| facet.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds.into_iter().map(|kind| kind.to_string()).collect()
}

/// What the Python end did since the drift began.
fn python_since(link: &LinkStanding) -> String {
    match link.python_since().as_slice() {
        [] => "its Python did nothing since".to_owned(),
        [one] => format!("its Python changed once since, with {}", one.short()),
        [.., last] => {
            format!("its Python changed {} times since, last with {}", link.python_since().len(), last.short())
        }
    }
}

/// The commands that help with a link.
fn commands(link: &LinkStanding) -> Vec<String> {
    let Some(last) = link.steps.last() else { return Vec::new() };
    let commit = last.moment.short();
    vec![
        format!("drift check {commit}"),
        format!("drift explain {}", link.link),
        format!("drift ack {} {commit} --reason '…'", link.link),
    ]
}
