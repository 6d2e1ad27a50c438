//! Spots: where a finding stands in the files as they are after the change, for those who show it beside the code.

use std::sync::Arc;

use similar::{Algorithm, DiffOp};
use xxhash_rust::xxh3::Xxh3;

use super::{Finding, Frame, FrameLine, Mark, frame};
use crate::change::Change;
use crate::corpus::{Corpus, Side};
use crate::mapping::Mapping;
use crate::symbols::Lines;

/// A place in a file as it is after. Lines and columns count from 1, columns in characters; the end column is behind the
/// last character.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Spot {
    pub path: Arc<str>,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// A step of the way from what changed to the twin that did not follow.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stop {
    /// What is to be seen there.
    pub what: String,
    pub symbol: String,
    pub spot: Spot,
}

impl Spot {
    /// The code of a span, without the space around it. A span beyond the end of the text is nowhere.
    pub fn of(path: &Arc<str>, lines: Lines, text: &[u8]) -> Option<Spot> {
        let [first, last] = [lines.start, lines.end.max(lines.start)].map(|number| line_of(text, number));
        let (first, last) = (first?, last.or_else(|| line_of(text, lines.start))?);
        let end_line = if line_of(text, lines.end).is_some() { lines.end.max(lines.start) } else { lines.start };
        let indent = first.chars().take_while(|c| c.is_whitespace()).count();
        let width = last.trim_end().chars().count();
        let column = if first.trim().is_empty() { 1 } else { indent as u32 + 1 };
        let end_column = (width as u32 + 1).max(if end_line == lines.start { column } else { 1 });
        Some(Spot { path: path.clone(), line: lines.start, column, end_line, end_column })
    }

    /// One line of a file as it is after.
    pub fn line(path: &Arc<str>, line: u32, corpus: &Corpus<'_>) -> Option<Spot> {
        Spot::span(path, Lines { start: line, end: line }, corpus)
    }

    /// A span of a file as it is after.
    pub fn span(path: &Arc<str>, lines: Lines, corpus: &Corpus<'_>) -> Option<Spot> {
        Spot::of(path, lines, corpus.text(Side::After, path)?)
    }

    /// Where a change shows after: its first new line, or where there is none the line that now stands at what is gone.
    pub fn of_change(change: &Change, frame: &Frame, corpus: &Corpus<'_>) -> Option<Spot> {
        if let Some(line) = frame::first_new_line(frame).or_else(|| beside_removed(&frame.lines)) {
            return Spot::line(&change.path, line, corpus);
        }
        match (change.after, change.before) {
            (Some(after), _) => Spot::line(&change.path, after.start, corpus),
            (None, Some(before)) => {
                Spot::line(&change.path, after_removal(before.start, &change.path, corpus)?, corpus)
            }
            (None, None) => None,
        }
    }
}

impl Finding {
    /// Fills in where it stands, as far as its path and line tell.
    pub fn find_spot(&mut self, mapping: &Mapping, corpus: &Corpus<'_>) {
        if self.spot.is_some() {
            return;
        }
        let Some(path) = &self.path else { return };
        let lines = Lines { start: self.line.unwrap_or(1), end: self.line.unwrap_or(1) };
        let kept = mapping.sources.iter().chain(&mapping.acks.sources).rev().find(|source| *source.name == **path);
        self.spot = match kept {
            Some(source) if source.is_relative_path() => Spot::of(path, lines, source.text.as_bytes()),
            Some(_) => None,
            None => Spot::span(path, lines, corpus),
        };
    }
}

/// What each finding is called for as long as it is the same finding: lines may shift, the rest of the file may change.
/// No two share one.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen = std::collections::BTreeMap::new();
    let names = findings.iter().map(|finding| {
        let name = format!("{:032x}", identity(finding));
        let count = seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        format!("{name}:{count}")
    });
    names.collect()
}

fn identity(finding: &Finding) -> u128 {
    let mut hash = Xxh3::new();
    let subject = if finding.subject.is_empty() { &finding.message } else { &finding.subject };
    let path = finding.path.as_deref().unwrap_or_default();
    for part in [finding.rule.id, finding.link.as_deref().unwrap_or_default(), path, subject] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest128()
}

/// The nearest line that stayed, behind what is gone before above it.
fn beside_removed(lines: &[FrameLine]) -> Option<u32> {
    let at = lines.iter().position(|line| line.mark == Mark::Removed)?;
    let kept = |line: &&FrameLine| line.mark == Mark::Context;
    let (above, below) = lines.split_at(at);
    below
        .iter()
        .take_while(|line| line.mark != Mark::Gap)
        .find(kept)
        .or(above.iter().rev().find(kept))
        .map(|line| line.number)
}

/// The line that now stands where a removed symbol began.
fn after_removal(line: u32, path: &str, corpus: &Corpus<'_>) -> Option<u32> {
    let [before, after] = Side::BOTH.map(|side| corpus.text(side, path));
    let [before, after] = [before?, after?].map(|text| text.split(|byte| *byte == b'\n').collect::<Vec<_>>());
    let at = line.saturating_sub(1) as usize;
    let ops = similar::capture_diff_slices(Algorithm::Myers, &before, &after);
    let op = ops.iter().find(|op| op.old_range().contains(&at))?;
    let found = match op {
        DiffOp::Equal { old_index, new_index, .. } => new_index + (at - old_index),
        _ => op.new_range().start,
    };
    Some(found.min(after.len().saturating_sub(1)) as u32 + 1)
}

fn line_of(text: &[u8], number: u32) -> Option<std::borrow::Cow<'_, str>> {
    let line = text.split(|byte| *byte == b'\n').nth(number.checked_sub(1)? as usize)?;
    Some(String::from_utf8_lossy(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_the_code_without_the_space_around_it() {
        let spot = |start, end| {
            let spot = Spot::of(&"a".into(), Lines { start, end }, "  int ä = 1;  \r\n\nlast".as_bytes());
            spot.map(|spot| (spot.line, spot.column, spot.end_line, spot.end_column))
        };
        assert_eq!(spot(1, 1), Some((1, 3, 1, 13)));
        assert_eq!(spot(1, 3), Some((1, 3, 3, 5)));
        assert_eq!(spot(2, 2), Some((2, 1, 2, 1)));
        assert_eq!(spot(2, 9), Some((2, 1, 2, 1)));
        assert_eq!(spot(4, 4), None);
    }
}
