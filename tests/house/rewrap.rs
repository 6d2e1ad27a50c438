//! Writes a file again with other white space, line breaks and comments, and the same meaning.

/// A copy of the file that means the same; every seed gives another one.
pub fn rewrap(path: &str, text: &[u8], seed: u64) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("fixtures are UTF-8");
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ text.len() as u64);
    let copy =
        if path.ends_with(".py") || path.ends_with(".pyi") { python(text, &mut dice) } else { cpp(text, &mut dice) };
    copy.into_bytes()
}

/// Repeatable chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

// --- C++

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    /// A preprocessor line with its continuations and its line end.
    Directive,
    Code,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
}

fn cpp(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut last: Option<&str> = None;
    let mut gap = String::new();
    for token in tokens(text) {
        match token.kind {
            Kind::Space => gap.push_str(token.text),
            Kind::Comment => gap.push_str(if token.text.starts_with("//") { "\n" } else { " " }),
            Kind::Directive => {
                out.push('\n');
                out.push_str(token.text.trim_end());
                out.push('\n');
                (last, gap) = (None, String::new());
            }
            Kind::Code => {
                if let Some(last) = last {
                    out.push_str(&other_gap(&gap, last, token.text, dice));
                }
                out.push_str(token.text);
                (last, gap) = (Some(token.text), String::new());
            }
        }
    }
    out.push('\n');
    out
}

/// What stands between two tokens: never nothing where there was something, and no line joined that a macro ends.
fn other_gap(gap: &str, before: &str, after: &str, dice: &mut Dice) -> String {
    if gap.is_empty() && dice.roll(3) > 0 {
        return String::new();
    }
    // Nobody parts a macro from its arguments, and who reads code without its macros relies on it.
    if gap.is_empty() && is_upper(before) && after == "(" {
        return String::new();
    }
    let ends_macro = before == ")" || is_upper(before);
    if gap.contains('\n') && ends_macro && after != ";" {
        return "\n  ".to_owned();
    }
    let notes = ["note", "f(x);", "\"quoted", "it's", "#if 0", "(((", "a {"];
    let note = notes[dice.roll(notes.len() as u64) as usize];
    match dice.roll(10) {
        0 => format!(" /* {note} */ "),
        1 => format!(" // {note}\n"),
        2 => "\n\n\t".to_owned(),
        3 | 4 => "\n      ".to_owned(),
        5 => "  \t".to_owned(),
        _ => " ".to_owned(),
    }
}

/// `HANDLE_TH_ERRORS`, not `T`.
fn is_upper(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut line_start = true;
    while at < text.len() {
        let rest = &text[at..];
        let (kind, length) = next_token(rest, line_start);
        let token = Token { kind, text: &rest[..length] };
        line_start = match kind {
            Kind::Space => line_start || token.text.contains('\n'),
            Kind::Directive => true,
            Kind::Comment => line_start,
            Kind::Code => false,
        };
        found.push(token);
        at += length;
    }
    found
}

fn next_token(rest: &str, line_start: bool) -> (Kind, usize) {
    let first = rest.chars().next().expect("the caller stops at the end");
    if first.is_whitespace() || rest.starts_with("\\\n") {
        return (Kind::Space, if first == '\\' { 2 } else { first.len_utf8() });
    }
    if rest.starts_with("//") {
        return (Kind::Comment, logical_line(rest));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if line_start && first == '#' {
        return (Kind::Directive, logical_line(rest));
    }
    (Kind::Code, literal(rest).or_else(|| word(rest)).unwrap_or_else(|| punctuation(rest)))
}

/// Up to the first line end that no backslash continues.
fn logical_line(rest: &str) -> usize {
    let mut at = 0;
    while let Some(end) = rest[at..].find('\n') {
        if !rest[at..at + end].trim_end_matches('\r').ends_with('\\') {
            return at + end;
        }
        at += end + 1;
    }
    rest.len()
}

/// A string or character literal with its prefix and suffix; `None` when there is none.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["u8R", "uR", "UR", "LR", "R", "u8", "u", "U", "L", ""]
        .into_iter()
        .find(|prefix| rest.strip_prefix(prefix).is_some_and(|tail| tail.starts_with(['"', '\''])))?;
    let quoted = &rest[prefix.len()..];
    let end = if prefix.ends_with('R') && quoted.starts_with('"') {
        let open = quoted.find('(')?;
        let close = format!("){}\"", &quoted[1..open]);
        quoted.find(&close)? + close.len()
    } else {
        end_of_quoted(quoted)
    };
    let suffix = quoted[end..].find(|c: char| !is_word(c)).unwrap_or(quoted.len() - end);
    Some(prefix.len() + end + suffix)
}

fn end_of_quoted(quoted: &str) -> usize {
    let quote = quoted.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    quoted.len()
}

