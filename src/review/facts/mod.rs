//! Facts about a change, which judge nothing: what the fast path costs now, which slow calls became direct ones, what
//! the change touches.

mod cost;
mod guards;
pub mod history;
mod layout;
mod port;
pub mod reach;
mod risk;
mod swaps;

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobSet;

use super::contracts::Contracts;
use super::function::Function;
use super::scene::Scene;
use crate::change::{Change, FilePair};
use crate::corpus::last_name;

/// A fact, about a function or about the change as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Fact {
    pub kind: FactKind,
    pub path: Option<Arc<str>>,
    pub line: Option<u32>,
    pub symbol: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// What is done before the first way out, before against after.
    FastPath,
    /// A call that users can hook into became one that they cannot, or the reverse.
    Swap,
    /// How large a class is.
    Layout,
    /// Why it is not told how large a class is.
    UnknownLayout,
    /// What a function of one language says otherwise than the one of the other language whose place it takes.
    Port,
    /// What the change touches.
    Risk,
}

/// Both versions of the functions of one file.
pub struct Versions<'a> {
    pub path: &'a Arc<str>,
    pub scene: &'a Scene<'a>,
    /// The functions that the range changes: before, where there was one, and after.
    pub pairs: Vec<(Option<&'a Function>, &'a Function)>,
    /// Every function of the file after, by its last name; none where two have it.
    pub named: BTreeMap<&'a str, Option<&'a Function>>,
    pub contracts: &'a Contracts,
}

impl<'a> Versions<'a> {
    pub fn named(functions: &'a [Function]) -> BTreeMap<&'a str, Option<&'a Function>> {
        let mut named = BTreeMap::new();
        for function in functions.iter().filter(|function| !function.is_lambda && !function.damaged) {
            let only = |slot: &mut Option<&'a Function>| *slot = None;
            named.entry(last_name(&function.symbol)).and_modify(only).or_insert(Some(function));
        }
        named
    }

    /// What can be said of each of the functions.
    pub fn facts(&self) -> Vec<Fact> {
        let both = self.pairs.iter().filter_map(|(before, after)| Some(((*before)?, *after)));
        let both = both.filter(|(before, after)| !before.damaged && !after.damaged);
        both.flat_map(|(before, after)| {
            let costs = cost::compared(before, after, self).map(|text| self.fact(FactKind::FastPath, after, text));
            let swaps = swaps::compared(before, after).into_iter();
            costs.into_iter().chain(swaps.map(|text| self.fact(FactKind::Swap, after, text))).collect::<Vec<_>>()
        })
        .collect()
    }

    fn fact(&self, kind: FactKind, function: &Function, text: String) -> Fact {
        let (line, symbol) = (Some(function.lines.start), Some(function.title.clone()));
        Fact { kind, path: Some(self.path.clone()), line, symbol, text }
    }
}

/// What can be said of the change as a whole, in a fixed order.
pub fn of_change(pairs: &[FilePair], changes: &[Change], files: &[Versions<'_>], core: &GlobSet) -> Vec<Fact> {
    let mut facts = layout::facts(pairs, changes);
    facts.extend(port::facts(pairs, changes));
    facts.extend(risk::texts(changes, files, core).into_iter().map(Fact::of_risk));
    facts
}

impl Fact {
    /// About the change as a whole.
    pub fn of_risk(text: String) -> Fact {
        Fact { kind: FactKind::Risk, path: None, line: None, symbol: None, text }
    }
}
