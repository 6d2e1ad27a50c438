//! Symbols: the named pieces of code of a file, with their spans, mentions and terms. The only folder that names
//! tree-sitter.

pub mod term;

use std::ops::Range;
use std::sync::Arc;

pub use term::Term;

/// A language that `drift` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Cpp,
    Python,
}

/// A file read into symbols. Keeps its text and tree, so that a symbol's [`Term`] can be built when it is needed.
#[derive(Debug, Clone)]
pub struct ParsedFile {
    pub path: Arc<str>,
    pub language: Language,
    /// In source order; a parent comes before its children.
    pub symbols: Vec<Symbol>,
    text: Arc<[u8]>,
}

impl ParsedFile {
    /// Reads a file. Parsing never fails: what the grammar could not recover from is in [`Symbol::damaged`].
    pub fn parse(path: Arc<str>, language: Language, text: Arc<[u8]>) -> ParsedFile {
        ParsedFile { path, language, symbols: Vec::new(), text }
    }

    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl Language {
    /// The language of a file, by its name.
    pub fn of_path(path: &str) -> Option<Language> {
        match path.rsplit_once('.')?.1 {
            "cpp" | "cc" | "cxx" | "c" | "h" | "hpp" | "hh" | "hxx" | "inl" | "cu" | "cuh" | "mm" => {
                Some(Language::Cpp)
            }
            "py" | "pyi" => Some(Language::Python),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Language::Cpp => "cpp",
            Language::Python => "python",
        }
    }
}

/// What a symbol is. Names are those of the JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SymbolKind {
    Function,
    /// A function declared but not defined here: it carries default arguments.
    Declaration,
    Class,
    Enum,
    /// A data member of a class, a class variable, or one value of an enum.
    Field,
    /// A file-scope or namespace-scope variable or constant; a Python module variable.
    Variable,
    /// A variable whose initialiser lists rows: `PyMethodDef[]`, a Python dictionary.
    Table,
    /// One row of a table, `methods["apply"]`.
    Row,
    /// One entry that Python sees, made by a call: `m.def("x", …)`, `.def_property(…)`, `py::class_<T>(m, "T")`.
    Binding,
    Macro,
    /// A macro used at file scope: `SYMNODE_BINARY(add)`.
    Invocation,
    Alias,
    /// What no other symbol of the file holds.
    FileScope,
}

/// A named piece of code with a span.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// Qualified as the language writes it: `torch::autograd::f`, `Class.method.inner`, `methods["apply"]`,
    /// `c10d_init["allreduce"]` for a binding (its owner is the function that makes it).
    pub name: String,
    pub kind: SymbolKind,
    /// Parameter types of a C++ function, space-normalised and joined by `, `: tells overloads apart.
    pub parameters: Option<String>,
    pub lines: Lines,
    pub bytes: Range<usize>,
    /// The enclosing symbol, by position in [`ParsedFile::symbols`].
    pub parent: Option<usize>,
    /// No other file can name it: `static`, an anonymous namespace.
    pub local: bool,
    /// The syntax tree has errors inside: answers about it are less certain.
    pub damaged: bool,
    /// Hash of the tokens without comments and white space, the name itself included.
    pub fingerprint: u128,
    pub mentions: Vec<Mention>,
}

/// Lines of a span, counted from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Lines {
    #[serde(rename = "line")]
    pub start: u32,
    #[serde(rename = "end_line")]
    pub end: u32,
}

/// Something that a symbol names: the raw material of the dependency graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// As written, without template arguments: `f`, `torch::f`, `Class.method`.
    pub name: Arc<str>,
    pub role: Role,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `f(a, b)`, with the number of arguments.
    Call {
        arguments: u16,
    },
    /// `x.f(a)` or `x->f(a)`: the receiver's type is not known.
    MemberCall {
        arguments: u16,
    },
    Type,
    /// Any other identifier: a constant, a function whose address is taken, a macro.
    Name,
    /// The text of a string literal that looks like a name.
    Text,
}
