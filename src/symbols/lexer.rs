//! A lexer for C++ that never fails: what blanking reads, and how macro bodies become tokens.

use std::ops::Range;

use super::clinic;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Identifier,
    Number,
    /// A string or raw string literal, its prefix included.
    String,
    Char,
    Punctuation,
    Comment,
    /// A preprocessor directive from `#` to the end of its last line, continuations included.
    Directive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub bytes: Range<usize>,
}

/// The tokens of `text`, white space left out.
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// Only white space and comments since the last line break: a `#` here opens a directive.
    line_start: bool,
    /// Directives are one token; inside a macro body `#` is an operator instead.
    directives: bool,
}

impl<'a> Lexer<'a> {
    pub fn of_source(text: &'a [u8]) -> Lexer<'a> {
        Lexer { text, at: 0, line_start: true, directives: true }
    }

    pub fn of_macro_body(text: &'a [u8]) -> Lexer<'a> {
        Lexer { text, at: 0, line_start: false, directives: false }
    }

    /// Code on one line, its tokens a space apart, comments left out.
    pub fn compact(code: &[u8]) -> String {
        let tokens = Lexer::of_macro_body(code).filter(|token| token.kind != TokenKind::Comment);
        let texts: Vec<_> = tokens.map(|token| String::from_utf8_lossy(&code[token.bytes])).collect();
        texts.join(" ")
    }

    /// Code with its tokens a space apart, comments left out, and adjacent string literals made one.
    pub fn joined(code: &str) -> String {
        let mut out = String::with_capacity(code.len());
        let mut after_string = false;
        for token in Lexer::of_macro_body(code.as_bytes()).filter(|token| token.kind != TokenKind::Comment) {
            let text = code.get(token.bytes).unwrap_or_default();
            let plain =
                token.kind == TokenKind::String && text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
            if plain && after_string {
                out.truncate(out.len() - "\" ".len());
                out.push_str(&text[1..]);
            } else {
                out.push_str(text);
            }
            out.push(' ');
            after_string = plain;
        }
        out
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while self.at < self.text.len() {
            match self.text[self.at] {
                b'\n' => self.line_start = true,
                b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    fn comment_end(&self, from: usize) -> usize {
        if self.text[from + 1] == b'/' {
            return line_end(self.text, from);
        }
        memchr::memmem::find(&self.text[from + 2..], b"*/").map_or(self.text.len(), |found| from + 2 + found + 2)
    }

    /// The end of a directive: its line, with continuations, and with block comments that span lines.
    fn directive_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(found) = self.text.get(at..).and_then(|rest| memchr::memchr3(b'\n', b'\\', b'/', rest)) {
            at += found;
            match self.text[at] {
                b'\n' => return at,
                b'\\' if self.text.get(at + 1) == Some(&b'\r') => at += 3,
                b'\\' => at += 2,
                b'/' if self.text.get(at + 1) == Some(&b'*') => at = self.comment_end(at),
                _ => at += 1,
            }
        }
        self.text.len()
    }

    fn quoted_end(&self, from: usize) -> usize {
        let quote = self.text[from];
        let mut at = from + 1;
        while at < self.text.len() {
            match self.text[at] {
                b'\\' => at += 2,
                b'\n' => return at,
                byte if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// The end of `"delimiter( … )delimiter"`, from the quote.
    fn raw_string_end(&self, quote: usize) -> usize {
        let Some(open) = memchr::memchr(b'(', &self.text[quote..]) else { return self.text.len() };
        let mut close = vec![b')'];
        close.extend_from_slice(&self.text[quote + 1..quote + open]);
        close.push(b'"');
        let body = quote + open;
        memchr::memmem::find(&self.text[body..], &close).map_or(self.text.len(), |found| body + found + close.len())
    }

    fn word_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        from + rest.iter().position(|byte| !IS_WORD[usize::from(*byte)]).unwrap_or(rest.len())
    }

    fn number_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = self.text.get(at) {
            let exponent_sign = matches!(byte, b'+' | b'-') && matches!(self.text[at - 1], b'e' | b'E' | b'p' | b'P');
            let separator = byte == b'\'' && self.text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
            if !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || exponent_sign || separator) {
                break;
            }
            at += 1;
        }
        at
    }

    fn word(&self, start: usize) -> (TokenKind, usize) {
        let end = self.word_end(start);
        match self.text.get(end) {
            Some(b'"') if is_string_prefix(&self.text[start..end]) => {
                let raw = self.text[end - 1] == b'R';
                (TokenKind::String, if raw { self.raw_string_end(end) } else { self.quoted_end(end) })
            }
            _ => (TokenKind::Identifier, end),
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_space();
        let start = self.at;
        let byte = *self.text.get(start)?;
        let (kind, end) = match byte {
            b'/' if matches!(self.peek(1), b'/' | b'*') => (TokenKind::Comment, self.comment_end(start)),
            b'#' if self.directives && self.line_start => (TokenKind::Directive, self.directive_end(start)),
            b'"' => (TokenKind::String, self.quoted_end(start)),
            b'\'' => (TokenKind::Char, self.quoted_end(start)),
            b'0'..=b'9' => (TokenKind::Number, self.number_end(start)),
            b'.' if self.peek(1).is_ascii_digit() => (TokenKind::Number, self.number_end(start)),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(start),
            _ => (TokenKind::Punctuation, start + punctuation_length(&self.text[start..])),
        };
        let end = end.clamp(start + 1, self.text.len());
        self.at = end;
        self.line_start &= kind == TokenKind::Comment;
        Some(Token { kind, bytes: start..end })
    }
}

/// Bytes that words are made of.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        table[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || ascii >= 0x80;
        byte += 1;
    }
    table
};

fn is_string_prefix(word: &[u8]) -> bool {
    matches!(word, b"R" | b"L" | b"u" | b"U" | b"u8" | b"LR" | b"uR" | b"UR" | b"u8R")
}

/// The end of the line that holds `from`, without its line break; continuations go on.
fn line_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr::memchr(b'\n', &text[at..]) {
        let end = at + found;
        let continued = text[..end].ends_with(b"\\") || text[..end].ends_with(b"\\\r");
        if !continued {
            return end;
        }
        at = end + 1;
    }
    text.len()
}

fn punctuation_length(text: &[u8]) -> usize {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    match [byte(0), byte(1), byte(2)] {
        [b'<', b'<', b'='] | [b'>', b'>', b'='] | [b'.', b'.', b'.'] | [b'-', b'>', b'*'] | [b'<', b'=', b'>'] => 3,
        [b':', b':', _] | [b'-', b'>' | b'-' | b'=', _] | [b'+', b'+' | b'=', _] => 2,
        [b'<', b'<' | b'=', _] | [b'>', b'>' | b'=', _] | [b'=' | b'!' | b'*' | b'/', b'=', _] => 2,
        [b'&', b'&' | b'=', _] | [b'|', b'|' | b'=', _] | [b'#', b'#', _] => 2,
        _ => 1,
    }
}

/// Whether two sources are the same tokens: comments, white space, includes and the way namespaces are nested aside. It
/// needs no syntax tree, and so holds where the grammar gives up.
pub fn same_code(before: &[u8], after: &[u8]) -> bool {
    code_hash(before) == code_hash(after)
}

fn code_hash(source: &[u8]) -> u128 {
    let tokens = Lexer::of_source(source);
    let (mut bytes, mut open): (Vec<u8>, Vec<usize>) = (Vec::with_capacity(source.len()), Vec::new());
    let put = |bytes: &mut Vec<u8>, text: &[u8]| {
        bytes.extend_from_slice(text);
        bytes.push(0);
    };
    let mut opens_namespaces = None;
    for token in tokens {
        let text = &source[token.bytes.clone()];
        match text {
            _ if token.kind == TokenKind::Comment => {
                if let Some(declared) = clinic::declaration(text) {
                    put(&mut bytes, declared.as_bytes());
                }
            }
            _ if token.kind == TokenKind::Directive => {
                let directive = Lexer::compact(text);
                if !directive.starts_with("# include") {
                    put(&mut bytes, directive.as_bytes());
                }
            }
            b"namespace" => {
                opens_namespaces = Some(1);
                put(&mut bytes, text);
            }
            // `namespace a::b {` is `namespace a { namespace b {`.
            b"::" if opens_namespaces.is_some() => {
                opens_namespaces = opens_namespaces.map(|count: usize| count + 1);
                put(&mut bytes, b"{");
                put(&mut bytes, b"namespace");
            }
            b"{" => {
                open.push(opens_namespaces.take().unwrap_or(1));
                put(&mut bytes, text);
            }
            b"}" => {
                for _ in 0..open.pop().unwrap_or(1) {
                    put(&mut bytes, text);
                }
            }
            _ => {
                if matches!(text, b";" | b"=") {
                    opens_namespaces = None;
                }
                put(&mut bytes, text);
            }
        }
    }
    xxhash_rust::xxh3::xxh3_128(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        Lexer::of_source(source.as_bytes()).map(|token| source[token.bytes].to_string()).collect()
    }

    #[test]
    fn literals_comments_and_directives_are_single_tokens() {
        let source =
            "#define A(x) \\\n  f(x) /* a\n b */\nint a = 1'000; // c\nauto s = R\"x(a\")\" )x\" + u8\"q\\\"\";";
        assert_eq!(
            texts(source),
            [
                "#define A(x) \\\n  f(x) /* a\n b */",
                "int",
                "a",
                "=",
                "1'000",
                ";",
                "// c",
                "auto",
                "s",
                "=",
                "R\"x(a\")\" )x\"",
                "+",
                "u8\"q\\\"\"",
                ";"
            ]
        );
    }

    #[test]
    fn nested_namespaces_are_the_same_code() {
        let nested = b"#include <a>\nnamespace a { namespace b {\nint f(); // x\n}}\n";
        assert!(same_code(nested, b"namespace a::b { int f(); }"));
        assert!(!same_code(nested, b"namespace a { int f(); }"));
        assert!(!same_code(b"namespace a = b::c; int x;", b"namespace a = b; int x;"));
    }

    #[test]
    fn any_bytes_end() {
        for source in ["\"", "'", "/*", "R\"(", "#", "\\", "0x", "R\"abc", "//\\\n"] {
            assert!(texts(source).len() <= 3, "{source}");
        }
    }
}
