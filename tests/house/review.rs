//! The review: every rule fires on its fixture, and on no other.

use std::fs;

use dynadrift::finding::Finding;
use dynadrift::mapping::review::ReviewSettings;
use dynadrift::review::{self, Review};
use dynadrift::{change, change::FilePair};

use crate::case::{self, Case};
use crate::laws::keep;

/// `review` beside the two sides holds what is expected, a line a finding. `UPDATE=1 cargo test` writes it.
#[test]
fn every_rule_fires_on_its_fixture_and_on_no_other() {
    let mut broken = Vec::new();
    for case in cases() {
        let found = lines(&review_of(&case));
        let own = case.name.trim_start_matches("review/").to_owned();
        let strangers = found.iter().filter(|line| rule_of(line) != own);
        broken.extend(strangers.map(|line| format!("fixtures/{}: {line}", case.name)));
        if found.is_empty() {
            broken.push(format!("fixtures/{} fires nothing", case.name));
        }
        let path = case.folder.join("review");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, found.join("\n") + "\n").unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected.lines().ne(found.iter().map(String::as_str)) {
            broken.push(format!("fixtures/{}/review:\n  expected {expected:?}\n  found {found:?}", case.name));
        }
    }
    keep("a rule that fires on another's fixture would tell one fault twice", &broken);
}

#[test]
fn every_rule_has_its_fixture() {
    let names: Vec<String> = cases().iter().map(|case| case.name.trim_start_matches("review/").to_owned()).collect();
    let rules = review::rules::all().map(|rule| rule.id);
    let without: Vec<String> = rules.filter(|id| !names.iter().any(|name| name == id)).map(str::to_owned).collect();
    keep("a rule that nothing fires may be one that nothing can fire", &without);
}

#[test]
fn nothing_is_told_of_the_way_back_or_of_what_stays() {
    let mut broken = Vec::new();
    for case in cases() {
        let back = Case { before: case.after.clone(), after: case.before.clone(), ..case };
        let found = lines(&review_of(&back));
        broken.extend(found.into_iter().map(|line| format!("fixtures/{} back: {line}", back.name)));
    }
    keep("a repair is not a fault", &broken);
}

fn cases() -> Vec<Case> {
    case::all().into_iter().filter(|case| case.name.starts_with("review/")).collect()
}

fn review_of(case: &Case) -> Review {
    let pairs: Vec<FilePair> = case::pairs(&case.before, &case.after);
    let changes = change::diff(&pairs);
    review::of_change(&pairs, &changes, &ReviewSettings::default(), &|| ())
}

/// `own-leak-local warning 4 f: message`.
fn lines(review: &Review) -> Vec<String> {
    let line = |(found, place): (&Finding, &review::Place)| {
        let severity = format!("{:?}", found.severity).to_lowercase();
        format!("{} {severity} {} {}: {}", found.rule.id, found.line.unwrap_or(0), place.symbol, found.message)
    };
    review.findings.iter().zip(&review.places).map(line).collect()
}

fn rule_of(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

#[test]
fn the_fast_path_is_told_before_against_after() {
    let before = "static PyObject* apply(PyObject* cls, PyObject* args) {\n  return run(cls, args);\n}\n";
    let after = "static PyObject* merged(PyObject* args, PyObject* kwargs) {\n  if (kwargs == nullptr || \
                 PyDict_Size(kwargs) == 0) {\n    Py_INCREF(args);\n    return args;\n  }\n  return bind(args, \
                 kwargs);\n}\n\nstatic PyObject* apply(PyObject* cls, PyObject* args, PyObject* kwargs) {\n  \
                 THPObjectPtr all(merged(args, kwargs));\n  if (!all) throw python_error();\n  return run(cls, \
                 all.get());\n}\n";
    let file = |text: &str| [("apply.cpp".to_owned(), text.as_bytes().to_vec())].into_iter().collect();
    let pairs = case::pairs(&file(before), &file(after));
    let review = review::of_change(&pairs, &change::diff(&pairs), &ReviewSettings::default(), &|| ());
    let told: Vec<&str> = review.facts.iter().map(|fact| fact.text.as_str()).collect();
    let path = "+1 null test, +1 PyDict_Size, +1 Py_INCREF, then early return of `merged`";
    assert!(told.contains(&path), "{told:#?}");
    assert!(told.contains(&"counts references otherwise: `merged`"), "{told:#?}");
}
