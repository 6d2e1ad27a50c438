//! Selectors of every kind on a throw-away repository: what each picks, what a wrong one is answered with, how they are
//! followed, and how a mapping spans repositories.

use std::fs;

use serde_json::Value;

use crate::command_line::{Answer, run, run_in};
use crate::repository::Repository;

const CPP: &str = r#"
#define DEPTH_LIMIT 11
#define SOUND_UNARY(n) .def(#n, [](const Sound& a) { return a.n(); })
#define MAKE_REEF(NAME)                                 \
  static PyObject* Reef_##NAME(PyObject* self) {        \
    return reef(self, #NAME);                           \
  }
MAKE_REEF(north)

template <typename T>
T sink(T x) {
  return x;
}
template <>
int sink<int>(int x) {
  return x + 1;
}
int swim(int depth) { return depth; }
int swim(int depth, PyObject* self) { return depth + 1; }

struct Whale {
  int fins = 2;
  PyObject* operator()(PyObject* self) { return call(self, "surface_hook"); }
};

static PyObject* Whale_new(PyTypeObject* type, PyObject* args, PyObject* kwargs) { return type->tp_alloc(type, 0); }
static PyObject* Whale_item(PyObject* self, Py_ssize_t i) { return self; }
static PySequenceMethods Whale_as_sequence = {
    nullptr, /* sq_length */
    nullptr, /* sq_concat */
    nullptr,
    Whale_item, /* sq_item */
};
static PyMethodDef Whale_methods[] = {
    {"dive", Whale_dive, METH_O, nullptr},
#ifdef DEEP
    {"sink", Whale_sink, METH_O, nullptr},
#endif
    {nullptr}};
static PyGetSetDef Whale_properties[] = {
    {"fins", (getter)PropertyFins<Whale, 2>::getter, nullptr, nullptr, nullptr},
    {nullptr}};
PyTypeObject WhaleType = {
    PyVarObject_HEAD_INIT(nullptr, 0) "sea.Whale", /* tp_name */
    .tp_as_sequence = &Whale_as_sequence,
    .tp_methods = Whale_methods,
    .tp_new = Whale_new,
};
void initSea(PyObject* module) {
  auto m = py::handle(module).cast<py::module>();
  py::class_<Shoal>(m, "Shoal")
      .def("size", &Shoal::size)
      .def_property_readonly("name", [](Shoal& s) { return s.name(); })
#ifdef DEEP
      .def_readwrite("depth", &Shoal::depth)
#endif
      SOUND_UNARY(loud)
      SOUND_UNARY(quiet)
      .def_static("make", []() { return Shoal(); });
  py::class_<DeepShoal, Shoal>(m, "DeepShoal").def("size", &DeepShoal::size);
  py::class_<Crab>(m, "Crab").def("legs", &Crab::legs);
  py::class_<Prawn>(m, "Prawn").def("legs", &Prawn::legs);
  py::enum_<Tide>(m, "Tide").value("LOW", Tide::Low).value("HIGH", Tide::High);
  py_context_manager<CalmGuard>(m, "_Calm");
  m.attr("SALT") = py::int_(35);
  WhaleType.tp_base = &FishType;
}
TORCH_LIBRARY(sea, m) {
  m.def("filter_water(Tensor self) -> Tensor");
}
"#;

const CLINIC: &str = r#"
/*[clinic input]
sea.count as sea_count_all

    value: object
    /

Count it.
[clinic start generated code]*/

static PyObject *
sea_count_all_impl(PyObject *module, PyObject *value)
{
    return value;
}
"#;

const YAML: &str = "\
- func: wave.Tensor(Tensor self) -> Tensor
  dispatch:
    CPU: wave_cpu

- func: wave.Scalar(Scalar self) -> Tensor

- func: calm(Tensor self) -> Tensor
";

const PYTHON: &str = r#"
TABLE = {"dive": 1, torch.swim: 2}
LISTED = [torch.a, torch.b] + OTHERS
LISTED.extend([torch.c])
TABLE["late"] = 3
if LISTED:
    def guarded():
        return 1
