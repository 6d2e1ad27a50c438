//! Verdicts: the judgement on each link.

use crate::change::{Change, Skipped};
use crate::finding::{Finding, Severity};
use crate::impact::Impact;
use crate::ladder::Rung;

/// The judgement on one link; see `docs/glossary.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Untouched,
    Cosmetic,
    CoChanged,
    Acknowledged,
    Unresolved,
    Drifted,
    Undecided,
}

/// A link, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    pub link: String,
    pub verdict: Verdict,
    pub severity: Option<Severity>,
    pub impacts: Vec<Impact>,
    pub python: Vec<PythonEnd>,
}

/// One Python selector of a link, and how deep it changed; `None` when it did not.
#[derive(Debug, Clone)]
pub struct PythonEnd {
    pub selector: String,
    pub rung: Option<Rung>,
}

/// Everything `drift check` has to say; every format renders this one value.
#[derive(Debug, Clone)]
pub struct Report {
    pub before: String,
    pub after: String,
    pub outcome: Outcome,
    /// Sorted by link id.
    pub links: Vec<Judged>,
    pub changes: Vec<Change>,
    /// Worst first, then by place.
    pub findings: Vec<Finding>,
    pub skipped: Vec<Skipped>,
    pub files_parsed: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Clean,
    Drifted,
    Undecided,
}
