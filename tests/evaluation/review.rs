//! The review against known bugs in the use of the CPython API: how many it finds, and how many of its findings are true.

use std::collections::BTreeMap;

use dynadrift::change;
use dynadrift::mapping::review::ReviewSettings;
use dynadrift::review;
use dynadrift::rules::Severity;
use dynadrift::source::range::Range;
use dynadrift::symbols::Language;

use crate::page::Page;
use crate::pytorch::{Parsed, PyTorch};

const BUGS: &str = include_str!("../../fixtures/evaluation/capi-bugs.tsv");
const CHANGED: &str = include_str!("../../fixtures/evaluation/capi-changed.tsv");

/// What a finding is compared by.
struct Found {
    rule: &'static str,
    severity: Severity,
    path: String,
    symbol: String,
}

pub fn evaluate(clone: &PyTorch) -> anyhow::Result<Page> {
    let mut page = Page::titled("The review, on known bugs in the use of the CPython API");
    bugs(clone, &mut page);
    changed(clone, &mut page);
    Ok(page)
}

/// A bug is found when the way back from its repair brings a finding of its family into its function.
fn bugs(clone: &PyTorch, page: &mut Page) {
    let rows = rows(BUGS);
    let ranges = rows.iter().map(|row| Range::TwoDot { before: row[0].to_owned(), after: row[1].to_owned() });
    let answers = clone.each_range("known bugs", &ranges.collect::<Vec<_>>(), &is_cpp, &found);
    let mut families: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failed = Vec::new();
    for (row, answer) in rows.iter().zip(answers) {
        let [_, buggy, file, function, _, family, ..] = row[..] else { continue };
        match answer {
            Ok(found) => {
                let fits = |one: &Found| {
                    one.rule.starts_with(family) && one.path == file && last(&one.symbol) == last(function)
                };
                let tally = families.entry(family).or_default();
                tally.0 += usize::from(found.iter().any(fits));
                tally.1 += 1;
            }
            Err(error) => failed.push(format!("`{buggy}` {error:#}")),
        }
    }
    let table =
        families.iter().map(|(family, (hit, all))| vec![(*family).to_owned(), hit.to_string(), all.to_string()]);
    page.table(&["family", "found", "of"], table.collect());
    let (hit, all) = families.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let recall = hit as f64 / all.max(1) as f64;
    page.line(format!("recall {recall:.3} ({hit} of {all})"));
    page.target("recall at least 0.55, nothing failed", recall >= 0.55 && failed.is_empty());
    page.list("Could not be read", failed);
}

/// Findings at warning or above that labelled commits bring about.
fn changed(clone: &PyTorch, page: &mut Page) {
    let rows = rows(CHANGED);
    let mut commits: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    commits.dedup();
    let ranges: Vec<Range> = commits.iter().map(|commit| Range::Revision((*commit).to_owned())).collect();
    let answers = clone.each_range("labelled changes", &ranges, &is_cpp, &found);
    let (mut right, mut wrong, mut unlabelled, mut failed) = (0, 0, Vec::new(), Vec::new());
    for (commit, answer) in commits.iter().zip(answers) {
        let found = match answer {
            Ok(found) => found,
            Err(error) => {
                failed.push(format!("`{commit}` {error:#}"));
                continue;
            }
        };
        for one in found.iter().filter(|one| one.severity > Severity::Note) {
            let here = |row: &&Vec<&str>| row[0] == *commit && row[1] == one.path && last(row[2]) == last(&one.symbol);
            let labels: Vec<&str> = rows.iter().filter(here).map(|row| row[3]).collect();
            match () {
                () if labels.contains(&"TP") => right += 1,
                () if labels.contains(&"FP") => wrong += 1,
                () => unlabelled.push(format!("`{commit}` {} in `{}` of `{}`", one.rule, one.symbol, one.path)),
            }
        }
    }
    let precision = f64::from(right) / f64::from((right + wrong).max(1));
    page.line(format!("precision {precision:.3} ({right} true, {wrong} false) over {} commits", commits.len()));
    page.target("precision at least 0.92, nothing failed", precision >= 0.92 && failed.is_empty());
    page.list("Without a label", unlabelled);
    page.list("Could not be read", failed);
}

fn found(parsed: Parsed) -> Vec<Found> {
    let changes = change::diff(&parsed.pairs);
    let review = review::of_change(&parsed.pairs, &changes, &ReviewSettings::default(), &|| ());
    let both = review.findings.iter().zip(review.places);
    let found = both.map(|(finding, place)| Found {
        rule: finding.rule.id,
        severity: finding.severity,
        path: finding.path.as_deref().unwrap_or_default().to_owned(),
        symbol: place.symbol,
    });
    found.collect()
}

fn is_cpp(path: &str) -> bool {
    Language::of_path(path) == Some(Language::Cpp)
}

/// The last name of a function, whichever way the names around it are joined.
fn last(name: &str) -> &str {
    name.rsplit([':', '.']).next().unwrap_or(name)
}

fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect()).collect()
}
