//! What the check says of changes that reach many links, of new names for Python, and of links that name a test.

use crate::command_line::{CPP, MAPPING, PYTHON, TURN, TWIN, check, run};
use crate::repository::Repository;

const NAMES: [&str; 5] = ["turn", "push", "pull", "lift", "drop"];

/// Five entry points that ask one helper, each with a link; the last calls something else too.
fn gadgets() -> String {
    let entry = |name: &&str| {
        format!("PyObject* THPGadget_{name}(PyObject* self) {{\n  return ready(self) ? {name}(self) : nullptr;\n}}\n")
    };
    let rows = NAMES.map(|name| format!("    {{\"{name}\", THPGadget_{name}, METH_NOARGS, nullptr}},\n"));
    let entries: String = NAMES.iter().map(entry).collect();
    let helpers = "static bool ready(PyObject* self) {\n  return gadget(self).power > 0;\n}\n\
                   static PyObject* drop(PyObject* self) {\n  return Py_None;\n}\n";
    format!("{helpers}{entries}static PyMethodDef methods[] = {{\n{}    {{nullptr}}}};\n", rows.concat())
}

fn twins() -> String {
    let twin = |name: &&str| format!("    def {name}(self, tx):\n        return self.value.{name}()\n");
    format!("class GadgetVariable:\n{}", NAMES.iter().map(twin).collect::<String>())
}

fn mapping() -> String {
    let link = |name: &&str| {
        format!(
            "\n[link.gadget-{name}]\nrelation = \"models\"\ncpp = ['{CPP}#THPGadget_{name}']\n\
             python = ['{PYTHON}#GadgetVariable.{name}']\ntests = [\"test/test_gadget.py\"]\nwhy = \"simulated\"\n"
        )
    };
    let links: String = NAMES.iter().map(link).collect();
    format!("version = 1\n\n[scope]\ncpp = [\"torch/csrc/**\"]\npython = [\"torch/_dynamo/**\"]\n{links}")
}

fn repository() -> Repository {
    let repository = Repository::new();
    repository.commit(&[(".drift/links.toml", &mapping()), (CPP, &gadgets()), (PYTHON, &twins())]);
    repository
}

#[test]
fn a_hub_change_is_told_once() {
    let repository = repository();
    repository.commit(&[(CPP, &gadgets().replace("power > 0", "power > 1"))]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.rules()), (0, vec!["hub-change".to_owned()]), "{}", answer.all());
    let json = answer.json();
    assert_eq!(json["findings"][0]["links"].as_array().unwrap().len(), NAMES.len(), "{}", answer.all());
    assert_eq!(json["findings"][0]["severity"], "warning");
    for name in NAMES {
        assert_eq!(answer.verdict(&format!("gadget-{name}")), "drifted", "{}", answer.all());
    }
    let human = run(&repository, &["check", "HEAD"]).stdout;
    for word in ["`ready` changed", "5 links", "path to `gadget-drop`: THPGadget_drop → ready", "power > 1"] {
        assert!(human.contains(word), "no `{word}`\n{human}");
    }
}

#[test]
fn a_link_with_more_than_the_hub_has_its_own_finding() {
    let repository = repository();
    let changed = gadgets().replace("power > 0", "power > 1").replace("return Py_None;", "return Py_True;");
    repository.commit(&[(CPP, &changed)]);
    let answer = check(&repository);
    assert_eq!(answer.rules(), ["hub-change", "drifted-through-callee"], "{}", answer.all());
    assert_eq!(answer.json()["findings"][1]["link"], "gadget-drop");
}

#[test]
fn a_changed_entry_point_is_an_alarm_beside_the_hub() {
    let repository = repository();
    let changed = gadgets().replace("power > 0", "power > 1").replace("? turn(self)", "? turn(self, 1)");
    repository.commit(&[(CPP, &changed)]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.rules()), (1, vec!["drifted-link".to_owned(), "hub-change".to_owned()]));
    assert_eq!(answer.json()["findings"][1]["links"].as_array().unwrap().len(), NAMES.len() - 1);
}

