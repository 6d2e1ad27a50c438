//! The standing of all links for people at a terminal.

use std::fmt::Write;

use super::{StandingReport, commands, facets, place, python_since};
use crate::finding::Severity;
use crate::report::Detail;
use crate::report::replay::{rest, title};
use crate::report::style::{DIM, FRAME, STRONG, harmless, of_severity, paint, severity_word};
use crate::report::word;
use crate::standing::{LinkStanding, Step};

/// So many links, names and hubs are listed; `-v` lists all.
const MOST_ROWS: usize = 15;

/// So many steps and changed symbols of a link are listed; `-v` lists all.
const MOST_STEPS: usize = 6;

/// The longest bar of the trend, in columns.
const BAR: usize = 40;

pub fn page(report: &StandingReport<'_>, detail: Detail) -> String {
    let mut out = String::new();
    let most = if detail == Detail::Verbose { usize::MAX } else { MOST_ROWS };
    drifted(&mut out, report, detail, most);
    if detail != Detail::Quiet {
        parity(&mut out, report, most);
        unmapped(&mut out, report, most);
        hubs(&mut out, report, most);
        apart(&mut out, report, most);
        trend(&mut out, report);
        undecided(&mut out, report, most);
    }
    let _ = writeln!(out, "{}", report.coverage_line());
    let _ = writeln!(
        out,
        "{} {}: {} {}",
        paint(STRONG, report.standing.links.len()),
        paint(STRONG, "links"),
        report.counts(),
        paint(DIM, format!("({})", report.span()))
    );
    out
}

fn drifted(out: &mut String, report: &StandingReport<'_>, detail: Detail, most: usize) {
    let least = if detail == Detail::Quiet { Severity::Error } else { Severity::Note };
    let links: Vec<&LinkStanding> =
        report.standing.drifted().filter(|link| link.severity().is_some_and(|severity| severity >= least)).collect();
    title(out, "Open drift, what matters most first", links.len());
    for link in links.iter().take(most) {
        one(out, report, link, detail);
    }
    rest(out, links.len(), most);
}

fn one(out: &mut String, report: &StandingReport<'_>, link: &LinkStanding, detail: Detail) {
    let (Some(since), Some(severity)) = (link.since(), link.severity()) else { return };
    let days = report.days_since(since);
    let _ = writeln!(
        out,
        "{} {} since {} ({days} days), {}",
        severity_word(&word(severity)),
        paint(STRONG, harmless(&link.link)),
        since.date,
        python_since(link),
    );
    let most = if detail == Detail::Verbose { usize::MAX } else { MOST_STEPS };
    link.steps.iter().take(most).for_each(|one| step(out, one, most));
    if link.steps.len() > most {
        let _ =
            writeln!(out, "  {}", paint(DIM, format!("and {} more commits: `-v` lists them", link.steps.len() - most)));
    }
    if !link.owners.is_empty() {
        let _ = writeln!(out, "  {} {}", paint(FRAME, "owners"), harmless(&link.owners.join(", ")));
    }
    if let Some(first) = commands(link).first() {
        let _ = writeln!(out, "  {} {first}", paint(FRAME, "look at it:"));
    }
}

fn step(out: &mut String, step: &Step, most: usize) {
    let moment = &step.moment;
    let _ = writeln!(
        out,
        "  {} {} {} {}",
        moment.date,
        paint(of_severity(&word(step.severity)), moment.short()),
        harmless(&moment.subject),
        paint(DIM, format!("({})", harmless(&moment.author)))
    );
    for reached in step.shown().iter().take(most) {
        let path =
            if reached.is_direct() { String::new() } else { format!(", reached by {}", reached.via.join(" → ")) };
        let doubt = if reached.certain { "" } else { ", uncertain" };
        let what = facets(reached).join(", ");
        let _ = writeln!(out, "             {}: {what}{}{doubt}", harmless(reached.name()), harmless(&path));
    }
    if step.shown().len() > most {
        let _ = writeln!(out, "             and {} more", step.shown().len() - most);
    }
}

fn parity(out: &mut String, report: &StandingReport<'_>, most: usize) {
    let count = report.parity.shown().count();
    if count == 0 {
        return;
    }
    title(out, "What both sides say differently now", count);
    for disparity in report.parity.shown().take(most) {
        let _ = writeln!(out, "  {} {}", harmless(&disparity.finding.message), paint(DIM, harmless(&place(disparity))));
    }
    rest(out, count, most);
}

fn unmapped(out: &mut String, report: &StandingReport<'_>, most: usize) {
    let unmapped = &report.standing.unmapped;
    if unmapped.is_empty() {
        return;
    }
    title(out, "New names for Python that no link has", unmapped.len());
    for (moment, finding) in unmapped.iter().rev().take(most) {
        let _ = writeln!(out, "  {} {} {}", moment.date, moment.short(), harmless(&finding.message));
    }
    rest(out, unmapped.len(), most);
}

fn hubs(out: &mut String, report: &StandingReport<'_>, most: usize) {
    if report.hubs.is_empty() {
        return;
    }
    title(out, "Hubs: changed symbols that reached many links at once", report.hubs.len());
    for hub in report.hubs.iter().take(most) {
        let _ = writeln!(out, "  {:3} links  {}", hub.links, harmless(&format!("{}#{}", hub.path, hub.symbol)));
    }
    rest(out, report.hubs.len(), most);
}

fn apart(out: &mut String, report: &StandingReport<'_>, most: usize) {
    let apart: Vec<&str> = report.standing.never_together().map(|link| link.link.as_str()).collect();
    if apart.is_empty() {
        return;
    }
    title(out, "Links whose ends changed, and never together", apart.len());
    apart.iter().take(most).for_each(|link| out.push_str(&format!("  {}\n", harmless(link))));
    rest(out, apart.len(), most);
}

fn trend(out: &mut String, report: &StandingReport<'_>) {
    let trend = &report.standing.trend;
    let Some(widest) = trend.iter().map(|(_, open)| *open).max().filter(|most| *most > 0) else { return };
    title(out, "Links with open drift, week by week", trend.len());
    for (monday, open) in trend {
        let _ = writeln!(out, "  {monday} {open:4}  {}", paint(FRAME, "█".repeat((open * BAR).div_ceil(widest))));
    }
    out.push('\n');
}

fn undecided(out: &mut String, report: &StandingReport<'_>, most: usize) {
    let undecided = &report.standing.undecided;
    if undecided.is_empty() {
        return;
    }
    title(out, "Could not be judged", undecided.len());
    for (moment, reason) in undecided.iter().take(most) {
        let _ = writeln!(out, "  {} {} {}", moment.date, moment.short(), harmless(reason));
    }
    rest(out, undecided.len(), most);
}
