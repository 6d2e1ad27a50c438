//! Messages for lintrunner, a line each. Every message blocks there, whatever its severity, so only what fails a run is
//! told; and a linter ends with 0, so what went wrong is a message too.

use serde_json::{Value, json};

use super::findings::{Findings, in_full, spot};
use super::{Failure, json as as_json};
use crate::finding::{Finding, Severity};

/// What lintrunner calls us.
const CODE: &str = "DYNAMO_DRIFT";

/// The findings at or above a severity. What could not be judged is told in any case.
pub fn all(findings: &Findings, least: Option<Severity>) -> String {
    let blocks = |finding: &&Finding| least.is_some_and(|least| finding.severity >= least);
    let undecided = |finding: &&Finding| !findings.is_decided && finding.severity == Severity::Error;
    let told = findings.all.iter().filter(|finding| blocks(finding) || undecided(finding));
    told.map(|finding| as_json::line(&message(finding))).collect()
}

/// Why nothing was judged: one message about no file.
pub fn failure(failure: &Failure) -> String {
    let mistakes = failure.mistakes.iter().map(|one| {
        let help = one.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{}:{}: {}{help}", one.path, one.line, one.column, one.message)
    });
    let lines: Vec<String> = [failure.message.clone()].into_iter().chain(mistakes).collect();
    as_json::line(&value(None, Severity::Error, "could-not-judge", &lines.join("\n")))
}

fn message(finding: &Finding) -> Value {
    let spot = spot(finding).map(|spot| (&*spot.path, spot.line, spot.column));
    value(spot, finding.severity, finding.rule.id, &in_full(finding))
}

fn value(place: Option<(&str, u32, u32)>, severity: Severity, name: &str, description: &str) -> Value {
    let severity = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "advice",
    };
    json!({
        "path": place.map(|(path, ..)| path),
        "line": place.map(|(_, line, _)| line),
        "char": place.map(|(.., column)| column),
        "code": CODE,
        "severity": severity,
        "name": name,
        "original": null,
        "replacement": null,
        "description": description,
    })
}
