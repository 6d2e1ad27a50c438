//! The standing of all links for scripts.

use schemars::JsonSchema;
use serde::Serialize;

use super::{StandingReport, commands, facets};
use crate::finding::Finding;
use crate::parity::Disparity;
use crate::replay::Hub;
use crate::report::json::{VERSION, line};
use crate::rules::Severity;
use crate::standing::{LinkStanding, Moment, ReachedBy, State, Step};
use crate::verification::{Problem, ProblemKind};

pub fn page(report: &StandingReport<'_>) -> String {
    line(&StandingJson::of(report))
}

#[derive(Serialize, JsonSchema)]
pub struct StandingJson<'a> {
    version: u32,
    at: &'a str,
    /// The first commit that was looked at, and the last.
    first: Option<MomentJson<'a>>,
    last: Option<MomentJson<'a>>,
    commits: usize,
    /// What matters first.
    links: Vec<LinkJson<'a>>,
    /// Links whose two ends both changed, and never in one commit.
    never_together: Vec<&'a str>,
    /// What both sides say differently at the revision.
    parity: Vec<DisparityJson<'a>>,
    /// Names that became visible to Python and that no link has.
    unmapped: Vec<UnmappedJson<'a>>,
    hubs: Vec<HubJson<'a>>,
    /// Links with open drift at the end of each week.
    trend: Vec<WeekJson>,
    undecided: Vec<UndecidedJson<'a>>,
    coverage: CoverageJson,
    selectors: SelectorsJson,
    unresolved: Vec<UnresolvedJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct MomentJson<'a> {
    commit: &'a str,
    /// A day, in UTC.
    date: String,
    author: &'a str,
    subject: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct LinkJson<'a> {
    link: &'a str,
    state: State,
    severity: Option<Severity>,
    /// The commit with which the open drift began.
    since: Option<MomentJson<'a>>,
    days: Option<i32>,
    /// The commits of the open drift, oldest first.
    drift: Vec<StepJson<'a>>,
    /// Drifts that a later commit took back.
    undone: usize,
    /// Commits that changed what the Python end does.
    python: Vec<MomentJson<'a>>,
    together: Vec<MomentJson<'a>>,
    acknowledged: Vec<MomentJson<'a>>,
    owners: &'a [String],
    commands: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct StepJson<'a> {
    commit: MomentJson<'a>,
    severity: Severity,
    changes: Vec<ReachedJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct ReachedJson<'a> {
    path: &'a str,
    symbol: &'a str,
    facets: Vec<String>,
    via: &'a [String],
    certain: bool,
}

#[derive(Serialize, JsonSchema)]
struct DisparityJson<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
    link: Option<&'a str>,
    certain: bool,
    help: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct UnmappedJson<'a> {
    commit: MomentJson<'a>,
    path: Option<&'a str>,
    line: Option<u32>,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct HubJson<'a> {
    path: &'a str,
    symbol: &'a str,
    /// The most links that it reached in one commit.
    links: usize,
    commits: usize,
}

#[derive(Serialize, JsonSchema)]
struct WeekJson {
    /// Its Monday.
    week: String,
    open: usize,
}

#[derive(Serialize, JsonSchema)]
struct UndecidedJson<'a> {
    commit: MomentJson<'a>,
    reason: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct CoverageJson {
    /// Names that C++ registers for Python.
    bindings: BindingsJson,
    /// Python that handles names.
    handlers: HandlersJson,
}

#[derive(Serialize, JsonSchema)]
struct BindingsJson {
    linked: usize,
    unlinked: usize,
    unknown: usize,
}

#[derive(Serialize, JsonSchema)]
struct HandlersJson {
    linked: usize,
    unknown: usize,
}

#[derive(Serialize, JsonSchema)]
struct SelectorsJson {
    total: usize,
    resolved: usize,
}

#[derive(Serialize, JsonSchema)]
struct UnresolvedJson<'a> {
    link: &'a str,
    selector: &'a str,
    problem: ProblemKind,
    /// Selectors to write instead, or why the file could not be read.
    details: &'a [String],
}

