//! The languages, one row each: file names, grammar, and how a file is read into symbols.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;
use tree_sitter::{Parser, Tree};

use super::blank::{self, Blanked};
use super::node::Node;
use super::walk::{self, Concern, Walked};
use super::{LineIndex, ParsedFile, Symbol, Syntax, clinic, cpp, python, yaml};

/// A language that `drift` reads.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Cpp,
    Python,
    Yaml,
}

struct Row {
    language: Language,
    name: &'static str,
    extensions: &'static [&'static str],
    /// `None` where a file is read line by line.
    grammar: Option<Grammar>,
}

/// How a file becomes a tree, and the tree symbols.
struct Grammar {
    language: fn() -> tree_sitter::Language,
    blank: fn(&[u8]) -> Blanked,
    walk: fn(Node<'_>, &Blanked, &[u8], &LineIndex) -> Walked,
    concern: fn(&str) -> Concern,
}

static ROWS: [Row; 3] = [
    Row {
        language: Language::Cpp,
        name: "cpp",
        extensions: &["cpp", "cc", "cxx", "c", "h", "hpp", "hh", "hxx", "inl", "cu", "cuh", "mm"],
        grammar: Some(Grammar {
            language: || tree_sitter_cpp::LANGUAGE.into(),
            blank: blank::blank,
            walk: |root, blanked, text, lines| {
                let mut reader = cpp::CppReader::of(&blanked.text);
                let mut walked = walk::walk(root, blanked, text, lines, &mut reader);
                clinic::add(text, &mut walked.symbols);
                walked
            },
            concern: cpp::concern,
        }),
    },
    Row {
        language: Language::Python,
        name: "python",
        extensions: &["py", "pyi"],
        grammar: Some(Grammar {
            language: || tree_sitter_python::LANGUAGE.into(),
            blank: |text| Blanked { text: text.to_vec(), removed: Vec::new() },
            walk: |root, blanked, text, lines| {
                walk::walk(root, blanked, text, lines, &mut python::PythonReader::of(text))
            },
            concern: python::concern,
        }),
    },
    Row { language: Language::Yaml, name: "yaml", extensions: &["yaml", "yml"], grammar: None },
];

/// The names of a grammar's nodes and fields, by their ids.
#[derive(Default)]
pub(super) struct Names {
    kinds: Vec<&'static str>,
    fields: Vec<&'static str>,
    ids: FxHashMap<&'static str, u16>,
    concerns: Vec<Concern>,
}

impl Names {
    fn of(grammar: &tree_sitter::Language, concern: fn(&str) -> Concern) -> Names {
        // Made once a grammar, for as long as the process lives.
        let lasting = |name: Option<&str>| -> &'static str { name.unwrap_or("").to_owned().leak() };
        let kinds = (0..grammar.node_kind_count() as u16).map(|id| lasting(grammar.node_kind_for_id(id)));
        let kinds: Vec<&'static str> = kinds.collect();
        let fields: Vec<&'static str> =
            (0..=grammar.field_count() as u16).map(|id| lasting(grammar.field_name_for_id(id))).collect();
        let ids = fields.iter().copied().zip(0..).skip(1).collect();
        let concerns = kinds.iter().map(|kind| concern(kind)).collect();
        Names { kinds, fields, ids, concerns }
    }

    pub fn kind(&self, id: u16) -> &'static str {
        self.kinds.get(usize::from(id)).copied().unwrap_or("ERROR")
    }

    pub fn concern(&self, id: u16) -> Concern {
        self.concerns.get(usize::from(id)).copied().unwrap_or_default()
    }

    pub fn field(&self, id: u16) -> Option<&'static str> {
        self.fields.get(usize::from(id)).copied()
    }

    pub fn field_id(&self, name: &str) -> Option<u16> {
        self.ids.get(name).copied()
    }
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Cpp, Language::Python, Language::Yaml];

    /// The language of a file, by its name.
    pub fn of_path(path: &str) -> Option<Language> {
        // `__init__.pyi.in` is what a build makes `__init__.pyi` of.
        let (_, extension) = path.strip_suffix(".in").unwrap_or(path).rsplit_once('.')?;
        ROWS.iter().find(|row| row.extensions.contains(&extension)).map(|row| row.language)
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The grammar's names, which outlive every tree.
    pub(super) fn names(self) -> &'static Names {
        static CPP: OnceLock<Names> = OnceLock::new();
        static PYTHON: OnceLock<Names> = OnceLock::new();
        static NONE: OnceLock<Names> = OnceLock::new();
        let names = match self {
            Language::Cpp => &CPP,
            Language::Python => &PYTHON,
            Language::Yaml => &NONE,
        };
        let of = |grammar: &Grammar| Names::of(&(grammar.language)(), grammar.concern);
        names.get_or_init(|| self.grammar().map_or_else(Names::default, of))
    }

    /// Whether texts of the language become trees.
    pub(super) fn has_grammar(self) -> bool {
        self.grammar().is_some()
    }

    /// Each thread keeps its parsers: they hold room that the next file needs again.
    fn tree(self, grammar: &Grammar, text: &[u8]) -> Tree {
        thread_local!(static PARSERS: RefCell<FxHashMap<Language, Parser>> = RefCell::default());
        PARSERS.with_borrow_mut(|parsers| {
            let parser = parsers.entry(self).or_insert_with(|| {
                let mut parser = Parser::new();
                parser.set_language(&(grammar.language)()).expect("the grammars are built for this tree-sitter");
                parser
            });
            parser.parse(text, None).expect("a parser with a language and without a limit gives a tree")
        })
    }

    fn grammar(self) -> Option<&'static Grammar> {
        self.row().grammar.as_ref()
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.language == self).expect("every language has a row")
    }

    pub(super) fn parse(self, path: Arc<str>, text: Arc<[u8]>) -> ParsedFile {
        let (syntax, symbols) = self.read(&text);
        let syntax = Arc::new(Mutex::new(syntax.map(Arc::new)));
        ParsedFile { syntax, ..ParsedFile::of_symbols(path, self, text, symbols.into()) }
    }

    /// The syntax of a text where its language has a grammar, and the symbols in it.
    pub(super) fn read(self, text: &[u8]) -> (Option<Syntax>, Vec<Symbol>) {
        let Some(grammar) = self.grammar() else { return (None, yaml::read(text)) };
        let blanked = (grammar.blank)(text);
        let tree = self.tree(grammar, &blanked.text);
        let lines = LineIndex::of(text);
        let walked = (grammar.walk)(Node::root(&tree, self.names()), &blanked, text, &lines);
        (Some(Syntax { blanked: blanked.text, tree, skipped: walked.skipped, lines }), walked.symbols)
    }
}
