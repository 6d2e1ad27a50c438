//! Findings about two sides that disagree at one revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Finding, listed};
use crate::rules::{self, Severity};

/// Names that are told; the rest is counted.
const MOST_NAMES: usize = 8;

/// Python names something that nothing gives.
pub fn unbound(path: &Arc<str>, line: u32, dotted: &str, missing: &str, stubbed: bool) -> Finding {
    let mut finding =
        Finding::of(&rules::UNBOUND_NAME, format!("`{dotted}` is named here, and nothing gives `{missing}`"));
    (finding.path, finding.line) = (Some(path.clone()), Some(line));
    finding.help = Some(format!("see whether it was renamed or removed: `git log -S {missing} --oneline`"));
    if stubbed {
        finding.notes.push("a stub still declares it".to_owned());
    }
    finding
}

/// C++ gives names that a list of the Python side lacks.
pub fn unlisted(path: &Arc<str>, names: &BTreeMap<Arc<str>, u32>, list: &str) -> Finding {
    let all: Vec<&str> = names.keys().map(|name| &**name).collect();
    let message = format!("names that `{list}` does not list: {}", listed(&all, MOST_NAMES));
    let mut finding = Finding::of(&rules::UNLISTED_BINDING, message);
    (finding.path, finding.line) = (Some(path.clone()), names.values().min().copied());
    finding
}

/// A handler goes by a name that nothing in the tree has.
pub fn unknown_handled(link: Option<&str>, path: &Arc<str>, line: u32, symbol: &str, name: &str) -> Finding {
    let message = format!("`{symbol}` handles `{name}`, which no C++ and no other Python in the tree has");
    let mut finding = Finding::of(&rules::UNKNOWN_HANDLED_NAME, message);
    (finding.path, finding.line) = (Some(path.clone()), Some(line));
    finding.link = link.map(str::to_owned);
    finding.help = Some(match link {
        Some(link) => format!("see what it is the twin of: `drift explain {link}`"),
        None => format!("see whether it was renamed or removed: `git log -S {name} --oneline`"),
    });
    finding
}

/// The handler takes other parameters than what it simulates.
pub fn parameters(link: &str, (path, line): &(Arc<str>, u32), python: &str, cpp: &str, what: &str) -> Finding {
    let message = format!("`{python}` has another signature than `{cpp}`: {what}");
    let mut finding = Finding::of(&rules::PARAMETER_MISMATCH, message);
    (finding.path, finding.line) = (Some(path.clone()), Some(*line));
    finding.link = Some(link.to_owned());
    finding.help = Some(format!("see both ends: `drift explain {link}`"));
    finding
}

/// Both ends raise, and not the same.
pub fn exceptions(
    link: &str,
    (path, line): &(Arc<str>, u32),
    cpp: &BTreeSet<&str>,
    python: &BTreeSet<&str>,
) -> Finding {
    let all = |set: &BTreeSet<&str>| listed(&set.iter().copied().collect::<Vec<_>>(), MOST_NAMES);
    let message = format!("C++ raises {}, and its twin {}", all(cpp), all(python));
    let mut finding = Finding::of(&rules::EXCEPTION_MISMATCH, message);
    finding.severity = Severity::Note;
    (finding.path, finding.line) = (Some(path.clone()), Some(*line));
    finding.link = Some(link.to_owned());
    finding
}

/// The C++ end gives names that its Python end does not handle.
pub fn unhandled(link: &str, (path, line): &(Arc<str>, u32), names: &[&str]) -> Finding {
    let message = format!("names of the C++ end that its twin does not handle: {}", listed(names, MOST_NAMES));
    let mut finding = Finding::of(&rules::UNHANDLED_NAME, message);
    (finding.path, finding.line) = (Some(path.clone()), Some(*line));
    finding.link = Some(link.to_owned());
    finding
}
