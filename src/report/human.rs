//! For people: an alarm is understood in ten seconds, silence is one line.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::findings::{MOST_STALE, verdicts};
use super::style::{DIM, FRAME, GOOD, STRONG, harmless, of_severity, paint};
use super::{Detail, View, frame, origin, word};
use crate::finding::{Finding, Frame, Severity};
use crate::ladder::Rung;
use crate::mapping::model::{MappingSource, Touch};
use crate::mapping::{Link, Selector};
use crate::review::contracts::Contract;
use crate::rules::Rule;
use crate::source::short;
use crate::verdict::{Judged, Outcome, Report, Verdict};
use crate::verification::{Located, LocatedSymbol, Problem, ProblemKind, Verification};

/// Findings, worst first, and one line that sums up. What was skipped is among the findings.
pub fn check(report: &Report, view: View<'_>) -> String {
    let detail = view.detail;
    let mut out = String::new();
    let stale = report.findings.iter().filter(|found| found.is_stale_selector()).count();
    let told = |found: &&Finding| match detail {
        Detail::Quiet => found.severity == Severity::Error,
        _ => stale <= MOST_STALE || !found.is_stale_selector(),
    };
    for found in report.findings.iter().filter(told) {
        finding(&mut out, found, view.width);
        out.push('\n');
    }
    if stale > MOST_STALE && detail != Detail::Quiet {
        stale_selectors(&mut out, report, detail);
    }
    if detail == Detail::Verbose {
        report.links.iter().for_each(|judged| verdict_line(&mut out, judged));
    }
    if detail != Detail::Quiet {
        let _ = writeln!(out, "{}", summary(report));
    }
    out
}

/// The selectors that something is wrong with, a line each, and one line that sums up.
pub fn verification(verification: &Verification, detail: Detail) -> String {
    let mut out = String::new();
    verification.problems.iter().for_each(|found| problem(&mut out, found));
    if detail == Detail::Verbose {
        verification.places.iter().for_each(|found| located(&mut out, found));
    }
    let Verification { at, links, selectors, resolved, problems, .. } = verification;
    if detail != Detail::Quiet {
        for (name, count) in &verification.not_judged {
            let what = if *count == 1 { "selector" } else { "selectors" };
            let _ = writeln!(out, "{count} {what} into `{name}` not judged: give `--repository {name}=PATH`");
        }
        let outcome = match problems.is_empty() {
            true => paint(GOOD, "every selector resolves"),
            false => paint(of_severity("error"), "the mapping does not fit"),
        };
        let at = paint(DIM, format!("({})", short(at)));
        let _ = writeln!(out, "{outcome}: {resolved} of {selectors} selectors of {links} links {at}");
    }
    out
}

/// Every rule on a line.
pub fn rules(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let severity = word(rule.severity);
        let severity = paint(of_severity(&severity), format!("{severity:7}"));
        let _ = writeln!(out, "{severity} {} {}", paint(STRONG, format!("{:width$}", rule.id)), rule.summary);
    }
    out + "\n`drift explain RULE` tells what a rule means and what to do; `drift explain LINK` shows a link; \
           `drift explain RUNG` (layout, …, semantic) and `drift explain FACET` tell how changes are judged.\n"
}

/// A rule in full.
pub fn rule(rule: &Rule) -> String {
    let severity = word(rule.severity);
    let title = paint(of_severity(&severity), format!("{severity}[{}]", rule.id));
    let mut out = format!("{title}: {}\n", rule.summary);
    for (heading, text) in [("", rule.explanation), ("Example", rule.example), ("What to do", rule.remedy)] {
        if !heading.is_empty() && !text.is_empty() {
            let _ = write!(out, "\n{}\n", paint(STRONG, heading));
        }
        if !text.is_empty() {
            let _ = write!(out, "\n{}\n", text.trim());
        }
    }
    out
}

/// What a function promises.
pub fn contract(contract: &Contract) -> String {
    let mut out = format!("{}\n", paint(STRONG, &contract.name));
    for (heading, text) in contract.lines() {
        rows(&mut out, heading, [text]);
    }
    out
}

