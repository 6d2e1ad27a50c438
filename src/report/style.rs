//! The colours of what people read. Always written; the stream takes them away where they are not wanted.

use std::borrow::Cow;
use std::fmt::Display;

use anstyle::{AnsiColor, Style};

pub const ADDED: Style = AnsiColor::Green.on_default();
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// Gutters, arrows, marks: what frames the code.
pub const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
pub const DIM: Style = Style::new().dimmed();
pub const STRONG: Style = Style::new().bold();
pub const GOOD: Style = AnsiColor::Green.on_default().bold();

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();

pub fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The style of `error`, `warning`, `note`.
pub fn of_severity(word: &str) -> Style {
    match word {
        "error" => ERROR,
        "warning" => WARNING,
        _ => NOTE,
    }
}

pub fn severity_word(word: &str) -> String {
    paint(of_severity(word), word)
}

/// Moves the cursor, rings, or turns the direction of what follows.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text from a repository as it may reach a terminal: no control characters, tabs as spaces.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let text = text.trim_end_matches(['\r', '\n']).replace('\t', "    ");
    Cow::Owned(text.chars().map(|c| if is_unsafe(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
}
