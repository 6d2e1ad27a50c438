//! The standing of the links at a revision: since when each has drifted, through which commits, and what its Python end
//! did since.
//!
//! A drift stays open until an ack covers it or the C++ end is again what it was. A later change of the Python end does
//! not close it, since nobody can tell from outside whether it followed; it is said beside it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::change::Change;
use crate::finding::{Finding, Severity};
use crate::impact::Impact;
use crate::ladder::{Facet, Rung};
use crate::mapping::Mapping;
use crate::replay::{Replay, Replayed, monday};
use crate::rules::UNMAPPED_BINDING;
use crate::source::git::CommitFacts;
use crate::verdict::{Judged, Outcome, Report, Verdict};
use crate::verification::Verification;

/// Where every link of a mapping stands.
#[derive(Debug, Default)]
pub struct Standing {
    /// The revision, an object id.
    pub at: String,
    /// The first commit that was looked at, and the last.
    pub period: Option<(Moment, Moment)>,
    pub commits: usize,
    /// What matters first: drifted before others, entry points before callees, certain before uncertain, old before new.
    pub links: Vec<LinkStanding>,
    /// Names that became visible to Python and that no link has, oldest first.
    pub unmapped: Vec<(Moment, Finding)>,
    /// Links with an open drift at the end of each week, named by its Monday.
    pub trend: Vec<(Date, usize)>,
    /// Commits that could not be judged, and why.
    pub undecided: Vec<(Moment, String)>,
}

/// Where one link stands.
#[derive(Debug, Clone)]
pub struct LinkStanding {
    pub link: String,
    pub state: State,
    pub owners: Vec<String>,
    /// The open drift, oldest first; empty unless the state is `Drifted`.
    pub steps: Vec<Step>,
    /// Commits that changed what the Python end does, oldest first.
    pub python: Vec<Moment>,
    /// Commits that changed both ends.
    pub together: Vec<Moment>,
    /// Commits whose drift an ack covers.
    pub acknowledged: Vec<Moment>,
    /// Commits whose drift a later one took back.
    pub undone: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Drifted,
    /// A whole end points at nothing at this revision.
    Unresolved,
    Acknowledged,
    InSync,
}

/// A commit, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub commit: String,
    pub author: String,
    pub subject: String,
    pub date: Date,
    /// Its position among the commits looked at: dates alone do not order them.
    pub position: usize,
}

/// One commit of a drift.
#[derive(Debug, Clone)]
pub struct Step {
    pub moment: Moment,
    pub severity: Severity,
    /// What reached the C++ end, the strongest first.
    pub reached: Vec<ReachedBy>,
}

/// A change that reached a C++ end.
#[derive(Debug, Clone)]
pub struct ReachedBy {
    pub path: String,
    pub symbol: String,
    pub facets: Vec<Facet>,
    pub via: Vec<String>,
    pub certain: bool,
    /// Content before and after.
    contents: (u128, u128),
}

impl Standing {
    /// Where the links of the mapping stand after the commits of a replay. `verification` is that of the last revision.
    pub fn of(replay: &Replay, mapping: &Mapping, verification: &Verification) -> Standing {
        let lost = lost(mapping, verification);
        let mut links: BTreeMap<&str, LinkStanding> =
            mapping.links.iter().map(|link| (&*link.id, LinkStanding::fresh(&link.id, link.owners.clone()))).collect();
        let mut standing =
            Standing { at: verification.at.clone(), commits: replay.commits.len(), ..Standing::default() };
        for (position, replayed) in replay.commits.iter().enumerate() {
            let moment = Moment::of(position, replayed);
            match &replayed.report {
                Ok(report) => standing.read(report, &moment, &mut links),
                Err(reason) => standing.undecided.push((moment, reason.clone())),
            }
        }
        standing.links = links.into_values().map(|link| link.settled(&lost)).collect();
        standing.links.sort_by_key(LinkStanding::rank);
        let ends = replay.commits.first().zip(replay.commits.last());
        standing.period = ends.map(|(first, last)| (Moment::of(0, first), Moment::of(replay.commits.len() - 1, last)));
        standing.trend = standing.weeks();
        standing
    }

    /// How many links are in a state.
    pub fn count(&self, state: State) -> usize {
        self.links.iter().filter(|link| link.state == state).count()
    }

    /// The links that have drifted.
    pub fn drifted(&self) -> impl Iterator<Item = &LinkStanding> {
        self.links.iter().filter(|link| link.state == State::Drifted)
    }

    /// Links whose two ends both changed, and never in one commit.
    pub fn never_together(&self) -> impl Iterator<Item = &LinkStanding> {
        self.links.iter().filter(|link| !link.steps.is_empty() && !link.python.is_empty() && link.together.is_empty())
    }

    fn read(&mut self, report: &Report, moment: &Moment, links: &mut BTreeMap<&str, LinkStanding>) {
        for judged in &report.links {
            let Some(link) = links.get_mut(&*judged.link) else { continue };
            match judged.verdict {
                Verdict::Drifted => link.steps.push(Step::of(judged, report, moment)),
                Verdict::CoChanged => link.together.push(moment.clone()),
                Verdict::Acknowledged => link.acknowledged.push(moment.clone()),
                Verdict::Undecided => {
                    self.undecided.push((moment.clone(), format!("`{}` could not be judged", judged.link)));
                }
                _ => {}
            }
            if judged.has_python_change() {
                link.python.push(moment.clone());
            }
        }
        let is_known = |judged: &Judged| judged.verdict == Verdict::Undecided;
        if report.outcome == Outcome::Undecided && !report.links.iter().any(is_known) {
            let reason = report.skipped.first().map(|skipped| format!("`{}`: {}", skipped.path, skipped.reason));
            self.undecided.push((moment.clone(), reason.unwrap_or_else(|| "a file is not here".to_owned())));
        }
        let unmapped = report.findings.iter().filter(|finding| finding.rule.id == UNMAPPED_BINDING.id);
        self.unmapped.extend(unmapped.map(|finding| (moment.clone(), finding.clone())));
    }

