//! Frames: code with a gutter of line numbers, its changes marked.

use std::fmt::Write;
use std::ops::Range;

use anstyle::Style;
use similar::{ChangeTag, TextDiff};
use unicode_width::UnicodeWidthChar;

use super::style::{ADDED, DIM, FRAME, REMOVED, STRONG, harmless, paint};
use crate::finding::{Frame, FrameLine, Mark};

/// Columns where nobody says how many there are: generated code is not read.
const WIDTH: usize = 160;

/// Less code than this says nothing, however narrow the terminal is.
const NARROWEST: usize = 40;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 2;

/// How wide a frame may be.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Digits of the line numbers.
    pub gutter: usize,
    /// Columns in all, where somebody said so.
    pub columns: Option<usize>,
}

impl Layout {
    /// The layout that these frames need.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a Frame>, columns: Option<usize>) -> Layout {
        Layout { gutter: gutter(frames), columns }
    }

    /// Columns for code.
    fn room(self) -> usize {
        self.columns.unwrap_or(WIDTH).saturating_sub(self.gutter + 3).max(NARROWEST)
    }
}

/// Digits that the line numbers of some frames need.
fn gutter<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> usize {
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
pub fn code(out: &mut String, frame: &Frame, layout: Layout) {
    bar(out, layout.gutter);
    for line in shown(frame) {
        let _ = writeln!(out, "{}", painted(&line, layout).trim_end());
    }
    bar(out, layout.gutter);
}

/// An empty line of the gutter.
fn bar(out: &mut String, width: usize) {
    let _ = writeln!(out, "{:width$} {}", "", paint(FRAME, "|"));
}

/// The line to point at: the first that is not mere context.
pub fn first_marked(frame: &Frame) -> Option<u32> {
    let marked = |line: &&FrameLine| !matches!(line.mark, Mark::Context | Mark::Gap);
    frame.lines.iter().find(marked).or(frame.lines.first()).map(|line| line.number)
}

/// The line of a place that is only pointed at.
pub fn pointed_at(frame: &Frame) -> Option<&FrameLine> {
    match &frame.lines[..] {
        [line] if line.mark == Mark::Highlighted => Some(line),
        _ => None,
    }
}

/// `::: path:line: code (title)`.
pub fn pointer(out: &mut String, frame: &Frame, line: &FrameLine, width: usize) {
    let title = format!(": {} {}", harmless(line.text.trim()), paint(DIM, format!("({})", frame.title)));
    place(out, ":::", &frame.path, Some(line.number), &title, width);
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

/// A line as it will stand there: its text, and what of it the change touches, in characters.
struct Shown<'f> {
    line: &'f FrameLine,
    text: Vec<char>,
    touched: Option<Range<usize>>,
}

/// The lines side by side with what they replace: what both have in common is not touched.
fn shown(frame: &Frame) -> Vec<Shown<'_>> {
    let of = |line| Shown { line, text: spaced(&line.text).chars().collect(), touched: None };
    let mut shown: Vec<Shown<'_>> = frame.lines.iter().map(of).collect();
    let mut at = 0;
    while at < shown.len() {
        let run = |mark: Mark, from: usize| frame.lines[from..].iter().take_while(|line| line.mark == mark).count();
        let removed = run(Mark::Removed, at);
        let added = run(Mark::Added, at + removed);
        if removed > 0 && removed == added {
            for (old, new) in (at..at + removed).zip(at + removed..) {
                let touched = touched(&shown[old].text, &shown[new].text);
                [shown[old].touched, shown[new].touched] = touched.map(Some);
            }
        }
        at += (removed + added).max(1);
    }
    shown
}

/// What two lines do not have in common, between their first and their last difference.
fn touched(old: &[char], new: &[char]) -> [Range<usize>; 2] {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tails.take_while(|(old, new)| old == new).count();
    [head..old.len() - tail, head..new.len() - tail]
}

fn painted(shown: &Shown<'_>, layout: Layout) -> String {
    let (line, width) = (shown.line, layout.gutter);
    let (mark, style) = match line.mark {
        Mark::Gap => {
            let text = if line.text.is_empty() { String::new() } else { format!(" {}", paint(DIM, &line.text)) };
            return format!("{}{text}", paint(FRAME, format!("{:>width$}", "...")));
        }
        Mark::Context => ("|", None),
        Mark::Added => ("+", Some(ADDED)),
        Mark::Removed => ("-", Some(REMOVED)),
        Mark::Highlighted => (">", Some(STRONG)),
    };
    let number = paint(FRAME, format!("{:>width$}", line.number));
    let mark = paint(style.unwrap_or(FRAME), mark);
    format!("{number} {mark} {}", coloured(&shown.pieces(layout.room()), style))
}

