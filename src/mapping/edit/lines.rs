//! Line ends: edits see `\n` alone, and the file keeps what it had.

use similar::{Algorithm, DiffOp};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text as edits see it: no byte order mark, `\n` only, and one at the end.
pub fn plain(text: &str) -> String {
    let mut plain = text.trim_start_matches(BYTE_ORDER_MARK).replace("\r\n", "\n");
    if !plain.ends_with('\n') {
        plain.push('\n');
    }
    plain
}

/// The edited text with the ways of the original: every line that stayed keeps its end, new ones get the usual one.
pub fn as_in(original: &str, edited: &str) -> String {
    let (mark, body) = match original.strip_prefix(BYTE_ORDER_MARK) {
        Some(body) => (&original[..BYTE_ORDER_MARK.len_utf8()], body),
        None => ("", original),
    };
    let mut text = if body.contains('\r') { mended(body, edited) } else { edited.to_owned() };
    if !body.is_empty() && !body.ends_with('\n') {
        let end = text.trim_end_matches('\n').trim_end_matches('\r').len();
        text.truncate(end);
    }
    mark.to_owned() + &text
}

/// The edited text with the usual line end of the original throughout, the last line included.
pub fn even(original: &str, edited: &str) -> String {
    let mark = if original.starts_with(BYTE_ORDER_MARK) { &original[..BYTE_ORDER_MARK.len_utf8()] } else { "" };
    mark.to_owned() + &edited.replace('\n', usual(original))
}

fn mended(original: &str, edited: &str) -> String {
    let old: Vec<&str> = original.split_inclusive('\n').collect();
    let new: Vec<&str> = edited.split_inclusive('\n').collect();
    let bare: Vec<&str> = old.iter().map(|line| without_end(line)).collect();
    let fresh: Vec<&str> = new.iter().map(|line| without_end(line)).collect();
    let usual = usual(original);
    let mut text = String::with_capacity(original.len() + edited.len());
    for op in similar::capture_diff_slices(Algorithm::Patience, &bare, &fresh) {
        match op {
            DiffOp::Equal { old_index, len, .. } => text.extend(old[old_index..old_index + len].iter().copied()),
            _ => fresh[op.new_range()].iter().for_each(|line| text.extend([line, usual])),
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(usual);
        }
    }
    text
}

fn usual(text: &str) -> &'static str {
    let returns = text.matches("\r\n").count();
    if returns * 2 > text.matches('\n').count() { "\r\n" } else { "\n" }
}

fn without_end(line: &str) -> &str {
    line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(original: &str, edited: &str, expected: &str) {
        assert_eq!(as_in(original, edited), expected);
    }

    #[test]
    fn what_stays_keeps_its_line_end() {
        check("a\nb\n", "a\nx\nb\n", "a\nx\nb\n");
        check("a\r\nb\r\n", "a\nx\nb\n", "a\r\nx\r\nb\r\n");
        check("a\r\nb\nc\r\n", "a\nb\nx\nc\n", "a\r\nb\nx\r\nc\r\n");
        check("a\nb\r\nc\n", "a\nb\nx\nc\n", "a\nb\r\nx\nc\n");
    }

    #[test]
    fn a_last_line_without_end_and_a_mark_stay() {
        check("a\nb", "a\nb\nx\n", "a\nb\nx");
        check("a\r\nb", "a\nb\nx\n", "a\r\nb\r\nx");
        check("\u{feff}a\r\n", "a\nx\n", "\u{feff}a\r\nx\r\n");
        assert_eq!(even("\u{feff}a\r\nb\nc\r\nd", "a\nb\n"), "\u{feff}a\r\nb\r\n");
        assert_eq!(plain("\u{feff}a\r\nb"), "a\nb\n");
    }
}
