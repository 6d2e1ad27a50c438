//! Findings about selectors and files: what does not resolve, and what could not be read.

use std::sync::Arc;

use super::{Finding, frame, listed};
use crate::change::{Change, What};
use crate::corpus::{Corpus, Side};
use crate::ends::{Defect, ResolvedEnd, ResolvedLink};
use crate::mapping::Mapping;
use crate::rules::{self, Severity};
use crate::source::MISSING;

/// A selector that something is wrong with.
#[derive(Clone, Copy)]
pub struct Lost<'a> {
    pub link: &'a ResolvedLink<'a>,
    pub end: &'a ResolvedEnd<'a>,
    pub defect: Defect,
    /// No other selector of the same end resolves either.
    pub whole_end: bool,
}

/// One finding for each selector that the range broke, that is ambiguous, or that points at nothing on either side.
pub fn lost(lost: &[Lost<'_>], changes: &[Change], mapping: &Mapping, corpus: &Corpus<'_>) -> Vec<Finding> {
    let with = |wanted: Defect| lost.iter().filter(move |lost| lost.defect == wanted).copied();
    let broken = with(Defect::Broken).map(|lost| broken(lost, changes, mapping, corpus));
    let renamed = with(Defect::Renamed).map(|lost| renamed(lost, mapping));
    let ambiguous = with(Defect::Ambiguous).map(|lost| ambiguous(lost, mapping));
    let stale = lost.iter().filter(|lost| lost.defect.is_stale()).map(|lost| stale(*lost, mapping, corpus));
    broken.chain(renamed).chain(ambiguous).chain(stale).collect()
}

/// A file that the range changes and that could not be read. Whether a link needed it is told separately.
pub fn unreadable_change(path: &Arc<str>, reason: &str, remedy: Option<&str>) -> Finding {
    let message = format!("`{path}` changed and was not compared: {reason}");
    let mut finding = unreadable(path, message, reason, remedy);
    finding.severity = if is_missing(reason) { Severity::Error } else { Severity::Warning };
    finding
}

/// A file that the mapping names, that the range leaves alone, and that could not be read. A change elsewhere may reach
/// an entry point through it: nobody can tell.
pub fn unreadable_unchanged(path: &Arc<str>, reason: &str, remedy: Option<&str>, is_way: bool) -> Finding {
    let message = format!("`{path}` was not read: {reason}; the range does not touch it");
    let mut finding = unreadable(path, message, reason, remedy);
    if is_way {
        finding.severity = if is_missing(reason) { Severity::Error } else { Severity::Warning };
        finding.notes.push("whether the entry points in it use what the range changes is not known".to_owned());
    }
    finding
}

fn unreadable(path: &Arc<str>, message: String, reason: &str, remedy: Option<&str>) -> Finding {
    let mut finding = Finding::of(&rules::UNREADABLE_SOURCE, message);
    finding.path = Some(path.clone());
    let next = match remedy.filter(|_| is_missing(reason)) {
        Some(command) => format!("`{command}` brings what is missing; then run `drift check` again"),
        None => "look at it by hand".to_owned(),
    };
    finding.help = Some(format!("{next}; more: `drift explain unreadable-source`"));
    finding
}

fn is_missing(reason: &str) -> bool {
    reason.ends_with(MISSING)
}

fn broken(lost: Lost<'_>, changes: &[Change], mapping: &Mapping, corpus: &Corpus<'_>) -> Finding {
    let selector = lost.end.selector;
    let mut finding = about(lost, mapping, format!("this range takes away what `{selector}` points at"));
    finding.severity = Severity::Error;
    finding.notes = nearest(lost.end, corpus);
    let moved = whereabouts(lost.end, changes);
    finding.help = Some(match moved {
        Some(place) => format!("it is now `{place}`: put that into the link `{}`", lost.link.link.id),
        None => format!("point the link `{0}` at what replaces it: `drift explain {0}`", lost.link.link.id),
    });
    if let Some(picked) = lost.end.picked(Side::Before) {
        finding.path = Some(picked.path.clone());
        finding.line = picked.pieces.iter().find(|piece| piece.root).map(|piece| piece.lines.start);
    }
    finding
}

fn renamed(lost: Lost<'_>, mapping: &Mapping) -> Finding {
    let selector = lost.end.selector;
    let path = lost.end.picked(Side::After).map_or(&selector.path, |picked| &picked.path);
    let mut finding = about(lost, mapping, format!("this range renames the file under `{selector}` to `{path}`"));
    finding.severity = Severity::Error;
    finding.path = Some(path.clone());
    let after = selector.text.replacen(&*selector.path, path, 1);
    finding.help = Some(format!("write `{after}` in the link `{}`", lost.link.link.id));
    finding
}

fn ambiguous(lost: Lost<'_>, mapping: &Mapping) -> Finding {
    let names = lost.end.picked(Side::After).map(|picked| picked.names()).unwrap_or_default();
    let message = format!("`{}` matches {} symbols: {}", lost.end.selector, names.len(), listed(&names, 4));
    let mut finding = Finding::of(&rules::AMBIGUOUS_SELECTOR, message);
    place(&mut finding, lost, mapping);
    finding.notes = vec!["a change to any of them counts as a change of the end".to_owned()];
    finding.help = Some(format!("write more of the name in the link `{}`, or its parameters", lost.link.link.id));
    finding
}

/// A note where the link has other selectors to be judged by.
fn stale(lost: Lost<'_>, mapping: &Mapping, corpus: &Corpus<'_>) -> Finding {
    let what = if lost.defect == Defect::StaleFile { "the file is" } else { "the symbol is" };
    let message = format!("`{}` points at nothing: {what} on neither side of the range", lost.end.selector);
    let mut finding = about(lost, mapping, message);
    finding.notes = nearest(lost.end, corpus);
    if !lost.whole_end {
        finding.severity = Severity::Note;
        finding.notes.push("the link is judged by its other selectors".to_owned());
    }
    finding.help = Some(format!("correct or remove it in the link `{0}`: `drift explain {0}`", lost.link.link.id));
    finding
}

fn about(lost: Lost<'_>, mapping: &Mapping, message: String) -> Finding {
    let mut finding = Finding::of(&rules::UNRESOLVED_SELECTOR, message);
    place(&mut finding, lost, mapping);
    finding
}

fn place(finding: &mut Finding, lost: Lost<'_>, mapping: &Mapping) {
    let link = lost.link.link;
    finding.link = Some(link.id.clone());
    finding.path = Some(lost.end.selector.path.clone());
    finding.frames.extend(frame::linked_here(link, mapping));
}

/// Where the symbols went that an end picks only before, if the range moved or renamed them.
fn whereabouts(end: &ResolvedEnd<'_>, changes: &[Change]) -> Option<String> {
    let picked = end.picked(Side::Before)?;
    let root = picked.pieces.iter().find(|piece| piece.root)?;
    let change = changes.iter().find(|change| {
        let path = change.before_path.as_ref().unwrap_or(&change.path);
        let name = change.before_symbol.as_ref().unwrap_or(&change.symbol);
        *path == picked.path && *name == root.name && change.before == Some(root.lines) && change.what != What::Removed
    })?;
    Some(format!("{}#{}", change.path, change.symbol))
}

fn nearest(end: &ResolvedEnd<'_>, corpus: &Corpus<'_>) -> Vec<String> {
    let names = end.nearest(corpus);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("the nearest names are {}", listed(&names, 3))).into_iter().collect()
}
