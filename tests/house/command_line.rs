//! The binary on throw-away repositories: whatever it is given ends in a finding, or in a message and exit code 2.

use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

use crate::repository::{Repository, SUBMODULE, SYMLINK};

pub const CPP: &str = "torch/csrc/gadget.cpp";
pub const PYTHON: &str = "torch/_dynamo/gadget.py";
pub const MAPPING: &str = r#"version = 1

[scope]
cpp = ["torch/csrc/**"]
python = ["torch/_dynamo/**"]

[link.gadget-turn]
relation = "models"
cpp = ['torch/csrc/gadget.cpp#THPGadget_turn']
python = ['torch/_dynamo/gadget.py#GadgetVariable.turn']
why = "turning is simulated"
"#;
pub const TURN: &str = r#"#include <torch/csrc/gadget.h>

static bool ready(PyObject* self) {
  return gadget(self).power > 0;
}

PyObject* THPGadget_turn(PyObject* self, PyObject* args) {
  HANDLE_TH_ERRORS
  if (!ready(self)) {
    Py_RETURN_NONE;
  }
  return THPUtils_packInt64(turn(self, 1));
  END_HANDLE_TH_ERRORS
}
"#;
pub const TWIN: &str = "class GadgetVariable:\n    def turn(self, tx):\n        return self.value.turn(1)\n";

/// What a run of the binary said.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// The standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON: {error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    pub fn verdict(&self, link: &str) -> String {
        let json = self.json();
        let links = json["links"].as_array().expect("a check lists its links");
        let found = links.iter().find(|judged| judged["link"] == link);
        found.map(|judged| judged["verdict"].as_str().unwrap().to_owned()).unwrap_or_else(|| "not listed".to_owned())
    }

    pub fn rules(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().expect("a check lists its findings");
        findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    }

    pub fn all(&self) -> String {
        format!("exit {}\nstdout: {}\nstderr: {}", self.code, self.stdout, self.stderr)
    }

    /// Exit code 2, and a message on stderr that holds all of these.
    pub fn refuses(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{}", self.all());
        for word in words {
            assert!(self.stderr.contains(word), "no `{word}` on stderr\n{}", self.all());
        }
    }

    /// It could not be judged, and says so: never silence.
    fn is_undecided(&self) {
        assert_eq!(self.code, 2, "what could not be judged exits with 2\n{}", self.all());
        let json = self.json();
        assert_eq!(json["outcome"], "undecided", "{}", self.all());
        assert_eq!(self.verdict("gadget-turn"), "undecided", "{}", self.all());
        assert!(!self.rules().is_empty(), "no finding says why\n{}", self.all());
    }
}

/// Runs the binary on a repository. Whatever happens, it must not panic.
pub fn run(repository: &Repository, arguments: &[&str]) -> Answer {
    let mut all = vec![arguments[0], "--repo", repository.path().to_str().unwrap()];
    all.extend(&arguments[1..]);
    run_in(repository.path(), &all)
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Answer {
    // What another run kept would hide what this one cannot do.
    let cache = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_drift"))
        .current_dir(folder)
        .env("DRIFT_CACHE_DIR", cache.path())
        .env("NO_COLOR", "1")
        .args(arguments)
        .timeout(Duration::from_secs(60))
        .output()
        .unwrap();
    let answer = Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(!answer.stderr.contains("panicked"), "`drift {}` panicked\n{}", arguments.join(" "), answer.all());
    assert!((0..=2).contains(&answer.code), "`drift {}` ended badly\n{}", arguments.join(" "), answer.all());
    answer
}

/// A repository in which the mapping, the entry point and its twin are committed.
pub fn repository() -> Repository {
    let repository = Repository::new();
    repository.commit(&[(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN)]);
    repository
}

/// `check` of the last commit, as JSON.
pub fn check(repository: &Repository) -> Answer {
    run(repository, &["check", "HEAD", "--format", "json"])
}

pub fn turned() -> String {
    TURN.replace("turn(self, 1)", "turn(self, 2)")
}

// --- What it is for

#[test]
fn a_drifted_link_is_an_error() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let answer = check(&repository);
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert_eq!(answer.json()["outcome"], "drifted");
    assert_eq!(answer.verdict("gadget-turn"), "drifted");
    assert_eq!(answer.rules(), ["drifted-link"]);
    let human = run(&repository, &["check", "HEAD"]);
    assert_eq!(human.code, 1);
    for word in ["gadget-turn", "drifted-link", CPP, PYTHON, "THPGadget_turn", "turn(self, 2)"] {
        assert!(human.stdout.contains(word), "no `{word}`\n{}", human.all());
    }
}

