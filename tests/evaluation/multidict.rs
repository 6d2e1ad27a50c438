//! A project that is not PyTorch: every alarm over the history of `aio-libs/multidict`, beside what reading it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::page::Page;

/// From the first commit to the last one whose alarms were read.
const RANGE: &str = "86a073793213b80df48502f7385c40888330b36f..41c1b9144b13dcdfa4c18085aedc874cc9d24006";
const LABELS: &str = include_str!("../../fixtures/evaluation/multidict-alarms.tsv");
const MAPPINGS: [&str; 2] = ["mappings/multidict.toml", "fixtures/evaluation/multidict-before-2025.toml"];

/// What is told of a commit: severity, rule, and the link, or the first place of a hub.
type Alarm = (String, String, String, String);

pub fn evaluate(clone: &Path) -> anyhow::Result<Page> {
    let (commits, alarms) = alarms(clone)?;
    let labels = labels();
    let mut page = Page::titled("A project that is not PyTorch");
    page.line(format!("{commits} commits along first parents of `aio-libs/multidict`, `{RANGE}`."));
    let mut rows: BTreeMap<(&str, &str), [usize; 4]> = BTreeMap::new();
    let (mut unread, mut seen) = (Vec::new(), BTreeMap::new());
    for alarm in &alarms {
        let count = rows.entry((&alarm.1, &alarm.2)).or_default();
        count[0] += 1;
        match labels.get(alarm) {
            Some((label, cause)) => {
                count[if *label == "true" { 1 } else { 2 }] += 1;
                *seen.entry((*label, *cause)).or_insert(0) += 1;
            }
            None => {
                count[3] += 1;
                unread.push(format!("`{}` {} {}: {}", alarm.0, alarm.1, alarm.2, alarm.3));
            }
        }
    }
    let cells = |((severity, rule), counts): ((&str, &str), [usize; 4])| {
        [severity, rule].map(str::to_owned).into_iter().chain(counts.map(|count| count.to_string())).collect()
    };
    page.table(&["severity", "rule", "alarms", "true", "false", "not read"], rows.into_iter().map(cells).collect());
    let causes =
        seen.into_iter().map(|((label, cause), count)| [label.to_owned(), cause.to_owned(), count.to_string()]);
    page.table(&["label", "cause", "alarms"], causes.map(Vec::from).collect());
    let gone = labels.keys().filter(|alarm| !alarms.contains(alarm));
    page.list(
        "Labelled, and told no more",
        gone.map(|(commit, _, rule, at)| format!("`{commit}` {rule} {at}")).collect(),
    );
    page.list("Not read", unread);
    Ok(page)
}

fn labels() -> BTreeMap<Alarm, (&'static str, &'static str)> {
    let rows = LABELS.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let mut word = || cells.next().map(str::to_owned);
        let alarm = (word()?, word()?, word()?, word()?);
        Some((alarm, (cells.next()?, cells.next()?)))
    });
    rows.collect()
}

fn alarms(clone: &Path) -> anyhow::Result<(usize, Vec<Alarm>)> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mappings: Vec<PathBuf> = MAPPINGS.iter().map(|name| project.join(name)).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_drift"))
        .args(["replay", RANGE, "--format", "json", "--no-cache", "--quiet", "--repo"])
        .arg(clone)
        .args(mappings.iter().flat_map(|path| [Path::new("--mapping"), path]))
        .output()?;
    ensure!(output.status.code() != Some(2), "could not replay: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut alarms = Vec::new();
    for line in text.lines() {
        let told: Value = serde_json::from_str(line).context("a replay is one object a line")?;
        let findings = told["findings"].as_array().into_iter().flatten();
        alarms.extend(findings.filter_map(|finding| alarm(&told["commit"], finding)));
    }
    alarms.sort();
    alarms.dedup();
    Ok((text.lines().count(), alarms))
}

fn alarm(commit: &Value, finding: &Value) -> Option<Alarm> {
    let commit = commit.as_str()?.get(..12)?.to_owned();
    let [severity, rule] = ["severity", "rule"].map(|key| finding[key].as_str().unwrap_or_default().to_owned());
    let at = match (finding["link"].as_str(), &*rule) {
        (Some(link), "unresolved-selector") => format!("{link} {}", finding["line"]),
        (Some(link), _) => link.to_owned(),
        (None, _) => format!("{}:{}", finding["path"].as_str().unwrap_or_default(), finding["line"]),
    };
    matches!(&*severity, "error" | "warning").then_some((commit, severity, rule, at))
}
