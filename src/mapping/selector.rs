//! Selectors as they are written: `path`, `path#symbol`, `NAME:path#symbol`.

use std::ops::Range;

use super::model::{Pattern, Selector};

/// Why a text is no selector. A phrase, with a way out where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectorError {
    pub message: String,
    pub help: Option<String>,
}

/// Reads a selector. `source` and `span` say where it stands; on a command line they are 0 and the whole text.
pub fn parse(text: &str, source: usize, span: Range<usize>) -> Result<Selector, SelectorError> {
    let (place, symbol) = match text.split_once('#') {
        Some((place, symbol)) => (place, Some(symbol)),
        None => (text, None),
    };
    let (repository, path) = match place.split_once(':') {
        Some((repository, path)) => (Some(repository_name(repository)?), path),
        None => (None, place),
    };
    check_path(path)?;
    let pattern = symbol.map_or(Ok(Pattern::File), pattern)?;
    Ok(Selector { repository, path: path.into(), pattern, text: text.to_owned(), source, span })
}

/// Reads what stands after `#`.
pub fn pattern(text: &str) -> Result<Pattern, SelectorError> {
    if text.is_empty() {
        return Err(helped("nothing after `#`", "leave `#` out to select the whole file"));
    }
    if text.chars().any(char::is_control) {
        return Err(plain("a symbol holds no control characters"));
    }
    if text.trim() != text {
        return Err(plain(format!("white space around the symbol `{text}`")));
    }
    if text.starts_with('"') {
        return literal(text);
    }
    if let Some(at) = text.find("[\"") {
        return keyed(&text[..at], &text[at + 1..]);
    }
    if text.contains("['") {
        return Err(helped(format!("a key in single quotes in `{text}`"), "write it as `[\"key\"]`"));
    }
    match call_at(text) {
        Some(at) => call(&text[..at], &text[at..]),
        None => check_name(text).map(|()| Pattern::Name(text.to_owned())),
    }
}

/// A path must be relative to the repository, use `/`, and stay inside.
pub fn check_path(path: &str) -> Result<(), SelectorError> {
    check_relative(path)?;
    if path.contains(['*', '?']) {
        return Err(helped(
            format!("`{path}` is a glob, a selector names one file"),
            "write one selector for each file",
        ));
    }
    Ok(())
}

/// What holds of paths and of globs alike.
pub fn check_relative(path: &str) -> Result<(), SelectorError> {
    if path.is_empty() {
        return Err(plain("the path is empty"));
    }
    if path.chars().any(char::is_control) {
        return Err(plain("a path holds no control characters"));
    }
    if path.contains('\\') {
        return Err(helped(format!("`{path}` uses `\\`"), "paths use `/` on every system"));
    }
    if path.starts_with('/') {
        return Err(helped(format!("`{path}` is absolute"), "paths are relative to the root of the repository"));
    }
    match path.split('/').find(|part| matches!(*part, "" | "." | "..")) {
        Some("") => Err(plain(format!("`{path}` has an empty part"))),
        Some(part) => {
            Err(helped(format!("`{path}` has the part `{part}`"), "write the path from the root of the repository"))
        }
        None => Ok(()),
    }
}

/// Argument types in one spelling: no white space but between two words, one `, ` between arguments.
pub fn normalise_arguments(arguments: &str) -> String {
    let mut out = String::with_capacity(arguments.len());
    let mut gap = false;
    for c in arguments.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && is_word(c) && out.chars().next_back().is_some_and(is_word) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
        if c == ',' {
            out.push(' ');
        }
    }
    out
}

fn repository_name(name: &str) -> Result<String, SelectorError> {
    if is_repository_name(name) {
        return Ok(name.to_owned());
    }
    Err(helped(format!("`{name}` is no name of a repository"), "names are letters, digits, `-` and `_`"))
}

pub fn is_repository_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// `"text"`, the whole of it.
fn literal(text: &str) -> Result<Pattern, SelectorError> {
    let (value, rest) = quoted(text)?;
    if !rest.is_empty() {
        return Err(plain(format!("`{rest}` after the closing quote")));
    }
    Ok(Pattern::Literal(value))
}

