//! Twins: which C++ files make what Python sees, and which Python files define the same names again. A first guess, for
//! a mapping that is yet to be written.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::mapping::resolve::{Resolution, resolve};
use crate::mapping::selector;
use crate::source::SourceFile;
use crate::symbols::{Language, ParsedFile, Symbol, SymbolKind};

/// Where the two sides are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twins {
    /// Globs over the files with bindings, and how many files those are.
    pub cpp: Vec<String>,
    pub cpp_files: usize,
    /// Globs over the Python files that define names which bindings have, and how many files those are.
    pub python: Vec<String>,
    pub python_files: usize,
    /// Two selectors that name the same thing on both sides.
    pub example: Option<Example>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub name: String,
    pub cpp: String,
    pub python: String,
}

/// What a file with bindings holds, in bytes that need no parser.
const MARKS: [&[u8]; 8] = [
    b"PyMethodDef",
    b"PyGetSetDef",
    b"PyModuleDef",
    b"PYBIND11_MODULE",
    b"py::class_",
    b"NB_MODULE",
    b"nb::class_",
    b"TORCH_LIBRARY",
];

/// Shorter names are shared by accident.
const LEAST_LENGTH: usize = 3;

/// A Python file that shares fewer names with the bindings is no twin.
const LEAST_SHARED: usize = 3;

/// Of the twins' names those in this many Python files or more say nothing: `get`, `update`.
const MOST_COMMON: usize = 12;

/// Looks for twins among files of both languages. Files that cannot be read are passed by: this is a guess.
pub fn find(files: &[SourceFile]) -> Twins {
    let bindings: Vec<ParsedFile> = files.par_iter().filter(|file| has_marks(file)).filter_map(parse).collect();
    let bindings: Vec<(ParsedFile, BTreeSet<String>)> = bindings
        .into_iter()
        .map(|file| (bound(&file), file))
        .filter(|(names, _)| !names.is_empty())
        .map(|(names, file)| (file, names))
        .collect();
    let all: BTreeSet<&str> = bindings.iter().flat_map(|(_, names)| names).map(String::as_str).collect();
    let defined: Vec<(&SourceFile, BTreeSet<&str>)> = files
        .par_iter()
        .filter(|file| Language::of_path(&file.path) == Some(Language::Python) && !is_aside(&file.path))
        .map(|file| (file, defined(file, &all)))
        .collect();
    let telling = telling(&defined);
    let mut twins: Vec<(&SourceFile, BTreeSet<&str>)> = defined
        .into_iter()
        .map(|(file, names)| (file, names.into_iter().filter(|name| telling.contains(name)).collect::<BTreeSet<_>>()))
        .filter(|(_, names)| names.len() >= LEAST_SHARED)
        .collect();
    twins.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.path.cmp(&b.0.path)));
    Twins {
        cpp: globs(bindings.iter().map(|(file, _)| &*file.path)),
        cpp_files: bindings.len(),
        python: globs(twins.iter().map(|(file, _)| &*file.path)),
        python_files: twins.len(),
        example: twins.iter().find_map(|(file, names)| example(&bindings, file, names)),
    }
}

fn has_marks(file: &SourceFile) -> bool {
    let holds = |text: &[u8]| MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some());
    Language::of_path(&file.path) == Some(Language::Cpp)
        && !is_aside(&file.path)
        && file.content.as_ref().is_ok_and(|text| holds(text))
}

/// Tests, stubs and what belongs to others: they repeat names without simulating anything.
fn is_aside(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let aside = ["test", "tests", "testing", "third_party", "vendor", "docs", "doc", "examples", "benchmarks"];
    folders.split('/').any(|folder| aside.contains(&&*folder.to_ascii_lowercase()))
        || name.starts_with("test_")
        || name.ends_with(".pyi")
}

fn parse(file: &SourceFile) -> Option<ParsedFile> {
    let text = file.content.as_ref().ok()?.clone();
    Some(ParsedFile::parse(file.path.clone(), Language::of_path(&file.path)?, text))
}

/// The names that a file shows to Python.
fn bound(file: &ParsedFile) -> BTreeSet<String> {
    let rows = file.symbols.iter().filter(|symbol| is_bound(symbol));
    rows.filter_map(|symbol| key(&symbol.name)).filter(|name| is_telling(name)).map(str::to_owned).collect()
}

fn is_bound(symbol: &Symbol) -> bool {
    matches!(symbol.kind, SymbolKind::Row | SymbolKind::Binding)
}

/// The last part of what is between the quotes: `x` of `init["Class.x"]`.
fn key(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once("[\"")?;
    rest.strip_suffix("\"]")?.rsplit('.').next()
}

fn is_telling(name: &str) -> bool {
    name.len() >= LEAST_LENGTH && !name.starts_with("__")
}

