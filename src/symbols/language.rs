//! The languages, one row each: file names, grammar, and how a file is read into symbols.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;
use tree_sitter::{Parser, Tree};

use super::node::Node;
use super::{LineIndex, ParsedFile, Symbol, Syntax, blank, cpp, python, walk};

/// A language that `drift` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Cpp,
    Python,
}

struct Row {
    language: Language,
    name: &'static str,
    extensions: &'static [&'static str],
    grammar: fn() -> tree_sitter::Language,
}

const ROWS: [Row; 2] = [
    Row {
        language: Language::Cpp,
        name: "cpp",
        extensions: &["cpp", "cc", "cxx", "c", "h", "hpp", "hh", "hxx", "inl", "cu", "cuh", "mm"],
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
    },
    Row {
        language: Language::Python,
        name: "python",
        extensions: &["py", "pyi"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
    },
];

/// The names of a grammar's nodes and fields, by their ids.
pub(super) struct Names {
    kinds: Vec<&'static str>,
    fields: Vec<&'static str>,
    ids: FxHashMap<&'static str, u16>,
}

impl Names {
    fn of(grammar: &tree_sitter::Language) -> Names {
        // Made once a grammar, for as long as the process lives.
        let lasting = |name: Option<&str>| -> &'static str { name.unwrap_or("").to_owned().leak() };
        let kinds = (0..grammar.node_kind_count() as u16).map(|id| lasting(grammar.node_kind_for_id(id)));
        let fields: Vec<&'static str> =
            (0..=grammar.field_count() as u16).map(|id| lasting(grammar.field_name_for_id(id))).collect();
        let ids = fields.iter().copied().zip(0..).skip(1).collect();
        Names { kinds: kinds.collect(), fields, ids }
    }

    pub fn kind(&self, id: u16) -> &'static str {
        self.kinds.get(usize::from(id)).copied().unwrap_or("ERROR")
    }

    pub fn field(&self, id: u16) -> Option<&'static str> {
        self.fields.get(usize::from(id)).copied()
    }

    pub fn field_id(&self, name: &str) -> Option<u16> {
        self.ids.get(name).copied()
    }
}

impl Language {
    /// The language of a file, by its name.
    pub fn of_path(path: &str) -> Option<Language> {
        let (_, extension) = path.rsplit_once('.')?;
        ROWS.iter().find(|row| row.extensions.contains(&extension)).map(|row| row.language)
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The grammar's names, which outlive every tree.
    pub(super) fn names(self) -> &'static Names {
        static CPP: OnceLock<Names> = OnceLock::new();
        static PYTHON: OnceLock<Names> = OnceLock::new();
        let names = match self {
            Language::Cpp => &CPP,
            Language::Python => &PYTHON,
        };
        names.get_or_init(|| Names::of(&self.grammar()))
    }

    pub(super) fn grammar(self) -> tree_sitter::Language {
        (self.row().grammar)()
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.language == self).expect("every language has a row")
    }

    pub(super) fn parse(self, path: Arc<str>, text: Arc<[u8]>) -> ParsedFile {
        let (syntax, symbols) = self.read(&text);
        let syntax = Arc::new(Mutex::new(Some(Arc::new(syntax))));
        ParsedFile { path, language: self, symbols: symbols.into(), text, syntax }
    }

    /// The syntax of a text, and the symbols in it.
    pub(super) fn read(self, text: &[u8]) -> (Syntax, Vec<Symbol>) {
        let blanked = match self {
            Language::Cpp => blank::blank(text),
            Language::Python => blank::Blanked { text: text.to_vec(), removed: Vec::new() },
        };
        let tree = self.tree(&blanked.text);
        let root = Node::root(&tree, self.names());
        let walked = match self {
            Language::Cpp => {
                walk::walk(root, &blanked.text, text, &blanked.removed, &mut cpp::CppReader::of(&blanked.text))
            }
            Language::Python => walk::walk(root, &blanked.text, text, &[], &mut python::PythonReader::of(text)),
        };
        let lines = LineIndex::of(text);
        (Syntax { blanked: blanked.text, tree, skipped: walked.skipped, lines }, walked.symbols)
    }

    fn tree(self, text: &[u8]) -> Tree {
        let mut parser = Parser::new();
        parser.set_language(&self.grammar()).expect("the grammars are built for this tree-sitter");
        parser.parse(text, None).expect("a parser with a language and without a limit gives a tree")
    }
}
