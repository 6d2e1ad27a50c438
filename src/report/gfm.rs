//! Markdown in which the text of strangers shows as it is.

use super::style::is_unsafe;

/// Text that is no markup, whatever is in it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }) {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | ';' | '/' | '(' | ')' | '\'' | '-') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Our own words, in which code stands in backticks already.
pub fn ticked(text: &str) -> String {
    let parts: Vec<String> =
        text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect();
    parts.concat()
}

/// Code within a line; in a table too.
pub fn code(text: &str) -> String {
    let plain = |c: char| if is_unsafe(c) { ' ' } else { c };
    let text: String = text.replace('`', "'").replace('|', "\\|").chars().map(plain).collect();
    format!("`{text}`")
}

/// A block of code, behind more backticks than it holds.
pub fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let shown = |c: char| if is_unsafe(c) && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    let code: String = code.replace("\r\n", "\n").chars().map(shown).collect();
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_make_no_markup() {
        assert_eq!(escaped("<img onerror=x> | *a* `b`\u{1b}"), "\\<img onerror\\=x\\> \\| \\*a\\* \\`b\\` ");
        assert_eq!(ticked("`a|b` changed <b>"), "`a\\|b` changed \\<b\\>");
        assert_eq!(fenced("cpp", "a\n```\n````b\u{1b}\n"), "`````cpp\na\n```\n````b\u{fffd}\n`````\n");
    }
}