/// Which of the names a Python file defines, as a function or class, also as `call_NAME` or `method_NAME`.
fn defined<'n>(file: &SourceFile, names: &BTreeSet<&'n str>) -> BTreeSet<&'n str> {
    let Ok(text) = &file.content else { return BTreeSet::new() };
    let text = String::from_utf8_lossy(text);
    let heads = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "))?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    });
    heads.flat_map(spellings).filter_map(|name| names.get(name).copied()).collect()
}

fn spellings(name: &str) -> impl Iterator<Item = &str> {
    let prefixes = ["call_", "method_", "handle_", "_"];
    std::iter::once(name).chain(prefixes.into_iter().filter_map(move |prefix| name.strip_prefix(prefix)))
}

/// Names that only a few files define.
fn telling<'n>(defined: &[(&SourceFile, BTreeSet<&'n str>)]) -> BTreeSet<&'n str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    defined.iter().flat_map(|(_, names)| names).for_each(|name| *counts.entry(name).or_default() += 1);
    counts.into_iter().filter(|(_, count)| *count < MOST_COMMON).map(|(name, _)| name).collect()
}

/// Globs over files: the deepest folder that holds all of those that begin alike, or the kind of file at the root.
fn globs<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut groups: BTreeMap<&str, Option<Vec<&str>>> = BTreeMap::new();
    let mut globs = BTreeSet::new();
    for path in paths {
        let Some((folder, _)) = path.rsplit_once('/') else {
            globs.insert(format!("*.{}", path.rsplit('.').next().unwrap_or(path)));
            continue;
        };
        let parts: Vec<&str> = folder.split('/').collect();
        let group = groups.entry(parts[0]).or_default();
        *group = Some(match group.take() {
            Some(common) => common.into_iter().zip(parts).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
            None => parts,
        });
    }
    globs.extend(groups.into_values().flatten().map(|folders| format!("{}/**", folders.join("/"))));
    globs.into_iter().collect()
}

/// A name of a twin for which both sides have a selector that picks one thing.
fn example(bindings: &[(ParsedFile, BTreeSet<String>)], twin: &SourceFile, names: &BTreeSet<&str>) -> Option<Example> {
    let twin = parse(twin)?;
    let best = bindings.iter().max_by_key(|(_, bound)| names.iter().filter(|name| bound.contains(**name)).count())?;
    let shared = names.iter().filter(|name| best.1.contains(**name));
    shared.into_iter().find_map(|name| {
        let cpp = unique(&best.0, |symbol| is_bound(symbol) && key(&symbol.name) == Some(name))?;
        let defines = |symbol: &Symbol| {
            symbol.kind == SymbolKind::Function
                && spellings(symbol.name.rsplit('.').next().unwrap_or_default()).any(|s| s == *name)
        };
        Some(Example { name: (*name).to_owned(), cpp, python: unique(&twin, defines)? })
    })
}

/// A selector of the first symbol that is wanted and that can be named.
fn unique(file: &ParsedFile, wanted: impl Fn(&Symbol) -> bool) -> Option<String> {
    let named = file.symbols.iter().enumerate().filter(|(_, symbol)| wanted(symbol));
    named.into_iter().find_map(|(at, symbol)| {
        let pattern = selector::pattern(&symbol.name).ok()?;
        (resolve(&pattern, file) == Resolution::Found(vec![at])).then(|| format!("{}#{}", file.path, symbol.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), content: Ok(text.as_bytes().into()) }
    }

    const CPP: &str = "static PyMethodDef Probe_methods[] = {\n    {\"dive\", f, METH_O, nullptr},\n    {\"rise\", g, \
                       METH_NOARGS, nullptr},\n    {\"anchor\", h, METH_NOARGS, nullptr},\n    {nullptr}};\n";

    #[test]
    fn twins_define_what_bindings_show() {
        let twin =
            "class P:\n    def call_dive(self): pass\n    def rise(self): pass\n    async def anchor(self): pass\n";
        let files = [
            file("native/src/probe.c", CPP),
            file("native/src/deep/other.cpp", "int f() { return 0; }\n"),
            file("native/include/meter.h", "PyMethodDef m[] = {{\"measure\", m, METH_O, nullptr}, {nullptr}};\n"),
            file("lib/sim/probe.py", twin),
            file("lib/sim/other.py", "def dive(): pass\n"),
            file("tests/test_probe.py", twin),
            file("lib/sim/probe.pyi", twin),
        ];
        let twins = find(&files);
        assert_eq!((&*twins.cpp, twins.cpp_files), (&["native/**".to_owned()][..], 2));
        assert_eq!((&*twins.python, twins.python_files), (&["lib/sim/**".to_owned()][..], 1));
        let example = twins.example.unwrap();
        assert_eq!(example.cpp, "native/src/probe.c#Probe_methods[\"anchor\"]");
        assert_eq!(example.python, "lib/sim/probe.py#P.anchor");
        assert_eq!(find(&[]), Twins::default());
    }

    #[test]
    fn files_at_the_root_are_meant_by_their_kind() {
        assert_eq!(globs(["a.c", "x/b/c.c", "x/b/d/e.c", "y/f.c"].into_iter()), ["*.c", "x/b/**", "y/**"]);
    }
}
