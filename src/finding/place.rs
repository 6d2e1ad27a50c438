//! Findings about selectors and files: what does not resolve, and what could not be read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Finding, frame, listed};
use crate::change::{Change, What};
use crate::corpus::Side;
use crate::ends::{Defect, Place, ResolvedEnd, ResolvedLink};
use crate::mapping::Mapping;
use crate::rules::{self, Severity};

/// Selectors that resolve on neither side are told one by one up to this many, and together beyond.
const MOST_STALE: usize = 3;

/// A selector that something is wrong with.
#[derive(Clone, Copy)]
pub struct Lost<'a> {
    pub link: &'a ResolvedLink<'a>,
    pub end: &'a ResolvedEnd<'a>,
    pub defect: Defect,
    /// No other selector of the same end resolves either.
    pub whole_end: bool,
}

/// One finding for each selector that the range broke or that is ambiguous; for those that were stale before, one
/// finding each or one for all.
pub fn lost(lost: &[Lost<'_>], changes: &[Change], mapping: &Mapping) -> Vec<Finding> {
    let with = |wanted: Defect| lost.iter().filter(move |lost| lost.defect == wanted).copied();
    let broken = with(Defect::Broken).map(|lost| broken(lost, changes, mapping));
    let renamed = with(Defect::Renamed).map(|lost| renamed(lost, mapping));
    let ambiguous = with(Defect::Ambiguous).map(|lost| ambiguous(lost, mapping));
    let mut findings: Vec<Finding> = broken.chain(renamed).chain(ambiguous).collect();
    for (defect, whole_end) in
        [Defect::StaleFile, Defect::StaleSymbol].into_iter().flat_map(|d| [(d, true), (d, false)])
    {
        let group: Vec<Lost<'_>> = with(defect).filter(|lost| lost.whole_end == whole_end).collect();
        findings.extend(stale(&group, mapping));
    }
    findings
}

/// A file that the range changes and that could not be read. Whether a link needed it is told separately.
pub fn unreadable_change(path: &Arc<str>, reason: &str) -> Finding {
    let message = format!("`{path}` changed and was not compared: {reason}");
    let mut finding = unreadable(path, message);
    finding.severity = Severity::Warning;
    finding
}

/// A file that the mapping names, that the range leaves alone, and that could not be read.
pub fn unreadable_unchanged(path: &Arc<str>, reason: &str) -> Finding {
    unreadable(path, format!("`{path}` was not read: {reason}; the range does not touch it"))
}

fn unreadable(path: &Arc<str>, message: String) -> Finding {
    let mut finding = Finding::of(&rules::UNREADABLE_SOURCE, message);
    finding.path = Some(path.clone());
    finding.help =
        Some("fetch what is missing, then run `drift check` again; more: `drift explain unreadable-source`".to_owned());
    finding
}

fn broken(lost: Lost<'_>, changes: &[Change], mapping: &Mapping) -> Finding {
    let selector = lost.end.selector;
    let mut finding = about(lost, mapping, format!("this range takes away what `{selector}` points at"));
    finding.severity = Severity::Error;
    finding.notes = nearest(lost.end);
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

/// Findings about stale selectors of one kind; a note where the link has others to be judged by.
fn stale(lost: &[Lost<'_>], mapping: &Mapping) -> Vec<Finding> {
    let mut findings: Vec<Finding> = match lost.len() {
        0..=MOST_STALE => lost.iter().map(|lost| stale_alone(*lost, mapping)).collect(),
        _ => vec![stale_together(lost)],
    };
    if lost.iter().all(|lost| !lost.whole_end) {
        findings.iter_mut().for_each(|finding| finding.severity = Severity::Note);
    }
    findings
}

fn stale_alone(lost: Lost<'_>, mapping: &Mapping) -> Finding {
    let what = if lost.defect == Defect::StaleFile { "the file is" } else { "the symbol is" };
    let message = format!("`{}` points at nothing: {what} on neither side of the range", lost.end.selector);
    let mut finding = about(lost, mapping, message);
    finding.notes = nearest(lost.end);
    finding.notes.extend((!lost.whole_end).then(|| "the link is judged by its other selectors".to_owned()));
    finding.help = Some(format!("correct or remove it in the link `{0}`: `drift explain {0}`", lost.link.link.id));
    finding
}

/// A mapping used on a tree that is much older or newer than it: one finding, not a hundred.
fn stale_together(lost: &[Lost<'_>]) -> Finding {
    let selectors: BTreeSet<&str> = lost.iter().map(|lost| lost.end.selector.text.as_str()).collect();
    let links: BTreeSet<&str> = lost.iter().map(|lost| lost.link.link.id.as_str()).collect();
    let [alone, what] = match lost.iter().all(|lost| lost.defect == Defect::StaleFile) {
        true => ["file", "their files are"],
        false => ["symbol", "their symbols are"],
    };
    let message = format!("{} selectors point at nothing: {what} on neither side of the range", selectors.len());
    let mut finding = Finding::of(&rules::UNRESOLVED_SELECTOR, message);
    let first: Vec<&str> = selectors.iter().copied().collect();
    finding.notes = vec![
        format!("they are {}", listed(&first, MOST_STALE)),
        match lost.iter().any(|lost| lost.whole_end) {
            true => format!(
                "{} links have no {alone} to be judged by on that end: {}",
                links.len(),
                listed(&links.into_iter().collect::<Vec<_>>(), MOST_STALE)
            ),
            false => format!("the {} links with them are judged by their other selectors", links.len()),
        },
    ];
    finding.help =
        Some("use a mapping made for this tree, or correct it: `drift explain unresolved-selector`".to_owned());
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

fn nearest(end: &ResolvedEnd<'_>) -> Vec<String> {
    match &end.after {
        Place::Nothing { nearest } if !nearest.is_empty() => {
            let names: Vec<&str> = nearest.iter().map(String::as_str).collect();
            vec![format!("the nearest names are {}", listed(&names, 3))]
        }
        _ => Vec::new(),
    }
}
