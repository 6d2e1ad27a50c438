//! A text whose pieces are asked for as strings: checked once, and not piece by piece.

use std::borrow::Cow;
use std::ops::Range;

/// The text of a file.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    bytes: &'a [u8],
    /// Where all of it is UTF-8.
    whole: Option<&'a str>,
}

impl<'a> Text<'a> {
    pub fn of(bytes: &'a [u8]) -> Text<'a> {
        Text { bytes, whole: std::str::from_utf8(bytes).ok() }
    }

    /// A piece; empty where it is no UTF-8.
    pub fn get(self, piece: Range<usize>) -> &'a str {
        match self.whole {
            Some(whole) => whole.get(piece).unwrap_or(""),
            None => std::str::from_utf8(&self.bytes[piece]).unwrap_or(""),
        }
    }

    /// The same, with bytes that are not UTF-8 replaced.
    pub fn lossy(self, piece: Range<usize>) -> Cow<'a, str> {
        String::from_utf8_lossy(&self.bytes[piece])
    }

    pub fn ends_with(self, piece: Range<usize>, end: &[u8]) -> bool {
        self.bytes[piece].ends_with(end)
    }
}

/// Code without white space, except between two words.
pub(super) fn compact(code: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(code.len());
    for part in code.split_whitespace().filter(|part| *part != "\\") {
        let joins = out.chars().next_back().is_some_and(is_word) && part.chars().next().is_some_and(is_word);
        if joins {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// The same, without a copy for what is compact already.
pub(super) fn compacted(code: &str) -> Cow<'_, str> {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
    if code.as_bytes().iter().all(is_plain) { Cow::Borrowed(code) } else { Cow::Owned(compact(code)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compact_is_borrowed() {
        assert!(matches!(compacted("a::b<c>"), Cow::Borrowed("a::b<c>")));
        assert_eq!(compacted("unsigned  int *"), "unsigned int*");
        assert_eq!(compacted("a \\\n b"), compact("a \\\n b"));
    }

    #[test]
    fn pieces_of_broken_texts_are_read_where_they_are_whole() {
        let text = Text::of(b"ab\xffcd");
        assert_eq!([text.get(0..2), text.get(1..4), text.get(3..5)], ["ab", "", "cd"]);
        assert_eq!(Text::of("a\u{e9}".as_bytes()).get(0..2), "");
    }
}
