//! YAML that declares operators, as `native_functions.yaml` does: each entry of a list at the margin is a symbol, named by
//! its first value up to the parenthesis. It is read line by line: a grammar would have to know the templates in it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::xxh3_128;

use super::{LineIndex, Mention, ParsedFile, Role, Symbol, SymbolKind, Term};

/// The entries of a file, the rest of it first.
pub(super) fn read(text: &[u8]) -> Vec<Symbol> {
    let lines = LineIndex::of(text);
    let entries = entries(text);
    let rest = FileRest { text, entries: &entries };
    let mut symbols = vec![rest.symbol(&lines)];
    symbols.extend(entries.iter().map(|entry| symbol(text, entry, &lines)));
    symbols
}

/// One entry, or what no entry holds.
pub(super) fn term(file: &ParsedFile, symbol: usize) -> Term {
    let own = &file.symbols[symbol];
    let lines = LineIndex::of(&file.text);
    let spans = match own.kind {
        SymbolKind::FileScope => outside(&file.text, &entries(&file.text)),
        _ => vec![own.bytes.clone()],
    };
    let tokens: Vec<Token> = spans.into_iter().flat_map(|span| tokens(&file.text, span)).collect();
    let leaves = tokens.into_iter().map(|token| {
        let mut leaf = Term::leaf(token.kind, String::from_utf8_lossy(&file.text[token.bytes.clone()]).as_ref());
        if token.bytes.is_empty() {
            leaf.text = token.kind.into();
        }
        leaf.line = lines.of_byte(token.bytes.start);
        leaf
    });
    Term::node("entry", leaves.collect())
}

struct Entry {
    name: String,
    bytes: Range<usize>,
}

struct FileRest<'a> {
    text: &'a [u8],
    entries: &'a [Entry],
}

impl FileRest<'_> {
    fn symbol(&self, lines: &LineIndex) -> Symbol {
        let spans = outside(self.text, self.entries);
        let tokens: Vec<Token> = spans.into_iter().flat_map(|span| tokens(self.text, span)).collect();
        let whole = Entry { name: String::new(), bytes: 0..self.text.len() };
        let symbol = symbol_of(self.text, &whole, &tokens, lines);
        Symbol { kind: SymbolKind::FileScope, parent: None, mentions: Vec::new(), ..symbol }
    }
}

fn symbol(text: &[u8], entry: &Entry, lines: &LineIndex) -> Symbol {
    symbol_of(text, entry, &tokens(text, entry.bytes.clone()), lines)
}

fn symbol_of(text: &[u8], entry: &Entry, tokens: &[Token], lines: &LineIndex) -> Symbol {
    Symbol {
        name: entry.name.clone(),
        kind: SymbolKind::Row,
        parameters: None,
        lines: lines.of_bytes(&entry.bytes),
        bytes: entry.bytes.clone(),
        parent: Some(0),
        local: false,
        damaged: false,
        view: false,
        fingerprint: fingerprint(text, tokens),
        raw_fingerprint: xxh3_128(&text[entry.bytes.clone()]),
        mentions: mentions(text, tokens, lines),
        extras: Vec::new(),
    }
}

/// The entries of lists at the margin that begin with `- key: name`.
fn entries(text: &[u8]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let span = at..at + line.len();
        at = span.end;
        let content = without_comment(line).trim_ascii_end();
        let Some(first) = content.first() else { continue };
        let name = content.strip_prefix(b"- ").and_then(entry_name);
        match (name, entries.last_mut()) {
            (Some(name), _) => {
                entries.push(Entry { name, bytes: span.start..span.start + content.len() });
                open = true;
            }
            (None, Some(entry)) if open && first.is_ascii_whitespace() => entry.bytes.end = span.start + content.len(),
            _ => open = false,
        }
    }
    entries
}

/// `add.Tensor` of `func: add.Tensor(Tensor self) -> Tensor`.
fn entry_name(item: &[u8]) -> Option<String> {
    let item = std::str::from_utf8(item).ok()?;
    let (key, value) = item.split_once(':')?;
    let name = value.split('(').next()?.trim().trim_matches(['"', '\'']);
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'));
    (plain(key.trim()) && !name.is_empty() && plain(name)).then(|| name.to_owned())
}

/// What lies between the entries.
fn outside(text: &[u8], entries: &[Entry]) -> Vec<Range<usize>> {
    let ends = std::iter::once(0).chain(entries.iter().map(|entry| entry.bytes.end));
    let starts = entries.iter().map(|entry| entry.bytes.start).chain([text.len()]);
    ends.zip(starts).map(|(from, to)| from..to).collect()
}

fn fingerprint(text: &[u8], tokens: &[Token]) -> u128 {
    let mut bytes = Vec::new();
    for token in tokens {
        let empty = token.bytes.is_empty();
        bytes.extend_from_slice(if empty { token.kind.as_bytes() } else { &text[token.bytes.clone()] });
        bytes.push(0);
    }
    xxh3_128(&bytes)
}

