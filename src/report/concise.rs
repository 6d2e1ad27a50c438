//! A line a finding, `path:line:column: severity[rule] message`: what editors and `grep` read.

use super::findings::{Findings, spot};
use super::style::harmless;
use super::{Detail, Failure, word};
use crate::finding::{Finding, Severity};

/// All findings; only errors where only those are asked for.
pub fn all(findings: &Findings, detail: Detail) -> String {
    let told = |finding: &&Finding| detail != Detail::Quiet || finding.severity == Severity::Error;
    findings.all.iter().filter(told).map(line).collect()
}

/// Why nothing was judged.
pub fn failure(failure: &Failure) -> String {
    let mut out: String = failure
        .mistakes
        .iter()
        .map(|one| format!("{}:{}:{}: error {}\n", plain(&one.path), one.line, one.column, plain(&one.message)))
        .collect();
    if out.is_empty() {
        out = format!("error {}\n", plain(&failure.message));
    }
    out
}

/// A finding on one line.
pub fn line(finding: &Finding) -> String {
    let place = match (spot(finding), &finding.path) {
        (Some(spot), _) => format!("{}:{}:{}: ", plain(&spot.path), spot.line, spot.column),
        (None, Some(path)) => format!("{}:{}:1: ", plain(path), finding.line.unwrap_or(1)),
        (None, None) => String::new(),
    };
    format!("{place}{}[{}] {}\n", word(finding.severity), finding.rule.id, plain(&finding.message))
}

fn plain(text: &str) -> String {
    harmless(&text.replace(['\n', '\r', '\t'], " ")).into_owned()
}
