//! `drift map suggest` and `drift map coverage` on a small package: what is proposed, what is left out, what is remembered.

use std::fs;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

use crate::command_line::{Answer, run};
use crate::repository::Repository;

const PROBE: &str = r#"
// Dives to a depth, which is never negative.
static PyObject* Probe_dive(PyObject* self, PyObject* depth) {
  return deeper(self, depth);
}

static PyObject* Probe_rise(PyObject* self, PyObject* unused) {
  TORCH_CHECK(can_rise(self), "a probe that lies on the ground cannot rise");
  return higher(self);
}

static PyMethodDef Probe_methods[] = {
    {"dive", Probe_dive, METH_O, nullptr},
    {"rise", Probe_rise, METH_NOARGS, nullptr},
    {nullptr}};

PyTypeObject ProbeType = {PyVarObject_HEAD_INIT(nullptr, 0) "probes.Probe", .tp_methods = Probe_methods};
"#;
const BOAT: &str = r#"
static PyObject* Boat_dive(PyObject* self, PyObject* depth) {
  throw std::runtime_error("boats float");
}

static PyMethodDef Boat_methods[] = {{"dive", Boat_dive, METH_O, nullptr}, {nullptr}};

PyTypeObject BoatType = {PyVarObject_HEAD_INIT(nullptr, 0) "probes.Boat", .tp_methods = Boat_methods};

void report(PyObject* listener) {
  PyObject_CallMethod(listener, "on_sounding_done", nullptr);
}

void init(py::module m) {
  auto depths = m.def_submodule("_depths");
  depths.def("_sound", [](int a) { return sound(a); });
  depths.def("_unused", [] { return 0; });
}
"#;
const PACKAGE: &str = "from probes._C._depths import _sound as sound\n";
const TWINS: &str = r#"
import probes


class ProbeVariable:
    def method_dive(self, depth):
        return abs(depth)

    def call_method(self, tx, name):
        if name == "rise":
            unimplemented("a probe that lies on the ground cannot rise")


class BoatVariable:
    def method_dive(self, depth):
        raise RuntimeError("boats float")

    def method_sail(self):
        return None


@register(probes.sound)
def handle_depth(a):
    return a


def on_sounding_done():
    pass
"#;
const MAPPING: &str = "version = 1\n\n[scope]\ncpp = [\"probes/csrc/**\"]\npython = [\"probes/sim/**\"]\n";
const FILE: &str = ".drift/mapping.toml";

fn repository(mapping: &str) -> Repository {
    let repository = Repository::new();
    repository.commit(&[
        ("probes/csrc/probe.cpp", PROBE),
        ("probes/csrc/boat.cpp", BOAT),
        ("probes/__init__.py", PACKAGE),
        ("probes/sim/twins.py", TWINS),
        (FILE, mapping),
    ]);
    fs::create_dir_all(repository.path().join(".drift")).unwrap();
    fs::write(repository.path().join(FILE), mapping).unwrap();
    repository
}

fn suggest(repository: &Repository, arguments: &[&str]) -> Answer {
    run(repository, &[&["map", "suggest", "--format", "json"], arguments].concat())
}

/// Both ends without their paths, best first.
fn pairs(answer: &Answer) -> Vec<(String, String)> {
    let symbol = |value: &Value| value.as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let json = answer.json();
    let all = json["suggestions"].as_array().unwrap();
    all.iter().map(|one| (symbol(&one["cpp"]), symbol(&one["python"]))).collect()
}

fn place(pairs: &[(String, String)], cpp: &str, python: &str) -> Option<usize> {
    pairs.iter().position(|pair| *pair == (cpp.to_owned(), python.to_owned()))
}

#[test]
fn both_ends_are_found_by_name_decorator_branch_and_string() {
    let answer = suggest(&repository(MAPPING), &[]);
    let found = pairs(&answer);
    for (cpp, python) in [
        ("Probe_dive", "ProbeVariable.method_dive"),
        ("Boat_dive", "BoatVariable.method_dive"),
        ("Probe_rise", "ProbeVariable.call_method[\"rise\"]"),
        ("init[\"_sound\"]", "handle_depth"),
        ("report", "on_sounding_done"),
    ] {
        assert!(place(&found, cpp, python).is_some(), "{cpp} ↔ {python} in {found:?}");
    }
}

#[test]
fn the_receiver_tells_namesakes_apart() {
    let found = pairs(&suggest(&repository(MAPPING), &["--min-score", "0"]));
    let right = place(&found, "Boat_dive", "BoatVariable.method_dive");
    let wrong = place(&found, "Probe_dive", "BoatVariable.method_dive");
    assert!(right.is_some() && wrong.is_none_or(|wrong| right.unwrap() < wrong), "{found:?}");
}

#[test]
fn every_suggestion_can_be_added_as_it_is_written() {
    let repository = repository(MAPPING);
    let json = suggest(&repository, &[]).json();
    let first = &json["suggestions"][0];
    assert!(first["command"].as_str().unwrap().starts_with("drift map add "), "{first}");
    assert!(!first["signals"].as_array().unwrap().is_empty() && first["score"].as_f64().unwrap() > 0.5, "{first}");
    for (at, one) in json["suggestions"].as_array().unwrap().iter().enumerate() {
        let (id, cpp, python) = (format!("l{at}"), one["cpp"].as_str().unwrap(), one["python"].as_str().unwrap());
        let arguments = ["map", "add", &id, "--cpp", cpp, "--python", python, "--why", "both dive", "--dry-run"];
        let answer = run(&repository, &arguments);
        assert_eq!(answer.code, 0, "{cpp} ↔ {python}\n{}", answer.stderr);
    }
}

