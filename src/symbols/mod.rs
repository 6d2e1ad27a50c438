//! Symbols: the named pieces of code of a file, with their spans, mentions and terms. The only folder that names
//! tree-sitter.

mod blank;
mod clinic;
mod cpp;
mod language;
mod lexer;
mod node;
mod places;
pub mod prose;
mod python;
mod registers;
mod slots;
pub mod stored;
pub mod term;
mod text;
mod walk;
mod words;
mod yaml;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub use language::Language;
pub use lexer::same_code as is_same_cpp;
use places::Places;
pub use slots::is_called as is_slot_called;
pub use term::Term;

/// A file read into symbols. Keeps its text and tree, so that a symbol's [`Term`] can be built when it is needed.
#[derive(Clone)]
pub struct ParsedFile {
    pub path: Arc<str>,
    pub language: Language,
    /// In source order; a parent comes before its children. The first is the file scope.
    pub symbols: Arc<[Symbol]>,
    text: Arc<[u8]>,
    /// Shared by clones. `None` while the file rests.
    syntax: Arc<Mutex<Option<Arc<Syntax>>>>,
    /// Somebody sees to it that there are not too many trees.
    is_minded: bool,
    /// Shared by clones, made when it is first asked for.
    words: Arc<OnceLock<words::Words>>,
}

/// Sends a file back to rest, see [`ParsedFile::rest_again`].
pub struct Rest<'a>(Option<&'a ParsedFile>);

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            file.rest();
        }
    }
}

/// What terms are built from: many times the size of the text.
struct Syntax {
    /// What was parsed: the text, blanked.
    blanked: Vec<u8>,
    tree: tree_sitter::Tree,
    /// Start bytes of leaves inside symbols that belong to none.
    skipped: Places,
    lines: LineIndex,
}

impl ParsedFile {
    /// Reads a file. Parsing never fails: what the grammar could not recover from is in [`Symbol::damaged`].
    pub fn parse(path: Arc<str>, language: Language, text: Arc<[u8]>) -> ParsedFile {
        language.parse(path, text)
    }

    /// A file whose symbols are known from an earlier reading of the same text; its syntax is read when it is needed.
    pub fn of_symbols(path: Arc<str>, language: Language, text: Arc<[u8]>, symbols: Arc<[Symbol]>) -> ParsedFile {
        let (syntax, words) = (Arc::default(), Arc::default());
        ParsedFile { path, language, symbols, text, syntax, is_minded: false, words }
    }

    /// Positions, ascending, of the symbols that a name could mean: whoever asks has fewer to compare with.
    pub fn meant_by(&self, name: &str) -> Vec<usize> {
        let words = self.words.get_or_init(|| words::Words::of(&self.symbols));
        words.meant(name).unwrap_or_else(|| (0..self.symbols.len()).collect())
    }

    /// The same file under another path.
    pub fn at(&self, path: Arc<str>) -> ParsedFile {
        ParsedFile { path, ..self.clone() }
    }

    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// How much text a tree would be made of.
    pub fn bytes_of_tree(&self) -> usize {
        if self.language.has_grammar() { self.text.len() } else { 0 }
    }

    /// Whether the other file is the same code, token by token; trees do not matter.
    pub fn is_same_code(&self, other: &ParsedFile) -> bool {
        self.language == Language::Cpp && other.language == Language::Cpp && lexer::same_code(&self.text, &other.text)
    }

    /// The syntax of a symbol, by its position in [`ParsedFile::symbols`], without the symbols inside it.
    pub fn term(&self, symbol: usize) -> Term {
        match self.syntax() {
            Some(syntax) => term::of_symbol(self, &syntax, symbol),
            None => yaml::term(self, symbol),
        }
    }

    /// The syntax of a symbol with the symbols inside it: a function with its bindings.
    pub fn whole_term(&self, symbol: usize) -> Term {
        match self.syntax() {
            Some(syntax) => term::of_whole(self, &syntax, symbol),
            None => yaml::term(self, symbol),
        }
    }

    /// What people wrote in words, in source order: comments, and texts of more than one word.
    pub fn prose(&self) -> Vec<prose::Prose> {
        match self.language {
            Language::Cpp => prose::of_cpp(&self.text),
            Language::Python => self.syntax().map_or_else(Vec::new, |syntax| prose::of_python(&syntax, &self.text)),
            Language::Yaml => Vec::new(),
        }
    }

    /// Lets go of the syntax tree. The next term reads the text again: a trade for ranges so wide that their trees do
    /// not fit into memory.
    pub fn rest(&self) {
        *self.held() = None;
    }

