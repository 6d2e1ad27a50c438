//! What `drift map verify --fix` did, and what it leaves to a person.

use std::fmt::Write;

use serde_json::json;

use super::Detail;
use super::style::{DIM, GOOD, harmless, of_severity, paint};
use crate::repair::{Repair, Whereabouts};

/// The repairs of a mapping.
#[derive(Debug, Clone, Default)]
pub struct RepairReport {
    /// Where the selectors have to resolve.
    pub at: String,
    pub repairs: Vec<Repair>,
    /// Selectors that resolve at no revision that was looked at: link and selector.
    pub unknown: Vec<(String, String)>,
    /// The edits line by line, where nothing was written.
    pub preview: Option<String>,
}

pub fn human(report: &RepairReport, detail: Detail) -> String {
    let mut out = String::new();
    for repair in &report.repairs {
        let _ = writeln!(out, "{}", told(repair, report.preview.is_some()));
    }
    for (link, selector) in &report.unknown {
        let about = harmless(selector);
        let said = format!("`{about}` of `{link}` resolves in none of the revisions looked at");
        let _ = writeln!(out, "{}: {said}", paint(of_severity("error"), "unknown"));
    }
    out.push_str(report.preview.as_deref().unwrap_or(""));
    if detail != Detail::Quiet {
        out.push_str(&summary(report));
    }
    out
}

fn told(repair: &Repair, dry: bool) -> String {
    let Repair { link, selector, whereabouts, .. } = repair;
    let about = format!("`{}` of `{link}`", harmless(selector));
    match whereabouts {
        Whereabouts::Followed { replacement, rung } => {
            let done = paint(GOOD, if dry { "would follow" } else { "followed" });
            format!("{done} {about}: now '{}', the same code up to {}", harmless(replacement), rung.name())
        }
        Whereabouts::Edited { replacement, rung } => {
            let left = paint(of_severity("warning"), "not written");
            let replacement = harmless(replacement);
            format!(
                "{left}: {about} was moved and edited ({}); if it is still the end, write '{replacement}'",
                rung.name()
            )
        }
        Whereabouts::Lost => {
            let left = paint(of_severity("error"), "lost");
            format!(
                "{left}: {about} was taken away and nothing takes its place; look at it with `drift map show {link}`"
            )
        }
    }
}

fn summary(report: &RepairReport) -> String {
    let followed = report.repairs.iter().filter(|repair| repair.followed().is_some()).count();
    let left = report.repairs.len() - followed + report.unknown.len();
    let verb = if report.preview.is_some() { "would be followed" } else { "followed" };
    let at: String = report.at.chars().take(10).collect();
    format!(
        "{followed} of {} broken selectors {verb}, {left} left to you {}\n",
        followed + left,
        paint(DIM, format!("({at})"))
    )
}

pub fn json(report: &RepairReport) -> String {
    let repair = |repair: &Repair| {
        let applied = repair.followed().is_some() && report.preview.is_none();
        json!({
            "link": repair.link,
            "selector": repair.selector,
            "symbols": repair.symbols,
            "whereabouts": repair.whereabouts,
            "applied": applied,
        })
    };
    let unknown = |(link, selector): &(String, String)| json!({ "link": link, "selector": selector });
    super::json::line(&json!({
        "version": super::json::VERSION,
        "at": report.at,
        "repairs": report.repairs.iter().map(repair).collect::<Vec<_>>(),
        "unknown": report.unknown.iter().map(unknown).collect::<Vec<_>>(),
        "dry_run": report.preview.is_some(),
    }))
}
