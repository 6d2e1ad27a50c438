//! Terms: syntax trees as our own values, so that a rung can rewrite them.

use rustc_hash::FxHashSet;

use super::lexer::{Lexer, TokenKind};
use super::node::{Cursor, Node};
use super::places::Places;
use super::{ExtraKind, ParsedFile, Syntax};

/// Below this depth a tree is flattened into its tokens, so that no code that walks a term can overflow the stack.
const DEPTH_LIMIT: usize = 400;

/// A syntax tree, or a leaf of one. Comments and white space are already gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The grammar's name for the node; for a leaf that is a fixed token, its text.
    pub kind: &'static str,
    /// The field of the parent that holds it, where the grammar names one.
    pub field: Option<&'static str>,
    /// Text of a leaf; empty for an inner node.
    pub text: Box<str>,
    pub children: Vec<Term>,
    /// Line in the file, from 1. Not part of any comparison a rung makes.
    pub line: u32,
}

impl Term {
    pub fn leaf(kind: &'static str, text: impl Into<Box<str>>) -> Term {
        Term { kind, field: None, text: text.into(), children: Vec::new(), line: 0 }
    }

    pub fn node(kind: &'static str, children: Vec<Term>) -> Term {
        Term { kind, field: None, text: "".into(), children, line: 0 }
    }

    pub fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// The child in a field.
    pub fn child(&self, field: &str) -> Option<&Term> {
        self.children.iter().find(|child| child.field == Some(field))
    }

    pub fn child_mut(&mut self, field: &str) -> Option<&mut Term> {
        self.children.iter_mut().find(|child| child.field == Some(field))
    }

    /// Children that are not fixed tokens.
    pub fn named(&self) -> impl Iterator<Item = &Term> {
        self.children.iter().filter(|child| !child.is_token())
    }

    /// A fixed token of the grammar: punctuation or a keyword.
    pub fn is_token(&self) -> bool {
        self.is_leaf() && *self.text == *self.kind
    }

    /// The leaves' texts in order.
    pub fn tokens(&self) -> Vec<&str> {
        let mut tokens = Vec::new();
        self.push_tokens(&mut tokens);
        tokens
    }

    fn push_tokens<'a>(&'a self, tokens: &mut Vec<&'a str>) {
        if self.is_leaf() && !self.text.is_empty() {
            tokens.push(&self.text);
        }
        for child in &self.children {
            child.push_tokens(tokens);
        }
    }

    /// The code of the term on one line, with spaces only where words would join.
    pub fn code(&self) -> String {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut out = String::new();
        for token in self.tokens() {
            let last = out.chars().next_back();
            let joins = last.is_some_and(is_word) && token.starts_with(is_word);
            let spaced =
                matches!(token, "=" | "?" | "&&" | "||" | "==" | "!=" | "{") || matches!(last, Some(',' | ';' | '='));
            if joins || (spaced && last.is_some()) {
                out.push(' ');
            }
            out.push_str(token);
        }
        out
    }

    /// Rewrites the term from the leaves up.
    pub fn rewrite(&mut self, rule: &mut dyn FnMut(&mut Term)) {
        for child in &mut self.children {
            child.rewrite(rule);
        }
        rule(self);
    }

    /// Visits the term and everything in it, parents first.
    pub fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Term)) {
        look(self);
        for child in &self.children {
            child.visit(look);
        }
    }

    /// Whether two terms are the same code: kinds of leaves do not matter, nor do lines and fields.
    pub fn same(&self, other: &Term) -> bool {
        if self.is_leaf() || other.is_leaf() {
            return self.is_leaf() && other.is_leaf() && self.text == other.text;
        }
        self.kind == other.kind
            && self.children.len() == other.children.len()
            && self.children.iter().zip(&other.children).all(|(one, two)| one.same(two))
    }
}

/// The syntax of one symbol of a file. Where the tree has an error, only the tokens in it.
pub(super) fn of_symbol(file: &ParsedFile, syntax: &Syntax, symbol: usize) -> Term {
    let children = file.symbols[symbol + 1..].iter().filter(|child| child.parent == Some(symbol) && !child.view);
    let inside = children.map(|child| (child.bytes.start, child.bytes.end)).collect();
    built(file, syntax, symbol, &inside, Some(&syntax.skipped))
}

/// The same with the symbols inside it, and what holds them together.
pub(super) fn of_whole(file: &ParsedFile, syntax: &Syntax, symbol: usize) -> Term {
    built(file, syntax, symbol, &FxHashSet::default(), None)
}