#[test]
fn a_link_that_drifts_through_a_callee_is_a_warning() {
    let repository = repository();
    repository.commit(&[(CPP, &TURN.replace("power > 0", "power > 1"))]);
    let answer = check(&repository);
    assert_eq!(answer.verdict("gadget-turn"), "drifted", "{}", answer.all());
    assert_eq!(answer.json()["links"][0]["severity"], "warning", "{}", answer.all());
    assert_eq!(answer.rules(), ["drifted-through-callee"]);
    let via = &answer.json()["links"][0]["impacts"][0]["via"];
    assert_eq!(via, &serde_json::json!(["THPGadget_turn", "ready"]), "{}", answer.all());
}

#[test]
fn a_change_of_both_ends_is_silent() {
    let repository = repository();
    repository.commit(&[(CPP, &turned()), (PYTHON, &TWIN.replace("turn(1)", "turn(2)"))]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "co-changed"), "{}", answer.all());
    assert_eq!(answer.json()["outcome"], "clean");
}

#[test]
fn a_comment_is_silent() {
    let repository = repository();
    repository.commit(&[(CPP, &TURN.replace("  if (!ready", "  // first of all\n  if (!ready"))]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "cosmetic"), "{}", answer.all());
}

#[test]
fn another_file_is_silent() {
    let repository = repository();
    repository.commit(&[("README.md", "a text"), ("torch/csrc/other.cpp", "int other() { return 1; }\n")]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "untouched"), "{}", answer.all());
}

#[test]
fn line_ends_are_silent() {
    let repository = repository();
    repository.commit(&[(CPP, &TURN.replace('\n', "\r\n"))]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "cosmetic"), "{}", answer.all());
}

#[test]
fn a_merge_is_judged_against_its_first_parent() {
    let repository = repository();
    let aside = repository.commit_aside(&[(CPP, &turned())]);
    repository.commit(&[("README.md", "a text")]);
    repository.commit(&[("README.md", "another text")]);
    repository.put(CPP, crate::repository::FILE, turned().as_bytes());
    repository.merge(aside);
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted");
}

#[test]
fn three_dots_compare_with_the_merge_base() {
    let repository = repository();
    let aside = repository.commit_aside(&[("README.md", "a text")]);
    repository.commit(&[(CPP, &turned())]);
    let range = format!("HEAD...{aside}");
    let answer = run(&repository, &["check", &range, "--format", "json"]);
    assert_eq!(answer.verdict("gadget-turn"), "untouched", "{}", answer.all());
    let range = format!("HEAD..{aside}");
    let answer = run(&repository, &["check", &range, "--format", "json"]);
    assert_eq!(answer.verdict("gadget-turn"), "drifted", "two trees, whichever is older\n{}", answer.all());
}

#[test]
fn base_and_head_are_a_range() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let answer = run(&repository, &["check", "--base", "HEAD~1", "--head", "HEAD", "--format", "json"]);
    assert_eq!(answer.verdict("gadget-turn"), "drifted", "{}", answer.all());
}

#[test]
fn a_bare_repository_is_as_good() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let bare = repository.bare();
    let answer = run_in(bare.path(), &["check", "HEAD", "--repo", ".", "--format", "json"]);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (1, "drifted"), "{}", answer.all());
}

#[test]
fn a_subfolder_is_as_good() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let folder = repository.path().join("torch");
    std::fs::create_dir_all(&folder).unwrap();
    assert_eq!(run_in(&folder, &["check", "HEAD", "--format", "json"]).verdict("gadget-turn"), "drifted");
}

#[test]
fn the_same_question_has_the_same_answer() {
    let repository = repository();
    repository.commit(&[(CPP, &turned()), ("torch/csrc/b.cpp", "int b() { return 1; }\n")]);
    let answer = || {
        let mut json = check(&repository).json();
        json["stats"]["elapsed_ms"] = Value::Null;
        json.to_string()
    };
    assert_eq!(answer(), answer());
    assert_eq!(run(&repository, &["check", "HEAD"]).stdout, run(&repository, &["check", "HEAD"]).stdout);
}

