//! GitLab's code quality report: an array of issues, each shown in the merge request where its line was edited.

use serde_json::{Value, json};

use super::findings::{Findings, NO_FILE, spot};
use super::{Failure, json as as_json};
use crate::finding::{Finding, Severity};

pub fn all(findings: &Findings) -> String {
    let issues: Vec<Value> = findings.with_fingerprints().map(|(finding, name)| issue(finding, name)).collect();
    as_json::line(&issues)
}

/// Why nothing was judged. GitLab knows no such thing, so it is an issue like others, and the worst.
pub fn failure(failure: &Failure) -> String {
    let issue = |(message, path, line): (&str, &str, u32)| {
        json!({
            "description": format!("drift could not judge: {message}"),
            "check_name": "drift/failure",
            "fingerprint": format!("{:032x}", xxhash_rust::xxh3::xxh3_128(format!("{path} {message}").as_bytes())),
            "severity": "blocker",
            "location": { "path": path, "lines": { "begin": line } },
        })
    };
    let mistakes = failure.mistakes.iter().map(|one| issue((&one.message, &one.path, one.line)));
    let mut issues: Vec<Value> = mistakes.collect();
    if issues.is_empty() {
        issues.push(issue((&failure.message, NO_FILE, 1)));
    }
    as_json::line(&issues)
}

fn issue(finding: &Finding, fingerprint: &str) -> Value {
    // Every issue has to have a place.
    let (path, begin, end) = match (spot(finding), &finding.path) {
        (Some(spot), _) => (&*spot.path, spot.line, spot.end_line),
        (None, Some(path)) => (&**path, 1, 1),
        (None, None) => (NO_FILE, 1, 1),
    };
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    json!({
        // GitLab does not show the name of the check.
        "description": format!("{}: {}", finding.rule.id, finding.message),
        "check_name": format!("drift/{}", finding.rule.id),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path, "lines": { "begin": begin, "end": end } },
    })
}
