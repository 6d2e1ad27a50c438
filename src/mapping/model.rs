//! What a mapping says, after it has been read and checked.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use globset::{Glob, GlobBuilder, GlobSet};

use super::acks::Acks;
use super::review::ReviewSettings;
use crate::ladder::Rung;

/// All links that apply to one repository, from one or more files.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// Sorted by id; ids are unique.
    pub links: Vec<Link>,
    pub scope: Scope,
    /// What is not linked on purpose.
    pub unlinked: Vec<Unlinked>,
    /// Macros that the C++ parser is taught, sorted.
    pub macros: Vec<String>,
    /// Other repositories that selectors may name, sorted by name.
    pub repositories: Vec<Repository>,
    /// What it says to `drift review`.
    pub review: ReviewSettings,
    /// What speaks for changes that leave a Python end behind.
    pub acks: Acks,
    /// The files it was read from, for frames that point into them. A link's `origin` is an index into this.
    pub sources: Vec<MappingSource>,
}

/// A mapping file as it was read.
#[derive(Debug, Clone)]
pub struct MappingSource {
    /// As shown to people: a path, or `built-in mapping for pytorch`.
    pub name: String,
    pub text: Arc<str>,
    /// Where the lines begin; made when it is first asked for, since a run may ask a thousand times or never.
    starts: Arc<OnceLock<Vec<usize>>>,
}

impl MappingSource {
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> MappingSource {
        MappingSource { name: name.into(), text: text.into(), starts: Arc::default() }
    }

    /// Whether it is told by a path from where the program runs, and not built in.
    pub fn is_relative_path(&self) -> bool {
        self.name.ends_with(".toml") && std::path::Path::new(&self.name).is_relative()
    }

    /// The line around a byte, and its number from 1.
    pub fn line_at(&self, byte: usize) -> Option<(u32, &str)> {
        let ends = || memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|end| end + 1);
        let starts = self.starts.get_or_init(|| std::iter::once(0).chain(ends()).collect());
        if byte > self.text.len() {
            return None;
        }
        let number = starts.partition_point(|start| *start <= byte);
        let line = self.text.get(starts[number - 1]..)?.lines().next().unwrap_or("");
        Some((u32::try_from(number).ok()?, line))
    }
}

/// What the dependency graph covers.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub cpp: GlobSet,
    pub python: GlobSet,
    /// The globs as written, in order.
    pub cpp_globs: Vec<String>,
    pub python_globs: Vec<String>,
}

/// Entry points that are not linked on purpose, `[unlinked.NAME]`.
#[derive(Debug, Clone)]
pub struct Unlinked {
    pub name: String,
    pub cpp: GlobSet,
    /// Empty for all names.
    pub names: GlobSet,
    pub why: String,
}

impl Unlinked {
    /// Whether it speaks of a name that a file registers.
    pub fn covers(&self, path: &str, name: &str) -> bool {
        self.cpp.is_match(path) && (self.names.is_empty() || self.names.is_match(name))
    }
}

/// A repository other than the checked one, `[repository.NAME]`.
#[derive(Debug, Clone)]
pub struct Repository {
    pub name: String,
    pub url: Option<String>,
    pub about: Option<String>,
    /// What the dependency graph covers where this repository changes.
    pub scope: Scope,
    /// Which source, and the bytes of its header in it.
    pub origin: (usize, Range<usize>),
}

/// One entry of the mapping.
#[derive(Debug, Clone)]
pub struct Link {
    pub id: String,
    pub relation: Relation,
    /// The authority.
    pub cpp: Vec<Selector>,
    /// The simulation.
    pub python: Vec<Selector>,
    /// How Python sees the entry point.
    pub names: Vec<String>,
    pub why: String,
    pub touch: Touch,
    /// How many calls away from the C++ end a change still counts; `None` is the default of the graph.
    pub depth: Option<u32>,
    /// Rungs below `semantic` that count as semantic for this link.
    pub watch: Vec<Rung>,
    pub owners: Vec<String>,
    pub tests: Vec<String>,
    pub known_differences: Vec<String>,
    /// Which source, and the bytes of the link's header `[link.id]` in it.
    pub origin: (usize, Range<usize>),
}

