//! Findings: what a person is told, built in one place, rendered in many.

pub mod ack;
pub mod alarm;
pub mod frame;
pub mod mapping;
pub mod parity;
pub mod place;
mod spot;
pub mod unmapped;

use std::sync::Arc;

pub use crate::rules::Severity;
use crate::rules::{self, Rule};
pub use spot::{Spot, Stop, fingerprints};

/// What a person is told.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    #[serde(with = "rules::by_id")]
    pub rule: &'static Rule,
    pub severity: Severity,
    /// A phrase that begins in lower case and quotes names in backticks.
    pub message: String,
    /// Where to look first; for alarms a changed C++ line.
    pub path: Option<Arc<str>>,
    pub line: Option<u32>,
    /// The same in the files as they are after; none where nothing is left of it.
    pub spot: Option<Spot>,
    /// What makes it this finding, whatever its lines are; where it is empty, the message does.
    pub subject: String,
    pub link: Option<String>,
    /// The links that it is about, where it is about many.
    pub links: Vec<String>,
    /// The next step; ends in a command to paste where there is one.
    pub help: Option<String>,
    /// Code that shows it: the change, the twin, the line of the mapping.
    pub frames: Vec<Frame>,
    /// Further facts, one line each: the path to the entry point, facets.
    pub notes: Vec<String>,
    /// The way from what changed over the entry point to the twin, where it is about one.
    pub stops: Vec<Stop>,
}

/// A piece of code with the lines that matter marked.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Frame {
    /// What is shown: `changed`, `its twin, unchanged`, `linked here`.
    pub title: String,
    pub path: Arc<str>,
    pub lines: Vec<FrameLine>,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct FrameLine {
    /// From 1; the line in after, or in before for a removed line.
    pub number: u32,
    pub mark: Mark,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Mark {
    Context,
    Added,
    Removed,
    /// Pointed at, without being a change.
    Highlighted,
    /// Lines were left out here.
    Gap,
}

/// Worst first, then by place, so that the order never depends on how they were found.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(order);
}

pub fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let key = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.path.clone(), finding.line);
    key(a).cmp(&key(b)).then_with(|| (a.rule.id, &a.link, &a.message).cmp(&(b.rule.id, &b.link, &b.message)))
}

impl Finding {
    /// About a selector that points at nothing on either side: true before the range and after it. A mapping used on a
    /// tree much older or newer than itself has very many.
    pub fn is_stale_selector(&self) -> bool {
        self.rule.id == rules::UNRESOLVED_SELECTOR.id && self.severity < Severity::Error
    }

    /// A finding of a rule with the rule's severity; the rest is filled in by the caller.
    pub fn about(rule: &'static Rule, message: String) -> Finding {
        Finding::of(rule, message)
    }

    fn of(rule: &'static Rule, message: String) -> Finding {
        Finding {
            rule,
            severity: rule.severity,
            message,
            path: None,
            line: None,
            spot: None,
            subject: String::new(),
            link: None,
            links: Vec::new(),
            help: None,
            frames: Vec::new(),
            notes: Vec::new(),
            stops: Vec::new(),
        }
    }
}

/// `a`, `b` and 3 more.
fn listed(names: &[&str], most: usize) -> String {
    let quoted: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    match (names.len() > most, quoted.split_last()) {
        (true, _) => format!("{} and {} more", quoted.join(", "), names.len() - most),
        (false, Some((last, rest))) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (false, _) => quoted.join(""),
    }
}
