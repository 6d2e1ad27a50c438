//! Findings: what a person is told, built in one place, rendered in many.

use std::sync::Arc;

use crate::rules::Rule;

/// What a person is told.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// A phrase that begins in lower case and quotes names in backticks.
    pub message: String,
    /// Where to look first; for alarms a changed C++ line.
    pub path: Option<Arc<str>>,
    pub line: Option<u32>,
    pub link: Option<String>,
    /// The next step; ends in a command to paste where there is one.
    pub help: Option<String>,
    /// Code that shows it: the change, the twin, the line of the mapping.
    pub frames: Vec<Frame>,
    /// Further facts, one line each: the path to the entry point, facets.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// A piece of code with the lines that matter marked.
#[derive(Debug, Clone)]
pub struct Frame {
    /// What is shown: `changed`, `its twin, unchanged`, `linked here`.
    pub title: String,
    pub path: Arc<str>,
    pub lines: Vec<FrameLine>,
}

#[derive(Debug, Clone)]
pub struct FrameLine {
    /// From 1; the line in after, or in before for a removed line.
    pub number: u32,
    pub mark: Mark,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Context,
    Added,
    Removed,
    /// Pointed at, without being a change.
    Highlighted,
    /// Lines were left out here.
    Gap,
}
