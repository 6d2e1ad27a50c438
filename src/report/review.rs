//! `drift review` for people and for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::human::{compared, counted, finding, short};
use super::style::{DIM, GOOD, STRONG, harmless, of_severity, paint};
use super::{Detail, View, json as as_json, word};
use crate::finding::{Finding, Severity};
use crate::review::facts::FactKind;
use crate::review::{Place, Review};
use crate::verdict::{Report, Verdict};

/// So many unjudged functions are named.
const UNJUDGED_LIMIT: usize = 5;

/// Findings with their code and contract, worst first; notes only with `-v`. What could not be judged is told.
pub fn human(review: &Review, drift: Option<&Report>, view: View) -> String {
    let mut out = String::new();
    let least = match view.detail {
        Detail::Quiet => Severity::Error,
        Detail::Normal => Severity::Warning,
        Detail::Verbose => Severity::Note,
    };
    for found in review.findings.iter().filter(|found| found.severity >= least) {
        finding(&mut out, found);
        out.push('\n');
    }
    if view.detail == Detail::Quiet {
        return out;
    }
    if let Some(report) = drift {
        drifted(&mut out, report);
    }
    facts(&mut out, review);
    skipped(&mut out, review);
    unjudged(&mut out, review);
    let _ = writeln!(out, "{}", summary(review, least));
    out
}

/// What a check says, a line a link.
fn drifted(out: &mut String, report: &Report) {
    for judged in report.links.iter().filter(|judged| judged.verdict == Verdict::Drifted) {
        let severity = judged.severity.map_or_else(|| "warning".to_owned(), word);
        let title = paint(of_severity(&severity), "drift");
        let _ = writeln!(
            out,
            "{title}: the Python end of `{}` was left behind: `drift check {}..{}`",
            judged.link,
            short(&report.before),
            short(&report.after)
        );
    }
}

/// What is so, and judges nothing: by function first, then for the change as a whole.
fn facts(out: &mut String, review: &Review) {
    for fact in &review.facts {
        let title = match fact.kind {
            FactKind::FastPath => "fast path",
            FactKind::Swap => "hooks",
            FactKind::Risk => "the change",
        };
        let place = fact.symbol.as_ref().map(|symbol| format!(" of `{}`", harmless(symbol))).unwrap_or_default();
        let _ = writeln!(out, "{}{place}: {}", paint(STRONG, title), harmless(&fact.text));
    }
    if !review.facts.is_empty() {
        out.push('\n');
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
    let names: Vec<String> =
        unjudged.iter().take(UNJUDGED_LIMIT).map(|function| format!("`{}`", harmless(&function.symbol))).collect();
    let more = if unjudged.len() > UNJUDGED_LIMIT { " and more; `--format json` lists all" } else { "" };
    let warning = paint(of_severity("warning"), "not judged");
    let _ = writeln!(
        out,
        "{warning}: {} of {} functions, because the parser met errors in them: {}{more}",
        unjudged.len(),
        review.functions.len(),
        names.join(", ")
    );
}

fn summary(review: &Review, least: Severity) -> String {
    let count = |severity: Severity| review.findings.iter().filter(|found| found.severity == severity).count();
    let counts = [
        (count(Severity::Error), "errors".to_owned()),
        (count(Severity::Warning), "warnings".to_owned()),
        (count(Severity::Note), "notes".to_owned()),
    ];
    let found = counted(&counts, "nothing to say");
    let found = if review.findings.is_empty() { paint(GOOD, found) } else { found };
    let hidden = count(Severity::Note) > 0 && least > Severity::Note;
    let hidden = if hidden { paint(DIM, "; `-v` shows the notes") } else { String::new() };
    let functions = review.functions.iter().filter(|function| function.judged).count();
    let what = if functions == 1 { "function" } else { "functions" };
    format!(
        "{found} in {functions} {what} that use the CPython API {}{hidden}",
        compared(&review.before, &review.after)
    )
}

/// Everything, notes too.
pub fn json(review: &Review) -> String {
    let findings: Vec<Value> =
        review.findings.iter().zip(&review.places).map(|(found, place)| value(found, place)).collect();
    as_json::line(&json!({
        "version": as_json::VERSION,
        "before": review.before,
        "after": review.after,
        "functions": review.functions,
        "findings": findings,
        "facts": review.facts,
        "skipped": review.skipped,
    }))
}

fn value(found: &Finding, place: &Place) -> Value {
    json!({
        "rule": found.rule.id,
        "severity": found.severity,
        "path": found.path,
        "line": found.line,
        "symbol": place.symbol,
        "binding": place.binding,
        "message": found.message,
        "contract": place.contract,
        "help": found.help,
    })
}
