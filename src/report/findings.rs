//! What a run tells, as the formats for other programs and for pages need it: the same for a check and for a review.

use super::human::counted;
use super::word;
use crate::finding::{Finding, Severity, Spot, fingerprints, order};
use crate::review::Review;
use crate::rules::{self, Rule};
use crate::source::short;
use crate::verdict::{Outcome, Report, Verdict};

/// Selectors that point at nothing on either side are told one by one up to this many, and together beyond: they say
/// nothing about the change.
pub const MOST_STALE: usize = 3;

/// Where some formats have to have a place, what is about no file is told at the folder of mappings.
pub const NO_FILE: &str = ".drift";

/// The findings of a run, and what is so beside them.
pub struct Findings {
    /// `check` or `review`.
    pub command: &'static str,
    pub after: String,
    /// Worst first.
    pub all: Vec<Finding>,
    /// For each finding the name that it keeps while lines shift.
    pub fingerprints: Vec<String>,
    /// One line.
    pub summary: String,
    /// Everything could be judged.
    pub is_decided: bool,
}

impl Findings {
    pub fn of_check(report: &Report) -> Findings {
        let (mut stale, mut all): (Vec<Finding>, Vec<Finding>) =
            report.findings.iter().cloned().partition(Finding::is_stale_selector);
        if stale.len() > MOST_STALE {
            all.push(together(&stale));
        } else {
            all.append(&mut stale);
        }
        let summary = format!("{}: {}", outcome(report.outcome), verdicts(report));
        let is_decided = report.outcome != Outcome::Undecided;
        Findings::of("check", (&report.before, &report.after), all, &summary, is_decided)
    }

    pub fn of_review(review: &Review) -> Findings {
        let mut all = review.findings.clone();
        all.extend(review.skipped.iter().map(|skipped| {
            let message = format!("`{}` was not reviewed: {}", skipped.path, skipped.reason);
            let path = Some(skipped.path.clone());
            Finding { path, severity: Severity::Error, ..Finding::about(&rules::UNREADABLE_SOURCE, message) }
        }));
        let judged = review.functions.iter().filter(|function| function.judged).count();
        let unjudged = match review.functions.len() - judged {
            0 => String::new(),
            count => format!(", {count} more not judged"),
        };
        let functions = if judged == 1 { "function" } else { "functions" };
        let summary = format!("{} in {judged} {functions} that use the CPython API{unjudged}", severities(&all));
        Findings::of("review", (&review.before, &review.after), all, &summary, review.skipped.is_empty())
    }

    fn of(
        command: &'static str,
        (before, after): (&str, &str),
        mut all: Vec<Finding>,
        summary: &str,
        is_decided: bool,
    ) -> Findings {
        all.sort_by(order);
        let summary = format!("{summary} ({}..{})", short(before), short(after));
        let after = after.to_owned();
        Findings { command, after, fingerprints: fingerprints(&all), all, summary, is_decided }
    }

    pub fn with_fingerprints(&self) -> impl Iterator<Item = (&Finding, &String)> {
        self.all.iter().zip(&self.fingerprints)
    }

    /// The rules that fired, in the order of their ids.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let mut rules: Vec<&'static Rule> = self.all.iter().map(|finding| finding.rule).collect();
        rules.sort_by_key(|rule| rule.id);
        rules.dedup_by_key(|rule| rule.id);
        rules
    }
}

/// Where a finding can be shown in the files as they are after: at what changed, or where nothing is left of that, at
/// the last step of its way, the twin.
pub fn spot(finding: &Finding) -> Option<&Spot> {
    finding.spot.as_ref().or(finding.stops.last().map(|stop| &stop.spot))
}

/// The message, the facts and the next step, line by line.
pub fn in_full(finding: &Finding) -> String {
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let lines = [finding.message.clone()].into_iter().chain(finding.notes.iter().cloned()).chain(help);
    lines.collect::<Vec<_>>().join("\n")
}

/// `2 errors, 1 warning`.
pub fn severities(findings: &[Finding]) -> String {
    let count = |severity: Severity| findings.iter().filter(|found| found.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let count = count(severity);
        (count, if count == 1 { word(severity) } else { format!("{}s", word(severity)) })
    });
    counted(&counts, "nothing to say")
}

/// What a mapping that was made for another tree lacks here, in one finding.
fn together(stale: &[Finding]) -> Finding {
    let message = format!(
        "{} selectors point at nothing on either side of this range; `drift check -v` lists them, `drift map verify` \
         too",
        stale.len()
    );
    let severity = stale.iter().map(|found| found.severity).max().unwrap_or(Severity::Note);
    Finding { severity, subject: "stale".to_owned(), ..Finding::about(&rules::UNRESOLVED_SELECTOR, message) }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Clean => "no drift",
        Outcome::Drifted => "drift",
        Outcome::Undecided => "could not judge",
    }
}

/// `1 drifted, 2 cosmetic, 137 untouched`.
pub fn verdicts(report: &Report) -> String {
    let order = [
        Verdict::Undecided,
        Verdict::Drifted,
        Verdict::Unresolved,
        Verdict::Acknowledged,
        Verdict::CoChanged,
        Verdict::Cosmetic,
        Verdict::Untouched,
    ];
    let counts =
        order.map(|verdict| (report.links.iter().filter(|judged| judged.verdict == verdict).count(), word(verdict)));
    counted(&counts, "no links")
}