/// `owner["key"]`, where `rest` begins at the first quote.
fn keyed(owner: &str, rest: &str) -> Result<Pattern, SelectorError> {
    let (key, rest) = quoted(rest)?;
    match rest.strip_prefix(']') {
        None => return Err(plain(format!("no `]` after the key `\"{key}\"`"))),
        Some("") => {}
        Some(rest) if rest.starts_with("[\"") => {
            return Err(helped(
                "a second key",
                format!("a selector has one key: write a method as `[\"{key}.method\"]`"),
            ));
        }
        Some(rest) => return Err(plain(format!("`{rest}` after the key `\"{key}\"`"))),
    }
    if owner.is_empty() {
        return Ok(Pattern::Keyed { owner: None, key });
    }
    check_name(owner)?;
    Ok(Pattern::Keyed { owner: Some(owner.to_owned()), key })
}

/// A string that begins with its quote, and what follows it. `\"` and `\\` are escapes, other backslashes stay.
fn quoted(text: &str) -> Result<(String, &str), SelectorError> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if value.is_empty() => return Err(plain("the quoted text is empty")),
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => {
                let escaped = chars.next_if(|(_, next)| matches!(next, '"' | '\\'));
                value.push(escaped.map_or('\\', |(_, c)| c));
            }
            c => value.push(c),
        }
    }
    Err(plain(format!("no closing quote in `{text}`")))
}

/// `name(arguments)`, where `rest` begins at the parenthesis.
fn call(name: &str, rest: &str) -> Result<Pattern, SelectorError> {
    check_name(name)?;
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let Some(inner) = inner.filter(|inner| is_balanced(inner)) else {
        return Err(helped(format!("unbalanced parentheses in `{name}{rest}`"), "write `name(int, PyObject*)`"));
    };
    Ok(Pattern::Call { name: name.to_owned(), arguments: normalise_arguments(inner) })
}

