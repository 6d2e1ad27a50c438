//! Prose: what people wrote in words between the code, as comments and as texts.

use std::ops::Range;

use super::Syntax;
use super::lexer::{Lexer, TokenKind};

/// A comment, or a text of more than one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    pub kind: ProseKind,
    /// Without quotes, comment marks and line breaks. Adjacent comments are one, and so are adjacent texts.
    pub text: String,
    pub bytes: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProseKind {
    Comment,
    /// A string literal: an error message, a docstring.
    Text,
}

/// Adjacent pieces of one kind are one; what lies between them may be white space and quotes only.
const NEAR: usize = 80;

pub(super) fn of_cpp(text: &[u8]) -> Vec<Prose> {
    let mut all: Vec<Prose> = Vec::new();
    let mut adjacent = false;
    for token in Lexer::of_source(text) {
        let kind = match token.kind {
            TokenKind::Comment => ProseKind::Comment,
            TokenKind::String => ProseKind::Text,
            _ => {
                adjacent = false;
                continue;
            }
        };
        push(&mut all, kind, text, token.bytes, adjacent);
        adjacent = true;
    }
    all.retain(|prose| is_prose(&prose.text));
    all
}

pub(super) fn of_python(syntax: &Syntax, text: &[u8]) -> Vec<Prose> {
    let mut all: Vec<Prose> = Vec::new();
    let mut cursor = syntax.tree.walk();
    let mut adjacent = false;
    loop {
        let node = cursor.node();
        let kind = match node.kind() {
            "comment" => Some(ProseKind::Comment),
            "string" => Some(ProseKind::Text),
            _ => None,
        };
        match kind {
            Some(kind) => {
                push(&mut all, kind, text, node.byte_range(), adjacent);
                adjacent = true;
            }
            None if cursor.goto_first_child() => continue,
            None => adjacent = false,
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                all.retain(|prose| is_prose(&prose.text));
                return all;
            }
        }
    }
}

fn push(all: &mut Vec<Prose>, kind: ProseKind, text: &[u8], bytes: Range<usize>, adjacent: bool) {
    let words = plain(&String::from_utf8_lossy(&text[bytes.clone()]), kind);
    match all.last_mut() {
        Some(last) if adjacent && last.kind == kind && bytes.start - last.bytes.end < NEAR => {
            if kind == ProseKind::Comment {
                last.text.push(' ');
            }
            last.text.push_str(&words);
            last.bytes.end = bytes.end;
        }
        _ => all.push(Prose { kind, text: words, bytes }),
    }
}

/// The words without their marks.
fn plain(written: &str, kind: ProseKind) -> String {
    let inner = match kind {
        ProseKind::Comment => written,
        ProseKind::Text => {
            let start = written.find(['"', '\'']).map_or(0, |quote| quote + 1);
            written.get(start..written.len().saturating_sub(1)).unwrap_or("")
        }
    };
    let lines = inner.lines().map(|line| match kind {
        ProseKind::Comment => line.trim().trim_start_matches(['/', '*', '#', '!', ' ']).trim_end_matches("*/").trim(),
        ProseKind::Text => line,
    });
    let joined = lines.collect::<Vec<_>>().join(" ");
    if kind == ProseKind::Text { joined.trim_matches(['"', '\'']).to_owned() } else { joined }
}

fn is_prose(text: &str) -> bool {
    text.trim().contains(' ')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::symbols::{Language, ParsedFile};

    fn prose(language: Language, text: &str) -> Vec<(ProseKind, String)> {
        let file = ParsedFile::parse("f".into(), language, Arc::from(text.as_bytes()));
        file.prose().into_iter().map(|prose| (prose.kind, prose.text)).collect()
    }

    #[test]
    fn cpp_comments_and_messages_are_read_whole() {
        let found = prose(
            Language::Cpp,
            "// See Widget.grow\n// in widget.py.\nint f() {\n  check(x, \"must not \"\n    \"be empty\"); /* one */ }\n",
        );
        let expected = [(ProseKind::Comment, "See Widget.grow in widget.py."), (ProseKind::Text, "must not be empty")];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn python_docstrings_are_texts() {
        let found = prose(
            Language::Python,
            "def f():\n    \"\"\"As ns::f\n    does it.\"\"\"\n    # two words\n    x = 'one'\n",
        );
        assert_eq!(found[0], (ProseKind::Text, "As ns::f     does it.".to_owned()));
        assert_eq!(found[1], (ProseKind::Comment, "two words".to_owned()));
        assert_eq!(found.len(), 2);
    }
}
