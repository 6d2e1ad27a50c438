//! Frames: code with a gutter of line numbers, its changes marked.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::style::{ADDED, DIM, FRAME, REMOVED, STRONG, harmless, paint};
use crate::finding::{Frame, FrameLine, Mark};

/// Longer lines are cut: generated code is not read.
const WIDTH_LIMIT: usize = 160;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 2;

/// Digits that the line numbers of some frames need.
pub fn gutter<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> usize {
    let last = frames.into_iter().flat_map(|frame| &frame.lines).map(|line| line.number).max();
    last.unwrap_or(0).to_string().len()
}

/// `--> path:line (title)`. The arrow is `-->` for the first frame of a finding and `:::` for others.
pub fn heading(out: &mut String, arrow: &str, frame: &Frame, line: Option<u32>, width: usize) {
    let title = if frame.title.is_empty() { String::new() } else { paint(DIM, format!(" ({})", frame.title)) };
    place(out, arrow, &frame.path, line, &title, width);
}

/// `--> path:line`, for a finding without code.
pub fn place(out: &mut String, arrow: &str, path: &str, line: Option<u32>, title: &str, width: usize) {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let _ = writeln!(out, "{:width$}{} {}{line}{title}", "", paint(FRAME, arrow), harmless(path));
}

/// The lines of a frame between two empty gutters.
pub fn code(out: &mut String, frame: &Frame, width: usize) {
    bar(out, width);
    for line in &frame.lines {
        let _ = writeln!(out, "{}", painted(line, width).trim_end());
    }
    bar(out, width);
}

/// An empty line of the gutter.
pub fn bar(out: &mut String, width: usize) {
    let _ = writeln!(out, "{:width$} {}", "", paint(FRAME, "|"));
}

/// The line to point at: the first that is not mere context.
pub fn first_marked(frame: &Frame) -> Option<u32> {
    let marked = |line: &&FrameLine| !matches!(line.mark, Mark::Context | Mark::Gap);
    frame.lines.iter().find(marked).or(frame.lines.first()).map(|line| line.number)
}

/// A place without code worth showing: one line, pointed at.
pub fn is_pointer(frame: &Frame) -> bool {
    matches!(&frame.lines[..], [line] if line.mark == Mark::Highlighted)
}

/// Two texts as the lines that differ and a little around them. The numbers are those of the texts' first lines.
pub fn compared(before: (&str, u32), after: (&str, u32)) -> Vec<FrameLine> {
    let diff = TextDiff::from_lines(before.0, after.0);
    let mut lines = Vec::new();
    for (group, operations) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if group > 0 {
            lines.push(FrameLine { number: 0, mark: Mark::Gap, text: String::new() });
        }
        let changes = operations.iter().flat_map(|operation| diff.iter_changes(operation));
        lines.extend(changes.map(|change| {
            let (mark, index, first) = match change.tag() {
                ChangeTag::Delete => (Mark::Removed, change.old_index(), before.1),
                ChangeTag::Insert => (Mark::Added, change.new_index(), after.1),
                ChangeTag::Equal => (Mark::Context, change.new_index(), after.1),
            };
            let number = first + index.expect("a line of the diff is on the side of its tag") as u32;
            FrameLine { number, mark, text: change.value().trim_end().to_owned() }
        }));
    }
    lines
}

fn painted(line: &FrameLine, width: usize) -> String {
    let (mark, style) = match line.mark {
        Mark::Gap => return paint(FRAME, format!("{:>width$}", "...")),
        Mark::Context => ("|", None),
        Mark::Added => ("+", Some(ADDED)),
        Mark::Removed => ("-", Some(REMOVED)),
        Mark::Highlighted => (">", Some(STRONG)),
    };
    let text = cut(&harmless(&line.text));
    let number = paint(FRAME, format!("{:>width$}", line.number));
    let mark = paint(style.unwrap_or(FRAME), mark);
    match style {
        Some(style) if !text.is_empty() => format!("{number} {mark} {}", paint(style, text)),
        _ => format!("{number} {mark} {text}"),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
