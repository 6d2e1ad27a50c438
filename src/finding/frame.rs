//! Frames: the pieces of code that a finding shows.

use std::sync::Arc;

use similar::{Algorithm, ChangeTag, DiffOp};

use super::{Frame, FrameLine, Mark};
use crate::change::{Change, What};
use crate::corpus::{Corpus, Side};
use crate::ends::ResolvedEnd;
use crate::mapping::{Link, Mapping};
use crate::symbols::Lines;

/// A frame longer than this is cut.
const MOST_LINES: usize = 20;

/// Unchanged lines shown around a changed one.
const CONTEXT: usize = 2;

/// How much of the twin is shown.
const TWIN_LINES: u32 = 4;

/// The lines of a symbol that the range changes, with some around them.
pub fn changed(change: &Change, corpus: &Corpus<'_>) -> Frame {
    let before = numbered(corpus, Side::Before, change.before_path.as_ref().unwrap_or(&change.path), change.before);
    let after = numbered(corpus, Side::After, &change.path, change.after);
    let title = match change.what {
        What::Added => "added",
        What::Removed => "removed",
        What::Modified => "changed",
        What::Moved => "moved",
    };
    Frame { title: title.to_owned(), path: change.path.clone(), lines: cut(compared(&before, &after)) }
}

/// The first changed line of a frame, in after where it has one; code before comments.
pub fn first_changed_line(frame: &Frame) -> Option<u32> {
    first_new_line(frame).or_else(|| first_marked(frame, Mark::Removed))
}

/// The first line of a frame that is new; code before comments.
pub fn first_new_line(frame: &Frame) -> Option<u32> {
    first_marked(frame, Mark::Added)
}

fn first_marked(frame: &Frame, mark: Mark) -> Option<u32> {
    let marked = || frame.lines.iter().filter(move |line| line.mark == mark);
    let is_code = |line: &&FrameLine| {
        let text = line.text.trim_start();
        !text.is_empty() && !["//", "/*", "*", "# "].iter().any(|comment| text.starts_with(comment))
    };
    marked().find(is_code).or_else(|| marked().next()).map(|line| line.number)
}

/// The beginning of the code that an end picks, as it is after.
pub fn beginning(title: &str, end: &ResolvedEnd<'_>, corpus: &Corpus<'_>) -> Option<Frame> {
    let picked = end.picked(Side::After)?;
    let piece = picked.pieces.iter().find(|piece| piece.root)?;
    let last = piece.lines.end.min(piece.lines.start + TWIN_LINES - 1);
    let lines = numbered(corpus, Side::After, &picked.path, Some(Lines { start: piece.lines.start, end: last }));
    let mut lines: Vec<FrameLine> = lines.into_iter().map(|line| line.marked(Mark::Context)).collect();
    lines.first_mut()?.mark = Mark::Highlighted;
    if last < piece.lines.end {
        let more = piece.lines.end - last;
        let text = if more == 1 { "1 more line".to_owned() } else { format!("{more} more lines") };
        lines.push(FrameLine { text, ..gap(last + 1) });
    }
    Some(Frame { title: title.to_owned(), path: picked.path.clone(), lines })
}

/// The line of the mapping where a link begins.
pub fn linked_here(link: &Link, mapping: &Mapping) -> Option<Frame> {
    let source = mapping.sources.get(link.origin.0)?;
    let (number, text) = source.line_at(link.origin.1.start)?;
    let lines = vec![FrameLine { number, mark: Mark::Highlighted, text: text.to_owned() }];
    Some(Frame { title: "linked here".to_owned(), path: Arc::from(source.name.as_str()), lines })
}

struct Numbered {
    number: u32,
    text: String,
}

impl Numbered {
    fn marked(&self, mark: Mark) -> FrameLine {
        FrameLine { number: self.number, mark, text: self.text.clone() }
    }
}