/// An identifier, or a number with its separators and exponent.
fn word(rest: &str) -> Option<usize> {
    let number = rest.starts_with(|c: char| c.is_ascii_digit())
        || (rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit()));
    let mut previous = ' ';
    let end = rest
        .char_indices()
        .find(|&(_, c)| {
            let exponent =
                matches!(c, '+' | '-') && matches!(previous, 'e' | 'E' | 'p' | 'P') && !rest.starts_with("0x");
            let inside = is_word(c) || (number && (c == '.' || c == '\'' || exponent));
            previous = c;
            !inside
        })
        .map_or(rest.len(), |(at, _)| at);
    (end > 0).then_some(end)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn punctuation(rest: &str) -> usize {
    // `[[` is two tokens to the standard and one to every formatter.
    const LONG: [&str; 28] = [
        "<=>", "...", "->*", "<<=", ">>=", "::", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",
        "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##", "[[", "]]",
    ];
    let long = LONG.iter().find(|long| rest.starts_with(**long)).map(|long| long.len());
    long.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8))
}

// --- Python

fn python(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    let mut rest = text;
    let mut fresh = true;
    let mut decorated = false;
    while let Some(first) = rest.chars().next() {
        if fresh && depth == 0 {
            // Between a decorator and its function nothing is inserted: the grammar stumbles there, and nobody writes so.
            if !decorated {
                own_line(rest, &mut out, dice);
            }
            decorated = rest.trim_start_matches(' ').starts_with('@');
        }
        let length = python_token(rest);
        let token = &rest[..length];
        fresh = first == '\n';
        match first {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match first {
            '#' => {}
            '\n' => out.push_str(if dice.roll(5) == 0 { "  # note: f(x) \"\n" } else { "\n" }),
            ',' | '(' | '[' | '{' if depth > 0 && dice.roll(4) == 0 => {
                out.push_str(token);
                out.push_str(if dice.roll(2) == 0 { "\n            " } else { "  # (note\n  " });
            }
            _ => out.push_str(token),
        }
        rest = &rest[length..];
    }
    out
}

/// Perhaps a blank line or a comment before a logical line, indented as the line is.
fn own_line(rest: &str, out: &mut String, dice: &mut Dice) {
    let indent = &rest[..rest.len() - rest.trim_start_matches(' ').len()];
    match dice.roll(8) {
        0 => out.push('\n'),
        1 => out.push_str(&format!("{indent}# note: return (\n")),
        2 => out.push_str("# note at the margin\n\n"),
        _ => {}
    }
}

fn python_token(rest: &str) -> usize {
    let first = rest.chars().next().expect("the caller stops at the end");
    if first == '#' {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("\\\n") {
        return 2;
    }
    if first == '"' || first == '\'' {
        let triple = &first.to_string().repeat(3);
        if !rest.starts_with(triple.as_str()) {
            return end_of_quoted(rest);
        }
        return rest[3..].find(triple.as_str()).map_or(rest.len(), |end| end + 6);
    }
    first.len_utf8()
}

// --- It keeps what it must

fn code(text: &str) -> Vec<&str> {
    tokens(text)
        .into_iter()
        .filter(|t| matches!(t.kind, Kind::Code | Kind::Directive))
        .map(|t| t.text.trim_end())
        .collect()
}

#[test]
fn a_rewrapped_cpp_file_has_the_same_tokens() {
    for case in crate::case::all() {
        for (path, text) in case.before.iter().chain(&case.after).filter(|(path, _)| !path.contains(".py")) {
            for seed in 1..=4 {
                let copy = String::from_utf8(rewrap(path, text, seed)).unwrap();
                let text = std::str::from_utf8(text).unwrap();
                assert_eq!(code(text), code(&copy), "fixtures/{}: {path}, seed {seed}", case.name);
                assert_ne!(text, copy, "nothing was rewrapped in fixtures/{}: {path}", case.name);
            }
        }
    }
}

#[test]
fn tokens_of_cpp_are_whole() {
    let text = "x = u8R\"ab(a\"b)ab\" /*c*/ + 1'000e-3f->*L'\\'';\n#define A \\\n  b // c\n\"s\"_x >>= .5";
    let expected = [
        "x",
        "=",
        "u8R\"ab(a\"b)ab\"",
        "+",
        "1'000e-3f",
        "->*",
        "L'\\''",
        ";",
        "#define A \\\n  b // c",
        "\"s\"_x",
        ">>=",
        ".5",
    ];
    assert_eq!(code(text), expected);
}

/// `CASE=layout/rewrap cargo test -- --ignored show` prints the copies.
#[test]
#[ignore = "prints, checks nothing"]
fn show_the_copies() {
    for case in crate::case::all() {
        for (side, files) in case.sides() {
            for (path, text) in files {
                for seed in 1..=4 {
                    let copy = String::from_utf8(rewrap(path, text, seed)).unwrap();
                    println!("--- {} {side} {path}, seed {seed}\n{copy}", case.name);
                }
            }
        }
    }
}