/// A link in full.
pub fn link(link: &Link, sources: &[MappingSource]) -> String {
    let (source, line) = origin(link, sources);
    let mut out = format!("{} ({})\n{}\n", paint(STRONG, &link.id), word(link.relation), link.why.trim());
    rows(&mut out, "C++", link.cpp.iter().map(selector));
    rows(&mut out, "Python", link.python.iter().map(selector));
    rows(&mut out, "seen as", link.names.iter().cloned());
    rows(&mut out, "touch", (link.touch == Touch::All).then(|| "all Python ends have to follow".to_owned()));
    rows(&mut out, "depth", link.depth.map(|depth| format!("through at most {depth} calls")));
    rows(&mut out, "watch", link.watch.iter().map(|rung| rung.name().to_owned()));
    rows(&mut out, "owners", link.owners.iter().cloned());
    rows(&mut out, "tests", link.tests.iter().cloned());
    rows(&mut out, "differs", link.known_differences.iter().cloned());
    rows(&mut out, "from", [format!("{source}:{line}")]);
    out
}

pub(super) fn finding(out: &mut String, finding: &Finding, columns: Option<usize>) {
    let severity = word(finding.severity);
    let title = paint(of_severity(&severity), format!("{severity}[{}]", finding.rule.id));
    let _ = writeln!(out, "{title}: {}", paint(STRONG, harmless(&finding.message)));
    let layout = frame::Layout::of(&finding.frames, columns);
    let width = layout.gutter;
    let (main, others) = split_frames(finding);
    match (main, &finding.path) {
        (Some(main), _) => {
            frame::heading(out, "-->", main, finding.line.or(frame::first_marked(main)), width);
            frame::code(out, main, layout);
        }
        (None, Some(path)) => frame::place(out, "-->", path, finding.line, "", width),
        (None, None) => (),
    }
    finding.notes.iter().for_each(|note| remark(out, "", &wrapped(note, width, columns), width));
    for other in others {
        match frame::pointed_at(other) {
            Some(line) => frame::pointer(out, other, line, width),
            None => {
                frame::heading(out, ":::", other, frame::first_marked(other), width);
                frame::code(out, other, layout);
            }
        }
    }
    if let Some(help) = &finding.help {
        remark(out, "help: ", help, width);
    }
}

/// The frame at the place of the finding, and the other ones.
fn split_frames(finding: &Finding) -> (Option<&Frame>, &[Frame]) {
    match finding.frames.split_first() {
        Some((main, others)) if finding.path.as_ref().is_none_or(|path| *path == main.path) => (Some(main), others),
        _ => (None, &finding.frames),
    }
}

/// A mapping made for another state of the repository: one line, or with `-v` a line for each selector.
fn stale_selectors(out: &mut String, report: &Report, detail: Detail) {
    let stale: Vec<&Finding> = report.findings.iter().filter(|found| found.is_stale_selector()).collect();
    let judged = |judged: &&Judged| judged.verdict == Verdict::Unresolved && judged.severity != Some(Severity::Error);
    let unjudged: Vec<&Judged> = report.links.iter().filter(judged).collect();
    let worst = word(stale.iter().map(|found| found.severity).max().unwrap_or(Severity::Note));
    let title = paint(of_severity(&worst), format!("{worst}[{}]", stale[0].rule.id));
    let end = if detail == Detail::Verbose { ":" } else { "; `-v` lists them" };
    let _ = writeln!(
        out,
        "{title}: {} selectors point at nothing on either side of this range, so {} not judged{end}",
        stale.len(),
        if unjudged.len() == 1 { "1 link was".to_owned() } else { format!("{} links were", unjudged.len()) }
    );
    let changed =
        |judged: &&Judged| judged.impacts.iter().any(|impact| report.changes[impact.change].rung == Rung::Semantic);
    let changed: Vec<&str> = unjudged.into_iter().filter(changed).map(|judged| judged.link.as_str()).collect();
    if !changed.is_empty() {
        remark(out, "", &format!("this range changes what the C++ ends of these do: {}", changed.join(", ")), 2);
    }
    for found in stale.iter().filter(|_| detail == Detail::Verbose) {
        let link = found.link.as_deref().unwrap_or_default();
        let said: Vec<&str> = [&found.message].into_iter().chain(&found.notes).map(String::as_str).collect();
        let _ = writeln!(out, "  {:7} {}: {}", word(found.severity), harmless(link), harmless(&said.join("; ")));
    }
    out.push('\n');
}

