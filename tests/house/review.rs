//! The review: every rule fires on its fixture, and on no other.

use std::fs;
use std::path::{Path, PathBuf};

use dynadrift::finding::Finding;
use dynadrift::mapping::review::ReviewSettings;
use dynadrift::review::{self, Review};
use dynadrift::{change, change::FilePair};

use crate::case::{self, Case};
use crate::laws::keep;

/// `src/review/rules/mod.rs` names every file beside it. `UPDATE=1 cargo test` writes it, so that a rule is one file.
#[test]
fn the_list_of_rules_is_that_of_their_files() {
    let path = rules().join("mod.rs");
    let text = list(&files());
    if std::env::var_os("UPDATE").is_some() && fs::read_to_string(&path).unwrap() != text {
        fs::write(&path, &text).unwrap();
        panic!("`src/review/rules/mod.rs` is written anew; run the tests again, so that the new rules are built in");
    }
    let stale = fs::read_to_string(&path).unwrap() != text;
    let broken = stale.then(|| "src/review/rules/mod.rs is stale: `UPDATE=1 cargo test` writes it anew".to_owned());
    keep("a rule that nobody lists is one that nobody asks", &broken.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_rule_has_its_file_its_row_and_its_fixture() {
    let (files, fixtures) = (files(), cases().iter().map(own_rule).collect::<Vec<String>>());
    let mut broken = Vec::new();
    for rule in review::checks::all() {
        let about_the_review = rule.id == "idle-allowance";
        if !about_the_review && !files.contains(&rule.id.replace('-', "_")) {
            broken.push(format!("`{}` is not in the file of its name", rule.id));
        }
        if [rule.summary, rule.explanation, rule.example, rule.remedy].iter().any(|text| text.trim().is_empty()) {
            broken.push(format!("the row of `{}` does not say everything", rule.id));
        }
        if !fixtures.iter().any(|name| name == rule.id) {
            broken.push(format!("`{}` has no fixture", rule.id));
        }
    }
    let stray = fixtures.iter().filter(|name| !review::checks::all().any(|rule| rule.id == **name));
    broken.extend(stray.map(|name| format!("fixtures/review/{name} is of no rule")));
    keep("a rule that nothing fires may be one that nothing can fire", &broken);
}

/// Every rule meets every fixture. `review` beside the two sides holds what is expected, a line a finding; `UPDATE=1
/// cargo test` writes it.
#[test]
fn every_rule_fires_on_its_fixture_and_on_no_other() {
    let cases: Vec<(Case, Vec<String>)> = cases()
        .into_iter()
        .map(|case| {
            let found = lines(&review_of(&case));
            (case, found)
        })
        .collect();
    let mut broken = Vec::new();
    for rule in review::checks::all() {
        for (case, found) in &cases {
            let fires = found.iter().any(|line| rule_of(line) == rule.id);
            match (fires, own_rule(case) == rule.id) {
                (false, true) => broken.push(format!("`{}` does not fire on fixtures/{}", rule.id, case.name)),
                (true, false) => broken.push(format!("`{}` fires on fixtures/{}: {found:?}", rule.id, case.name)),
                _ => {}
            }
        }
    }
    for (case, found) in &cases {
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
fn nothing_is_told_of_the_way_back_or_of_what_stays() {
    let mut broken = Vec::new();
    for case in cases() {
        let back = Case { before: case.after.clone(), after: case.before.clone(), ..case };
        let found = lines(&review_of(&back));
        broken.extend(found.into_iter().map(|line| format!("fixtures/{} back: {line}", back.name)));
    }
    keep("a repair is not a fault", &broken);
}

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/review/rules")
}

/// The names of the files of the rules.
fn files() -> Vec<String> {
    let entries = fs::read_dir(rules()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = entries.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).filter(|name| name != "mod");
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn list(files: &[String]) -> String {
    let modules: String = files.iter().map(|name| format!("mod {name};\n")).collect();
    let checks: String = files.iter().map(|name| format!("    &{name}::CHECK,\n")).collect();
    format!(
        "//! The rules, a file each. This one is made from the names of the others: `UPDATE=1 cargo test` writes it.\n\n\
         {modules}\nuse super::checks::{{Check, Subject, Violation}};\n\n\
         /// Every rule, in the order in which the page lists them.\n\
         pub static CHECKS: &[&Check] = &[\n{checks}];\n"
    )
}

fn own_rule(case: &Case) -> String {
    case.name.trim_start_matches("review/").to_owned()
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

/// A keyword-argument path, written as a reviewer would meet it.
#[test]
fn new_code_under_a_new_condition_is_told_from_code_that_always_runs() {
    let body = |more: &str| {
        format!("static PyObject* f(PyObject* self, PyObject* args) {{\n  run(self);\n{more}  return call(args);\n}}\n")
    };
    let told = |after: &str| {
        let file = |text: &str| [("f.cpp".to_owned(), text.as_bytes().to_vec())].into_iter().collect();
        let pairs = case::pairs(&file(&body("")), &file(after));
        let review = review::of_change(&pairs, &change::diff(&pairs), &ReviewSettings::default(), &|| ());
        review.facts.into_iter().map(|fact| fact.text).collect::<Vec<String>>()
    };
    let guarded = told(&body("  if (traced(args)) {\n    PyErr_Clear();\n    note(args);\n  }\n"));
    assert!(
        guarded.contains(&"new code runs only where a new condition holds, in `f`: `traced(args)`".to_owned()),
        "{guarded:#?}"
    );
    assert!(guarded.contains(&"raises, catches or clears errors otherwise: `f`".to_owned()), "{guarded:#?}");
    let always = told(&body("  note(args);\n"));
    assert!(always.contains(&"changed on paths that old calls take: `f`".to_owned()), "{always:#?}");
}

#[test]
fn what_was_followed_in_part_is_not_judged() {
    let text = "static PyObject* f(PyObject* self) {\n  PyObject* x = PyObject_Str(self);\n  if (!x) goto done;\n  use(x);\n\
                done:\n  return x;\n}\n";
    let file =
        dynadrift::symbols::ParsedFile::parse("f.c".into(), dynadrift::symbols::Language::Cpp, text.as_bytes().into());
    let review = review::of_all(&[file], &ReviewSettings::default(), &|| ());
    assert_eq!(review.functions[0].reason, Some("a `goto` in it is not followed"));
}

/// What moves between the languages is set side by side.
#[test]
fn a_python_function_that_becomes_cpp_is_compared_with_it() {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let python = "import warnings\n\n\ndef bind_inputs(inputs, names=None):\n    if not isinstance(inputs, tuple):\n        \
                  raise TypeError(\"inputs\")\n    if names is None:\n        warnings.warn(\"no names\")\n    \
                  inputs.extend(names)\n    return inputs\n\n\ndef other():\n    return 1\n";
    let rest = "import warnings\n\n\ndef other():\n    return 1\n";
    let cpp = "static PyObject* Module_bindInputs(PyObject* self, PyObject* inputs) {\n  HANDLE_TH_ERRORS\n  if \
               (!PyTuple_CheckExact(inputs)) {\n    PyErr_SetString(PyExc_ValueError, \"inputs\");\n    return nullptr;\n  \
               }\n  return PySequence_List(inputs);\n  END_HANDLE_TH_ERRORS\n}\n\nstatic PyMethodDef methods[] = {\n    \
               {\"_bind_inputs\", Module_bindInputs, METH_O, nullptr}, {nullptr}};\n";
    let before = [file("pkg/bind.py", python)].into_iter().collect();
    let after = [file("pkg/bind.py", rest), file("csrc/bind.cpp", cpp)].into_iter().collect();
    let pairs = case::pairs(&before, &after);
    let review = review::of_change(&pairs, &change::diff(&pairs), &ReviewSettings::default(), &|| ());
    let told: Vec<&str> = review.facts.iter().map(|fact| fact.text.as_str()).collect();
    for expected in [
        "C++ takes the place of `bind_inputs` (pkg/bind.py:4)",
        "raises: Python `TypeError`; C++ `ValueError`",
        "type tests: Python `isinstance(inputs, tuple)`; C++ `PyTuple_CheckExact(inputs)`",
        "changes its arguments: Python `inputs.extend`; C++ none seen",
        "warns: Python `warn`; C++ none seen",
    ] {
        assert!(told.contains(&expected), "`{expected}` is not in {told:#?}");
    }
    let back: Vec<FilePair> = case::pairs(&after, &before);
    let review = review::of_change(&back, &change::diff(&back), &ReviewSettings::default(), &|| ());
    let told = review.facts.iter().any(|fact| fact.text.starts_with("Python takes the place of `Module_bindInputs`"));
    assert!(told, "{:#?}", review.facts);
}

#[test]
fn a_class_that_grows_is_told_with_its_bytes() {
    let file = |more: &str| {
        let text = format!("struct Hook {{\n  PyObject* callable;\n  bool once;\n  std::string name;\n{more}}};\n");
        [("hook.h".to_owned(), text.into_bytes())].into_iter().collect()
    };
    let pairs = case::pairs(&file(""), &file("  int64_t id;\n  bool done;\n"));
    let review = review::of_change(&pairs, &change::diff(&pairs), &ReviewSettings::default(), &|| ());
    let told: Vec<&str> = review.facts.iter().map(|fact| fact.text.as_str()).collect();
    let expected = "48 → 64 bytes, 14 of them padding (64-bit, libstdc++): 1 cache line of 64 as before";
    assert!(told.contains(&expected), "{told:#?}");
}

/// Old calls do not take a way out that is for new arguments.
#[test]
fn a_path_for_keyword_arguments_costs_old_calls_its_test() {
    let before =
        "static PyObject* apply(PyObject* cls, PyObject* args) {\n  Py_INCREF(args);\n  return run(cls, args);\n}\n";
    let after = "static PyObject* apply(PyObject* cls, PyObject* args, PyObject* kwargs) {\n  if (kwargs && \
                 PyDict_Size(kwargs) > 0) {\n    return PyObject_Call(cls, args, kwargs);\n  }\n  Py_INCREF(args);\n  \
                 return run(cls, args);\n}\n";
    let file = |text: &str| [("apply.cpp".to_owned(), text.as_bytes().to_vec())].into_iter().collect();
    let pairs = case::pairs(&file(before), &file(after));
    let review = review::of_change(&pairs, &change::diff(&pairs), &ReviewSettings::default(), &|| ());
    let told: Vec<&str> = review.facts.iter().map(|fact| fact.text.as_str()).collect();
    assert!(told.contains(&"+1 null test, +1 PyDict_Size"), "{told:#?}");
}
