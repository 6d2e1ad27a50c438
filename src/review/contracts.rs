//! Contracts: what the functions of the CPython API, of pybind11 and of the project promise about references, errors
//! and Python code that may run. Data, from `contracts.tsv`, `pytorch.tsv` and the mapping.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::mapping::review::GivenContract;

/// What a function promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    pub name: String,
    pub returns: Returns,
    pub failure: Failure,
    pub steals: Vec<Stolen>,
    pub out: Option<Out>,
    /// Arbitrary Python code may run inside.
    pub runs_python: bool,
    source: String,
}

/// What kind of reference comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    New,
    Borrowed,
    /// The null pointer, always: it only sets an exception.
    Null,
    /// No reference.
    Value,
    Nothing,
    Unknown,
}

/// How a failure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The null pointer, with an exception set.
    NullSets,
    /// As above, and only when there is no memory.
    NullMemory,
    /// The null pointer may also mean that there is nothing: `PyErr_Occurred()` tells.
    NullAsk,
    /// The null pointer, and no exception.
    NullQuiet,
    /// An exception is set and thrown away inside.
    Swallows,
    /// -1, with an exception set.
    MinusSets,
    /// -1 may also be a result: `PyErr_Occurred()` tells.
    MinusAsk,
    /// 1, 0, or -1 with an exception set.
    Tristate,
    /// 0, with an exception set.
    ZeroSets,
    /// A C++ exception is thrown.
    Throws,
    Never,
    Unknown,
}

/// An argument whose reference the function takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stolen {
    pub argument: usize,
    pub when: When,
    /// What the argument points at is replaced: `Py_CLEAR`, `_PyBytes_Concat`.
    pub through_pointer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    OnSuccess,
}

/// Arguments through which references come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    New(Vec<usize>),
    Borrowed(Vec<usize>),
    /// As the format says: borrowed for `O`.
    Format,
}

/// All contracts that hold in a run.
#[derive(Debug, Clone)]
pub struct Contracts {
    by_name: BTreeMap<String, Contract>,
    /// Types that release what they hold, besides the built-in ones.
    owners: Vec<String>,
}

const CPYTHON: &str = include_str!("contracts.tsv");
const PYTORCH: &str = include_str!("pytorch.tsv");