/// Where the argument list begins: the first `(` outside of `<>` that is not the name of `operator()`.
fn call_at(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(length) = operator_length(text, at) {
            at += length;
            continue;
        }
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '(' if depth == 0 => return Some(at),
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

/// The length of an operator's name, `operator()` or `operator<<`, if one begins at `at`.
fn operator_length(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix("operator")?;
    let before = text[..at].chars().next_back();
    if before.is_some_and(is_word) {
        return None;
    }
    let symbols = match rest.get(..2) {
        Some("()" | "[]") => 2,
        _ => rest.find(|c| !"<>=!+-*/%^&|~,".contains(c)).unwrap_or(rest.len()),
    };
    (symbols > 0).then_some("operator".len() + symbols)
}

/// A qualified name: words joined by `::` or `.`, with template arguments, `~`, operators.
fn check_name(name: &str) -> Result<(), SelectorError> {
    let bad = |why: &str| Err(plain(format!("`{name}` is no name: {why}")));
    let bare = without_operators_and_templates(name);
    let Some(bare) = bare else { return bad("its `<` and `>` do not match") };
    if let Some(c) = bare.chars().find(|c| !is_word(*c) && !matches!(c, ':' | '.' | '~' | ' ')) {
        return bad(&format!("it holds `{c}`"));
    }
    if bare.contains(' ') && !bare.contains("operator ") {
        return bad("it holds white space");
    }
    if bare.replace("::", ".").split('.').any(|part| part.is_empty() || part == "~" || part.contains(':')) {
        return bad("a part of it is empty");
    }
    Ok(())
}

/// The name with operators reduced to the word and template arguments left out; `None` if `<>` do not match.
fn without_operators_and_templates(name: &str) -> Option<String> {
    let mut bare = String::new();
    let (mut depth, mut at) = (0usize, 0);
    while let Some(c) = name[at..].chars().next() {
        if let Some(length) = operator_length(name, at).filter(|_| depth == 0) {
            bare.push_str("operator");
            at += length;
            continue;
        }
        match c {
            '<' => depth += 1,
            '>' => depth = depth.checked_sub(1)?,
            c if depth == 0 => bare.push(c),
            _ => {}
        }
        at += c.len_utf8();
    }
    (depth == 0).then_some(bare)
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0i64;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn plain(message: impl Into<String>) -> SelectorError {
    SelectorError { message: message.into(), help: None }
}

fn helped(message: impl Into<String>, help: impl Into<String>) -> SelectorError {
    SelectorError { message: message.into(), help: Some(help.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Pattern {
        Pattern::Name(text.to_owned())
    }

    fn call(name: &str, arguments: &str) -> Pattern {
        Pattern::Call { name: name.to_owned(), arguments: arguments.to_owned() }
    }

    fn keyed(owner: &str, key: &str) -> Pattern {
        Pattern::Keyed { owner: Some(owner.to_owned()).filter(|owner| !owner.is_empty()), key: key.to_owned() }
    }

    #[test]
    fn patterns() {
        let table = [
            ("f", name("f")),
            ("a::B::~B", name("a::B::~B")),
            ("C.m.inner", name("C.m.inner")),
            ("C::operator()", name("C::operator()")),
            ("C::operator<<", name("C::operator<<")),
            ("C::operator[]", name("C::operator[]")),
            ("C::operator bool", name("C::operator bool")),
            ("A<std::function<void(int)>, 3>::f", name("A<std::function<void(int)>, 3>::f")),
            ("f()", call("f", "")),
            ("f(int,  PyObject *)", call("f", "int, PyObject*")),
            ("f(const  std::string &,unsigned  int)", call("f", "const std::string&, unsigned int")),
            ("C::operator()(int)", call("C::operator()", "int")),
            ("C::operator->()", call("C::operator->", "")),
            ("f(std::function<void(int)>)", call("f", "std::function<void(int)>")),
            ("SYMNODE_BINARY(add)", call("SYMNODE_BINARY", "add")),
            ("methods[\"apply\"]", keyed("methods", "apply")),
            ("[\"x\"]", keyed("", "x")),
            ("C.m[\"a.b\"]", keyed("C.m", "a.b")),
            ("f[\"a\\\"]b\\\\c\"]", keyed("f", "a\"]b\\c")),
            ("\"proxy_call\"", Pattern::Literal("proxy_call".to_owned())),
            ("été", name("été")),
        ];
        for (text, expected) in table {
            assert_eq!(pattern(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refused_patterns() {
        let table = [
            ("", "nothing after `#`"),
            (" f", "white space around the symbol ` f`"),
            ("a b", "`a b` is no name: it holds white space"),
            ("a::", "`a::` is no name: a part of it is empty"),
            ("a:b", "`a:b` is no name: a part of it is empty"),
            (".a", "`.a` is no name: a part of it is empty"),
            ("a->b", "`a->b` is no name: its `<` and `>` do not match"),
            ("a<b", "`a<b` is no name: its `<` and `>` do not match"),
            ("a-b", "`a-b` is no name: it holds `-`"),
            ("a[0]", "`a[0]` is no name: it holds `[`"),
            ("f(int", "unbalanced parentheses in `f(int`"),
            ("f(int) const", "unbalanced parentheses in `f(int) const`"),
            ("(int)", "`` is no name: a part of it is empty"),
            ("f['x']", "a key in single quotes in `f['x']`"),
            ("f[\"x\"", "no `]` after the key `\"x\"`"),
            ("f[\"x]", "no closing quote in `\"x]`"),
            ("f[\"\"]", "the quoted text is empty"),
            ("f[\"x\"].y", "`.y` after the key `\"x\"`"),
            ("f[\"x\"][\"y\"]", "a second key"),
            ("\"x", "no closing quote in `\"x`"),
            ("\"x\"y", "`y` after the closing quote"),
            ("a\0b", "a symbol holds no control characters"),
        ];
        for (text, expected) in table {
            assert_eq!(pattern(text).map_err(|error| error.message), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn places() {
        let read = |text: &str| parse(text, 0, 0..text.len());
        let whole = read("a/b.cpp").expect("valid");
        assert_eq!((whole.repository, &*whole.path, whole.pattern), (None, "a/b.cpp", Pattern::File));
        let other = read("cpython:Objects/a.c#ns::f").expect("valid");
        assert_eq!(
            (other.repository.as_deref(), &*other.path, other.pattern),
            (Some("cpython"), "Objects/a.c", name("ns::f"))
        );
        for (text, expected) in [
            ("", "the path is empty"),
            ("#f", "the path is empty"),
            ("cpython:", "the path is empty"),
            (":a.cpp", "`` is no name of a repository"),
            ("a//b", "`a//b` has an empty part"),
            ("a/", "`a/` has an empty part"),
            ("./a", "`./a` has the part `.`"),
            ("a/*.cpp", "`a/*.cpp` is a glob, a selector names one file"),
            ("C:\\a.cpp", "`\\a.cpp` uses `\\`"),
        ] {
            assert_eq!(read(text).map(|_| ()).map_err(|error| error.message), Err(expected.to_owned()), "{text}");
        }
    }
}
