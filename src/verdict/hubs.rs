//! Hubs: changes on which so many links depend that they are about none of them in particular.

use std::collections::BTreeMap;

use crate::change::Change;
use crate::corpus::Corpus;
use crate::ends::ResolvedLink;
use crate::finding::Finding;
use crate::finding::alarm::{self, Hub};
use crate::impact::Impact;

/// A change that so many links depend on is told once, with the links, and not once for each of them. How often
/// changes reach how many links is in `docs/evaluation.md`.
pub const HUB_LINKS: usize = 4;

/// The hub changes of a range, each with the drifted links that depend on it.
#[derive(Default)]
pub struct Hubs<'a>(BTreeMap<usize, Vec<(&'a ResolvedLink<'a>, &'a Impact)>>);

impl<'a> Hubs<'a> {
    /// Those among the impacts that drifted links have no answer to. A link whose own C++ end changed is told by
    /// itself, whatever else it depends on.
    pub fn of(drifted: impl IntoIterator<Item = (&'a ResolvedLink<'a>, Vec<&'a Impact>)>) -> Hubs<'a> {
        let mut reached: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (link, impacts) in drifted.into_iter().filter(|(_, impacts)| is_through_callees(impacts)) {
            impacts.iter().for_each(|impact| reached.entry(impact.change).or_default().push((link, *impact)));
        }
        reached.retain(|_, links| links.len() >= HUB_LINKS);
        Hubs(reached)
    }

    /// What is left to be told of a link by itself.
    pub fn without<'i>(&self, impacts: Vec<&'i Impact>) -> Vec<&'i Impact> {
        match is_through_callees(&impacts) {
            true => impacts.into_iter().filter(|impact| !self.0.contains_key(&impact.change)).collect(),
            false => impacts,
        }
    }

    /// A finding for all changes on which the same links depend.
    pub fn findings(&self, changes: &[Change], corpus: &Corpus<'_>) -> Vec<Finding> {
        let mut together: BTreeMap<Vec<&str>, Hub<'_>> = BTreeMap::new();
        for (change, links) in &self.0 {
            let ids = links.iter().map(|(link, _)| &*link.link.id).collect();
            let fresh = || Hub { changes: Vec::new(), links: links.clone() };
            together.entry(ids).or_insert_with(fresh).changes.push(&changes[*change]);
        }
        together.values().map(|hub| alarm::hub(hub, corpus)).collect()
    }
}

fn is_through_callees(impacts: &[&Impact]) -> bool {
    impacts.iter().all(|impact| !impact.is_direct())
}