impl Contracts {
    /// Those that are compiled in.
    pub fn built_in() -> &'static Contracts {
        static BUILT_IN: OnceLock<Contracts> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let rows = [CPYTHON, PYTORCH].into_iter().flat_map(|table| table.lines().skip(1));
            let contracts =
                rows.map(|row| contract(row).unwrap_or_else(|| panic!("a row of contracts is wrong: {row}")));
            let by_name = contracts.map(|contract| (contract.name.clone(), contract)).collect();
            Contracts { by_name, owners: Vec::new() }
        })
    }

    /// The built-in ones, and those of the mapping in their place.
    pub fn with(given: &[GivenContract], owners: &[String]) -> Contracts {
        let mut contracts = Contracts { owners: owners.to_vec(), ..Contracts::built_in().clone() };
        for row in given {
            let steals =
                row.steals.iter().map(|&argument| Stolen { argument, when: When::Always, through_pointer: false });
            let contract = Contract {
                name: row.name.clone(),
                returns: row.returns.as_deref().and_then(returns).unwrap_or(Returns::Unknown),
                failure: row.failure.as_deref().and_then(failure).unwrap_or(Failure::Unknown),
                steals: steals.collect(),
                out: (!row.out.is_empty()).then(|| Out::New(row.out.clone())),
                runs_python: row.runs_python,
                source: "mapping".to_owned(),
            };
            contracts.by_name.insert(row.name.clone(), contract);
        }
        contracts
    }

    /// The contract of what is called: by its whole name, or by its last one if nothing qualifies it there.
    pub fn named(&self, name: &str) -> Option<&Contract> {
        let name = name.trim_start_matches("::");
        let qualified = name.contains("::");
        let macro_name =
            |part: &str| !qualified || part.starts_with("Py") || part.starts_with("THP") || part.starts_with("_Py");
        self.by_name.get(name).or_else(|| {
            let last = name.rsplit("::").next().filter(|last| macro_name(last))?;
            self.by_name.get(last)
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Whether a value of this type releases the reference it holds.
    pub fn is_owner(&self, kind: &str) -> bool {
        let kind = bare_type(kind);
        if kind.ends_with(['*', '&']) {
            return false;
        }
        let base = kind.split('<').next().unwrap_or(kind);
        let last = base.rsplit("::").next().unwrap_or(base);
        let pybind = base.starts_with("py::") || base.starts_with("pybind11::");
        let pybind = pybind && PYBIND_OWNERS.contains(&last);
        let pointer = last.starts_with("THP") && (last.ends_with("Ptr") || last == "THPPointer");
        pybind || pointer || OWNERS.contains(&last) || self.owners.iter().any(|owner| owner == base || owner == last)
    }
}

/// pybind11's types that own a reference.
const PYBIND_OWNERS: [&str; 27] = [
    "object",
    "list",
    "tuple",
    "dict",
    "str",
    "bytes",
    "function",
    "int_",
    "float_",
    "bool_",
    "set",
    "frozenset",
    "module",
    "module_",
    "iterator",
    "iterable",
    "sequence",
    "slice",
    "none",
    "type",
    "array",
    "array_t",
    "dtype",
    "capsule",
    "kwargs",
    "args",
    "cpp_function",
];

/// Owners of PyTorch and functorch.
const OWNERS: [&str; 7] =
    ["SafePyObject", "RAIIPyObject", "OwnedRef", "PyObjectPtr", "SafePyHandle", "object_ptr", "PyRef"];

fn bare_type(kind: &str) -> &str {
    let mut kind = kind.trim();
    while let Some(rest) = ["const ", "static ", "struct "].iter().find_map(|word| kind.strip_prefix(word)) {
        kind = rest.trim_start();
    }
    kind
}

/// Whether the type is that of a raw pointer to an object.
pub fn is_raw_object(kind: &str) -> bool {
    let kind = bare_type(kind);
    let Some(base) = kind.strip_suffix('*').filter(|base| !base.ends_with('*')) else { return false };
    let base = base.trim().trim_end_matches(" const");
    base.starts_with("Py") && base.ends_with("Object") || base.starts_with("THP") && !base.contains('<')
}

impl Contract {
    pub fn returns_new(&self) -> bool {
        self.returns == Returns::New
    }

    /// The result may be the null pointer for reasons that the code of users decides.
    pub fn may_be_null(&self) -> bool {
        matches!(self.failure, Failure::NullSets | Failure::NullAsk | Failure::NullQuiet | Failure::Swallows)
    }

    pub fn steals(&self, argument: usize) -> Option<Stolen> {
        self.steals.iter().find(|stolen| stolen.argument == argument).copied()
    }

    /// `refcounts.dat 3.13`, and the other sources it was read from.
    pub fn origin(&self) -> String {
        let names = self.source.split('+').map(|source| match source {
            "refcounts" => "refcounts.dat 3.13",
            "cython" => "Cython's declarations",
            "docs" => "C API documentation 3.13",
            "headers" => "CPython's headers",
            "hand" => "corrected by hand",
            "pytorch" => "PyTorch profile",
            "body" => "its body in this file",
            "mapping" => "`[review.contract]` of the mapping",
            other => other,
        });
        names.collect::<Vec<_>>().join(", ")
    }

    /// The source that a finding names.
    fn first_source(&self) -> String {
        self.origin().split(", ").next().unwrap_or_default().to_owned()
    }

    /// What is promised about the result, and where that is written.
    pub fn of_result(&self) -> String {
        format!("`{}`: {} ({})", self.name, self.returns.phrase(), self.first_source())
    }

    /// How failure shows, and where that is written.
    pub fn of_failure(&self) -> String {
        format!("`{}`: {} ({})", self.name, self.failure.phrase(), self.first_source())
    }

    /// Which arguments are taken over, and where that is written.
    pub fn of_arguments(&self) -> String {
        let taken: Vec<String> = self.steals.iter().map(|stolen| stolen.phrase()).collect();
        let phrase = if taken.is_empty() { "takes over no argument".to_owned() } else { taken.join(", ") };
        format!("`{}`: {phrase} ({})", self.name, self.first_source())
    }

    /// What comes through arguments, and where that is written.
    pub fn out_phrase(&self) -> String {
        let phrase = self.out.as_ref().map(Out::phrase).unwrap_or_default();
        format!("{phrase} ({})", self.first_source())
    }

    /// Everything that is promised, a line each, with its heading.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines =
            vec![("returns", self.returns.phrase().to_owned()), ("failure", self.failure.phrase().to_owned())];
        lines.extend(self.steals.iter().map(|stolen| ("steals", stolen.phrase())));
        lines.extend(self.out.iter().map(|out| ("out", out.phrase())));
        let runs = if self.runs_python { "may run arbitrary Python code" } else { "runs no Python code of users" };
        lines.push(("python", runs.to_owned()));
        lines.push(("source", self.origin()));
        lines
    }

    /// A contract read off the body of a function.
    pub fn of_body(name: &str, returns: Returns, steals: Vec<Stolen>) -> Contract {
        Contract {
            name: name.to_owned(),
            returns,
            failure: Failure::Unknown,
            steals,
            out: None,
            runs_python: false,
            source: "body".to_owned(),
        }
    }
}

impl Returns {
    fn phrase(self) -> &'static str {
        match self {
            Returns::New => "new reference",
            Returns::Borrowed => "borrowed reference",
            Returns::Null => "always NULL",
            Returns::Value => "no reference",
            Returns::Nothing => "nothing",
            Returns::Unknown => "not known",
        }
    }
}

