//! Argument Clinic: comments of CPython that declare what Python sees of a C function. Each is a binding, named as Python
//! names it, of the function that implements it.

use std::ops::Range;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::lexer::{Lexer, TokenKind};
use super::{Extra, ExtraKind, LineIndex, Mention, Role, Symbol, SymbolKind};

const BEGIN: &[u8] = b"/*[clinic input]";

/// Adds the bindings that comments declare, each before the code that follows it.
pub(super) fn add(text: &[u8], symbols: &mut Vec<Symbol>) {
    if memchr::memmem::find(text, BEGIN).is_none() {
        return;
    }
    let lines = LineIndex::of(text);
    let comments = Lexer::of_source(text).filter(|token| token.kind == TokenKind::Comment);
    let bindings = comments.filter_map(|comment| binding(text, comment.bytes, symbols, &lines)).collect();
    insert(symbols, bindings);
}

/// What a comment declares: the function and its parameters without their documentation. `None` for any other comment.
pub(super) fn declaration(comment: &[u8]) -> Option<String> {
    let body = comment.strip_prefix(BEGIN)?;
    let body = String::from_utf8_lossy(body);
    let mut declared = String::new();
    let mut level = None;
    for line in body.lines().take_while(|line| !line.trim_start().starts_with("[clinic start")) {
        let words = line.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let documentation = match level {
            None => false,
            Some(parameters) if indent == 0 => parameters > 0 && !words.starts_with('@'),
            Some(0) => false,
            Some(parameters) => indent > parameters,
        };
        if documentation && indent == 0 {
            break;
        }
        if !documentation {
            let words: Vec<&str> = words.split_whitespace().collect();
            declared.push_str(&words.join(" "));
            declared.push('\n');
            let decorates = words.first().is_some_and(|word| word.starts_with('@'));
            level = if indent > 0 {
                Some(level.filter(|at| *at > 0).unwrap_or(indent))
            } else {
                level.or((!decorates).then_some(0))
            };
        }
    }
    (!declared.is_empty()).then_some(declared)
}

fn binding(text: &[u8], bytes: Range<usize>, symbols: &[Symbol], lines: &LineIndex) -> Option<Symbol> {
    let declared = declaration(&text[bytes.clone()])?;
    let line = declared.lines().find(|line| !line.starts_with('@'))?;
    let (name, function) = names(line)?;
    let implementation = format!("{function}_impl");
    let defined = |name: &str| symbols.iter().any(|symbol| symbol.kind == SymbolKind::Function && symbol.name == name);
    let function = if defined(&implementation) { implementation } else { function };
    let mention = Mention { name: Arc::from(function), role: Role::Name, line: lines.of_byte(bytes.start) };
    Some(Symbol {
        name: format!("[\"{name}\"]"),
        kind: SymbolKind::Binding,
        parameters: None,
        lines: lines.of_bytes(&bytes),
        parent: Some(0),
        local: false,
        damaged: false,
        view: false,
        fingerprint: xxh3_128(declared.as_bytes()),
        raw_fingerprint: xxh3_128(&text[bytes.clone()]),
        mentions: vec![mention],
        extras: vec![Extra { kind: ExtraKind::Lead, text: declared.into() }],
        bytes,
    })
}

/// The names in Python and in C of `a.b as c_name -> int`.
fn names(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let name = words.next().filter(|word| is_dotted(word))?;
    if matches!(name, "module" | "class" | "preserve" | "output" | "dump" | "destination" | "set") {
        return None;
    }
    let function = match words.next() {
        Some("as") => words.next()?.to_owned(),
        None | Some("=" | "->") => name.replace('.', "_"),
        Some(_) => return None,
    };
    Some((name.to_owned(), function))
}

fn is_dotted(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Puts each new symbol before the first one that begins behind it.
fn insert(symbols: &mut Vec<Symbol>, new: Vec<Symbol>) {
    let old = std::mem::take(symbols);
    let mut new = new.into_iter().peekable();
    let mut moved_to = Vec::with_capacity(old.len());
    for (at, mut symbol) in old.into_iter().enumerate() {
        while at > 0 && symbol.parent == Some(0) && new.peek().is_some_and(|next| next.bytes.end <= symbol.bytes.start)
        {
            symbols.extend(new.next());
        }
        moved_to.push(symbols.len());
        symbol.parent = symbol.parent.and_then(|parent| moved_to.get(parent).copied());
        symbols.push(symbol);
    }
    symbols.extend(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{Language, ParsedFile};

    const SAMPLE: &str = "\
/*[clinic input]
module things
[clinic start generated code]*/

/*[clinic input]
things.count as things_count_of

    value: object
        What is counted.
    /
    *
    start: Py_ssize_t = 0

Count it.

    An example.
[clinic start generated code]*/

static PyObject *
things_count_of_impl(PyObject *module, PyObject *value, Py_ssize_t start)
/*[clinic end generated code: output=1 input=2]*/
{
    return value;
}

/*[clinic input]
@classmethod
Bag.clear
[clinic start generated code]*/

static PyObject *
Bag_clear(PyObject *self)
{
    return self;
}
";

    fn parsed(text: &str) -> ParsedFile {
        ParsedFile::parse(Arc::from("things.c"), Language::Cpp, Arc::from(text.as_bytes()))
    }

    #[test]
    fn comments_declare_bindings() {
        let file = parsed(SAMPLE);
        let shown: Vec<_> = file.symbols.iter().map(|symbol| (&*symbol.name, symbol.parent)).collect();
        let expected = ["", "[\"things.count\"]", "things_count_of_impl", "[\"Bag.clear\"]", "Bag_clear"]
            .map(|name| (name, Some(0)));
        assert_eq!(shown[1..], expected[1..]);
        let mentions = |at: usize| file.symbols[at].mentions.iter().map(|mention| &*mention.name).collect::<Vec<_>>();
        assert_eq!((mentions(1), mentions(3)), (vec!["things_count_of_impl"], vec!["Bag_clear"]));
    }

    #[test]
    fn documentation_is_no_declaration() {
        let fingerprints =
            |text: &str| parsed(text).symbols.iter().map(|symbol| symbol.fingerprint).collect::<Vec<_>>();
        let reworded = SAMPLE.replace("Count it.", "Count them.").replace("What is", "That which is");
        assert_eq!(fingerprints(SAMPLE), fingerprints(&reworded));
        let changed = SAMPLE.replace("= 0", "= 1");
        assert_ne!(fingerprints(SAMPLE)[1], fingerprints(&changed)[1]);
    }

    #[test]
    fn the_term_is_the_declaration() {
        let file = parsed(SAMPLE);
        assert_eq!(
            file.term(1).tokens().concat(),
            "things.count as things_count_of\nvalue: object\n/\n*\nstart: Py_ssize_t = 0\n"
        );
    }
}
