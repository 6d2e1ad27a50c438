//! The ladder of normal forms: how deep a change goes, and which observable things a semantic change touches.
//!
//! One file a rung. Each rung erases one kind of difference from a [`Term`]; the rung of a change
//! is the first at which both sides are equal.

pub mod conditions;
mod expansion;
pub mod explained;
pub mod facets;
mod handles;
mod layout;
mod message;
pub mod names;
mod ownership;
mod pairing;
mod spelling;
mod structure;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::symbols::{Language, SymbolKind, Term};
pub use expansion::Expansion;
pub use message::{TELLER, tells_by_name};
pub use structure::Constants;

/// How deep a change goes, in the order in which differences are erased.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
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
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// What a comparison may know about the code around the two symbols.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Names that the range renames everywhere, before → after; proven by a definition that was renamed.
    pub renames: BTreeMap<String, String>,
    /// Last names of functions and types that moved to another namespace or class.
    pub moved: BTreeSet<String>,
    /// Functions that exist on one side only, by name: what a caller may have inlined or extracted.
    pub gone: BTreeMap<String, Term>,
    pub new: BTreeMap<String, Term>,
    /// Macros of one side only that stand for an expression, by name, with all their definitions.
    pub macros_gone: BTreeMap<String, Vec<Expansion>>,
    pub macros_new: BTreeMap<String, Vec<Expansion>>,
    /// Functions of one side only that give a constant, by name: what a switch may have been taken apart into.
    pub constants_gone: Constants,
    pub constants_new: Constants,
}

/// The normal form of one side alone, up to names: what two definitions share when one is the other renamed.
pub fn names_form(term: &Term, language: Language, kind: SymbolKind, renames: &BTreeMap<String, String>) -> Term {
    let surroundings = Surroundings { renames: renames.clone(), ..Surroundings::default() };
    let pair = Pair {
        language,
        kind,
        before: term.clone(),
        after: Term::node("empty", Vec::new()),
        surroundings: &surroundings,
    };
    pair.normal_forms(Rung::Names).0
}

/// Two versions of a symbol, on their way up the ladder.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    pub language: Language,
    pub kind: SymbolKind,
    pub before: Term,
    pub after: Term,
    pub surroundings: &'a Surroundings,
}

impl Pair<'_> {
    /// The first rung at which both sides are equal.
    pub fn rung(mut self) -> Rung {
        Rung::ALL.into_iter().find(|&rung| self.climb(rung)).expect("at the last rung everything has been decided")
    }

    /// Every rung at which both sides are equal: the first and all after it, if the ladder is one.
    pub fn equal_at(mut self) -> Vec<Rung> {
        Rung::ALL.into_iter().filter(|&rung| self.climb(rung)).collect()
    }

    /// Erases what `rung` erases, on top of what lower rungs did, and compares.
    fn climb(&mut self, rung: Rung) -> bool {
        match rung {
            Rung::Layout => self.each(layout::erase),
            Rung::Spelling => self.each(spelling::erase),
            Rung::Names => names::erase(self),
            Rung::Message => self.each(message::erase),
            Rung::Structure => structure::erase(self),
            Rung::Ownership => ownership::erase(self),
            Rung::Semantic => return true,
        }
        pairing::same(&self.before, &self.after, rung)
            || (rung >= Rung::Structure && structure::is_regrouped(self, rung))
    }

    fn each(&mut self, erase: fn(&mut Term, Language, SymbolKind)) {
        erase(&mut self.before, self.language, self.kind);
        erase(&mut self.after, self.language, self.kind);
    }

    /// Both normal forms at a rung, for people to look at.
    pub fn normal_forms(mut self, rung: Rung) -> (Term, Term) {
        for lower in Rung::ALL.into_iter().take_while(|&lower| lower <= rung) {
            self.climb(lower);
        }
        (self.before, self.after)
    }
}