/// The names in the values: the kernels of `dispatch`, and what else could be code.
fn mentions(text: &[u8], tokens: &[Token], lines: &LineIndex) -> Vec<Mention> {
    let mut seen: FxHashSet<Cow<'_, str>> = FxHashSet::default();
    let words = tokens.iter().filter(|token| token.kind == "identifier");
    let mut mentions = Vec::new();
    for word in words {
        let name = String::from_utf8_lossy(&text[word.bytes.clone()]);
        if !seen.contains(&name) {
            let line = lines.of_byte(word.bytes.start);
            mentions.push(Mention { name: Arc::from(&*name), role: Role::Name, line });
            seen.insert(name);
        }
    }
    mentions
}

/// A word, a string, a mark, or the step into and out of a deeper level, which has no text of its own.
struct Token {
    kind: &'static str,
    bytes: Range<usize>,
}

const DEEPER: &str = "{";
const HIGHER: &str = "}";

/// Tokens without comments and white space. How far a line is indented does not matter, only under which one it is.
fn tokens(text: &[u8], span: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut levels: Vec<usize> = Vec::new();
    let mut at = span.start;
    for line in text[span].split_inclusive(|&byte| byte == b'\n') {
        let content = without_comment(line);
        let indent = content.len() - content.trim_ascii_start().len();
        if is_structure(content) {
            while levels.last().is_some_and(|level| *level > indent) {
                levels.pop();
                tokens.push(Token { kind: HIGHER, bytes: at..at });
            }
            if levels.last().is_none_or(|level| *level < indent) {
                levels.push(indent);
                tokens.push(Token { kind: DEEPER, bytes: at..at });
            }
        }
        words(content, at, &mut tokens);
        at += line.len();
    }
    tokens
}

/// The line begins a key or an item; any other goes on with the value before it.
fn is_structure(line: &[u8]) -> bool {
    let content = line.trim_ascii();
    let key = content.iter().position(|byte| *byte == b':').is_some_and(|colon| {
        let named = content[..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || b"_, -".contains(byte));
        named && content.get(colon + 1).is_none_or(u8::is_ascii_whitespace)
    });
    key || content.starts_with(b"- ")
}

fn words(line: &[u8], start: usize, tokens: &mut Vec<Token>) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let mut at = 0;
    while at < line.len() {
        let (kind, length) = match line[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let close = line[at + 1..].iter().position(|byte| *byte == quote);
                ("string_literal", close.map_or(line.len() - at, |close| close + 2))
            }
            byte if byte.is_ascii_digit() => {
                ("number_literal", line[at..].iter().take_while(|byte| is_word(byte)).count())
            }
            byte if is_word(&byte) => ("identifier", line[at..].iter().take_while(|byte| is_word(byte)).count()),
            _ => ("token", 1),
        };
        tokens.push(Token { kind, bytes: start + at..start + at + length });
        at += length;
    }
}

/// The line up to its comment: a `#` at its start or behind white space, outside of quotes.
fn without_comment(line: &[u8]) -> &[u8] {
    let mut quote = None;
    for (at, &byte) in line.iter().enumerate() {
        let after_space = at == 0 || line[at - 1].is_ascii_whitespace();
        match (quote, byte) {
            (None, b'#') if after_space => return &line[..at],
            (None, b'"' | b'\'') if after_space => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::Language;

    const SAMPLE: &str = "\
# operators
- func: add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
  variants: function, method
  dispatch:
    CPU: add_cpu  # the fast one
    CUDA: add_cuda

# next
- func: add.Scalar(Tensor self,
    Scalar other) -> Tensor
- func: relu(Tensor self) -> Tensor
";

    fn parsed(text: &str) -> ParsedFile {
        let language = Language::of_path("native_functions.yaml").unwrap();
        ParsedFile::parse(Arc::from("native_functions.yaml"), language, Arc::from(text.as_bytes()))
    }

    #[test]
    fn entries_are_symbols() {
        let file = parsed(SAMPLE);
        let shown: Vec<_> =
            file.symbols.iter().map(|symbol| (&*symbol.name, symbol.lines.start, symbol.lines.end)).collect();
        assert_eq!(shown, [("", 1, 11), ("add.Tensor", 2, 6), ("add.Scalar", 9, 10), ("relu", 11, 11)]);
        let names: Vec<&str> = file.symbols[1].mentions.iter().map(|mention| &*mention.name).collect();
        assert!(names.contains(&"add_cpu") && !names.contains(&"fast"));
    }

    #[test]
    fn comments_and_white_space_are_no_difference() {
        let same = SAMPLE.replace("    C", "      C").replace(",\n    Scalar", ", Scalar").replace("# next", "");
        let (one, two) = (parsed(SAMPLE), parsed(&same));
        for (at, (before, after)) in one.symbols.iter().zip(two.symbols.iter()).enumerate() {
            assert_eq!(before.fingerprint, after.fingerprint, "{}", before.name);
            assert!(one.term(at).same(&two.term(at)), "{}", before.name);
        }
        assert_ne!(one.symbols[1].raw_fingerprint, two.symbols[1].raw_fingerprint);
    }

    #[test]
    fn what_is_under_what_is_a_difference() {
        let out = SAMPLE.replace("    CUDA", "  CUDA");
        assert_ne!(parsed(SAMPLE).symbols[1].fingerprint, parsed(&out).symbols[1].fingerprint);
    }

    #[test]
    fn any_bytes_end() {
        for text in ["", "-", "- ", "- :", "- a: \"", "- a: b(\n\n", "\u{e9}: '", "- func: ${name}\n"] {
            parsed(text).term(0);
        }
    }
}
