//! Findings about acks: drift that somebody answers for, and acks that answer for nothing.

use std::sync::Arc;

use super::Finding;
use crate::mapping::acks::{Ack, Acknowledgement, Acks, Trailer};
use crate::rules::{self, Rule, Severity};

/// Why an ack or a trailer does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle<'a> {
    /// The mapping has no such link; the nearest that it has.
    UnknownLink(Option<&'a str>),
    /// The range adds it, and no change of the range is what it covers.
    NothingCovered,
    /// A trailer without a reason.
    NoReason,
}

/// Who answers for a drifted link, and why: a line each.
pub fn said(acknowledgements: &[Acknowledgement<'_>]) -> Vec<String> {
    let said = acknowledgements.iter().map(|one| match one.who() {
        Some(who) => format!("acknowledged by {who}: {}", one.why()),
        None => format!("acknowledged: {}", one.why()),
    });
    let mut said: Vec<String> = said.collect();
    said.dedup();
    said
}

/// An ack that covers nothing.
pub fn unused(acks: &Acks, ack: &Ack, idle: Idle<'_>) -> Finding {
    let message = format!("the ack for `{}` {}", ack.link, idle.phrase());
    let mut finding = at(&rules::UNUSED_ACK, message, acks, ack);
    finding.help = Some(match idle {
        Idle::UnknownLink(Some(near)) => format!("did you mean `{near}`? else remove it: `drift map prune`"),
        Idle::UnknownLink(None) => "remove it: `drift map prune`".to_owned(),
        _ => format!("write it anew for what the range changes: `drift ack {} RANGE --reason '…'`", ack.link),
    });
    finding
}

/// An ack whose last day is over. `covers_this` when it would have answered for this range.
pub fn expired(acks: &Acks, ack: &Ack, covers_this: bool) -> Finding {
    let until = ack.until.map_or(String::new(), |until| format!(" on {until}"));
    let message = format!("the ack for `{}` ended{until}: {}", ack.link, ack.why);
    let mut finding = at(&rules::EXPIRED_ACK, message, acks, ack);
    if !covers_this {
        finding.severity = Severity::Note;
    }
    finding.help = Some(format!(
        "decide anew: let the Python end follow, move `until`, or remove the ack (`drift map prune`); what the two ends \
         share: `drift explain {}`",
        ack.link
    ));
    finding
}

/// A trailer that covers nothing.
pub fn idle_trailer(trailer: &Trailer, idle: Idle<'_>) -> Finding {
    let commit = trailer.commit.get(..12).unwrap_or(&trailer.commit);
    let message = format!("the trailer `Drift-Ack: {}` of commit {commit} {}", trailer.link, idle.phrase());
    let mut finding = Finding::of(&rules::UNUSED_ACK, message);
    finding.help = Some(match idle {
        Idle::UnknownLink(Some(near)) => format!("did you mean `{near}`?"),
        Idle::NoReason => format!("write `Drift-Ack: {}: REASON`", trailer.link),
        _ => "leave it out of the message".to_owned(),
    });
    finding
}

impl Idle<'_> {
    fn phrase(self) -> &'static str {
        match self {
            Idle::UnknownLink(_) => "names a link that the mapping does not have",
            Idle::NothingCovered => "covers nothing that this range changes",
            Idle::NoReason => "gives no reason, so it does not count",
        }
    }
}

fn at(rule: &'static Rule, message: String, acks: &Acks, ack: &Ack) -> Finding {
    let mut finding = Finding::of(rule, message);
    finding.link = Some(ack.link.clone());
    if let Some(source) = acks.sources.get(ack.origin.0) {
        finding.path = Some(Arc::from(source.name.as_str()));
        finding.line = source.line_at(ack.origin.1.start).map(|(line, _)| line);
    }
    finding
}
