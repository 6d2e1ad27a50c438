//! The rules: one row for every kind of finding, with what it means and what to do.

use crate::finding::Severity;

/// A kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, names the pattern found.
    pub id: &'static str,
    /// The severity it has unless its finding says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// What it means and why it matters, Markdown.
    pub explanation: &'static str,
    /// A small example, Markdown.
    pub example: &'static str,
    /// What to do, Markdown.
    pub remedy: &'static str,
}
