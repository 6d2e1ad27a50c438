//! SARIF 2.1.0, as code scanning takes it: the changed C++ line first, since an alert shows in a pull request only on a
//! line that it edits; the way from there to the twin as a code flow.

use serde_json::{Value, json};

use super::findings::{Findings, NO_FILE, in_full, severities, spot};
use super::{Failure, View, json as as_json, word};
use crate::finding::{Finding, Severity, Spot, Stop};
use crate::rules::{self, Rule};

/// Descriptions of rules may have so many characters.
const MOST_DESCRIBED: usize = 1024;

pub fn all(findings: &Findings, view: View<'_>) -> String {
    let rules = findings.rules();
    let results: Vec<Value> = findings
        .with_fingerprints()
        .map(|(finding, name)| {
            let index = rules.iter().position(|rule| rule.id == finding.rule.id);
            result(finding, index, name)
        })
        .collect();
    let mut invocation = json!({ "executionSuccessful": findings.is_decided });
    if !findings.is_decided {
        let message = format!("not everything could be judged: {}", severities(&findings.all));
        invocation["toolExecutionNotifications"] = json!([{ "level": "error", "message": { "text": message } }]);
    }
    let mut run = run(findings.command, &rules, invocation);
    run["results"] = json!(results);
    if let Some(origin) = view.origin {
        let mut details = json!({ "repositoryUri": origin });
        if findings.after.len() >= 40 {
            details["revisionId"] = json!(findings.after);
        }
        run["versionControlProvenance"] = json!([details]);
    }
    log(&run)
}

/// Why nothing was judged: a run without results that says that it failed.
pub fn failure(failure: &Failure) -> String {
    let notification = |message: &str, place: Option<Value>| {
        let locations: Vec<Value> = place.into_iter().collect();
        json!({ "level": "error", "message": { "text": text(message) }, "locations": locations })
    };
    let mistakes = failure.mistakes.iter().map(|one| {
        let region =
            json!({ "startLine": one.line, "startColumn": one.column, "endLine": one.line, "endColumn": one.column });
        let place = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&one.path) }, "region": region } });
        notification(&one.message, Some(place))
    });
    let told: Vec<Value> = mistakes.chain([notification(&failure.message, None)]).collect();
    let mut run = run("check", &[], json!({ "executionSuccessful": false, "toolExecutionNotifications": told }));
    run["results"] = json!([]);
    log(&run)
}

fn log(run: &Value) -> String {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    as_json::line(&log)
}

fn run(command: &str, rules: &[&'static Rule], invocation: Value) -> Value {
    json!({
        "tool": { "driver": {
            "name": "drift",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
        }},
        "automationDetails": { "id": format!("drift/{command}/") },
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
    })
}

fn described(rule: &Rule) -> Value {
    let parts = [("", rule.explanation), ("Example", rule.example), ("What to do", rule.remedy)];
    let parts = parts.iter().filter(|(_, text)| !text.is_empty());
    let with = |mark: &str| -> String {
        let part = |(title, text): &(&str, &str)| match title.is_empty() {
            true => text.trim().to_owned(),
            false => format!("{mark}{title}\n\n{}", text.trim()),
        };
        parts.clone().map(part).collect::<Vec<_>>().join("\n\n")
    };
    let full: String = rule.explanation.chars().take(MOST_DESCRIBED).collect();
    let severity = match rule.severity {
        Severity::Note => "recommendation".to_owned(),
        severity => word(severity),
    };
    let is_sure = [&rules::DRIFTED_THROUGH_CALLEE, &rules::HUB_CHANGE].iter().all(|other| other.id != rule.id);
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": if full.is_empty() { rule.summary.to_owned() } else { full } },
        "help": { "text": with(""), "markdown": with("## ") },
        "defaultConfiguration": { "level": word(rule.severity) },
        "properties": {
            "tags": ["maintainability", "drift"],
            "precision": if is_sure { "high" } else { "medium" },
            "problem.severity": severity,
        },
    })
}

fn result(finding: &Finding, rule: Option<usize>, fingerprint: &str) -> Value {
    let related: Vec<&Stop> = finding.stops.iter().collect();
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rule,
        "level": word(finding.severity),
        "message": { "text": message(finding, &related) },
        "locations": [primary(finding)],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint, "driftFinding/v1": fingerprint },
    });
    if !related.is_empty() {
        let places = related.iter().zip(1..).map(|(stop, id)| {
            let mut place = location(&stop.spot, &stop.what);
            place["id"] = json!(id);
            place
        });
        result["relatedLocations"] = json!(places.collect::<Vec<Value>>());
        let steps = related.iter().map(|stop| json!({ "location": location(&stop.spot, &stop.what) }));
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps.collect::<Vec<Value>>() }] }]);
    }
    if finding.rule.id == rules::ACKNOWLEDGED_DRIFT.id {
        let why = finding.notes.join("; ");
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    result
}

/// What is told, and links to the steps of the way: code scanning shows related places only where the message names them.
fn message(finding: &Finding, related: &[&Stop]) -> String {
    let links = related.iter().zip(1..).map(|(stop, id)| format!("[{}]({id})", text(&stop.what)));
    let links: Vec<String> = links.collect();
    match links.is_empty() {
        true => text(&in_full(finding)),
        false => format!("{}\nstep by step: {}", text(&in_full(finding)), links.join(", ")),
    }
}

fn primary(finding: &Finding) -> Value {
    let Some(spot) = spot(finding) else {
        let path = finding.path.as_deref().unwrap_or(NO_FILE);
        let spot = Spot { path: path.into(), line: 1, column: 1, end_line: 1, end_column: 1 };
        return json!({ "physicalLocation": physical(&spot) });
    };
    let mut place = json!({ "physicalLocation": physical(spot) });
    if let Some(stop) = finding.stops.first().filter(|stop| !stop.symbol.is_empty() && finding.spot.is_some()) {
        place["logicalLocations"] = json!([{ "fullyQualifiedName": stop.symbol }]);
    }
    place
}

fn location(spot: &Spot, what: &str) -> Value {
    json!({ "physicalLocation": physical(spot), "message": { "text": text(what) } })
}

fn physical(spot: &Spot) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&spot.path) },
        "region": {
            "startLine": spot.line,
            "startColumn": spot.column,
            "endLine": spot.end_line,
            "endColumn": spot.end_column,
        },
    })
}

/// Brackets and backslashes mean something in messages.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~+".contains(&byte);
    let encoded = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_messages_mean_what_they_say() {
        assert_eq!(uri("a b/ü#?:%.cpp"), "a%20b/%C3%BC%23%3F%3A%25.cpp");
        assert_eq!(text("t[\"a\"](1) \\"), "t\\[\"a\"\\](1) \\\\");
    }
}