#[test]
fn a_diff_needs_no_mapping() {
    let repository = Repository::new();
    repository.commit(&[(CPP, TURN), (PYTHON, TWIN)]);
    let after = repository.commit(&[(CPP, &turned())]);
    let answer = run(&repository, &["diff", "HEAD", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let json = answer.json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["after"], after.to_string());
    let changes = json["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{}", answer.all());
    for (key, value) in [
        ("language", "cpp"),
        ("path", CPP),
        ("symbol", "THPGadget_turn"),
        ("kind", "function"),
        ("change", "modified"),
        ("rung", "semantic"),
    ] {
        assert_eq!(changes[0][key], value, "{}", answer.all());
    }
    assert_eq!(changes[0]["after"], serde_json::json!({"line": 7, "end_line": 14}));
    assert_eq!(json["skipped"], serde_json::json!([]));
}

#[test]
fn the_demo_shows_one_drift() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run_in(folder.path(), &["demo"]);
    assert!(answer.code < 2 && answer.stdout.contains("drifted-link"), "{}", answer.all());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo left something behind");
}

#[test]
fn a_rule_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run_in(folder.path(), &["explain", "drifted-link"]);
    assert!(answer.code == 0 && answer.stdout.contains("drifted-link"), "{}", answer.all());
    run_in(folder.path(), &["explain", "drifted-lnk"]).refuses(&["`drifted-lnk`", "drifted-link"]);
}

// --- What a person gets wrong

#[test]
fn an_unknown_revision_is_named() {
    run(&repository(), &["check", "no-such-branch"]).refuses(&["`no-such-branch`"]);
    run(&repository(), &["diff", "HEAD..no-such-branch"]).refuses(&["`no-such-branch`"]);
}

#[test]
fn no_repository_is_said() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["check", "HEAD"]).refuses(&["repository"]);
    run_in(folder.path(), &["check", "HEAD", "--repo", "no-such-folder"]).refuses(&["no-such-folder"]);
}

#[test]
fn bad_usage_exits_with_two() {
    let repository = repository();
    run(&repository, &["check", "--no-such-flag"]).refuses(&["--no-such-flag"]);
    run(&repository, &["check", "HEAD", "--format", "papyrus"]).refuses(&["papyrus", "json"]);
    run_in(repository.path(), &["chek"]).refuses(&["chek", "check"]);
}

#[test]
fn a_root_commit_is_compared_with_nothing_or_refused() {
    let answer = run(&repository(), &["check", "HEAD", "--format", "json"]);
    if answer.code == 2 {
        answer.refuses(&["parent"]);
    }
}

#[test]
fn an_unborn_head_is_said() {
    run(&Repository::new(), &["check", "HEAD"]).refuses(&["`HEAD`"]);
    run(&Repository::new(), &["diff"]).refuses(&["commit"]);
}

#[test]
fn all_errors_of_a_mapping_are_told_at_once() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let broken = MAPPING
        .replace("relation = \"models\"", "relation = \"modles\"")
        .replace("python = ['torch/_dynamo/g", "pyton = ['torch/_dynamo/g");
    let file = repository.path().join("broken.toml");
    std::fs::write(&file, &broken).unwrap();
    let answer = run(&repository, &["check", "HEAD", "--mapping", file.to_str().unwrap()]);
    answer.refuses(&["broken.toml", "`modles`", "`models`", "`pyton`", "`python`"]);
    let place = |needle: &str| {
        let line = broken.lines().position(|line| line.contains(needle)).unwrap() + 1;
        format!("broken.toml:{line}:")
    };
    answer.refuses(&[&place("modles"), &place("pyton")]);
}

#[test]
fn a_mapping_that_is_no_toml_is_refused() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    for text in ["version = \n[link", "\u{0}\u{1}", "version = 99\n"] {
        let file = repository.path().join("broken.toml");
        std::fs::write(&file, text).unwrap();
        run(&repository, &["check", "HEAD", "--mapping", file.to_str().unwrap()]).refuses(&["broken.toml"]);
    }
    run(&repository, &["check", "HEAD", "--mapping", "no-such.toml"]).refuses(&["no-such.toml"]);
}

#[test]
fn a_link_cannot_be_dropped_in_silence() {
    let repository = repository();
    let without = MAPPING.split("[link.").next().unwrap();
    repository.commit(&[(CPP, &turned()), (".drift/links.toml", without)]);
    let answer = check(&repository);
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert!(answer.rules().iter().any(|rule| rule == "removed-link"), "{}", answer.all());
    assert_eq!(answer.verdict("gadget-turn"), "drifted", "{}", answer.all());
}

