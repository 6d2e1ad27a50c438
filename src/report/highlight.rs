//! Code in colours: comments, strings, numbers and keywords, line by line.

use anstyle::{AnsiColor, Style};

use super::style::{harmless, paint};
use crate::symbols::Language;

const COMMENT: Style = AnsiColor::BrightBlack.on_default();
const STRING: Style = AnsiColor::Green.on_default();
const NUMBER: Style = AnsiColor::Cyan.on_default();
const KEYWORD: Style = AnsiColor::Magenta.on_default();

const CPP: &[&str] = &[
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "constexpr",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "if",
    "inline",
    "int",
    "long",
    "namespace",
    "new",
    "noexcept",
    "nullptr",
    "operator",
    "override",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
];

const PYTHON: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Piece of a line: its text and how it looks.
pub type Span = (String, Option<Style>);

/// The lines of a piece of code as spans, safe for a terminal.
pub fn lines(code: &[String], language: Language) -> Vec<Vec<Span>> {
    let mut open = None;
    code.iter().map(|line| spans(&harmless(line), language, &mut open)).collect()
}

/// Spans as text.
pub fn painted(spans: &[Span]) -> String {
    spans.iter().map(|(text, style)| style.map_or_else(|| text.clone(), |style| paint(style, text))).collect()
}

/// The name that a style sheet has for a style; empty for none.
pub fn class(style: Option<Style>) -> &'static str {
    match style {
        Some(COMMENT) => "c",
        Some(STRING) => "s",
        Some(NUMBER) => "d",
        Some(_) => "k",
        None => "",
    }
}

/// What began on an earlier line and has not ended: how it ends, and how it looks.
type Open = Option<(&'static str, Style)>;

fn spans(line: &str, language: Language, open: &mut Open) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (length, style) = match *open {
            Some((end, style)) => (closed(rest, end, 0, open), Some(style)),
            None => next(rest, language, open),
        };
        let (text, after) = rest.split_at(length);
        match spans.last_mut() {
            Some((last, same)) if *same == style => last.push_str(text),
            _ => spans.push((text.to_owned(), style)),
        }
        rest = after;
    }
    spans
}

/// The length of the token that begins the text, and how it looks.
fn next(text: &str, language: Language, open: &mut Open) -> (usize, Option<Style>) {
    let (line_comment, keywords): (_, &[&str]) = match language {
        Language::Cpp => ("//", CPP),
        Language::Python => ("#", PYTHON),
        Language::Yaml => ("#", &[]),
    };
    if text.starts_with(line_comment) {
        return (text.len(), Some(COMMENT));
    }
    let longer: &[(&str, &'static str, Style)] = match language {
        Language::Cpp => &[("/*", "*/", COMMENT)],
        Language::Python => &[("\"\"\"", "\"\"\"", STRING), ("'''", "'''", STRING)],
        Language::Yaml => &[],
    };
    if let Some((start, end, style)) = longer.iter().find(|(start, ..)| text.starts_with(start)) {
        *open = Some((end, *style));
        return (closed(text, end, start.len(), open), Some(*style));
    }
    let first = text.chars().next().unwrap_or(' ');
    if matches!(first, '"' | '\'') {
        return (quoted(text, first), Some(STRING));
    }
    let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    match &text[..length] {
        "" => (first.len_utf8(), None),
        word if first.is_ascii_digit() => (word.len(), Some(NUMBER)),
        word => (word.len(), keywords.contains(&word).then_some(KEYWORD)),
    }
}

/// Where something open ends, or the whole line; it is open no more where its end was found.
fn closed(text: &str, end: &str, from: usize, open: &mut Open) -> usize {
    match text[from..].find(end) {
        Some(at) => {
            *open = None;
            from + at + end.len()
        }
        None => text.len(),
    }
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(language: Language, code: &[&str]) -> Vec<Vec<(String, char)>> {
        let letter = |style: Option<Style>| match style {
            Some(COMMENT) => 'c',
            Some(STRING) => 's',
            Some(NUMBER) => 'n',
            Some(_) => 'k',
            None => '.',
        };
        let code: Vec<String> = code.iter().map(|line| (*line).to_owned()).collect();
        let of = |spans: Vec<Span>| spans.into_iter().map(|(text, style)| (text, letter(style))).collect();
        lines(&code, language).into_iter().map(of).collect()
    }

    #[test]
    fn tokens_and_what_spans_lines() {
        let found = shown(Language::Cpp, &["return f(\"a\\\"b\", 12); // x", "/* a", "b */ int x1;"]);
        let row = |spans: &[(&str, char)]| spans.iter().map(|(text, c)| ((*text).to_owned(), *c)).collect::<Vec<_>>();
        assert_eq!(
            found[0],
            row(&[
                ("return", 'k'),
                (" f(", '.'),
                ("\"a\\\"b\"", 's'),
                (", ", '.'),
                ("12", 'n'),
                ("); ", '.'),
                ("// x", 'c')
            ])
        );
        assert_eq!(found[1], row(&[("/* a", 'c')]));
        assert_eq!(found[2], row(&[("b */", 'c'), (" ", '.'), ("int", 'k'), (" x1;", '.')]));
        let found = shown(Language::Python, &["def f(): # it's", "  \"\"\"one", "two\"\"\" + 'é'"]);
        assert_eq!(found[0], row(&[("def", 'k'), (" f(): ", '.'), ("# it's", 'c')]));
        assert_eq!(found[2], row(&[("two\"\"\"", 's'), (" + ", '.'), ("'é'", 's')]));
    }
}