class WhaleVariable:
    fins: int = 2
    def call_method(self, name, args):
        if (
            name == "dive"
        ):
            return self.dive()
        elif name in ("rise", "blow"):
            return 2
        return {"turn": self.turn}[name]
    def is_method(self, name):
        return name in ["breathe"]
    def handlers(self):
        @register(torch.swim)
        def handle_swim(tx):
            match tx.name:
                case "crawl":
                    return 1
        return handle_swim
"#;

/// Every kind: a selector, and the symbols it picks.
const KINDS: &[(&str, &[&str])] = &[
    ("sea.cpp#DEPTH_LIMIT", &["DEPTH_LIMIT"]),
    ("sea.cpp#Reef_north", &["MAKE_REEF(north)"]),
    ("sea.cpp#sink", &["sink"]),
    ("sea.cpp#sink<int>", &["sink<int>"]),
    ("sea.cpp#swim", &["swim", "swim"]),
    ("sea.cpp#swim(int, PyObject *)", &["swim"]),
    ("sea.cpp#Whale::fins", &["Whale::fins"]),
    ("sea.cpp#Whale::operator()", &["Whale::operator()"]),
    ("sea.cpp#\"surface_hook\"", &["Whale::operator()"]),
    ("sea.cpp#Whale_methods[\"sink\"]", &["Whale_methods[\"sink\"]"]),
    ("sea.cpp#Whale_properties[\"fins\"]", &["Whale_properties[\"fins\"]"]),
    ("sea.cpp#WhaleType[\"tp_new\"]", &["WhaleType[\"tp_new\"]"]),
    ("sea.cpp#WhaleType[\"__new__\"]", &["WhaleType[\"tp_new\"]"]),
    ("sea.cpp#WhaleType[\"__getitem__\"]", &["Whale_as_sequence[\"sq_item\"]"]),
    ("sea.cpp#WhaleType[\"dive\"]", &["Whale_methods[\"dive\"]"]),
    ("sea.cpp#WhaleType[\"tp_base\"]", &["WhaleType[\"tp_base\"]"]),
    ("sea.cpp#initSea[\"Shoal.name\"]", &["initSea[\"Shoal.name\"]"]),
    ("sea.cpp#[\"depth\"]", &["initSea[\"Shoal.depth\"]"]),
    ("sea.cpp#[\"make\"]", &["initSea[\"Shoal.make\"]"]),
    ("sea.cpp#[\"size\"]", &["initSea[\"Shoal.size\"]", "initSea[\"DeepShoal.size\"]"]),
    ("sea.cpp#SOUND_UNARY(quiet)", &["initSea[\"Shoal.quiet\"]"]),
    ("sea.cpp#[\"loud\"]", &["initSea[\"Shoal.loud\"]"]),
    ("sea.cpp#[\"Tide\"]", &["initSea[\"Tide\"]"]),
    ("sea.cpp#[\"Tide.HIGH\"]", &["initSea[\"Tide.HIGH\"]"]),
    ("sea.cpp#[\"_Calm\"]", &["initSea[\"_Calm\"]"]),
    ("sea.cpp#[\"SALT\"]", &["initSea[\"SALT\"]"]),
    ("sea.cpp#[\"filter_water\"]", &["TORCH_LIBRARY(sea, m)[\"filter_water\"]"]),
    ("sea.c#[\"count\"]", &["[\"sea.count\"]"]),
    ("sea.c#sea_count_all_impl", &["sea_count_all_impl"]),
    ("sea.yaml#wave", &["wave.Tensor", "wave.Scalar"]),
    ("sea.yaml#wave.Scalar", &["wave.Scalar"]),
    ("sea.py#TABLE[\"dive\"]", &["TABLE[\"dive\"]"]),
    ("sea.py#TABLE[\"torch.swim\"]", &["TABLE[\"torch.swim\"]"]),
    ("sea.py#TABLE[\"late\"]", &["TABLE[\"late\"]"]),
    ("sea.py#LISTED[\"torch.b\"]", &["LISTED[\"torch.b\"]"]),
    ("sea.py#LISTED[\"torch.c\"]", &["LISTED[\"torch.c\"]"]),
    ("sea.py#guarded", &["guarded"]),
    ("sea.py#WhaleVariable.fins", &["WhaleVariable.fins"]),
    ("sea.py#WhaleVariable.call_method[\"dive\"]", &["WhaleVariable.call_method[\"dive\"]"]),
    ("sea.py#WhaleVariable.call_method[\"blow\"]", &["WhaleVariable.call_method[\"blow\"]"]),
    ("sea.py#WhaleVariable.call_method[\"turn\"]", &["WhaleVariable.call_method[\"turn\"]"]),
    ("sea.py#WhaleVariable.is_method[\"breathe\"]", &["WhaleVariable.is_method[\"breathe\"]"]),
    ("sea.py#WhaleVariable.handlers.handle_swim", &["WhaleVariable.handlers.handle_swim"]),
    ("sea.py#WhaleVariable.handlers[\"crawl\"]", &["WhaleVariable.handlers.handle_swim[\"crawl\"]"]),
];

