//! Idle acks: those that answer for nothing.

use super::Judged;
use crate::change::Change;
use crate::ends::ResolvedLink;
use crate::finding::Finding;
use crate::finding::ack::{self, Idle};
use crate::impact::counts;
use crate::mapping::acks::{Ack, Acknowledgement, Acks};
use crate::mapping::nearest::nearest;

/// The acks that answer for nothing: for links that are not there, for changes that the range does not make, for no
/// longer. An old ack that is about another range is at rest, and nothing is said of it.
pub fn acks(links: &[ResolvedLink<'_>], judged: &[Judged], changes: &[Change], acks: &Acks) -> Vec<Finding> {
    let counting: Vec<(&str, &Change)> = links
        .iter()
        .zip(judged)
        .flat_map(|(link, judged)| {
            let impacts = judged.impacts.iter().map(|impact| &changes[impact.change]);
            impacts.filter(|change| counts(link.link, change.rung)).map(|change| (&*link.link.id, change))
        })
        .collect();
    let answers: Vec<Acknowledgement<'_>> =
        counting.iter().flat_map(|(link, change)| acks.covering(link, change)).collect();
    let idle = |name: &str, is_used: bool, is_of_range: bool| match links.iter().any(|link| link.link.id == name) {
        false => Some(Idle::UnknownLink(nearest(name, links.iter().map(|link| &*link.link.id)).first().copied())),
        true => (is_of_range && !is_used).then_some(Idle::NothingCovered),
    };
    let of_ack = |ack: &Ack| {
        let is_used = answers.iter().any(|one| matches!(one, Acknowledgement::Ack(used) if std::ptr::eq(*used, ack)));
        let covers_this = || counting.iter().any(|(link, change)| acks.would_cover(ack, link, change));
        match acks.is_expired(ack) {
            true => Some(ack::expired(acks, ack, covers_this())),
            false => idle(&ack.link, is_used, ack.fresh).map(|idle| ack::unused(acks, ack, idle)),
        }
    };
    let mut findings: Vec<Finding> = acks.acks.iter().filter_map(of_ack).collect();
    findings.extend(acks.trailers.iter().filter_map(|trailer| {
        let is_used = answers.iter().any(|one| matches!(one, Acknowledgement::Trailer(used) if *used == trailer));
        let idle = if trailer.why.is_empty() { Some(Idle::NoReason) } else { idle(&trailer.link, is_used, true) };
        idle.map(|idle| ack::idle_trailer(trailer, idle))
    }));
    findings
}
