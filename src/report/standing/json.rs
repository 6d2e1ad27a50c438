//! The standing of all links for scripts.

use serde_json::{Value, json};

use super::{StandingReport, commands, facets};
use crate::parity::Disparity;
use crate::report::json::{VERSION, line};
use crate::standing::{LinkStanding, Moment, ReachedBy, Step};

pub fn page(report: &StandingReport<'_>) -> String {
    let standing = report.standing;
    let [linked, unlinked, unknown] = report.coverage.bindings();
    let [handled, open] = report.coverage.handled();
    let verification = report.verification;
    let hub = |hub: &crate::replay::Hub| json!({ "path": hub.path, "symbol": hub.symbol, "links": hub.links, "commits": hub.commits });
    let trend = |(week, open): &(jiff::civil::Date, usize)| json!({ "week": week.to_string(), "open": open });
    let unmapped = standing.unmapped.iter().map(|(when, finding)| {
        json!({ "commit": moment(when), "path": finding.path, "line": finding.line, "message": finding.message, "help": finding.help })
    });
    let undecided = standing.undecided.iter().map(|(when, reason)| json!({ "commit": moment(when), "reason": reason }));
    let problems = verification.problems.iter().map(|problem| {
        json!({ "link": problem.link, "selector": problem.selector, "problem": problem.kind, "details": problem.details })
    });
    line(&json!({
        "version": VERSION,
        "at": standing.at,
        "first": standing.period.as_ref().map(|(first, _)| moment(first)),
        "last": standing.period.as_ref().map(|(_, last)| moment(last)),
        "commits": standing.commits,
        "links": standing.links.iter().map(|one| link(report, one)).collect::<Vec<_>>(),
        "never_together": standing.never_together().map(|link| &link.link).collect::<Vec<_>>(),
        "parity": report.parity.shown().map(disparity).collect::<Vec<_>>(),
        "unmapped": unmapped.collect::<Vec<_>>(),
        "hubs": report.hubs.iter().map(hub).collect::<Vec<_>>(),
        "trend": standing.trend.iter().map(trend).collect::<Vec<_>>(),
        "undecided": undecided.collect::<Vec<_>>(),
        "coverage": {
            "bindings": { "linked": linked, "unlinked": unlinked, "unknown": unknown },
            "handlers": { "linked": handled, "unknown": open },
        },
        "selectors": { "total": verification.selectors, "resolved": verification.resolved },
        "unresolved": problems.collect::<Vec<_>>(),
    }))
}

fn link(report: &StandingReport<'_>, link: &LinkStanding) -> Value {
    let moments = |moments: &[Moment]| moments.iter().map(moment).collect::<Vec<_>>();
    json!({
        "link": link.link,
        "state": link.state,
        "severity": link.severity(),
        "since": link.since().map(moment),
        "days": link.since().map(|since| report.days_since(since)),
        "drift": link.steps.iter().map(step).collect::<Vec<_>>(),
        "undone": link.undone,
        "python": moments(&link.python),
        "together": moments(&link.together),
        "acknowledged": moments(&link.acknowledged),
        "owners": link.owners,
        "commands": commands(link),
    })
}

fn step(step: &Step) -> Value {
    let changes: Vec<Value> = step.reached.iter().map(change).collect();
    json!({ "commit": moment(&step.moment), "severity": step.severity, "changes": changes })
}

fn change(reached: &ReachedBy) -> Value {
    json!({
        "path": reached.path,
        "symbol": reached.symbol,
        "facets": facets(reached),
        "via": reached.via,
        "certain": reached.certain,
    })
}

fn disparity(disparity: &Disparity) -> Value {
    let finding = &disparity.finding;
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "link": finding.link,
        "certain": disparity.certain,
        "help": finding.help,
    })
}

fn moment(moment: &Moment) -> Value {
    json!({
        "commit": moment.commit,
        "date": moment.date.to_string(),
        "author": moment.author,
        "subject": moment.subject,
    })
}