pub fn fires(repository: &Repository, rules: &[&str]) {
    let answer = check(repository);
    for rule in rules {
        assert!(answer.rules().iter().any(|fired| fired == rule), "no `{rule}`\n{}", answer.all());
    }
}

#[test]
fn a_link_cannot_be_weakened_in_silence() {
    let repository = repository();
    repository.commit(&[(".drift/links.toml", &MAPPING.replace("why =", "touch = \"all\"\nwhy ="))]);
    repository.commit(&[(".drift/links.toml", MAPPING)]);
    fires(&repository, &["weakened-link"]);
}

#[test]
fn a_comment_in_the_twin_does_not_follow() {
    let repository = repository();
    repository.commit(&[(CPP, &turned()), (PYTHON, &TWIN.replace("return", "# turns\n        return"))]);
    fires(&repository, &["cosmetic-python-change", "drifted-link"]);
}

#[test]
fn a_selector_that_picks_nothing_or_too_much_is_told() {
    let repository = repository();
    repository.commit(&[(PYTHON, &TWIN.replace("def turn", "def turn_on"))]);
    fires(&repository, &["unresolved-selector"]);
    repository.commit(&[(CPP, &format!("namespace a {{\n{TURN}}}\nnamespace b {{\n{TURN}}}\n"))]);
    fires(&repository, &["ambiguous-selector"]);
}

// --- What a repository may hold

#[test]
fn a_binary_source_cannot_be_judged() {
    let repository = repository();
    repository.put(CPP, crate::repository::FILE, b"\x7fELF\x00\x00\x01\x02");
    repository.commit_index();
    check(&repository).is_undecided();
    fires(&repository, &["undecided-link", "unreadable-source"]);
}

#[test]
fn a_source_of_fifty_megabytes_cannot_be_judged() {
    let repository = repository();
    let text = TURN.to_owned() + &"int filler();\n".repeat(3_600_000);
    repository.commit(&[(CPP, &text)]);
    check(&repository).is_undecided();
}

#[test]
fn a_missing_object_is_told_where_it_matters() {
    let repository = repository();
    repository.commit(&[("torch/csrc/far.cpp", "int far();\n")]);
    repository.commit(&[(CPP, &turned())]);
    repository.lose("torch/csrc/far.cpp");
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted", "what does not need the object succeeds");

    let lost = repository.lose(CPP);
    let answer = check(&repository);
    answer.is_undecided();
    assert!(answer.stdout.contains(&lost.to_string()), "{}", answer.all());
}

// --- Looking after the mapping

#[test]
fn a_mapping_that_fits_is_verified() {
    let repository = repository();
    let answer = run(&repository, &["map", "verify", "--format", "json"]);
    let json = answer.json();
    assert_eq!((answer.code, &json["selectors"]["total"]), (0, &json["selectors"]["resolved"]), "{}", answer.all());
    assert_eq!((&json["version"], &json["problems"]), (&1.into(), &Value::Array(Vec::new())));
}

#[test]
fn selectors_that_pick_nothing_are_told_with_the_nearest_names() {
    let repository = repository();
    repository.commit(&[(PYTHON, &TWIN.replace("def turn", "def turn_on"))]);
    let answer = run(&repository, &["map", "verify"]);
    assert!(answer.code == 1 && answer.stdout.contains("no-symbol: "), "{}", answer.all());
    assert!(answer.stdout.contains("; write '"), "{}", answer.all());
    assert_eq!(run(&repository, &["map", "verify", "HEAD~1"]).code, 0);
    repository.lose(CPP);
    let answer = run(&repository, &["map", "verify"]);
    assert!(answer.code == 2 && answer.stdout.contains("is missing from the repository"), "{}", answer.all());
}

#[test]
fn a_source_that_is_not_utf8_is_judged() {
    let repository = repository();
    let mut bytes = b"// caf\xe9\n".to_vec();
    bytes.extend_from_slice(turned().as_bytes());
    repository.put(CPP, crate::repository::FILE, &bytes);
    repository.commit_index();
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted");
}