fn coloured(pieces: &[(String, bool)], style: Option<Style>) -> String {
    let of = |(text, strong): &(String, bool)| match style {
        Some(style) if *strong && !text.is_empty() => paint(style.bold().underline(), text),
        Some(style) if !text.is_empty() => paint(style, text),
        _ => text.clone(),
    };
    pieces.iter().map(of).collect()
}

impl Shown<'_> {
    /// The part of the line that there is room for, around what the change touches: pieces, and which of them that is.
    fn pieces(&self, room: usize) -> Vec<(String, bool)> {
        let touched = self.touched.clone().unwrap_or(0..0);
        let window = self.window(&touched, room);
        let part = |range: Range<usize>| -> String {
            let (start, end) = (range.start.max(window.start), range.end.min(window.end));
            self.text.get(start..end.max(start)).unwrap_or_default().iter().collect()
        };
        let dots = |is_cut: bool| (if is_cut { "…".to_owned() } else { String::new() }, false);
        vec![
            dots(window.start > 0),
            (part(0..touched.start), false),
            (part(touched.clone()), true),
            (part(touched.end..self.text.len()), false),
            dots(window.end < self.text.len()),
        ]
    }

    /// The characters that are shown. A long line is shown from its beginning, unless what is touched is beyond.
    fn window(&self, touched: &Range<usize>, room: usize) -> Range<usize> {
        let fits = |range: &Range<usize>| columns(&self.text[range.clone()]) <= room;
        if fits(&(0..self.text.len())) {
            return 0..self.text.len();
        }
        let room = room - 2;
        let is_far = columns(&self.text[..touched.start]) > room * 2 / 3;
        let start = if is_far { self.back(touched.start, room / 3) } else { 0 };
        let mut end = start;
        let mut used = 0;
        while end < self.text.len() {
            used += columns(&self.text[end..=end]);
            if used > room {
                break;
            }
            end += 1;
        }
        start..end
    }

    /// So many columns before a character.
    fn back(&self, from: usize, most: usize) -> usize {
        let mut start = from;
        let mut used = 0;
        while start > 0 && used < most {
            start -= 1;
            used += columns(&self.text[start..=start]);
        }
        start
    }
}

/// Columns that a terminal needs for some characters.
fn columns(text: &[char]) -> usize {
    text.iter().map(|c| c.width().unwrap_or(0)).sum()
}

/// Without control characters, and with tabs as the spaces up to the next stop.
fn spaced(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim_end_matches(['\r', '\n']).chars() {
        match c {
            '\t' => (0..TAB - out.chars().count() % TAB).for_each(|_| out.push(' ')),
            c => out.push(c),
        }
    }
    harmless(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    fn drawn(lines: &[(Mark, &str)], columns: usize) -> Vec<String> {
        let line = |(mark, text): &(Mark, &str)| FrameLine { number: 7, mark: *mark, text: (*text).to_owned() };
        let frame = Frame { title: String::new(), path: "a".into(), lines: lines.iter().map(line).collect() };
        let layout = Layout::of([&frame], Some(columns));
        shown(&frame).iter().map(|shown| strip_str(&painted(shown, layout)).to_string()).collect()
    }

    #[test]
    fn a_long_line_is_cut_where_the_terminal_ends() {
        let wide = format!("{}末", "字".repeat(60));
        for drawn in drawn(&[(Mark::Context, &"x".repeat(200)), (Mark::Context, &wide)], 80) {
            let chars: Vec<char> = drawn.chars().collect();
            assert!(drawn.ends_with('…') && columns(&chars) <= 80 && columns(&chars) > 76, "{drawn}");
        }
    }

    #[test]
    fn what_a_change_touches_is_in_sight() {
        let head = "a, ".repeat(80);
        let drawn = drawn(&[(Mark::Removed, &format!("{head}old);")), (Mark::Added, &format!("{head}new);"))], 80);
        assert!(drawn[0].starts_with("7 - …a, ") || drawn[0].starts_with("7 - …"), "{drawn:?}");
        assert!(drawn[0].ends_with("old);") && drawn[1].ends_with("new);"), "{drawn:?}");
    }

    #[test]
    fn tabs_go_to_the_next_stop() {
        assert_eq!(spaced("\tif\tx\u{7}\r"), "    if  x\u{fffd}");
    }

    #[test]
    fn what_two_lines_share_is_not_touched() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        assert_eq!(touched(&chars("f(a)"), &chars("f(a, b)")), [3..3, 3..6]);
        assert_eq!(touched(&chars("aa"), &chars("aaa")), [2..2, 2..3]);
        assert_eq!(touched(&chars(""), &chars("x")), [0..0, 0..1]);
    }
}