/// The lines of a span; none where the symbol is not on this side.
fn numbered(corpus: &Corpus<'_>, side: Side, path: &str, lines: Option<Lines>) -> Vec<Numbered> {
    let (Some(lines), Some(text)) = (lines, corpus.text(side, path)) else { return Vec::new() };
    let all = (1..).zip(text.split(|&byte| byte == b'\n'));
    let inside = all.skip_while(|(number, _)| *number < lines.start).take_while(|(number, _)| *number <= lines.end);
    let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end_matches('\r').to_owned();
    inside.map(|(number, line)| Numbered { number, text: text(line) }).collect()
}

/// The differences between two spans, hunk by hunk; the first line of the symbol always, for orientation.
fn compared(before: &[Numbered], after: &[Numbered]) -> Vec<FrameLine> {
    let [old, new] = [before, after].map(|lines| lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>());
    let ops = similar::capture_diff_slices(Algorithm::Patience, &old, &new);
    let hunks = similar::group_diff_ops(ops, CONTEXT);
    let mut lines = Vec::new();
    if hunks.first().and_then(|hunk| hunk.first()).is_some_and(|op| op.new_range().start > 0) {
        lines.extend(after.first().map(|line| line.marked(Mark::Context)));
    }
    for hunk in &hunks {
        let start = hunk.first().map_or(0, |op| op.new_range().start);
        if !lines.is_empty() && start > 1 {
            lines.push(gap(after.get(start - 1).map_or(0, |line| line.number)));
        }
        lines.extend(hunk.iter().flat_map(|op| marked(op, &old, &new, before, after)));
    }
    lines
}

fn marked(op: &DiffOp, old: &[&str], new: &[&str], before: &[Numbered], after: &[Numbered]) -> Vec<FrameLine> {
    let lines = op.iter_changes(old, new).filter_map(|change| match change.tag() {
        ChangeTag::Equal => Some(after[change.new_index()?].marked(Mark::Context)),
        ChangeTag::Insert => Some(after[change.new_index()?].marked(Mark::Added)),
        ChangeTag::Delete => Some(before[change.old_index()?].marked(Mark::Removed)),
    });
    lines.collect()
}

fn cut(mut lines: Vec<FrameLine>) -> Vec<FrameLine> {
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES);
        let changed = rest.iter().filter(|line| matches!(line.mark, Mark::Added | Mark::Removed)).count();
        let next = lines.last().map_or(1, |line| line.number + 1);
        let what =
            if changed == 1 { "1 more changed line".to_owned() } else { format!("{changed} more changed lines") };
        lines.push(FrameLine { text: what, ..gap(next) });
    }
    lines
}

fn gap(number: u32) -> FrameLine {
    FrameLine { number, mark: Mark::Gap, text: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(start: u32, text: &str) -> Vec<Numbered> {
        (start..).zip(text.lines()).map(|(number, text)| Numbered { number, text: text.to_owned() }).collect()
    }

    fn shown(lines: &[FrameLine]) -> Vec<String> {
        let mark = |mark| match mark {
            Mark::Added => '+',
            Mark::Removed => '-',
            Mark::Gap => '~',
            _ => ' ',
        };
        lines.iter().map(|line| format!("{}{}{}", line.number, mark(line.mark), line.text)).collect()
    }

    #[test]
    fn a_hunk_comes_with_the_head_of_its_symbol() {
        let before = lines(10, "int f() {\n  a();\n  b();\n  c();\n  return 1;\n}");
        let after = lines(20, "int f() {\n  a();\n  b();\n  c();\n  return 2;\n}");
        let shown = shown(&compared(&before, &after));
        assert_eq!(
            shown,
            ["20 int f() {", "21~", "22   b();", "23   c();", "14-  return 1;", "24+  return 2;", "25 }"]
        );
    }

    #[test]
    fn an_added_symbol_is_cut() {
        let after = lines(1, &"x\n".repeat(40));
        let frame = cut(compared(&[], &after));
        assert_eq!(frame.len(), MOST_LINES + 1);
        assert_eq!(frame.last().map(|line| (line.mark, line.number)), Some((Mark::Gap, 21)));
    }
}