    /// Rests again when the guard is dropped, if the file rests now and nobody minds it.
    pub fn rest_again(&self) -> Rest<'_> {
        Rest((!self.is_minded && self.held().is_none()).then_some(self))
    }

    /// The same file, whose owner lets it [`rest`](Self::rest) when there are too many trees.
    pub fn minded(self) -> ParsedFile {
        ParsedFile { is_minded: true, ..self }
    }

    /// `None` where the language has no grammar.
    fn syntax(&self) -> Option<Arc<Syntax>> {
        if !self.language.has_grammar() {
            return None;
        }
        let mut held = self.held();
        if held.is_none() {
            *held = self.language.read(&self.text).0.map(Arc::new);
        }
        held.clone()
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<Syntax>>> {
        self.syntax.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines of a span, each with its number; bytes that are not UTF-8 are replaced.
    pub fn lines(&self, span: Lines) -> Vec<(u32, String)> {
        let lines = self.text.split(|&byte| byte == b'\n').zip(1..);
        lines
            .skip(span.start.saturating_sub(1) as usize)
            .take((span.end + 1 - span.start.min(span.end)) as usize)
            .map(|(line, number)| (number, String::from_utf8_lossy(line).trim_end_matches('\r').to_string()))
            .collect()
    }
}

impl fmt::Debug for ParsedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedFile").field("path", &self.path).field("symbols", &self.symbols).finish_non_exhaustive()
    }
}

/// What a symbol is. Names are those of the JSON output.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
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
    /// The branch of a function that handles a string: `Class.method["x"]`. Always a view.
    Branch,
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
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
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
    /// A view of a part of its parent, by a name people use: the branch of a function that handles a string. Its text
    /// belongs to the parent as well.
    pub view: bool,
    /// Hash of the tokens without comments and white space, the name itself included.
    pub fingerprint: u128,
    /// The same with comments and white space.
    pub raw_fingerprint: u128,
    pub mentions: Vec<Mention>,
    extras: Vec<Extra>,
}

/// Tokens that belong to a symbol without being in its syntax tree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Extra {
    kind: ExtraKind,
    text: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum ExtraKind {
    /// What stands in front: `def_static` of a binding, the condition of a branch.
    Lead = 1,
    /// A condition of the preprocessor around it.
    Condition = 2,
    /// A macro that was blanked before parsing.
    Blanked = 3,
}

/// Lines of a span, counted from 1, both ends included.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Lines {
    #[serde(rename = "line")]
    pub start: u32,
    #[serde(rename = "end_line")]
    pub end: u32,
}

/// Something that a symbol names: the raw material of the dependency graph.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mention {
    /// As written, without template arguments: `f`, `torch::f`, `Class.method`.
    pub name: Arc<str>,
    pub role: Role,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

impl Symbol {
    /// What stands in front of it: `def_static` of a binding, and what the binding hangs on.
    pub fn lead(&self) -> Option<&str> {
        self.extras.iter().find(|extra| extra.kind == ExtraKind::Lead).map(|extra| &*extra.text)
    }

    /// The conditions of the preprocessor around it, the outermost first.
    pub fn conditions(&self) -> Vec<&str> {
        let conditions = self.extras.iter().filter(|extra| extra.kind == ExtraKind::Condition);
        conditions.map(|extra| &*extra.text).collect()
    }
}

impl SymbolKind {
    fn has_body(self) -> bool {
        matches!(self, SymbolKind::Function | SymbolKind::Class | SymbolKind::Macro | SymbolKind::Binding)
    }

    /// The name in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            SymbolKind::Function => "function",
            SymbolKind::Declaration => "declaration",
            SymbolKind::Class => "class",
            SymbolKind::Enum => "enum",
            SymbolKind::Field => "field",
            SymbolKind::Variable => "variable",
            SymbolKind::Table => "table",
            SymbolKind::Branch => "branch",
            SymbolKind::Row => "row",
            SymbolKind::Binding => "binding",
            SymbolKind::Macro => "macro",
            SymbolKind::Invocation => "invocation",
            SymbolKind::Alias => "alias",
            SymbolKind::FileScope => "file-scope",
        }
    }
}

/// Where the lines of a text begin.
struct LineIndex(Vec<usize>);

impl LineIndex {
    fn of(text: &[u8]) -> LineIndex {
        LineIndex(std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn of_byte(&self, at: usize) -> u32 {
        self.0.partition_point(|&start| start <= at) as u32
    }
}