impl<'a> StandingJson<'a> {
    fn of(report: &StandingReport<'a>) -> StandingJson<'a> {
        let StandingReport { standing, verification, .. } = *report;
        let [linked, unlinked, unknown] = report.coverage.bindings();
        let [handled, open] = report.coverage.handled();
        let period = standing.period.as_ref();
        let week = |(week, open): &(jiff::civil::Date, usize)| WeekJson { week: week.to_string(), open: *open };
        let undecided = standing.undecided.iter();
        StandingJson {
            version: VERSION,
            at: &standing.at,
            first: period.map(|(first, _)| MomentJson::of(first)),
            last: period.map(|(_, last)| MomentJson::of(last)),
            commits: standing.commits,
            links: standing.links.iter().map(|link| LinkJson::of(link, report)).collect(),
            never_together: standing.never_together().map(|link| &*link.link).collect(),
            parity: report.parity.shown().map(DisparityJson::of).collect(),
            unmapped: standing.unmapped.iter().map(UnmappedJson::of).collect(),
            hubs: report.hubs.iter().map(HubJson::of).collect(),
            trend: standing.trend.iter().map(week).collect(),
            undecided: undecided.map(|(when, reason)| UndecidedJson { commit: MomentJson::of(when), reason }).collect(),
            coverage: CoverageJson {
                bindings: BindingsJson { linked, unlinked, unknown },
                handlers: HandlersJson { linked: handled, unknown: open },
            },
            selectors: SelectorsJson { total: verification.selectors, resolved: verification.resolved },
            unresolved: verification.problems.iter().map(UnresolvedJson::of).collect(),
        }
    }
}

impl<'a> MomentJson<'a> {
    fn of(moment: &'a Moment) -> MomentJson<'a> {
        let Moment { commit, author, subject, date, .. } = moment;
        MomentJson { commit, date: date.to_string(), author, subject }
    }

    fn all(moments: &'a [Moment]) -> Vec<MomentJson<'a>> {
        moments.iter().map(MomentJson::of).collect()
    }
}

impl<'a> LinkJson<'a> {
    fn of(link: &'a LinkStanding, report: &StandingReport<'_>) -> LinkJson<'a> {
        LinkJson {
            link: &link.link,
            state: link.state,
            severity: link.severity(),
            since: link.since().map(MomentJson::of),
            days: link.since().map(|since| report.days_since(since)),
            drift: link.steps.iter().map(StepJson::of).collect(),
            undone: link.undone,
            python: MomentJson::all(&link.python),
            together: MomentJson::all(&link.together),
            acknowledged: MomentJson::all(&link.acknowledged),
            owners: &link.owners,
            commands: commands(link),
        }
    }
}

impl<'a> StepJson<'a> {
    fn of(step: &'a Step) -> StepJson<'a> {
        let changes = step.reached.iter().map(ReachedJson::of).collect();
        StepJson { commit: MomentJson::of(&step.moment), severity: step.severity, changes }
    }
}

impl<'a> ReachedJson<'a> {
    fn of(reached: &'a ReachedBy) -> ReachedJson<'a> {
        let ReachedBy { path, symbol, via, certain, .. } = reached;
        ReachedJson { path, symbol, facets: facets(reached), via, certain: *certain }
    }
}

impl<'a> DisparityJson<'a> {
    fn of(disparity: &'a Disparity) -> DisparityJson<'a> {
        let finding = &disparity.finding;
        DisparityJson {
            rule: finding.rule.id,
            severity: finding.severity,
            message: &finding.message,
            path: finding.path.as_deref(),
            line: finding.line,
            link: finding.link.as_deref(),
            certain: disparity.certain,
            help: finding.help.as_deref(),
        }
    }
}

impl<'a> UnmappedJson<'a> {
    fn of((when, finding): &'a (Moment, Finding)) -> UnmappedJson<'a> {
        let (path, help) = (finding.path.as_deref(), finding.help.as_deref());
        UnmappedJson { commit: MomentJson::of(when), path, line: finding.line, message: &finding.message, help }
    }
}

impl<'a> HubJson<'a> {
    fn of(hub: &'a Hub) -> HubJson<'a> {
        HubJson { path: &hub.path, symbol: &hub.symbol, links: hub.links, commits: hub.commits }
    }
}

impl<'a> UnresolvedJson<'a> {
    fn of(problem: &'a Problem) -> UnresolvedJson<'a> {
        let Problem { link, selector, kind, details } = problem;
        UnresolvedJson { link, selector, problem: *kind, details }
    }
}
