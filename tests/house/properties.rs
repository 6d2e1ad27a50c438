//! Laws of the ladder and of the diff, over small files put together from pieces that read like PyTorch and then edited.

use std::sync::Arc;

use dynadrift::change::{self, Change, FilePair, What};
use dynadrift::ladder::{Pair, Rung, Surroundings};
use dynadrift::symbols::{Language, ParsedFile};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::mutation::{self, Subject};

/// Definitions with all that the rungs look at: checks, owners, tables, bindings, loops, casts.
const CPP: [&str; 8] = [
    "static PyObject* THPProbe_dive(PyObject* self, PyObject* arg) {\n  HANDLE_TH_ERRORS\n  TORCH_CHECK(THPUtils_checkLong(arg), \"dive expects an int, got \", THPUtils_typename(arg));\n  int64_t depth = THPUtils_unpackLong(arg);\n  if (depth < 0) {\n    depth = -depth;\n  }\n  return THPUtils_packInt64(depth + 1);\n  END_HANDLE_TH_ERRORS\n}\n",
    "PyObject* wrap_all(const std::vector<at::Tensor>& tensors, bool strict) {\n  THPObjectPtr tuple(PyTuple_New(tensors.size()));\n  if (!tuple) {\n    throw python_error();\n  }\n  for (const auto i : c10::irange(tensors.size())) {\n    if (strict && !tensors[i].defined()) {\n      continue;\n    }\n    PyTuple_SET_ITEM(tuple.get(), i, THPVariable_Wrap(tensors[i]));\n  }\n  return tuple.release();\n}\n",
    "int64_t clamp(int64_t value, int64_t low = 0, int64_t high = 100) {\n  if (value < low) {\n    return low;\n  } else {\n    return value > high ? high : value;\n  }\n}\n",
    "static PyMethodDef THPProbe_methods[] = {\n    {\"dive\", THPProbe_dive, METH_O, nullptr},\n    {\"rise\", THPProbe_rise, METH_NOARGS, nullptr},\n    {\"tow\", castPyCFunctionWithKeywords(THPProbe_tow), METH_VARARGS | METH_KEYWORDS, nullptr},\n    {nullptr}};\n",
    "void initProbeBindings(PyObject* module) {\n  auto m = py::handle(module).cast<py::module>();\n  m.def(\"_probe_names\", [](bool all) { return names(all, 3); }, py::arg(\"all\") = true);\n  m.def(\"_probe_reset\", &reset_probe, \"Resets the probe\");\n}\n",
    "struct MeterHook : public Hook {\n  MeterHook(int limit) : limit_(limit) {}\n  virtual bool lit() const {\n    return limit_ > 3 && count_ != 0;\n  }\n  int limit_ = 4;\n  int64_t count_ = 0;\n};\n",
    "static int getter(THPProbe* self, PyObject* value, void* unused) {\n  if (value == nullptr) {\n    PyErr_SetString(PyExc_RuntimeError, \"cannot delete the probe\");\n    return -1;\n  }\n  Py_XDECREF(self->hooks);\n  Py_INCREF(value);\n  self->hooks = value;\n  self->count += 1;\n  return 0;\n}\n",
    "template <typename T>\nT sum_of(const T* data, size_t n, T start) {\n  T total = start;\n  for (size_t i = 0; i < n; i++) {\n    total += static_cast<T>(data[i]);\n  }\n  log_once(total, n);\n  return total;\n}\n",
];

/// Each twice, with a small difference.
const PYTHON: [[&str; 2]; 4] = [
    [
        "def call_method(self, tx, name, args):\n    if name == \"apply\":\n        return self.call_apply(tx, args)\n    return super().call_method(tx, name, args)\n",
        "def call_method(self, tx, name, args):\n    if name == \"applied\":\n        return self.call_apply(tx, args)\n    return super().call_method(tx, name, args)\n",
    ],
    [
        "class ProbeVariable(VariableTracker):\n    \"\"\"A probe.\"\"\"\n\n    def reconstruct(self, codegen, depth=0):\n        found = [d for d in range(depth) if d % 2]\n        codegen(found)\n",
        "class ProbeVariable(VariableTracker):\n    def reconstruct(self, codegen, depth=0):\n        seen = [e for e in range(depth) if e % 2]\n        codegen(seen)\n",
    ],
    [
        "TABLE = {\n    \"torch._C._probe\": ProbeVariable,\n    \"torch._C._other\": OtherVariable,\n}\n",
        "TABLE = {\n    'torch._C._other': OtherVariable,\n    'torch._C._probe': ProbeVariable,\n}\n",
    ],
    [
        "@register(3)\ndef limit(value: int, top=10) -> int:\n    if value > top:\n        raise ValueError(f\"{value} is too large\")\n    return value\n",
        "@register(3)\ndef limit(value, top=10):\n    if value > top:\n        raise ValueError(f\"{value} is over {top}\")\n    return value\n",
    ],
];

