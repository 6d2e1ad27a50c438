//! The tokens of a C++ file and which bracket closes which.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    Number,
    Text,
    Character,
    Sign,
    /// A preprocessor line with its continuations.
    Directive,
    Comment,
}

#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// Code and comments apart, both in order.
pub fn tokens(text: &str) -> (Vec<Token>, Vec<Token>) {
    let (mut code, mut comments) = (Vec::new(), Vec::new());
    let (mut at, mut line_start) = (0, true);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() || rest.starts_with("\\\n") {
            let length = if first == '\\' { 2 } else { first.len_utf8() };
            line_start |= first == '\n';
            at += length;
            continue;
        }
        let (kind, length) = next(rest, line_start);
        let token = Token { kind, start: at, end: at + length };
        if kind == Kind::Comment {
            comments.push(token);
        } else {
            code.push(token);
        }
        line_start &= kind == Kind::Comment;
        at += length;
    }
    (code, comments)
}

fn next(rest: &str, line_start: bool) -> (Kind, usize) {
    let first = rest.chars().next().expect("the caller stops at the end");
    if rest.starts_with("//") {
        return (Kind::Comment, logical_line(rest));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if line_start && first == '#' {
        return (Kind::Directive, logical_line(rest).max(1));
    }
    if let Some(length) = literal(rest) {
        let quote = rest[..length].find(['"', '\'']).map(|at| rest.as_bytes()[at]);
        return (if quote == Some(b'"') { Kind::Text } else { Kind::Character }, length);
    }
    if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
        return (Kind::Number, number(rest));
    }
    if is_word(first) {
        return (Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
    }
    (Kind::Sign, sign(rest))
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
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
        quoted_end(quoted)
    };
    Some(prefix.len() + end)
}

fn quoted_end(quoted: &str) -> usize {
    let quote = quoted.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    quoted.len()
}

fn number(rest: &str) -> usize {
    let mut previous = ' ';
    for (at, c) in rest.char_indices() {
        let exponent = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E' | 'p' | 'P') && !rest.starts_with("0x");
        if !(is_word(c) || matches!(c, '.' | '\'') || exponent) {
            return at;
        }
        previous = c;
    }
    rest.len()
}

/// `>>` stays two signs: it may close two templates.
fn sign(rest: &str) -> usize {
    const LONG: [&str; 23] = [
        "<=>", "...", "->*", "<<=", "::", "->", "++", "--", "<<", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=",
    ];
    let long = LONG.iter().find(|long| rest.starts_with(**long)).map(|long| long.len());
    long.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8))
}

/// For every token its partner where it is a bracket, and the bracket around it.
pub fn brackets(text: &str, tokens: &[Token]) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut partner = vec![None; tokens.len()];
    let mut outer = vec![None; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let sign = if token.kind == Kind::Sign { &text[token.start..token.end] } else { "" };
        if matches!(sign, ")" | "]" | "}") {
            let opens = match sign {
                ")" => "(",
                "]" => "[",
                _ => "{",
            };
            // A bracket that closes nothing belongs to another branch of a `#if`.
            if let Some(&last) = open.last().filter(|&&last| text[tokens[last].start..].starts_with(opens)) {
                open.pop();
                (partner[last], partner[at]) = (Some(at), Some(last));
            }
        }
        outer[at] = open.last().copied();
        if matches!(sign, "(" | "[" | "{") {
            open.push(at);
        }
    }
    (partner, outer)
}