#[test]
fn what_is_linked_or_rejected_is_not_suggested() {
    let link = "\n[link.probe-dive]\nrelation = \"models\"\ncpp = ['probes/csrc/probe.cpp#Probe_methods[\"dive\"]']\n\
                python = ['probes/sim/twins.py#ProbeVariable']\nwhy = \"diving\"\n";
    let repository = repository(&format!("{MAPPING}{link}"));
    let rejected = "version = 1\n[[rejected]]\ncpp = 'probes/csrc/boat.cpp#Boat_dive'\n\
                    python = 'probes/sim/twins.py#BoatVariable.method_dive'\n";
    fs::write(repository.path().join(".drift/rejected.toml"), rejected).unwrap();
    let found = pairs(&suggest(&repository, &["--min-score", "0"]));
    assert_eq!(place(&found, "Probe_dive", "ProbeVariable.method_dive"), None, "{found:?}");
    assert_eq!(place(&found, "Boat_dive", "BoatVariable.method_dive"), None, "{found:?}");
    assert!(place(&found, "init[\"_sound\"]", "handle_depth").is_some(), "{found:?}");
    fs::write(repository.path().join(".drift/rejected.toml"), "version = 1\nrefused = []\n").unwrap();
    let answer = suggest(&repository, &[]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("rejected.toml") && answer.stderr.contains("refused"), "{}", answer.stderr);
}

#[test]
fn suggestions_are_narrowed_and_told_with_their_evidence() {
    let repository = repository(MAPPING);
    assert_eq!(pairs(&suggest(&repository, &["--limit", "1"])).len(), 1);
    assert!(pairs(&suggest(&repository, &["--min-score", "1"])).is_empty());
    assert!(pairs(&suggest(&repository, &["--path", "probes/csrc/pro"])).is_empty());
    let narrow = suggest(&repository, &["--path", "probes/csrc/probe.cpp"]).json();
    let all = narrow["suggestions"].as_array().unwrap();
    assert!(!all.is_empty() && all.iter().all(|one| one["cpp"].as_str().unwrap().contains("probe.cpp#")));
    let human = run(&repository, &["map", "suggest"]);
    assert_eq!(human.code, 0);
    for words in ["is decorated as the handler of `probes.sound`", "drift map add", "pieces of Python were compared"] {
        assert!(human.stdout.contains(words), "no `{words}`\n{}", human.stdout);
    }
}

#[test]
fn a_review_adds_rejects_and_skips() {
    let repository = repository(MAPPING);
    let before = pairs(&suggest(&repository, &[]));
    let out = review(&repository, "what\ny\nboth dive as deep\nn\ns\nq\n");
    assert!(out.contains("`what` is none of y, n, s, q"), "{out}");
    assert!(out.contains("1 accepted, 1 rejected, 1 skipped"), "{out}");
    let mapping = fs::read_to_string(repository.path().join(FILE)).unwrap();
    assert!(mapping.starts_with(MAPPING) && mapping.contains("why = \"both dive as deep\""), "{mapping}");
    let rejected = fs::read_to_string(repository.path().join(".drift/rejected.toml")).unwrap();
    assert!(rejected.contains(&before[1].1.replace('"', "\\\"")) || rejected.contains(&before[1].1), "{rejected}");
    let out = review(&repository, "");
    assert!(out.contains("0 accepted, 0 rejected, 0 skipped"), "{out}");
}

fn review(repository: &Repository, answers: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_drift"))
        .current_dir(repository.path())
        .env("NO_COLOR", "1")
        .args(["map", "suggest", "--review"])
        .write_stdin(answers)
        .timeout(Duration::from_secs(60))
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{out}\n{}", String::from_utf8_lossy(&output.stderr));
    out
}

#[test]
fn coverage_counts_what_is_linked_left_out_and_unknown() {
    let rest = "\n[unlinked.soundings]\ncpp = [\"probes/csrc/boat.cpp\"]\nnames = [\"_un*\"]\nwhy = \"nothing traces them\"\n\n\
                [link.probe-dive]\nrelation = \"models\"\ncpp = ['probes/csrc/probe.cpp#Probe_dive']\n\
                python = ['probes/sim/twins.py#ProbeVariable.method_dive']\nwhy = \"diving\"\n";
    let repository = repository(&format!("{MAPPING}{rest}"));
    let answer = run(&repository, &["map", "coverage", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let json = answer.json();
    let counts = |of: &str| ["linked", "unlinked", "unknown"].map(|key| json[of][key].as_u64().unwrap_or(0));
    assert_eq!(counts("bindings"), [1, 1, 3], "{json}");
    assert_eq!(counts("handlers"), [1, 0, 4], "{json}");
    let kinds: Vec<&str> = json["handlers"]["files"][0]["unknown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["branch", "method", "method", "register"]);
    let human = run(&repository, &["map", "coverage", "-v"]);
    for words in ["1 of 5 bindings are linked, 1 left out on purpose, 3 unknown", "BoatVariable.method_sail", "_sound"]
    {
        assert!(human.stdout.contains(words), "no `{words}`\n{}", human.stdout);
    }
}
