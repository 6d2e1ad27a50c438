//! The tools that judge the pairs, as programs: `drift check` on the mapping, ifchange on its fences.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::bail;
use serde_json::Value;

use super::pair::Pair;
use super::repository::{AFTER, BEFORE, FENCED_AFTER, FENCED_BEFORE, Repository};

/// What `drift check` said.
pub struct Drift {
    pub flagged: BTreeSet<String>,
    pub severities: String,
    said: BTreeMap<String, String>,
}

impl Drift {
    pub fn check(repository: &Repository) -> anyhow::Result<Drift> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drift"));
        let range = format!("{BEFORE}..{AFTER}");
        command.arg("-C").arg(repository.path()).args(["check", &range, "--format", "json", "--no-cache"]);
        let output = command.output()?;
        if output.status.code().is_none_or(|code| code > 1) {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let report: Value = serde_json::from_slice(&output.stdout)?;
        Ok(Drift { flagged: flagged(&report), severities: severities(&report), said: said(&report) })
    }

    pub fn said(&self, link: &str) -> &str {
        self.said.get(link).map_or("", String::as_str)
    }
}

/// The links of which the report tells, at any severity; that a comment is no answer is told beside the alarm.
fn flagged(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.filter_map(|finding| finding["link"].as_str()).map(str::to_owned).collect()
}

/// How the alarms are told: severities with their numbers, the worst first.
fn severities(report: &Value) -> String {
    let links = || report["links"].as_array().into_iter().flatten();
    let count = |severity: &str| links().filter(|link| link["severity"].as_str() == Some(severity)).count();
    let told = ["error", "warning", "note"].map(|severity| (severity, count(severity)));
    told.map(|(severity, count)| format!("{count} {severity}s")).join(", ")
}

/// The verdict on each link, and the first path by which something reaches it.
fn said(report: &Value) -> BTreeMap<String, String> {
    let links = report["links"].as_array().into_iter().flatten();
    let said = links.filter_map(|link| {
        let impact = &link["impacts"][0];
        let via: Vec<&str> = impact["via"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let rung = impact["rung"].as_str().unwrap_or("no change");
        let severity = link["severity"].as_str().unwrap_or("nothing told");
        let verdict = link["verdict"].as_str().unwrap_or_default();
        Some((link["link"].as_str()?.to_owned(), format!("{verdict}, {severity}, {rung}: {}", via.join(" → "))))
    });
    said.collect()
}

/// A linter that goes by `LINT.IfChange` and `LINT.ThenChange` comments.
pub struct Ifchange<'a> {
    pub program: &'a Path,
}

impl Ifchange<'_> {
    pub fn version(&self) -> Result<String, String> {
        let output = Command::new(self.program).arg("--version").output().map_err(|error| {
            let program = self.program.display();
            format!("`{program}` cannot be run ({error}); install it with `cargo install ifchange` or name it with `--ifchange`")
        })?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The pairs whose label it names in an error.
    pub fn lint(&self, repository: &Repository, pairs: &[Pair]) -> anyhow::Result<BTreeSet<String>> {
        let diff = repository.git(&["diff", FENCED_BEFORE, FENCED_AFTER])?;
        let files = repository.lay_out(pairs)?;
        std::fs::write(files.path().join("pairs.diff"), diff)?;
        let mut command = Command::new(self.program);
        let output = command.args(["--no-scan", "pairs.diff"]).current_dir(files.path()).output()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        if output.status.code().is_none_or(|code| code > 1) {
            bail!("ifchange failed: {}", text.trim());
        }
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
        Ok(pairs.iter().map(|pair| pair.id.clone()).filter(|id| words.contains(id.as_str())).collect())
    }
}
