//! Every case, three ways: before against after, each side against itself, each side against a rewrapped copy.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dynadrift::ladder::Rung;

use crate::case::{self, Case, Files, diff};
use crate::command_line::run;
use crate::expectation::{LinkLine, lines_of};
use crate::repository::Repository;
use crate::rewrap::rewrap;

#[test]
fn before_against_after_is_what_is_expected() {
    hold(case::all(), |case| {
        let lines = lines_of(&diff(&case.before, &case.after));
        let mismatches = case.expected.mismatches(&lines);
        if !mismatches.is_empty() && updating() {
            rewrite(case, lines.iter().map(ToString::to_string));
            return Vec::new();
        }
        mismatches
    });
}

#[test]
fn a_side_against_itself_is_nothing() {
    hold_always(case::all(), |case| {
        case.sides()
            .into_iter()
            .flat_map(|(side, files)| lines_of(&diff_of_unequal_paths(files)).into_iter().map(move |l| (side, l)))
            .map(|(side, line)| format!("{side}: {line}"))
            .collect()
    });
}

#[test]
fn a_side_against_a_rewrapped_copy_is_layout() {
    hold_always(case::all(), |case| {
        let mut found = Vec::new();
        for (side, files) in case.sides() {
            for seed in 1..=4 {
                let copy: Files = files.iter().map(|(path, text)| (path.clone(), rewrap(path, text, seed))).collect();
                let changes = diff(files, &copy);
                let deeper = changes.iter().filter(|change| change.rung != Rung::Layout);
                found.extend(
                    lines_of(&deeper.cloned().collect::<Vec<_>>()).iter().map(|l| format!("{side}, seed {seed}: {l}")),
                );
            }
        }
        found
    });
}

#[test]
fn links_are_judged_as_expected() {
    let cases: Vec<Case> = case::all().into_iter().filter(|case| case.mapping.is_some()).collect();
    hold(cases, |case| {
        let links = judge(case);
        let mismatches = case.expected.link_mismatches(&links);
        if !mismatches.is_empty() && updating() {
            rewrite(case, links.iter().map(ToString::to_string));
            return Vec::new();
        }
        mismatches
    });
}

/// Verdicts of the real `drift check` on a repository with two commits.
fn judge(case: &Case) -> Vec<LinkLine> {
    let repository = Repository::new();
    repository.commit_tree(&case.before);
    repository.commit_tree(&case.after);
    let mapping = case.mapping.as_ref().unwrap().to_str().unwrap().to_owned();
    let answer = run(&repository, &["check", "HEAD", "--format", "json", "--mapping", &mapping]);
    let links = answer.json()["links"].as_array().expect("a check lists its links").clone();
    let text = |link: &serde_json::Value, key: &str| link[key].as_str().unwrap_or_default().to_owned();
    links.iter().map(|link| LinkLine { id: text(link, "link"), verdict: text(link, "verdict") }).collect()
}

/// A file against itself, past the shortcut for equal content.
fn diff_of_unequal_paths(files: &Files) -> Vec<dynadrift::change::Change> {
    let spaced = files.iter().map(|(path, text)| (path.clone(), [text.as_slice(), b"\n"].concat())).collect();
    diff(files, &spaced)
}

/// Runs a check on each case, and shows all that fail. A case marked `not yet` has to fail.
fn hold(cases: Vec<Case>, check: impl Fn(&Case) -> Vec<String>) {
    judge_all(&cases, |case| {
        let problems = attempt(case, &check);
        match case.expected.not_yet() {
            Some(_) if updating() => Vec::new(),
            Some(_) if !problems.is_empty() || (case.mapping.is_some() && case.expected.changes.is_empty()) => {
                Vec::new()
            }
            Some(reason) => vec![format!("it holds now: remove `# not yet: {reason}`")],
            None => problems,
        }
    });
}

/// As [`hold`], for what has to hold of every case, marked or not.
fn hold_always(cases: Vec<Case>, check: impl Fn(&Case) -> Vec<String>) {
    judge_all(&cases, |case| attempt(case, &check));
}

fn judge_all(cases: &[Case], problems_of: impl Fn(&Case) -> Vec<String>) {
    let mut report = String::new();
    let mut failed = 0;
    for case in cases {
        let problems = problems_of(case);
        if !problems.is_empty() {
            failed += 1;
            let why = case.expected.why().unwrap_or("no reason given");
            report += &format!("\nfixtures/{}: {why}\n  {}\n", case.name, problems.join("\n  "));
        }
    }
    assert!(failed == 0, "{failed} of {} cases fail (`-` expected, `+` found)\n{report}", cases.len());
}

fn attempt(case: &Case, check: &impl Fn(&Case) -> Vec<String>) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| check(case))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        vec![format!("panicked: {}", text.unwrap_or("without a message"))]
    })
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Writes what was found in the place of what was expected. Comments stay; lines of the other kind stay.
fn rewrite(case: &Case, found: impl Iterator<Item = String>) {
    let path = case.folder.join("expected");
    let found: Vec<String> = found.collect();
    let links = found.iter().any(|line| line.starts_with("link "));
    let old = fs::read_to_string(&path).unwrap();
    let stays = |line: &&str| line.starts_with('#') || line.starts_with("link ") != links;
    let mut lines: Vec<&str> = old.lines().filter(stays).collect();
    lines.extend(found.iter().map(String::as_str));
    lines.sort_by_key(|line| (!line.starts_with('#'), line.starts_with("link ")));
    fs::write(&path, lines.join("\n") + "\n").unwrap();
}