fn built(
    file: &ParsedFile,
    syntax: &Syntax,
    symbol: usize,
    inside: &FxHashSet<(usize, usize)>,
    skipped: Option<&Places>,
) -> Term {
    let own = &file.symbols[symbol];
    let root = Node::root(&syntax.tree, file.language.names());
    let node = node_at(root, own.bytes.start, own.bytes.end);
    let builder = Builder { syntax, inside, skipped, root: node.id() };
    // What a comment declares has no node of its own.
    let own_node = node.byte_range() == own.bytes;
    let built = own_node.then(|| builder.build(&mut node.walk(), 0)).flatten();
    let mut term = built.unwrap_or_else(|| Term::node("empty", Vec::new()));
    for extra in &own.extras {
        let kind = match extra.kind {
            ExtraKind::Lead => "lead",
            ExtraKind::Condition => "condition",
            ExtraKind::Blanked => "blanked",
        };
        // What a kernel is launched with is code like any other.
        let launch = extra.kind == ExtraKind::Blanked && extra.text.starts_with("<<");
        term.children.push(if launch {
            Term::node(kind, macro_tokens(extra.text.as_bytes()))
        } else {
            Term::leaf(kind, extra.text.clone())
        });
    }
    term
}

/// The outermost node with exactly these bytes.
fn node_at(root: Node<'_>, start: usize, end: usize) -> Node<'_> {
    let mut node = root.descendant_for_byte_range(start, end).unwrap_or(root);
    while let Some(parent) = node.parent().filter(|parent| parent.byte_range() == (start..end)) {
        node = parent;
    }
    node
}

struct Builder<'a> {
    syntax: &'a Syntax,
    inside: &'a FxHashSet<(usize, usize)>,
    skipped: Option<&'a Places>,
    root: usize,
}

impl Builder<'_> {
    /// The term of the cursor's node; `None` where nothing of it belongs to the symbol.
    fn build(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Term> {
        let node = cursor.node();
        let bytes = node.byte_range();
        let elsewhere = self.inside.contains(&(bytes.start, bytes.end)) && node.id() != self.root;
        let noise = node.kind().ends_with("comment") || node.kind() == "line_continuation" || node.is_missing();
        if elsewhere || noise {
            return None;
        }
        let mut term = Term {
            kind: node.kind(),
            field: cursor.field(),
            text: "".into(),
            children: Vec::new(),
            line: self.syntax.lines.of_byte(bytes.start),
        };
        if node.child_count() == 0 {
            return self.leaf(term, &bytes);
        }
        if depth >= DEPTH_LIMIT {
            term.children = self.flat(&bytes);
            return Some(term);
        }
        if cursor.goto_first_child() {
            loop {
                term.children.extend(self.build(cursor, depth + 1));
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
            cursor.goto_parent();
        }
        if node.is_error() {
            // What the grammar could not read has no shape to rely on, only tokens.
            let tokens = term.tokens().into_iter().map(|token| Term::leaf("token", token)).collect();
            term = Term { children: tokens, ..Term::node("tokens", Vec::new()) };
        }
        (!term.children.is_empty()).then_some(term)
    }

    fn leaf(&self, mut term: Term, bytes: &std::ops::Range<usize>) -> Option<Term> {
        if self.skipped.is_some_and(|skipped| skipped.contains(bytes.start)) {
            return None;
        }
        let text = &self.syntax.blanked[bytes.clone()];
        if matches!(term.kind, "preproc_arg") {
            term.children = macro_tokens(text);
            return Some(term);
        }
        // `#  define` and `#define` are the same token of the grammar.
        let directive = text.starts_with(b"#") && term.kind.len() > 1 && term.kind.starts_with('#');
        term.text = if directive { term.kind.into() } else { String::from_utf8_lossy(text).into() };
        // The line break that ends a directive is a token of the grammar.
        (!term.text.trim().is_empty()).then_some(term)
    }

    fn flat(&self, bytes: &std::ops::Range<usize>) -> Vec<Term> {
        macro_tokens(&self.syntax.blanked[bytes.clone()])
    }
}

/// The body of a macro, which the grammar keeps as one piece of text.
fn macro_tokens(text: &[u8]) -> Vec<Term> {
    Lexer::of_macro_body(text)
        .filter(|token| token.kind != TokenKind::Comment)
        .map(|token| {
            let kind = match token.kind {
                TokenKind::Identifier => "identifier",
                TokenKind::Number => "number_literal",
                TokenKind::String => "string_literal",
                _ => "token",
            };
            Term::leaf(kind, String::from_utf8_lossy(&text[token.bytes]).as_ref())
        })
        .collect()
}