/// What the Python end is to the C++ end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Python re-implements what C++ does.
    Models,
    /// Python repeats a C++ computation or structure.
    Mirrors,
    /// One side guards on the state of the other.
    Guards,
    /// One side calls the other by name.
    Calls,
    /// Python lists C++ names.
    Lists,
    /// Python refuses what C++ allows.
    Bans,
    /// Python emits code that calls the C++.
    Emits,
}

/// Which Python ends must change for a link to count as co-changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    #[default]
    Any,
    All,
}

/// One side of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    Cpp,
    Python,
}

/// How a link points at code: `path#symbol`, optionally in a named repository.
#[derive(Debug, Clone)]
pub struct Selector {
    /// The name before `:`, where the code lives in a repository other than the checked one.
    pub repository: Option<String>,
    pub path: Arc<str>,
    /// What comes after `#`.
    pub pattern: Pattern,
    /// As written.
    pub text: String,
    /// Which source it was read from: in a union, a link may hold selectors of both snapshots.
    pub source: usize,
    /// Bytes of the string in its mapping source.
    pub span: Range<usize>,
}

/// What a selector picks in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// The whole file: no `#`.
    File,
    /// `name`, `ns::Class::method`, `Class.method`: a unique suffix of the qualified name is enough.
    Name(String),
    /// `name(int, PyObject*)`: one overload, or a macro invocation with these arguments.
    Call { name: String, arguments: String },
    /// `owner["key"]`, `TABLE["key"]`, `Class.method["x"]`; no owner for `["key"]`.
    Keyed { owner: Option<String>, key: String },
    /// `"text"`: uses of a string literal.
    Literal(String),
}

impl End {
    /// The key of a link that holds its selectors.
    pub fn key(self) -> &'static str {
        match self {
            End::Cpp => "cpp",
            End::Python => "python",
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scope {
    /// Compiles globs in which `*` stays inside a folder and `**` does not.
    pub fn of(cpp_globs: Vec<String>, python_globs: Vec<String>) -> Result<Scope, globset::Error> {
        let (cpp, python) = (compile(&cpp_globs)?, compile(&python_globs)?);
        Ok(Scope { cpp, python, cpp_globs, python_globs })
    }
}

/// A glob as `[scope]` means it.
pub(super) fn glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).build()
}

pub(super) fn compile(globs: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSet::builder();
    for text in globs {
        set.add(glob(text)?);
    }
    set.build()
}

impl Touch {
    pub const ALL: [(&'static str, Touch); 2] = [("any", Touch::Any), ("all", Touch::All)];

    /// What it asks for.
    pub fn about(self) -> &'static str {
        match self {
            Touch::Any => "one changed Python selector is enough",
            Touch::All => "every Python selector must change",
        }
    }
}

impl Relation {
    pub const ALL: [(&'static str, Relation); 7] = [
        ("models", Relation::Models),
        ("mirrors", Relation::Mirrors),
        ("guards", Relation::Guards),
        ("calls", Relation::Calls),
        ("lists", Relation::Lists),
        ("bans", Relation::Bans),
        ("emits", Relation::Emits),
    ];

    pub fn name(self) -> &'static str {
        Relation::ALL.iter().find(|(_, relation)| *relation == self).map_or("", |(name, _)| *name)
    }

    /// What the Python end does.
    pub fn about(self) -> &'static str {
        match self {
            Relation::Models => "re-implements what the C++ does",
            Relation::Mirrors => "repeats a C++ computation or structure",
            Relation::Guards => "guards on the state of the C++, or the other way round",
            Relation::Calls => "is called by name from the C++, or calls it",
            Relation::Lists => "lists the C++ names",
            Relation::Bans => "refuses what the C++ allows",
            Relation::Emits => "emits code that calls the C++",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_byte() {
        let source = MappingSource::new("m", "a\nbc\n");
        assert_eq!([0, 1, 3, 4].map(|byte| source.line_at(byte)), [(1, "a"), (1, "a"), (2, "bc"), (2, "bc")].map(Some));
        assert_eq!(source.line_at(9), None);
    }
}
