//! What macros make: the names that they paste together, the strings that they make of what they are given, and where
//! they are used inside other code.

use super::selector::normalise_arguments;
use crate::symbols::{ParsedFile, Symbol, SymbolKind};

/// The uses of macros that make a function or variable of that name: the macro's body pastes it together with `##`, or the
/// name is given to the macro as it is.
pub fn making(file: &ParsedFile, name: &str) -> Vec<usize> {
    let name = name.rsplit("::").next().unwrap_or(name);
    let symbols = &file.symbols;
    let pasting = symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Macro);
    let pasting: Vec<(String, Vec<Pasted>)> =
        // A file out of the cache has no text.
        pasting.filter_map(|symbol| pasted(file.text().get(symbol.bytes.clone())?)).collect();
    let makes = |symbol: &Symbol| {
        let Some((invoked, arguments)) = invocation(symbol) else { return false };
        let bodies = pasting.iter().filter(|(of, _)| *of == invoked).flat_map(|(_, bodies)| bodies);
        bodies.into_iter().any(|body| body.makes(&arguments, name)) || arguments.iter().any(|argument| argument == name)
    };
    (0..symbols.len()).filter(|at| makes(&symbols[*at])).collect()
}

/// The uses of macros at file scope that are given this word first: code generators and `#` make a string of it.
pub fn given(symbols: &[Symbol], word: &str) -> Vec<usize> {
    let first = |symbol: &Symbol| {
        let by_name =
            invocation(symbol).is_some_and(|(_, arguments)| arguments.first().is_some_and(|first| first == word));
        let parameters = symbol.parameters.as_deref().filter(|_| symbol.kind == SymbolKind::Function);
        by_name || parameters.is_some_and(|parameters| parameters.split(',').next() == Some(word))
    };
    (0..symbols.len()).filter(|at| first(&symbols[*at])).collect()
}

/// As [`given`], where the use is no C for the grammar: what begins a line of its own and defines something, as
/// `inst(SEND, …) {` and `macro(SEND) = …` do in the language of CPython's instructions.
pub fn given_in_text(file: &ParsedFile, word: &str) -> Vec<usize> {
    let text = file.text();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let places = memchr::memmem::find_iter(text, word.as_bytes()).filter(|&at| {
        let line = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let head = text[line..at].trim_ascii();
        let called =
            head.strip_suffix(b"(").is_some_and(|name| !name.is_empty() && name.iter().all(|byte| is_word(*byte)));
        called && text.get(at + word.len()).is_some_and(|byte| matches!(byte, b',' | b')')) && defines(&text[at - 1..])
    });
    let holder = |at: usize| {
        let holders = file.symbols.iter().enumerate().filter(|(_, symbol)| symbol.bytes.contains(&at));
        holders.min_by_key(|(_, symbol)| symbol.bytes.len()).map(|(index, _)| index)
    };
    let mut holders: Vec<usize> = places.filter_map(holder).collect();
    holders.sort_unstable();
    holders.dedup();
    holders
}

/// Where the text uses the macro with these arguments: at their parenthesis.
pub fn uses(file: &ParsedFile, name: &str, arguments: &str) -> Vec<usize> {
    let text = file.text();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = |at: &usize| *at == 0 || !is_word(text[at - 1]);
    let places = memchr::memmem::find_iter(text, name.as_bytes()).filter(begins);
    let given = |at: usize| {
        let behind = &text[at + name.len()..];
        let open = behind.iter().position(|byte| !byte.is_ascii_whitespace()).filter(|at| behind[*at] == b'(')?;
        let close = closing(&behind[open..])?;
        let written = String::from_utf8_lossy(&behind[open + 1..open + close]);
        (normalise_arguments(&written) == arguments).then_some(at + name.len() + open)
    };
    places.filter_map(given).collect()
}

/// The macro that a symbol uses, and what it is given.
fn invocation(symbol: &Symbol) -> Option<(String, Vec<String>)> {
    let (name, rest) = symbol.name.split_once('(').filter(|_| symbol.kind == SymbolKind::Invocation)?;
    let arguments = rest.trim_end_matches(['…', ')', ';']);
    let name = name.rsplit("::").next().unwrap_or(name);
    Some((name.to_owned(), split(arguments)))
}

fn split(arguments: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0i32, vec![String::new()]);
    for c in arguments.chars() {
        depth += i32::from(matches!(c, '(' | '{' | '[')) - i32::from(matches!(c, ')' | '}' | ']'));
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("it begins with one").push(c),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// A name that a macro pastes together: `before##PARAMETER##after`.
struct Pasted {
    before: String,
    /// Which of the parameters.
    parameter: usize,
    after: String,
}

impl Pasted {
    fn makes(&self, arguments: &[String], name: &str) -> bool {
        let argument = arguments.get(self.parameter);
        argument.is_some_and(|argument| format!("{}{argument}{}", self.before, self.after) == name)
    }
}

/// The name of a macro with parameters, and what it pastes.
fn pasted(definition: &[u8]) -> Option<(String, Vec<Pasted>)> {
    let text = String::from_utf8_lossy(definition).replace("\\\n", " ").replace("\\\r\n", " ");
    let rest = text.trim_start_matches('#').trim_start().strip_prefix("define")?.trim_start();
    let (name, rest) = rest.split_once('(')?;
    let (parameters, body) = rest.split_once(')')?;
    let parameters = split(parameters);
    let words = words_pasted(body);
    let pasted = words.iter().flat_map(|parts| {
        let at = parts.iter().enumerate().find_map(|(at, part)| Some((at, parameters.iter().position(|p| p == part)?)));
        at.map(|(at, parameter)| Pasted { before: parts[..at].concat(), parameter, after: parts[at + 1..].concat() })
    });
    Some((name.to_owned(), pasted.collect()))
}

/// The names in a macro's body that are pasted of parts, each as its parts.
fn words_pasted(body: &str) -> Vec<Vec<String>> {
    let joined: String = body.split("##").map(str::trim).collect::<Vec<_>>().join("##");
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    let words = joined.split(|c| !is_part(c)).filter(|word| word.contains("##"));
    words.map(|word| word.split("##").map(str::to_owned).collect()).collect()
}

/// Behind the parentheses that the text begins with stands a body or a value.
fn defines(text: &[u8]) -> bool {
    let behind = closing(text).map(|close| text[close + 1..].trim_ascii_start());
    behind.is_some_and(|behind| matches!(behind.first(), Some(b'{' | b'=')))
}

/// The length of what stands in the parentheses that the text begins with.
fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0i32;
    for (at, byte) in text.iter().enumerate().take(4096) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