impl Failure {
    fn phrase(self) -> &'static str {
        match self {
            Failure::NullSets => "NULL with an exception set",
            Failure::NullMemory => "NULL with an exception set, only when there is no memory",
            Failure::NullAsk => "NULL, and `PyErr_Occurred()` tells whether that is an error",
            Failure::NullQuiet => "NULL without an exception",
            Failure::Swallows => "errors inside are swallowed",
            Failure::MinusSets => "-1 with an exception set",
            Failure::MinusAsk => "-1, and `PyErr_Occurred()` tells whether that is an error",
            Failure::Tristate => "1, 0, or -1 with an exception set",
            Failure::ZeroSets => "0 with an exception set",
            Failure::Throws => "throws a C++ exception",
            Failure::Never => "cannot fail",
            Failure::Unknown => "not known",
        }
    }
}

impl Stolen {
    fn phrase(self) -> String {
        let when = if self.when == When::OnSuccess { ", only on success" } else { "" };
        format!("takes over argument {}{when}", self.argument + 1)
    }
}

impl Out {
    fn phrase(&self) -> String {
        let listed = |at: &[usize]| at.iter().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(", ");
        match self {
            Out::New(at) => format!("new reference through argument {}", listed(at)),
            Out::Borrowed(at) => format!("borrowed reference through argument {}", listed(at)),
            Out::Format => "borrowed references as the format says".to_owned(),
        }
    }
}

fn contract(row: &str) -> Option<Contract> {
    let mut cells = row.split('\t');
    let mut next = || cells.next();
    let (name, result, fails, stolen, outs, runs, source) =
        (next()?, next()?, next()?, next()?, next()?, next()?, next()?);
    Some(Contract {
        name: name.to_owned(),
        returns: returns(result)?,
        failure: failure(fails)?,
        steals: if stolen == "-" { Vec::new() } else { stolen.split(',').map(steals).collect::<Option<_>>()? },
        out: if outs == "-" { None } else { Some(out(outs)?) },
        runs_python: runs == "python",
        source: source.to_owned(),
    })
}