#[test]
fn a_path_that_is_not_utf8_stops_nobody() {
    let repository = repository();
    repository.commit(&[(CPP, &turned()), ("torch/csrc/caf\u{e9} \"x\".cpp", "int f() { return 1; }\n")]);
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted");
}

#[test]
fn deep_nesting_ends() {
    let repository = repository();
    let deep = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    repository.commit(&[(CPP, &TURN.replace("turn(self, 1)", &format!("turn(self, {deep})")))]);
    let answer = check(&repository);
    let verdict = answer.verdict("gadget-turn");
    assert!(["cosmetic", "drifted", "undecided"].contains(&verdict.as_str()), "{}", answer.all());
    run(&repository, &["diff", "HEAD"]);

    let braces = format!("void f() {}{}\n", "{".repeat(20_000), "}".repeat(20_000));
    repository.commit(&[(CPP, &(TURN.to_owned() + &braces))]);
    check(&repository);
    let python = format!("{TWIN}\nX = {}1{}\n", "[".repeat(20_000), "]".repeat(20_000));
    repository.commit(&[(PYTHON, &python)]);
    check(&repository);
}

#[test]
fn broken_code_is_judged_or_told() {
    let repository = repository();
    repository.commit(&[(CPP, &TURN.replace("if (!ready(self)) {", "if (!ready(self) {{{ ;"))]);
    let answer = check(&repository);
    assert_ne!(answer.code, 0, "{}", answer.all());
}

#[test]
fn an_empty_file_is_a_removed_entry_point() {
    let repository = repository();
    repository.commit(&[(CPP, "")]);
    let answer = check(&repository);
    assert_ne!(answer.code, 0, "{}", answer.all());
}

#[test]
fn a_shallow_clone_is_said() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    repository.make_shallow();
    run(&repository, &["check", "HEAD"]).refuses(&["shallow"]);
}

#[test]
fn a_rename_with_an_edit_is_followed() {
    let repository = repository();
    repository.remove(CPP);
    repository.commit(&[("torch/csrc/gadgets.cpp", &turned())]);
    let answer = check(&repository);
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert!(["drifted", "unresolved"].contains(&answer.verdict("gadget-turn").as_str()), "{}", answer.all());
    let changes = run(&repository, &["diff", "HEAD", "--format", "json"]).json()["changes"].clone();
    let turn = changes.as_array().unwrap().iter().find(|change| change["symbol"] == "THPGadget_turn").unwrap().clone();
    assert_eq!((&turn["rung"], &turn["before_path"]), (&"semantic".into(), &CPP.into()), "{changes}");
}

#[test]
fn a_submodule_elsewhere_is_passed_by() {
    let repository = repository();
    repository.put("third_party/lib", SUBMODULE, b"0123456789abcdef0123456789abcdef01234567");
    repository.commit_index();
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "untouched"), "{}", answer.all());
}

#[test]
fn a_submodule_in_the_place_of_a_source_is_told() {
    let repository = repository();
    repository.remove(CPP);
    repository.put(CPP, SUBMODULE, b"0123456789abcdef0123456789abcdef01234567");
    repository.commit_index();
    let answer = check(&repository);
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(answer.stdout.contains("submodule"), "{}", answer.all());
}

#[test]
fn a_symbolic_link_in_the_place_of_a_source_is_told() {
    let repository = repository();
    repository.put(CPP, SYMLINK, b"../elsewhere.cpp");
    repository.commit_index();
    let answer = check(&repository);
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(answer.stdout.contains("symbolic link"), "{}", answer.all());
}

#[test]
fn a_diff_is_decided_in_spite_of_symbolic_links() {
    let repository = repository();
    repository.put(CPP, SYMLINK, b"../elsewhere.cpp");
    repository.commit_index();
    let became = run(&repository, &["diff", "HEAD"]);
    assert!(became.code == 0 && became.stdout.contains("THPGadget_turn"), "{}", became.all());
    repository.put(CPP, SYMLINK, b"../somewhere.cpp");
    repository.commit_index();
    let turned = run(&repository, &["diff", "HEAD", "--format", "json"]);
    let json = turned.json();
    assert_eq!((turned.code, json["changes"].as_array().unwrap().len()), (0, 0), "{}", turned.all());
    assert_eq!(json["skipped"][0]["path"], CPP, "{}", turned.all());
}

#[test]
fn a_range_that_changes_nothing_is_clean() {
    let repository = repository();
    let answer = run(&repository, &["check", "HEAD..HEAD", "--format", "json"]);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "untouched"), "{}", answer.all());
}