/// Wrong in a natural way: a selector, and what to write instead.
const WRONG: &[(&str, &str)] = &[
    ("sea.cpp#Whale_method[\"dive\"]", "sea.cpp#Whale_methods[\"dive\"]"),
    ("sea.cpp#Shoal[\"name\"]", "sea.cpp#initSea[\"Shoal.name\"]"),
    ("sea.cpp#swim(long)", "sea.cpp#swim(int)"),
    ("sea.cpp#[\"legs\"]", "sea.cpp#initSea[\"Crab.legs\"]"),
    ("sea.yaml#wave.Tensr", "sea.yaml#wave.Tensor"),
    ("sea.py#WhaleVariable.call_metod", "sea.py#WhaleVariable.call_method"),
    ("sea.py#WhaleVariable.call_method[\"rises\"]", "sea.py#WhaleVariable.call_method[\"rise\"]"),
];

const FILES: [(&str, &str); 4] = [("sea.cpp", CPP), ("sea.c", CLINIC), ("sea.yaml", YAML), ("sea.py", PYTHON)];

fn link(id: &str, cpp: &str, python: &str) -> String {
    format!("[link.{id}]\nrelation = \"models\"\ncpp = ['{cpp}']\npython = ['{python}']\nwhy = \"the sea\"\n\n")
}

/// A mapping of one link for each selector, with a sound other end.
fn mapping<'s>(selectors: impl Iterator<Item = &'s str>) -> String {
    let links = selectors.enumerate().map(|(at, selector)| match selector.starts_with("sea.py") {
        true => link(&format!("sea-{at}"), "sea.cpp#DEPTH_LIMIT", selector),
        false => link(&format!("sea-{at}"), selector, "sea.py#guarded"),
    });
    format!("version = 1\n\n{}", links.collect::<String>())
}

fn repository(mapping: &str) -> Repository {
    let repository = Repository::new();
    repository.commit(&FILES);
    write(&repository, mapping);
    repository.commit(&[(".drift/sea.toml", mapping)]);
    repository
}

fn write(repository: &Repository, mapping: &str) {
    fs::create_dir_all(repository.path().join(".drift")).unwrap();
    fs::write(repository.path().join(".drift/sea.toml"), mapping).unwrap();
}

fn verify(repository: &Repository, arguments: &[&str]) -> Answer {
    run(repository, &[&["map", "verify", "--format", "json"], arguments].concat())
}

fn at<'v>(answer: &'v Value, list: &str, selector: &str) -> &'v Value {
    let all = answer[list].as_array().unwrap();
    all.iter()
        .find(|one| one["selector"] == selector)
        .unwrap_or_else(|| panic!("{selector} is not in {list}: {answer}"))
}

#[test]
fn every_kind_of_selector_picks_its_code() {
    let repository = repository(&mapping(KINDS.iter().map(|(selector, _)| *selector)));
    let answer = verify(&repository, &[]);
    let json = answer.json();
    assert_eq!(json["problems"], Value::Array(Vec::new()), "{}", answer.all());
    for (selector, expected) in KINDS {
        let symbols = at(&json, "places", selector)["symbols"].as_array().unwrap();
        let names: Vec<&str> = symbols.iter().map(|symbol| symbol["symbol"].as_str().unwrap()).collect();
        assert_eq!(names, *expected, "{selector}");
    }
}

