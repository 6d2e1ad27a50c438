//! What a C++ file includes, read off its text.

/// The files that a text includes, as written, in their order.
pub fn includes(text: &[u8]) -> Vec<Box<str>> {
    let places = memchr::memmem::find_iter(text, b"include");
    places.filter_map(|at| included(text, at)).collect()
}

fn included(text: &[u8], at: usize) -> Option<Box<str>> {
    let line_start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |before| before + 1);
    if text[line_start..at].trim_ascii() != b"#" {
        return None;
    }
    let rest = text[at + b"include".len()..].trim_ascii_start();
    let close = match rest.first()? {
        b'<' => b'>',
        b'"' => b'"',
        _ => return None,
    };
    let end = rest[1..].iter().take_while(|byte| **byte != b'\n').position(|byte| *byte == close)?;
    std::str::from_utf8(&rest[1..=end]).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_read_and_nothing_else() {
        let text = b"#include <a/b.h>\n#  include \"c.h\"\n// #include <d.h>\nint include;\n#include MACRO\n#include <broken\n";
        let found = includes(text);
        assert_eq!(found.iter().map(|path| &**path).collect::<Vec<_>>(), ["a/b.h", "c.h"]);
    }
}
