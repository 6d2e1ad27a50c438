//! Two normal forms, side by side where there is room, else as one text with its differences marked.

use std::fmt::Write;

use similar::{ChangeTag, DiffOp, TextDiff};

use super::pseudo;
use super::style::{ADDED, DIM, FRAME, REMOVED, STRONG, harmless, paint};
use crate::change::{Change, Forms};
use crate::ladder::Rung;

/// From so many columns on, the forms stand side by side.
const SIDE_BY_SIDE_FROM: usize = 120;

/// Equal lines shown around a difference.
const CONTEXT: usize = 3;

/// What the ladder compared, and what came of it.
pub fn forms(out: &mut String, change: &Change, forms: &Forms, width: Option<usize>) {
    let [before, after] = [&forms.before, &forms.after].map(|form| {
        pseudo::lines(form, change.language).iter().map(|line| harmless(line).into_owned()).collect::<Vec<_>>()
    });
    let same = if before == after { ": the same on both sides" } else { "" };
    let _ = writeln!(out, "       {}", paint(STRONG, format!("normal form at {}{same}", forms.rung)));
    if before == after {
        for line in before.iter().take(CONTEXT) {
            let _ = writeln!(out, "         {line}");
        }
        if before.len() > CONTEXT {
            let _ = writeln!(out, "         {}", paint(FRAME, "..."));
        }
    } else {
        match width {
            Some(width) if width >= SIDE_BY_SIDE_FROM => side_by_side(out, &before, &after, width),
            _ => unified(out, &before, &after),
        }
    }
    let _ = writeln!(out, "       {}", paint(DIM, reason(change, forms)));
}

/// Why the change is on its rung.
fn reason(change: &Change, forms: &Forms) -> String {
    match (forms.equal_at, change.rung) {
        (Rung::Semantic, _) => "no rung makes the two equal; `drift explain semantic` says what that means".to_owned(),
        (equal, rung) if rung > equal => {
            format!("equal from `{equal}` on; `{rung}`, because it stands in another place or has another name")
        }
        (equal, _) => format!("equal from `{equal}` on; `drift explain {equal}` says what is erased there"),
    }
}

fn unified(out: &mut String, before: &[String], after: &[String]) {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&before, &after);
    for (group, operations) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if group > 0 {
            let _ = writeln!(out, "       {}", paint(FRAME, "..."));
        }
        for change in operations.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = change.value();
            let line = match change.tag() {
                ChangeTag::Equal => format!("  {line}"),
                ChangeTag::Delete => paint(REMOVED, format!("- {line}")),
                ChangeTag::Insert => paint(ADDED, format!("+ {line}")),
            };
            let _ = writeln!(out, "       {}", line.trim_end());
        }
    }
}

fn side_by_side(out: &mut String, before: &[String], after: &[String], width: usize) {
    let half = (width - 12) / 2;
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&old, &new);
    for (group, operations) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if group > 0 {
            let _ = writeln!(out, "       {}", paint(FRAME, "..."));
        }
        for operation in operations {
            let equal = matches!(operation, DiffOp::Equal { .. });
            let (left, right) = (&before[operation.old_range()], &after[operation.new_range()]);
            for at in 0..left.len().max(right.len()) {
                row(out, left.get(at), right.get(at), equal, half);
            }
        }
    }
}

fn row(out: &mut String, left: Option<&String>, right: Option<&String>, equal: bool, half: usize) {
    let [lefts, rights] = [left, right].map(|line| line.map(|line| wrapped(line, half)).unwrap_or_default());
    let mark = match (equal, left, right) {
        (true, ..) => "|",
        (_, Some(_), Some(_)) => "~",
        (_, Some(_), None) => "-",
        _ => "+",
    };
    for at in 0..lefts.len().max(rights.len()) {
        let [left, right] = [&lefts, &rights].map(|lines| lines.get(at).map_or("", String::as_str));
        let fill = half.saturating_sub(left.chars().count());
        let (left, right) = match equal {
            true => (left.to_owned(), right.to_owned()),
            false => (paint(REMOVED, left), paint(ADDED, right)),
        };
        let _ = writeln!(out, "       {left}{:fill$} {} {right}", "", paint(FRAME, mark));
    }
}

/// A line in pieces of at most `limit` characters.
fn wrapped(line: &str, limit: usize) -> Vec<String> {
    let indent = (line.len() - line.trim_start().len() + 4).min(limit / 4);
    let mut pieces = Vec::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > limit {
        let tail = rest.split_off(limit);
        pieces.push(rest.into_iter().collect());
        rest = " ".repeat(indent).chars().chain(tail).collect();
    }
    pieces.push(rest.into_iter().collect());
    pieces
}
