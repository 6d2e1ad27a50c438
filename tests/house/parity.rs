//! `drift map parity` on a small package: what is told unasked, what only with `--all`, and what is no disparity.

use crate::command_line::run;
use crate::repository::Repository;

const MAPPING: &str = r#"version = 1

[scope]
cpp = ["sea/csrc/**"]
python = ["sea/_dynamo/**"]

[link.dive]
relation = "models"
cpp = ['sea/csrc/Sub.cpp#THPSub_dive']
python = ['sea/_dynamo/sub.py#SubVariable.method_dive']
why = "the handler answers for eager code"

[link.sub]
relation = "models"
cpp = ['sea/csrc/Sub.cpp#THPSub_methods']
python = ['sea/_dynamo/sub.py#SubVariable.call_method']
why = "methods are told apart by name"

[link.surge]
relation = "models"
cpp = ['sea/native_functions.yaml#surge_.Scalar']
python = ['sea/_dynamo/sub.py#SubVariable.method_surge_']
why = "the operator is taken apart"
"#;

const CPP: &str = r#"
PyObject* THPSub_dive(PyObject* self, PyObject* args, PyObject* kwargs) {
  static PythonArgParser parser({"dive(int64_t depth, *, bool slow=False)"});
  TORCH_CHECK_TYPE(is_sub(self), "no sub");
  return dive(self, args, kwargs);
}

PyObject* THPSub_rise(PyObject* self, PyObject* noargs) {
  return rise(self);
}

static PyMethodDef THPSub_methods[] = {
    {"dive", castPyCFunctionWithKeywords(THPSub_dive), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"rise", THPSub_rise, METH_NOARGS, nullptr},
    {nullptr}};

void initSub(PyObject* module) {
  auto m = py::handle(module).cast<py::module>();
  m.def("_fleet", &fleet);
  m.def("_harbour", &harbour);
}
"#;

const PYTHON: &str = r#"
class SubVariable:
    def call_method(self, tx, name, args):
        if name == "dive":
            return self.method_dive(*args)
        if name == "plunge":
            return self.method_dive(*args)

    def method_dive(self, depth):
        raise ValueError("no sub")

    def method_surge_(self, other, *, alpha=2):
        return self.other
"#;

const YAML: &str = "\
- func: surge_.Scalar(Tensor(a!) self, Scalar other, *, Scalar alpha=1) -> Tensor(a!)
  variants: method
";

/// A list of names: most of them are real.
fn list() -> String {
    let real: String = (0..24).map(|number| format!("    \"sea._C._probe_{number}\",\n")).collect();
    format!(
        "NAMES = [\n    \"sea._C._fleet\",\n    \"sea._C._flotilla\",\n    \"sea.shore.walk\",\n    \"sea.shore.stroll\",\n{real}]\n"
    )
}

fn repository() -> Repository {
    let repository = Repository::new();
    let probes: String = (0..24).map(|number| format!("  m.def(\"_probe_{number}\", &probe_{number});\n")).collect();
    let cpp = CPP.replace("  m.def(\"_harbour\"", &format!("{probes}  m.def(\"_harbour\""));
    repository.commit(&[
        (".drift/mapping.toml", MAPPING),
        ("sea/csrc/Sub.cpp", &cpp),
        ("sea/_dynamo/sub.py", PYTHON),
        ("sea/_dynamo/names.py", &list()),
        ("sea/native_functions.yaml", YAML),
        ("sea/shore.py", "def walk():\n    pass\n"),
        ("sea/_C.pyi", "def _fleet(): ...\n"),
    ]);
    repository
}

fn told(arguments: &[&str]) -> Vec<(String, String)> {
    let answer = run(&repository(), &[&["map", "parity", "--format", "json"], arguments].concat());
    let disparities = answer.json()["disparities"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    disparities.iter().map(|one| (text(&one["rule"]), text(&one["message"]))).collect()
}

fn has(told: &[(String, String)], rule: &str, word: &str) -> bool {
    told.iter().any(|(own, message)| own == rule && message.contains(word))
}

#[test]
fn what_is_certain_is_told_unasked() {
    let told = told(&[]);
    assert!(has(&told, "unbound-name", "_flotilla"), "{told:?}");
    assert!(has(&told, "unbound-name", "stroll"), "{told:?}");
    assert!(has(&told, "unknown-handled-name", "plunge"), "{told:?}");
    assert!(has(&told, "parameter-mismatch", "slow"), "{told:?}");
    assert!(has(&told, "parameter-mismatch", "`alpha` is `1` by default in C++ and `2` here"), "{told:?}");
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn what_is_weak_is_told_when_asked() {
    let told = told(&["--all"]);
    assert!(has(&told, "exception-mismatch", "TypeError"), "{told:?}");
    assert!(has(&told, "unlisted-binding", "_harbour"), "{told:?}");
    assert!(has(&told, "unhandled-name", "rise"), "{told:?}");
    assert_eq!(told.len(), 8, "{told:?}");
}

#[test]
fn people_see_both_places_and_the_exit_code() {
    let answer = run(&repository(), &["map", "parity"]);
    assert_eq!(answer.code, 1, "{}", answer.all());
    for piece in ["sea/_dynamo/sub.py:9", "sea/csrc/Sub.cpp:2", "5 disparities"] {
        assert!(answer.all().contains(piece), "no `{piece}`\n{}", answer.all());
    }
}