// --- A diff for people

#[test]
fn a_diff_hides_layout_from_people_only() {
    let repository = repository();
    repository.commit(&[(CPP, &TURN.replace("  if (!ready", "  // first of all\n  if (!ready"))]);
    let human = run(&repository, &["diff", "HEAD"]);
    assert!(!human.stdout.contains("THPGadget_turn") && human.stdout.contains("--rung layout"), "{}", human.all());
    let human = run(&repository, &["diff", "HEAD", "--rung", "layout"]);
    assert!(human.stdout.contains("THPGadget_turn"), "{}", human.all());
    let json = run(&repository, &["diff", "HEAD", "--format", "json"]).json();
    assert_eq!(json["changes"].as_array().unwrap().len(), 1);
}

#[test]
fn a_diff_can_be_narrowed() {
    let repository = repository();
    let changed = turned().replace("power > 0", "power > 1");
    repository.commit(&[(CPP, &changed), (PYTHON, &TWIN.replace("turn(1)", "turn(2)"))]);
    let symbols = |arguments: &[&str]| -> Vec<String> {
        let all = [&["diff", "HEAD", "--format", "json"], arguments].concat();
        let json = run(&repository, &all).json();
        json["changes"].as_array().unwrap().iter().map(|change| change["symbol"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(symbols(&[]).len(), 3);
    assert_eq!(symbols(&["--language", "python"]), ["GadgetVariable.turn"]);
    assert_eq!(symbols(&["--symbol", "ready"]), ["ready"]);
    assert_eq!(symbols(&["--", "!torch/csrc"]), ["GadgetVariable.turn"]);
    run(&repository, &["diff", "HEAD", "--rung", "cellar"]).refuses(&["cellar", "semantic"]);
}

#[test]
fn a_diff_shows_what_the_ladder_saw() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let narrow = run(&repository, &["diff", "HEAD", "--symbol", "THPGadget_turn", "--forms", "names"]);
    for line in ["normal form at names", "-   return THPUtils_packInt64(turn($", "+   return THPUtils_packInt64(turn($"]
    {
        assert!(narrow.stdout.contains(line), "no `{line}`\n{}", narrow.all());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_drift"))
        .current_dir(repository.path())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "160")
        .args(["diff", "HEAD", "-v"])
        .output()
        .unwrap();
    let wide = String::from_utf8_lossy(&output.stdout);
    let row = wide.lines().find(|line| line.contains(" ~ ") && line.matches("turn($").count() == 2);
    assert!(row.is_some(), "the forms are not side by side\n{wide}");
}

#[test]
fn a_diff_can_be_summed_up() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let answer = run(&repository, &["diff", "HEAD", "--stat"]);
    for word in ["total", "semantic", "torch/csrc/", "1 semantic in 1 file"] {
        assert!(answer.stdout.contains(word) || word == "torch/csrc/", "no `{word}`\n{}", answer.all());
    }
    assert!(!answer.stdout.contains("THPGadget_turn"), "{}", answer.all());
}

#[test]
fn a_rung_and_a_facet_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    for (name, word) in
        [("structure", "bag of statements"), ("message", "TORCH_INTERNAL_ASSERT"), ("signature", "METH_")]
    {
        let answer = run_in(folder.path(), &["explain", name]);
        assert!(answer.code == 0 && answer.stdout.contains(word), "{}", answer.all());
    }
    run_in(folder.path(), &["explain", "semantik"]).refuses(&["semantic"]);
}

#[test]
fn a_verbose_check_says_how_to_look_closer() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let answer = run(&repository, &["check", "HEAD", "-v"]);
    assert!(answer.stderr.contains("--symbol 'THPGadget_turn' --forms semantic"), "{}", answer.all());
}

// --- What was kept has no text

#[test]
fn a_macro_of_a_file_out_of_the_cache_is_no_panic() {
    let repository = repository();
    repository.commit(&[(CPP, &format!("#define MAKE(name) int make_##name();\n{TURN}"))]);
    let cache = tempfile::tempdir().unwrap();
    let asked = ["graph", "THPGadget_lost", "--cache-dir", cache.path().to_str().unwrap()];
    run(&repository, &asked).refuses(&["THPGadget_lost"]);
    run(&repository, &asked).refuses(&["THPGadget_lost"]);
}
