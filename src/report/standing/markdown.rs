//! The standing of all links as Markdown, for issues and wikis.

use std::fmt::Write;

use super::{StandingReport, commands, facets, place, python_since};
use crate::report::gfm::{code, escaped, ticked};
use crate::report::word;
use crate::standing::{LinkStanding, Step};

pub fn page(report: &StandingReport<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# Links and where they stand\n");
    let _ = writeln!(
        out,
        "{} links: {}. {}. {}.\n",
        report.standing.links.len(),
        report.counts(),
        report.span(),
        report.coverage_line()
    );
    if report.standing.drifted().next().is_some() {
        table(&mut out, report);
        report.standing.drifted().for_each(|link| section(&mut out, report, link));
    }
    list(
        &mut out,
        "What both sides say differently now",
        report.parity.shown().map(|one| format!("{} ({})", ticked(&one.finding.message), code(&place(one)))),
    );
    list(
        &mut out,
        "New names for Python that no link has",
        report
            .standing
            .unmapped
            .iter()
            .map(|(when, finding)| format!("{} {} {}", when.date, code(when.short()), ticked(&finding.message))),
    );
    list(
        &mut out,
        "Hubs",
        report.hubs.iter().map(|hub| format!("{} links: {}", hub.links, code(&format!("{}#{}", hub.path, hub.symbol)))),
    );
    list(
        &mut out,
        "Links whose ends changed, and never together",
        report.standing.never_together().map(|link| code(&link.link)),
    );
    list(
        &mut out,
        "Could not be judged",
        report
            .standing
            .undecided
            .iter()
            .map(|(when, reason)| format!("{} {} {}", when.date, code(when.short()), ticked(reason))),
    );
    out
}

fn table(out: &mut String, report: &StandingReport<'_>) {
    out.push_str("| | link | since | days | commits | Python since |\n|---|---|---|---|---|---|\n");
    for link in report.standing.drifted() {
        let (Some(since), Some(severity)) = (link.since(), link.severity()) else { continue };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            word(severity),
            code(&link.link),
            since.date,
            report.days_since(since),
            link.steps.len(),
            link.python_since().len(),
        );
    }
    out.push('\n');
}

fn section(out: &mut String, report: &StandingReport<'_>, link: &LinkStanding) {
    let _ = writeln!(out, "## {}\n", code(&link.link));
    let _ = writeln!(out, "{}; {}.\n", escaped(report.why(&link.link)), python_since(link));
    link.steps.iter().for_each(|one| step(out, one));
    let _ = writeln!(out, "\n```sh\n{}\n```\n", commands(link).join("\n").replace("```", "'''"));
}

fn step(out: &mut String, step: &Step) {
    let moment = &step.moment;
    let _ = writeln!(
        out,
        "* {} {} {} ({})",
        moment.date,
        code(moment.short()),
        escaped(&moment.subject),
        escaped(&moment.author)
    );
    for reached in step.shown() {
        let way = if reached.is_direct() {
            String::new()
        } else {
            format!(", reached by {}", code(&reached.via.join(" → ")))
        };
        let doubt = if reached.certain { "" } else { ", uncertain" };
        let _ = writeln!(out, "  * {}: {}{way}{doubt}", code(reached.name()), facets(reached).join(", "));
    }
}

fn list(out: &mut String, title: &str, rows: impl Iterator<Item = String>) {
    let rows: Vec<String> = rows.map(|row| format!("* {row}\n")).collect();
    if !rows.is_empty() {
        let _ = writeln!(out, "## {title}\n\n{}", rows.concat());
    }
}
