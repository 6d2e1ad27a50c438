//! `drift review` for people and for scripts.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::severities;
use super::human::{compared, finding};
use super::style::{DIM, GOOD, STRONG, harmless, of_severity, paint};
use super::{Detail, View, json as as_json, word};
use crate::change::Skipped;
use crate::finding::{Finding, Severity, fingerprints};
use crate::review::facts::{Fact, FactKind};
use crate::review::{Place, Review, Reviewed};
use crate::source::short;
use crate::verdict::{Report, Verdict};

/// So many unjudged functions are named.
const UNJUDGED_LIMIT: usize = 5;

/// Findings with their code and contract, worst first, notes only with `-v`; then the checklist, a line an item, what
/// could not be judged, and a line that sums up.
pub fn human(review: &Review, drift: Option<&Report>, view: View) -> String {
    let mut out = String::new();
    let least = match view.detail {
        Detail::Quiet => Severity::Error,
        Detail::Normal => Severity::Warning,
        Detail::Verbose => Severity::Note,
    };
    for found in review.findings.iter().filter(|found| found.severity >= least) {
        finding(&mut out, found, view.width);
        out.push('\n');
    }
    if view.detail == Detail::Quiet {
        return out;
    }
    let items = checklist(review, drift, least);
    let mut last = "";
    for (title, text) in &items {
        item(&mut out, if *title == last { "" } else { title }, text, view.width.unwrap_or(WIDTH));
        last = title;
    }
    if !items.is_empty() {
        out.push('\n');
    }
    skipped(&mut out, review);
    unjudged(&mut out, review);
    let _ = writeln!(out, "{}", summary(review, least));
    out
}

/// Families of rules, and what people call what they look for.
const FAMILIES: [(&str, &str); 6] = [
    ("own-", "ownership"),
    ("err-", "errors"),
    ("null-", "null"),
    ("gil-", "GIL"),
    ("type-", "types"),
    ("cost-", "cost"),
];

/// Every item of the checklist that applies, with what there is to say.
fn checklist(review: &Review, drift: Option<&Report>, least: Severity) -> Vec<(&'static str, String)> {
    let mut items: Vec<(&str, String)> = drift.map(drifted).into_iter().flatten().map(|text| ("drift", text)).collect();
    if review.functions.iter().any(|function| function.judged) {
        let (told, silent): (Vec<_>, Vec<_>) = FAMILIES
            .iter()
            .map(|(prefix, title)| (*title, of_family(review, prefix, least)))
            .partition(|(_, text)| text.is_some());
        items.extend(told.into_iter().filter_map(|(title, text)| Some((title, text?))));
        let silent: Vec<&str> = silent.into_iter().map(|(title, _)| title).collect();
        if !silent.is_empty() {
            items.push(("no finding", silent.join(", ")));
        }
    }
    let told = |fact: &&Fact| fact.kind != FactKind::UnknownLayout || least == Severity::Note;
    for fact in review.facts.iter().filter(told) {
        let title = match fact.kind {
            FactKind::FastPath => "fast path",
            FactKind::Swap => "hooks",
            FactKind::Layout | FactKind::UnknownLayout => "layout",
            FactKind::Port => "port",
            FactKind::Risk => "risk",
        };
        let place = fact.symbol.as_ref().map(|symbol| format!("`{symbol}`: ")).unwrap_or_default();
        items.push((title, format!("{place}{}", fact.text)));
    }
    items
}

/// `2 warnings (own-leak-local, own-leak-temp), 1 note`.
fn of_family(review: &Review, prefix: &str, least: Severity) -> Option<String> {
    let own: Vec<&Finding> = review.findings.iter().filter(|found| found.rule.id.starts_with(prefix)).collect();
    let part = |severity: Severity, name: &str| {
        let found: Vec<&&Finding> = own.iter().filter(|found| found.severity == severity).collect();
        let mut rules: Vec<&str> = found.iter().map(|found| found.rule.id).collect();
        rules.dedup();
        let count = match found.len() {
            0 => return None,
            1 => format!("1 {name}"),
            count => format!("{count} {name}s"),
        };
        let hidden = if severity < least { ", with `-v`" } else { "" };
        Some(format!("{count} ({}{hidden})", rules.join(", ")))
    };
    let parts = [part(Severity::Error, "error"), part(Severity::Warning, "warning"), part(Severity::Note, "note")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What a check says, a line a link; and how many links the change reaches.
fn drifted(report: &Report) -> Vec<String> {
    const MOST: usize = 5;
    let range = format!("{}..{}", short(&report.before), short(&report.after));
    let left: Vec<_> = report.links.iter().filter(|judged| judged.verdict == Verdict::Drifted).collect();
    let mut lines: Vec<String> = left
        .iter()
        .take(MOST)
        .map(|judged| {
            let severity = judged.severity.map_or_else(|| "warning".to_owned(), word);
            let ends: Vec<String> = judged.python.iter().map(|end| format!("`{}`", end.selector)).collect();
            let ends = if ends.is_empty() { "the Python end".to_owned() } else { ends.join(", ") };
            format!("{severity}: `{}` was left behind: {ends}", judged.link)
        })
        .collect();
    if left.len() > MOST {
        lines.push(format!("and {} more links", left.len() - MOST));
    }
    let others = |verdict: Verdict, phrase: &str| {
        let of = report.links.iter().filter(|judged| judged.verdict == verdict);
        let names: Vec<String> = of.map(|judged| format!("`{}`", judged.link)).collect();
        (!names.is_empty()).then(|| format!("{phrase}: {}", listed(&names)))
    };
    lines.extend(others(Verdict::CoChanged, "changed on both sides"));
    lines.extend(others(Verdict::Cosmetic, "changed in looks only"));
    lines.extend(others(Verdict::Acknowledged, "acknowledged"));
    if !left.is_empty() {
        lines.push(format!("`drift check {range}` shows the code"));
    }
    lines
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 4;
    let more = names.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", "))
}