#[test]
fn a_branch_is_seen_from_its_condition() {
    let repository = repository(&mapping(["sea.py#WhaleVariable.call_method[\"dive\"]"].into_iter()));
    let json = verify(&repository, &[]).json();
    let place = &at(&json, "places", "sea.py#WhaleVariable.call_method[\"dive\"]")["symbols"][0];
    assert_eq!((&place["line"], &place["end_line"]), (&12.into(), &15.into()));
}

#[test]
fn what_is_wrong_is_answered_with_what_to_paste() {
    let repository = repository(&mapping(WRONG.iter().map(|(selector, _)| *selector)));
    let answer = verify(&repository, &[]);
    assert_eq!(answer.code, 1);
    for (selector, instead) in WRONG {
        let json = answer.json();
        let details = at(&json, "problems", selector)["details"].as_array().unwrap().clone();
        assert!(details.contains(&Value::from(*instead)), "{selector}: {details:?}");
    }
    let human = run(&repository, &["map", "verify"]).stdout;
    assert!(human.contains("write 'sea.yaml#wave.Tensor'"), "{human}");
}

#[test]
fn names_tell_namesakes_in_different_classes_apart() {
    let named = link("crab-legs", "sea.cpp#[\"legs\"]", "sea.py#guarded")
        .replace("why =", "names = [\"sea.Crab.legs\"]\nwhy =");
    let repository = repository(&format!("version = 1\n\n{named}"));
    let json = verify(&repository, &[]).json();
    assert_eq!(at(&json, "places", "sea.cpp#[\"legs\"]")["symbols"][0]["symbol"], "initSea[\"Crab.legs\"]");
}

#[test]
fn a_changed_entry_of_yaml_is_a_change_of_its_end() {
    let repository = repository(&format!("version = 1\n\n{}", link("wave", "sea.yaml#wave", "sea.py#guarded")));
    let verdict = || {
        let answer = run(&repository, &["check", "--format", "json"]).json();
        answer["links"][0]["verdict"].as_str().unwrap().to_owned()
    };
    repository.commit(&[(
        "sea.yaml",
        &YAML.replace("    CPU", "        CPU").replace("- func: calm", "# calm\n- func: calm"),
    )]);
    assert_eq!(verdict(), "cosmetic");
    repository.commit(&[("sea.yaml", &YAML.replace("wave.Scalar(Scalar self", "wave.Scalar(Scalar self, int dim=0"))]);
    assert_eq!(verdict(), "drifted");
    repository.commit(&[("sea.yaml", &YAML.replace("calm(Tensor self", "calm(Tensor self, int dim=0"))]);
}