/// What a file is made of.
#[derive(Debug, Clone)]
struct Recipe {
    pieces: Vec<usize>,
    /// An operator by number, and the chance with which it picks a place.
    edits: Vec<(usize, u64)>,
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let pieces = proptest::sample::subsequence((0..CPP.len()).collect::<Vec<_>>(), 1..=4).prop_shuffle();
    let edits = proptest::collection::vec((any::<usize>(), any::<u64>()), 0..4);
    (pieces, edits).prop_map(|(pieces, edits)| Recipe { pieces, edits })
}

/// Before, and after with the edits made one after another.
fn cpp(recipe: &Recipe) -> (String, String) {
    let pieces: Vec<&str> = recipe.pieces.iter().map(|&piece| CPP[piece]).collect();
    let before = format!(
        "#include <a.h>\n#include <b.h>\n\nnamespace torch {{\n\n{}\n}} // namespace torch\n",
        pieces.join("\n")
    );
    let operators = mutation::operators();
    let after = recipe.edits.iter().fold(before.clone(), |text, &(operator, seed)| {
        let subject = Subject::of("a.cpp", text.as_bytes()).unwrap();
        let edits = operators[operator % operators.len()].edits(&subject, seed, 1);
        edits.first().map_or(text.clone(), |edit| edit.apply(&text))
    });
    (before, after)
}

fn python(variants: &[usize; 4], side: usize) -> String {
    let pieces = PYTHON.iter().zip(variants);
    pieces
        .filter(|(_, variant)| **variant != 4)
        .map(|(piece, variant)| piece[(variant >> side) & 1])
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn parse(path: &str, text: &[u8]) -> ParsedFile {
    ParsedFile::parse(Arc::from(path), Language::of_path(path).unwrap(), Arc::from(text))
}

fn pair(path: &str, before: &str, after: &str) -> FilePair {
    FilePair { before: Some(parse(path, before.as_bytes())), after: Some(parse(path, after.as_bytes())) }
}

/// All rungs at which symbols of the same name are equal are the last ones.
fn stays_equal(pair: &FilePair) -> Result<(), TestCaseError> {
    let (before, after) = (pair.before.as_ref().unwrap(), pair.after.as_ref().unwrap());
    let surroundings = Surroundings::default();
    for (at, symbol) in before.symbols.iter().enumerate() {
        let twin = after.symbols.iter().position(|other| other.name == symbol.name && other.kind == symbol.kind);
        let Some(twin) = twin else { continue };
        let (language, kind) = (before.language, symbol.kind);
        let both =
            Pair { language, kind, before: before.term(at), after: after.term(twin), surroundings: &surroundings };
        let equal = both.equal_at();
        prop_assert!(Rung::ALL.ends_with(&equal), "`{}` is equal only at {equal:?}", symbol.name);
    }
    Ok(())
}

/// A change as the other direction tells it.
fn mirrored(change: &Change, swap: bool) -> (String, &'static str, Rung, String) {
    let what = match (change.what, swap) {
        (What::Added, false) | (What::Removed, true) => "added",
        (What::Removed, false) | (What::Added, true) => "removed",
        (What::Modified, _) => "modified",
        (What::Moved, _) => "moved",
    };
    (change.symbol.clone(), what, change.rung, change.path.to_string())
}

fn told(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| format!("{change:?}")).collect()
}

fn on_threads(threads: usize, pairs: &[FilePair]) -> Vec<String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| told(&change::diff(pairs)))
}

fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn what_is_equal_at_a_rung_is_equal_at_every_later_one(recipe in recipe(), variants in any::<[u8; 4]>()) {
        let (before, after) = cpp(&recipe);
        stays_equal(&pair("a.cpp", &before, &after))?;
        let variants = variants.map(|variant| usize::from(variant % 4));
        stays_equal(&pair("a.py", &python(&variants, 0), &python(&variants, 1)))?;
    }

    #[test]
    fn a_file_against_itself_is_no_change(recipe in recipe()) {
        let (_, text) = cpp(&recipe);
        prop_assert!(change::diff(&[pair("a.cpp", &text, &text)]).is_empty());
    }

    #[test]
    fn swapping_the_sides_swaps_added_and_removed(recipe in recipe(), variants in any::<[u8; 4]>()) {
        let (before, after) = cpp(&recipe);
        let variants = variants.map(|variant| usize::from(variant % 5));
        let (old, new) = (python(&variants, 0), python(&variants, 1));
        let there = change::diff(&[pair("a.cpp", &before, &after), pair("a.py", &old, &new)]);
        let back = change::diff(&[pair("a.cpp", &after, &before), pair("a.py", &new, &old)]);
        let mut there: Vec<_> = there.iter().map(|change| mirrored(change, false)).collect();
        let mut back: Vec<_> = back.iter().map(|change| mirrored(change, true)).collect();
        there.sort();
        back.sort();
        prop_assert_eq!(there, back, "{}", after);
    }

    #[test]
    fn neither_the_order_of_files_nor_threads_change_the_answer(recipes in proptest::collection::vec(recipe(), 2..4)) {
        let pairs = recipes.iter().zip(["a.cpp", "b.cpp", "c.h"]).map(|(recipe, path)| {
            let (before, after) = cpp(recipe);
            pair(path, &before, &after)
        });
        let mut pairs: Vec<FilePair> = pairs.collect();
        let told = on_threads(1, &pairs);
        prop_assert_eq!(&told, &on_threads(2, &pairs));
        pairs.reverse();
        prop_assert_eq!(&told, &on_threads(2, &pairs));
    }

    #[test]
    fn any_bytes_are_read_into_symbols_inside_the_file(bytes in proptest::collection::vec(any::<u8>(), 0..400), python in any::<bool>()) {
        inside(if python { "a.py" } else { "a.cpp" }, &bytes)?;
    }

    #[test]
    fn torn_code_is_read_into_symbols_inside_the_file(recipe in recipe(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = cpp(&recipe).1.into_bytes();
        let at = cut.index(bytes.len());
        bytes[at] = byte;
        inside("a.cpp", &bytes)?;
        bytes.truncate(at);
        inside("a.cpp", &bytes)?;
    }
}

fn inside(path: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let file = parse(path, bytes);
    for (at, symbol) in file.symbols.iter().enumerate() {
        prop_assert!(symbol.bytes.start <= symbol.bytes.end && symbol.bytes.end <= bytes.len(), "{symbol:?}");
        prop_assert!(symbol.parent.is_none_or(|parent| parent < at), "{symbol:?}");
        file.term(at);
    }
    Ok(())
}

#[test]
fn deep_nesting_is_read_and_compared_without_end_of_stack() {
    const DEPTH: usize = 3000;
    let nested = |open: &str, core: &str, close: &str| format!("{}{core}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let bodies = [
        nested("(", "1", ")"),
        nested("f(", "1", ")"),
        nested("!", "x", ""),
        nested("a + ", "b", ""),
        nested("x ? y : ", "z", ""),
    ];
    for body in bodies {
        let [before, after] = ["x", "y"].map(|end| format!("int f(int x) {{ return {body} + {end}; }}\n"));
        let changes = change::diff(&[pair("a.cpp", &before, &after)]);
        assert!(changes.iter().any(|change| change.rung == Rung::Semantic), "{}", &before[..60]);
    }
    for (open, close) in [("{ ", "}"), ("if (x) { ", "}"), ("[&]() { ", "}();")] {
        let [before, after] =
            ["x", "y"].map(|core| format!("void f(int x) {{ {} }}\n", nested(open, &format!("g({core});"), close)));
        let changes = change::diff(&[pair("a.cpp", &before, &after)]);
        assert!(changes.iter().any(|change| change.rung == Rung::Semantic), "{open}");
    }
}
