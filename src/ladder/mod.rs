//! The ladder of normal forms: how deep a change goes, and which observable things a semantic change touches.
//!
//! One file a rung. Each rung erases one kind of difference from a [`Term`](crate::symbols::Term); the rung of a change
//! is the first at which both sides are equal.

use std::fmt;

/// How deep a change goes, in the order in which differences are erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    Layout,
    Spelling,
    Names,
    Message,
    Structure,
    Ownership,
    Semantic,
}

/// Which observable thing a semantic change touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FacetKind {
    Signature,
    Returns,
    Raises,
    Attributes,
    ControlFlow,
    Calls,
    State,
    Constants,
    Types,
}

/// A facet with its evidence: one line each, as a reviewer would say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub kind: FacetKind,
    /// What was there, if it is gone or different.
    pub before: Option<String>,
    /// What is there now, if it is new or different.
    pub after: Option<String>,
}

impl Rung {
    pub const ALL: [Rung; 7] =
        [Rung::Layout, Rung::Spelling, Rung::Names, Rung::Message, Rung::Structure, Rung::Ownership, Rung::Semantic];

    pub fn name(self) -> &'static str {
        match self {
            Rung::Layout => "layout",
            Rung::Spelling => "spelling",
            Rung::Names => "names",
            Rung::Message => "message",
            Rung::Structure => "structure",
            Rung::Ownership => "ownership",
            Rung::Semantic => "semantic",
        }
    }
}

impl FacetKind {
    pub fn name(self) -> &'static str {
        match self {
            FacetKind::Signature => "signature",
            FacetKind::Returns => "returns",
            FacetKind::Raises => "raises",
            FacetKind::Attributes => "attributes",
            FacetKind::ControlFlow => "control-flow",
            FacetKind::Calls => "calls",
            FacetKind::State => "state",
            FacetKind::Constants => "constants",
            FacetKind::Types => "types",
        }
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for FacetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