#[test]
fn selectors_follow_code_that_moved_and_keep_comments() {
    let text = format!(
        "version = 1\n\n# the deep\n{}{}",
        link("reef", "sea.cpp#swim(int)", "sea.py#WhaleVariable.is_method")
            .replace("swim(int)']", "swim(int)']  # kept"),
        link("handlers", "sea.cpp#DEPTH_LIMIT", "sea.py#WhaleVariable.handlers")
    );
    let repository = repository(&text);
    repository.commit(&[
        ("sea.cpp", &CPP.replace("int swim(int depth) { return depth; }\n", "")),
        ("swimming.cpp", "int swim(int depth) { return depth; }\n"),
        ("sea.py", &PYTHON.replace("def is_method", "def is_name")),
    ]);
    let dry = run(&repository, &["map", "verify", "--fix", "--dry-run"]);
    assert!(dry.stdout.contains("+cpp = ['swimming.cpp#swim(int)']  # kept"), "{}", dry.all());
    let read = || fs::read_to_string(repository.path().join(".drift/sea.toml")).unwrap();
    assert_eq!(read(), text);
    let answer = run(&repository, &["map", "verify", "--fix", "--since", "HEAD~1"]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let expected = text.replace("sea.cpp#swim(int)", "swimming.cpp#swim(int)").replace(".is_method", ".is_name");
    assert_eq!(read(), expected);
}

#[test]
fn code_that_moved_and_was_edited_is_left_to_a_person() {
    let text = format!("version = 1\n\n{}", link("reef", "sea.cpp#swim(int)", "sea.py#guarded"));
    let repository = repository(&text);
    repository.commit(&[
        ("sea.cpp", &CPP.replace("int swim(int depth) { return depth; }\n", "")),
        ("swimming.cpp", "int swim(int depth) { return depth - 1; }\n"),
    ]);
    let answer = run(&repository, &["map", "verify", "--fix", "--format", "json"]);
    let json = answer.json();
    let repair = &json["repairs"][0];
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert_eq!((&repair["applied"], &repair["whereabouts"]["outcome"]), (&false.into(), &"edited".into()), "{json}");
    assert_eq!(repair["whereabouts"]["replacement"], "swimming.cpp#swim(int)");
    assert_eq!(fs::read_to_string(repository.path().join(".drift/sea.toml")).unwrap(), text);
}

/// A C library, and a repository whose Python follows it.
fn two_repositories() -> (Repository, Repository) {
    let library = Repository::new();
    library.commit(&[("count.c", "int count(int n) { return n; }\n")]);
    library.commit(&[("count.c", "int count(int n) { return n + 1; }\n")]);
    let home = Repository::new();
    let link = link("count", "library:count.c#count", "count.py#count");
    let mapping = format!("version = 1\n\n[repository.library]\nabout = \"counts\"\n\n{link}");
    home.commit(&[("count.py", "def count(n):\n    return n\n"), (".drift/mapping.toml", &mapping)]);
    (library, home)
}

#[test]
fn a_range_of_another_repository_is_judged_against_the_twins_here() {
    let (library, home) = two_repositories();
    let location = format!("library={}", library.path().display());
    let answer =
        run(&home, &["check", "--in", "library", "HEAD~1..HEAD", "--repository", &location, "--format", "json"]);
    let json = answer.json();
    assert_eq!((answer.code, &json["links"][0]["verdict"]), (1, &"drifted".into()), "{}", answer.all());
    assert_eq!(json["links"][0]["impacts"][0]["path"], "count.c");
    let answer = run(&home, &["check", "--in", "library", "HEAD", "--repository", &location]);
    assert!(answer.stdout.contains("home:count.py"), "{}", answer.all());
    let at = format!("{location}@HEAD~1");
    let answer = run(&home, &["map", "verify", "--repository", &at, "--format", "json"]).json();
    assert_eq!((&answer["selectors"]["resolved"], &answer["not_judged"]), (&2.into(), &serde_json::json!({})));
}

#[test]
fn a_repository_whose_location_is_unknown_is_said() {
    let (library, home) = two_repositories();
    let answer = run(&home, &["map", "verify"]);
    assert!(
        answer.code == 0 && answer.stdout.contains("not judged: give `--repository library=PATH`"),
        "{}",
        answer.all()
    );
    let answer = run(&home, &["check"]);
    assert!(answer.stderr.contains("1 link into `library` not judged"), "{}", answer.all());
    let path = library.path().display();
    for (arguments, said) in [
        (vec!["check".to_owned(), "--in".to_owned(), "library".to_owned()], "give `--repository library=PATH`"),
        (
            vec!["check".to_owned(), "--repository".to_owned(), format!("other={path}")],
            "declares no repository `other`",
        ),
        (
            vec!["map".to_owned(), "verify".to_owned(), "--repository".to_owned(), "library".to_owned()],
            "write `NAME=PATH`",
        ),
        (
            vec!["map".to_owned(), "verify".to_owned(), "--repository".to_owned(), format!("library={path}@nowhere")],
            "the repository `library`",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = run_in(home.path(), &arguments);
        assert!(answer.code == 2 && answer.stderr.contains(said), "{arguments:?}: {}", answer.all());
    }
}
