//! What both sides of a mapping say differently, for people and for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Detail;
use super::style::{DIM, FRAME, harmless, paint, severity_word};
use crate::parity::{Disparity, Parity};
use crate::rules::Severity;

const VERSION: u32 = 1;

/// One after the other, with both places; with `-q` the totals alone.
pub fn human(parity: &Parity, detail: Detail) -> String {
    let mut out = String::new();
    if detail != Detail::Quiet {
        parity.disparities.iter().for_each(|one| disparity(&mut out, one));
    }
    for (path, reason) in &parity.skipped {
        let _ = writeln!(out, "not read: {} ({})", harmless(path), harmless(reason));
    }
    let shown = parity.shown().count();
    let weak = parity.disparities.len() - shown;
    let compared = &parity.compared;
    let at: String = parity.at.chars().take(10).collect();
    let _ = writeln!(
        out,
        "{shown} disparities{} in {} dotted names, {} handled names, {} tables, {} pairs of signatures and {} of exceptions {}",
        if weak > 0 { format!(" and {weak} weak ones") } else { String::new() },
        compared.names,
        compared.handlers,
        compared.tables,
        compared.signatures,
        compared.exceptions,
        paint(DIM, format!("({at})"))
    );
    out
}

fn disparity(out: &mut String, one: &Disparity) {
    let finding = &one.finding;
    let doubt = if one.certain { "" } else { " (uncertain)" };
    let word = severity_word(word(finding.severity));
    let _ = writeln!(out, "{word}[{}]{doubt}: {}", finding.rule.id, harmless(&finding.message));
    let place = |path: &str, line: u32| paint(FRAME, format!("{}:{line}", harmless(path)));
    if let Some(path) = &finding.path {
        let _ = writeln!(out, "  --> {}", place(path, finding.line.unwrap_or(1)));
    }
    if let Some((path, line)) = &one.other {
        let _ = writeln!(out, "  ::: {}", place(path, *line));
    }
    for note in &finding.notes {
        let _ = writeln!(out, "  = note: {}", harmless(note));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  = help: {}", harmless(help));
    }
    out.push('\n');
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Every disparity that was looked for; `shown` are those that are told unasked.
pub fn json(parity: &Parity) -> String {
    let disparities: Vec<Value> = parity
        .disparities
        .iter()
        .map(|one| {
            let finding = &one.finding;
            json!({
                "rule": finding.rule.id,
                "severity": finding.severity,
                "certain": one.certain,
                "shown": one.shown,
                "message": finding.message,
                "path": finding.path,
                "line": finding.line,
                "link": finding.link,
                "other": one.other.as_ref().map(|(path, line)| json!({ "path": path, "line": line })),
                "notes": finding.notes,
                "help": finding.help,
            })
        })
        .collect();
    let skipped: Vec<Value> =
        parity.skipped.iter().map(|(path, reason)| json!({ "path": path, "reason": reason })).collect();
    let answer = json!({
        "version": VERSION,
        "at": parity.at,
        "compared": parity.compared,
        "disparities": disparities,
        "skipped": skipped,
    });
    format!("{answer}\n")
}
