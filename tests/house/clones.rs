//! Shallow and partial clones, made by git: the right answer, or exit code 2 with the one command that helps.

use std::path::Path;

use tempfile::TempDir;

use crate::command_line::{Answer, CPP, MAPPING, PYTHON, TURN, TWIN, run_in, turned};
use crate::program::{git, said, shell};
use crate::repository::Repository;

const HELPER: &str = "torch/csrc/deep/helper.cpp";

/// What cuts a clone short.
const CUTS: [&[&str]; 6] = [
    &["--depth=1"],
    &["--depth=3"],
    &["--filter=blob:none"],
    &["--filter=tree:0"],
    &["--filter=blob:none", "--bare"],
    &["--filter=tree:0", "--bare"],
];

const COMMANDS: [&str; 23] = [
    "check drifted~1..drifted",
    "check drifted",
    "check followed",
    "check",
    "check HEAD~1",
    "check --base drifted~1",
    "check --base origin/aside",
    "check --base drifted~1 --head drifted",
    "check origin/aside...HEAD",
    "check drifted~1..HEAD",
    "check drifted..HEAD",
    "replay drifted~1..HEAD",
    "report",
    "report --since drifted~1",
    "review drifted~1..HEAD",
    "diff drifted~1..HEAD",
    "diff HEAD",
    "graph THPGadget_turn --at drifted",
    "review --all drifted",
    "map verify drifted",
    "map coverage --at drifted",
    "map parity --at drifted",
    "ack gadget-turn drifted --reason because --dry-run --who me",
];

/// Seven commits on main, the tags of some, and a branch beside it. What the entry point calls changes in the last one,
/// in a file that no link names.
fn origin() -> Repository {
    let origin = Repository::new();
    let helper = |number: u8| format!("int helper() {{\n  return {number};\n}}\n");
    let calling = |text: &str| text.replace("turn(self, ", "turn(self, helper() + ");
    let tag = |name: &str| git(origin.path(), &["tag", name]);
    origin.commit(&[(".drift/links.toml", MAPPING), (CPP, &calling(TURN)), (PYTHON, TWIN), (HELPER, &helper(1))]);
    origin.commit(&[("readme", "one\n")]);
    let aside = origin.commit_aside(&[("readme", "aside\n")]);
    git(origin.path(), &["branch", "-f", "aside", &aside.to_string()]);
    origin.commit(&[(CPP, &calling(&turned()))]);
    tag("drifted");
    origin.commit(&[("readme", "two\n")]);
    let more = calling(&turned()).replace("2)", "3)");
    origin.commit(&[(CPP, &more), (PYTHON, &TWIN.replace("turn(1)", "turn(3)"))]);
    tag("followed");
    origin.commit(&[(".drift/acks.toml", "version = 1\n")]);
    origin.commit(&[(HELPER, &helper(2))]);
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    git(origin.path(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    origin
}

fn clone(origin: &Repository, options: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    let mut arguments = vec!["clone", "--quiet"];
    arguments.extend(options);
    arguments.extend([&*url, "."]);
    git(folder.path(), &arguments);
    if options.contains(&"--bare") {
        git(folder.path(), &["update-ref", "refs/remotes/origin/aside", "refs/heads/aside"]);
    }
    folder
}

/// The answer as far as it is one: what was taken out of the cache, and how long it took, are none.
fn asked(folder: &Path, command: &str) -> Answer {
    let arguments: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
    let answer = run_in(folder, &arguments);
    let timeless = |line: &str| match serde_json::from_str::<serde_json::Value>(line) {
        Ok(mut json) => {
            json["stats"]["elapsed_ms"] = 0.into();
            format!("{json}\n")
        }
        Err(_) => format!("{line}\n"),
    };
    Answer { stdout: answer.stdout.lines().map(timeless).collect(), ..answer }
}

/// The first command for git that an answer names.
fn command_in(answer: &Answer) -> Option<String> {
    let text = format!("{}\n{}", answer.stderr, answer.stdout);
    text.split('`').find(|part| part.starts_with("git ")).map(str::to_owned)
}

fn assert_right_or_helped(cut: &[&str], commands: &[&str]) {
    let origin = origin();
    let whole = clone(&origin, &[]);
    let mut wrong = Vec::new();
    for command in commands {
        let expected = asked(whole.path(), command);
        let clone = clone(&origin, cut);
        let first = asked(clone.path(), command);
        let mut told = String::new();
        let right = |answer: &Answer| answer.code == expected.code && answer.stdout == expected.stdout;
        let fine = right(&first)
            || first.code == 2
                && command_in(&first).is_some_and(|help| {
                    told = help;
                    let helped = shell(clone.path(), &told);
                    assert!(helped.status.success(), "{cut:?} {command}: `{told}`\n{}", said(&helped));
                    right(&asked(clone.path(), command))
                });
        if !fine {
            let then = asked(clone.path(), command);
            wrong.push(format!(
                "{cut:?} {command}\nfirst {}\nthen `{told}`, and {}\nexpected {}",
                first.all(),
                then.all(),
                expected.all()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_shallow_clone_is_right_or_says_what_helps() {
    assert_right_or_helped(CUTS[0], &COMMANDS);
    assert_right_or_helped(CUTS[1], &COMMANDS[..16]);
}

#[test]
fn a_clone_without_blobs_is_right_or_says_what_helps() {
    assert_right_or_helped(CUTS[2], &COMMANDS);
}

#[test]
fn a_clone_without_trees_is_right_or_says_what_helps() {
    assert_right_or_helped(CUTS[3], &COMMANDS);
}

#[test]
fn a_bare_partial_clone_is_right_or_says_what_helps() {
    CUTS[4..].iter().for_each(|cut| assert_right_or_helped(cut, &COMMANDS[..6]));
}

#[test]
fn what_is_staged_can_be_judged_in_any_clone() {
    let origin = origin();
    for cut in &CUTS[..4] {
        let clone = clone(&origin, cut);
        std::fs::write(clone.path().join(CPP), turned()).unwrap();
        for range in ["--worktree", "--staged"] {
            let answer = run_in(clone.path(), &["check", range, "--format", "json"]);
            assert_eq!((answer.code, answer.verdict("gadget-turn")), (1, "drifted".to_owned()), "{cut:?} {range}");
            git(clone.path(), &["add", "-A"]);
        }
    }
}