    fn weeks(&self) -> Vec<(Date, usize)> {
        let Some((first, last)) = &self.period else { return Vec::new() };
        let begun: Vec<Date> = self.drifted().filter_map(|link| Some(monday(link.since()?.date))).collect();
        let weeks = monday(first.date).series(7.days()).take_while(|week| *week <= last.date);
        weeks.map(|week| (week, begun.iter().filter(|date| **date <= week).count())).collect()
    }
}

impl LinkStanding {
    /// The commit with which the open drift began.
    pub fn since(&self) -> Option<&Moment> {
        self.steps.first().map(|step| &step.moment)
    }

    /// How bad the worst step is.
    pub fn severity(&self) -> Option<Severity> {
        self.steps.iter().map(|step| step.severity).max()
    }

    /// What changed the Python end after the drift began.
    pub fn python_since(&self) -> Vec<&Moment> {
        let Some(since) = self.since() else { return Vec::new() };
        self.python.iter().filter(|moment| moment.position > since.position).collect()
    }

    fn fresh(link: &str, owners: Vec<String>) -> LinkStanding {
        LinkStanding {
            link: link.to_owned(),
            state: State::InSync,
            owners,
            steps: Vec::new(),
            python: Vec::new(),
            together: Vec::new(),
            acknowledged: Vec::new(),
            undone: 0,
        }
    }

    /// With what was taken back left out, and the state that follows.
    fn settled(mut self, lost: &BTreeSet<&str>) -> LinkStanding {
        let all = self.steps.len();
        self.steps = without_undone(self.steps);
        self.undone = (all - self.steps.len()) / 2;
        self.state = match () {
            () if !self.steps.is_empty() => State::Drifted,
            () if lost.contains(&*self.link) => State::Unresolved,
            () if !self.acknowledged.is_empty() => State::Acknowledged,
            () => State::InSync,
        };
        self
    }

    fn rank(&self) -> (State, Reverse<Option<Severity>>, Option<Date>, String) {
        (self.state, Reverse(self.severity()), self.since().map(|moment| moment.date), self.link.clone())
    }
}

impl Step {
    fn of(judged: &Judged, report: &Report, moment: &Moment) -> Step {
        let counts = |impact: &&Impact| report.changes[impact.change].rung == Rung::Semantic;
        let reached = judged.impacts.iter().filter(counts);
        let reached = reached.map(|impact| ReachedBy::of(impact, &report.changes[impact.change])).collect();
        Step { moment: moment.clone(), severity: judged.severity.unwrap_or(Severity::Note), reached }
    }

    /// The changes of the entry point itself; those of what it depends on where there are none.
    pub fn shown(&self) -> &[ReachedBy] {
        let direct = self.reached.iter().filter(|reached| reached.is_direct()).count();
        &self.reached[..if direct > 0 { direct } else { self.reached.len() }]
    }
}

impl ReachedBy {
    fn of(impact: &Impact, change: &Change) -> ReachedBy {
        ReachedBy {
            path: change.path.to_string(),
            symbol: change.symbol.clone(),
            facets: change.facets.clone(),
            via: impact.names().into_iter().map(str::to_owned).collect(),
            certain: impact.certain && change.certain,
            contents: change.fingerprints,
        }
    }

    /// The entry point itself changed.
    pub fn is_direct(&self) -> bool {
        self.via.len() <= 1
    }

    /// The symbol, or the path for what is outside all symbols.
    pub fn name(&self) -> &str {
        if self.symbol.is_empty() { &self.path } else { &self.symbol }
    }
}

impl Moment {
    pub fn of(position: usize, replayed: &Replayed) -> Moment {
        let CommitFacts { commit, author, subject, .. } = &replayed.facts;
        Moment {
            commit: commit.clone(),
            author: author.clone(),
            subject: subject.clone(),
            date: replayed.date(),
            position,
        }
    }

    /// The commit as people write it.
    pub fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }
}

/// Leaves out a pair of steps of which the later one brings back everything that the earlier one changed, such as a
/// commit and its revert.
fn without_undone(steps: Vec<Step>) -> Vec<Step> {
    let mut open: Vec<Step> = Vec::new();
    for step in steps {
        match open.iter().rposition(|earlier| undoes(&step, earlier)) {
            Some(at) => drop(open.remove(at)),
            None => open.push(step),
        }
    }
    open
}

fn undoes(step: &Step, earlier: &Step) -> bool {
    let contents = |step: &Step, forth: bool| -> BTreeSet<(String, u128, u128)> {
        let of = |reached: &ReachedBy| {
            let (before, after) = reached.contents;
            let (before, after) = if forth { (before, after) } else { (after, before) };
            (reached.symbol.clone(), before, after)
        };
        step.reached.iter().map(of).collect()
    };
    !step.reached.is_empty() && contents(step, false) == contents(earlier, true)
}

/// Links of which a whole end points at nothing.
fn lost<'m>(mapping: &'m Mapping, verification: &Verification) -> BTreeSet<&'m str> {
    let found: BTreeSet<(&str, &str)> =
        verification.places.iter().map(|place| (&*place.link, &*place.selector)).collect();
    let links = mapping.links.iter().filter(|link| {
        let is_lost = |end: &[crate::mapping::Selector]| {
            !end.is_empty() && end.iter().all(|selector| !found.contains(&(&*link.id, &*selector.to_string())))
        };
        is_lost(&link.cpp) || is_lost(&link.python)
    });
    links.map(|link| &*link.id).collect()
}