/// Columns where there is no terminal.
const WIDTH: usize = 110;

/// The width of the titles.
const TITLES: usize = 10;

/// One item; its text is wrapped, and goes on below itself.
fn item(out: &mut String, title: &str, text: &str, width: usize) {
    let room = width.saturating_sub(TITLES + 1).max(40);
    let mut line = String::new();
    let mut lines = Vec::new();
    for word in harmless(text).split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    for (at, line) in lines.iter().enumerate() {
        let title = if at == 0 { title } else { "" };
        let _ = writeln!(out, "{} {line}", paint(STRONG, format!("{title:TITLES$}")));
    }
}

fn skipped(out: &mut String, review: &Review) {
    for skipped in &review.skipped {
        let warning = paint(of_severity("warning"), "not reviewed");
        let _ = writeln!(out, "{warning}: {}: {}", harmless(&skipped.path), harmless(&skipped.reason));
    }
}

/// Functions about which silence says nothing.
fn unjudged(out: &mut String, review: &Review) {
    let unjudged: Vec<_> = review.functions.iter().filter(|function| !function.judged).collect();
    if unjudged.is_empty() {
        return;
    }
    let mut reasons: Vec<&str> = unjudged.iter().filter_map(|function| function.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let own: Vec<_> = unjudged.iter().filter(|function| function.reason == Some(reason)).collect();
        let names: Vec<String> =
            own.iter().take(UNJUDGED_LIMIT).map(|function| format!("`{}`", harmless(&function.symbol))).collect();
        let more = if own.len() > UNJUDGED_LIMIT { " and more; `--format json` lists all" } else { "" };
        let warning = paint(of_severity("warning"), "not judged");
        let count = if own.len() == 1 { "1 function".to_owned() } else { format!("{} functions", own.len()) };
        let _ = writeln!(out, "{warning}: {count}, because {reason}: {}{more}", names.join(", "));
    }
}

fn summary(review: &Review, least: Severity) -> String {
    let found = severities(&review.findings);
    let found = if review.findings.is_empty() { paint(GOOD, found) } else { found };
    let has_notes = review.findings.iter().any(|found| found.severity == Severity::Note);
    let hidden = has_notes && least > Severity::Note;
    let hidden = if hidden { paint(DIM, "; `-v` shows the notes") } else { String::new() };
    let functions = review.functions.iter().filter(|function| function.judged).count();
    let what = if functions == 1 { "function that uses" } else { "functions that use" };
    format!("{found} in {functions} {what} the CPython API {}{hidden}", compared(&review.before, &review.after))
}

/// Everything, notes too.
pub fn json(review: &Review) -> String {
    let names = fingerprints(&review.findings);
    let told = review.findings.iter().zip(&review.places).zip(names);
    as_json::line(&ReviewJson {
        version: as_json::VERSION,
        before: &review.before,
        after: &review.after,
        functions: &review.functions,
        findings: told.map(|((found, place), name)| ReviewedJson::of(found, place, name)).collect(),
        facts: &review.facts,
        skipped: &review.skipped,
    })
}

#[derive(Serialize, JsonSchema)]
pub struct ReviewJson<'a> {
    version: u32,
    before: &'a str,
    after: &'a str,
    functions: &'a [Reviewed],
    findings: Vec<ReviewedJson<'a>>,
    facts: &'a [Fact],
    skipped: &'a [Skipped],
}

#[derive(Serialize, JsonSchema)]
struct ReviewedJson<'a> {
    rule: &'a str,
    severity: Severity,
    path: Option<&'a str>,
    line: Option<u32>,
    symbol: &'a str,
    /// The name by which Python calls the function.
    binding: Option<&'a str>,
    message: &'a str,
    contract: Option<&'a str>,
    help: Option<&'a str>,
    /// Stays the same while lines shift; no two findings of a run share one.
    fingerprint: String,
}

impl<'a> ReviewedJson<'a> {
    fn of(found: &'a Finding, place: &'a Place, fingerprint: String) -> ReviewedJson<'a> {
        ReviewedJson {
            rule: found.rule.id,
            severity: found.severity,
            path: found.path.as_deref(),
            line: found.line,
            symbol: &place.symbol,
            binding: place.binding.as_deref(),
            message: &found.message,
            contract: place.contract.as_deref(),
            help: found.help.as_deref(),
            fingerprint,
        }
    }
}