#[test]
fn few_links_are_told_one_by_one() {
    let repository = Repository::new();
    repository.commit(&[(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN)]);
    repository.commit(&[(CPP, &TURN.replace("power > 0", "power > 1"))]);
    assert_eq!(check(&repository).rules(), ["drifted-through-callee"]);
}

#[test]
fn an_alarm_names_the_test_of_its_link() {
    let repository = repository();
    repository.commit(&[(CPP, &gadgets().replace("? turn(self)", "? turn(self, 1)"))]);
    let answer = check(&repository);
    let notes = answer.json()["findings"][0]["notes"].to_string();
    assert!(notes.contains("tested by `test/test_gadget.py`"), "{notes}");
}

#[test]
fn a_new_name_for_python_is_told_until_somebody_decides() {
    let repository = repository();
    let row = "    {\"spin\", THPGadget_spin, METH_NOARGS, nullptr},\n    {nullptr}};";
    let spin = "static PyObject* THPGadget_spin(PyObject* self) {\n  return nullptr;\n}\nstatic PyMethodDef";
    let changed = gadgets().replace("    {nullptr}};", row).replace("static PyMethodDef", spin);
    repository.commit(&[(CPP, &changed)]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.rules()), (0, vec!["unmapped-binding".to_owned()]), "{}", answer.all());
    let finding = &answer.json()["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains("`spin`"), "{}", answer.all());
    assert!(finding["help"].as_str().unwrap().contains("gadget.cpp#methods[\"spin\"]'"), "{}", answer.all());

    let unlinked = format!("{}\n[unlinked.spinning]\ncpp = [\"{CPP}\"]\nnames = [\"sp*\"]\nwhy = \"no\"\n", mapping());
    let decided = [unlinked, mapping().replace("#THPGadget_turn'", "#THPGadget_turn', '{CPP}#methods[\"spin\"]'")];
    for mapping in decided {
        let mapping = mapping.replace("{CPP}", CPP);
        repository.commit(&[(".drift/links.toml", &mapping), (CPP, &gadgets())]);
        repository.commit(&[(CPP, &changed)]);
        let rules = check(&repository).rules();
        assert!(!rules.contains(&"unmapped-binding".to_owned()), "{rules:?}");
    }
}

#[test]
fn a_name_that_was_there_is_no_new_one() {
    let repository = repository();
    let row = |name: &str| format!("    {{\"{name}\", THPGadget_{name}, METH_NOARGS, nullptr}},\n");
    let rows = [row("turn"), row("push")];
    repository.commit(&[(CPP, &gadgets().replace(&rows.concat(), &[rows[1].clone(), rows[0].clone()].concat()))]);
    assert_eq!(check(&repository).rules(), Vec::<String>::new(), "rows that only changed places");
}

#[test]
fn what_lies_behind_an_unchanged_function_of_a_changed_file_is_found() {
    let repository = repository();
    let flag = |value: &str| format!("static bool armed = {value};\n\nbool is_armed() {{\n  return armed;\n}}\n");
    let gadgets = gadgets().replace("return Py_None;", "return is_armed() ? Py_None : nullptr;");
    repository.commit(&[(CPP, &gadgets), (PYTHON, &twins()), ("torch/csrc/flag.cpp", &flag("false"))]);
    repository.commit(&[("torch/csrc/flag.cpp", &flag("true"))]);
    let answer = run(&repository, &["check", "HEAD", "--format", "json", "--depth", "3"]);
    assert_eq!(answer.verdict("gadget-drop"), "drifted", "{}", answer.all());
    let via = &answer.json()["links"][0]["impacts"][0]["via"];
    assert_eq!(via, &serde_json::json!(["THPGadget_drop", "drop", "is_armed", "armed"]), "{}", answer.all());
    assert_eq!(check(&repository).verdict("gadget-drop"), "untouched", "two steps do not lead so far");
}