/// The names that a mapping may use.
pub const RETURNS: [(&str, Returns); 6] = [
    ("new", Returns::New),
    ("borrowed", Returns::Borrowed),
    ("null", Returns::Null),
    ("value", Returns::Value),
    ("nothing", Returns::Nothing),
    ("unknown", Returns::Unknown),
];

pub const FAILURES: [(&str, Failure); 12] = [
    ("null-sets", Failure::NullSets),
    ("null-memory", Failure::NullMemory),
    ("null-ask", Failure::NullAsk),
    ("null-quiet", Failure::NullQuiet),
    ("swallows", Failure::Swallows),
    ("minus-sets", Failure::MinusSets),
    ("minus-ask", Failure::MinusAsk),
    ("tristate", Failure::Tristate),
    ("zero-sets", Failure::ZeroSets),
    ("throws", Failure::Throws),
    ("never", Failure::Never),
    ("unknown", Failure::Unknown),
];

fn returns(text: &str) -> Option<Returns> {
    RETURNS.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
}

fn failure(text: &str) -> Option<Failure> {
    FAILURES.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
}

/// `2` always, `2?` only on success, `*0` what it points at.
fn steals(text: &str) -> Option<Stolen> {
    let when = if text.ends_with('?') { When::OnSuccess } else { When::Always };
    let argument = text.trim_start_matches('*').trim_end_matches(['?', '!']).parse().ok()?;
    Some(Stolen { argument, when, through_pointer: text.starts_with('*') })
}

fn out(text: &str) -> Option<Out> {
    if text == "format" {
        return Some(Out::Format);
    }
    let (at, kind) = text.split_once(':')?;
    let at: Vec<usize> = if at.ends_with('+') {
        (at.trim_end_matches('+').parse().ok()?..16).collect()
    } else {
        at.split(',').map(|at| at.parse().ok()).collect::<Option<_>>()?
    };
    Some(if kind == "new" { Out::New(at) } else { Out::Borrowed(at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_and_sorted() {
        assert!(Contracts::built_in().by_name.len() > 1300);
        for table in [CPYTHON, PYTORCH] {
            let names: Vec<&str> = table.lines().skip(1).filter_map(|row| row.split('\t').next()).collect();
            assert!(names.is_sorted(), "rows are sorted by name, so that edits show where they belong");
        }
    }

    #[test]
    fn facts_that_people_get_wrong() {
        let named = |name| Contracts::built_in().named(name).unwrap();
        assert!(named("PyList_SetItem").steals(2).is_some_and(|stolen| stolen.when == When::Always));
        assert!(named("PyModule_AddObject").steals(2).is_some_and(|stolen| stolen.when == When::OnSuccess));
        assert!(named("PyFrame_GetBack").returns_new() && named("PySequence_GetItem").returns_new());
        assert_eq!(named("PyDict_GetItem").failure, Failure::Swallows);
        assert_eq!(named("PyDict_GetItemRef").out, Some(Out::New(vec![2])));
        assert_eq!(named("PyObject_IsTrue").failure, Failure::Tristate);
        assert_eq!(named("torch::autograd::utils::wrap").returns, Returns::New);
    }

    #[test]
    fn owners_are_told_from_pointers() {
        let contracts = Contracts::built_in();
        for owner in ["THPObjectPtr", "py::object", "const py::tuple", "THPPointer<PyObject>", "pybind11::list"] {
            assert!(contracts.is_owner(owner), "{owner}");
        }
        for other in ["PyObject*", "py::object&", "py::handle", "THPVariable*", "at::Tensor"] {
            assert!(!contracts.is_owner(other), "{other}");
        }
        assert!(is_raw_object("PyObject*") && is_raw_object("THPVariable*") && !is_raw_object("PyObject**"));
    }
}
