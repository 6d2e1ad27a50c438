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

    /// A finding for all changes on which mostly the same links depend.
    pub fn findings(&self, changes: &[Change], corpus: &Corpus<'_>) -> Vec<Finding> {
        let mut widest: Vec<_> = self.0.iter().collect();
        widest.sort_by_key(|(change, links)| (std::cmp::Reverse(links.len()), **change));
        let mut together: Vec<Hub<'_>> = Vec::new();
        for (change, links) in widest {
            let is_known = |hub: &Hub<'_>| links.iter().filter(|(link, _)| hub.has(link)).count() * 2 >= links.len();
            match together.iter_mut().find(|hub| is_known(hub)) {
                Some(hub) => {
                    hub.changes.push(&changes[*change]);
                    let fresh: Vec<_> = links.iter().filter(|(link, _)| !hub.has(link)).copied().collect();
                    hub.links.extend(fresh);
                }
                None => together.push(Hub { changes: vec![&changes[*change]], links: links.clone() }),
            }
        }
        together.iter().map(|hub| alarm::hub(hub, corpus)).collect()
    }
}

fn is_through_callees(impacts: &[&Impact]) -> bool {
    impacts.iter().all(|impact| !impact.is_direct())
}