fn problem(out: &mut String, problem: &Problem) {
    let Problem { link, selector, kind, details } = problem;
    let title = paint(of_severity("error"), word(kind));
    let details = match (details.is_empty(), kind) {
        (true, _) => String::new(),
        (false, ProblemKind::Unreadable) => format!(": {}", details.join(", ")),
        (false, _) => format!("; write {}", quoted(details).join(" or ")),
    };
    let said = format!("`{selector}` of the link `{link}`: {}{details}", kind.phrase());
    let _ = writeln!(out, "{title}: {}", harmless(&said));
}

/// As they stand in TOML.
fn quoted(selectors: &[String]) -> Vec<String> {
    selectors.iter().map(|selector| format!("'{selector}'")).collect()
}

/// A selector and where its code is.
fn located(out: &mut String, found: &Located) {
    let place = |symbol: &LocatedSymbol| {
        let LocatedSymbol { path, symbol, lines } = symbol;
        harmless(&format!("{path}:{}-{} {symbol}", lines.start, lines.end)).trim_end().to_owned()
    };
    let places: Vec<String> = found.symbols.iter().map(place).collect();
    let _ = writeln!(out, "{} {}", harmless(&found.selector), paint(DIM, format!("→ {}", places.join(", "))));
}

/// `= label: text`; further lines of the text are put below its beginning.
fn remark(out: &mut String, label: &str, text: &str, width: usize) {
    let indent = format!("{:1$}", "", width + 3 + label.len());
    let lines: Vec<_> = text.trim_end().lines().map(harmless).collect();
    let text = lines.join(&format!("\n{indent}"));
    let _ = writeln!(out, "{:width$} {} {}{text}", "", paint(FRAME, "="), paint(STRONG, label));
}

/// A fact that is longer than the terminal is wide goes on below itself. Commands to paste are never broken.
fn wrapped(text: &str, gutter: usize, columns: Option<usize>) -> String {
    let Some(room) = columns.map(|columns| columns.saturating_sub(gutter + 3).max(40)) else { return text.to_owned() };
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let width = word.width();
        if used > 0 && used + 1 + width > room {
            out.push_str("\n  ");
            used = 2;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
    out
}

fn verdict_line(out: &mut String, judged: &Judged) {
    if judged.verdict != Verdict::Untouched {
        let _ = writeln!(out, "{:12} {}", word(judged.verdict), judged.link);
    }
}

/// `1 drifted, 2 cosmetic, 137 untouched (1234567890..abcdef1234)`.
fn summary(report: &Report) -> String {
    let outcome = match report.outcome {
        Outcome::Clean => paint(GOOD, "no drift"),
        Outcome::Drifted => paint(of_severity("error"), "drift"),
        Outcome::Undecided => paint(of_severity("error"), "could not judge"),
    };
    format!("{outcome}: {} {}", verdicts(report), compared(&report.before, &report.after))
}

pub(super) fn counted(counts: &[(usize, String)], nothing: &str) -> String {
    let counts: Vec<_> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    if counts.is_empty() { nothing.to_owned() } else { counts.join(", ") }
}

pub(super) fn compared(before: &str, after: &str) -> String {
    paint(DIM, format!("({}..{})", short(before), short(after)))
}

fn rows(out: &mut String, label: &str, values: impl IntoIterator<Item = String>) {
    for (index, value) in values.into_iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "  {} {}", paint(FRAME, format!("{label:8}")), harmless(&value));
    }
}

fn selector(selector: &Selector) -> String {
    selector.to_string()
}
