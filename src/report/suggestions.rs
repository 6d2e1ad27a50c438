//! Suggestions, for people and for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Detail;
use super::style::{DIM, FRAME, STRONG, harmless, paint};
use crate::suggest::{Evidence, Suggestion, Suggestions};

const VERSION: u32 = 1;

/// One block a suggestion: both ends, why, and the command that adds it.
pub fn human(suggestions: &Suggestions, detail: Detail) -> String {
    let mut out = String::new();
    for suggestion in &suggestions.shown {
        out.push_str(&block(suggestion));
        let _ = writeln!(out, "  {}\n", paint(DIM, harmless(&suggestion.command())));
    }
    if detail != Detail::Quiet {
        out.push_str(&summary(suggestions));
    }
    out
}

/// A suggestion and the code of its ends, each under its selector.
pub fn in_full(suggestion: &Suggestion, code: &[(String, Vec<(u32, String)>)]) -> String {
    let mut out = block(suggestion);
    for (selector, lines) in code {
        let width = lines.last().map_or(1, |(number, _)| number.to_string().len());
        let _ = writeln!(out, "\n{} {}", paint(FRAME, format!("{:>width$} ╭▸", "")), harmless(selector));
        for (number, line) in lines {
            let _ = writeln!(out, "{} {}", paint(FRAME, format!("{number:>width$} │")), harmless(line));
        }
    }
    out.push('\n');
    out
}

/// Both ends of a suggestion, and why.
fn block(suggestion: &Suggestion) -> String {
    let mut out = String::new();
    let score = paint(STRONG, format!("{:.2}", suggestion.score));
    let _ = writeln!(out, "{score}  {}", paint(FRAME, harmless(&suggestion.cpp)));
    let _ = writeln!(out, "      {}", paint(FRAME, harmless(&suggestion.python)));
    for seen in &suggestion.evidence {
        let Evidence { signal, detail, .. } = seen;
        let _ = writeln!(out, "      {} `{}`", signal.row().phrase, harmless(detail));
    }
    out
}

fn summary(suggestions: &Suggestions) -> String {
    let Suggestions { at, shown, found, entries, twins, skipped } = suggestions;
    let at: String = at.chars().take(10).collect();
    let mut out = format!(
        "{} of {found} suggestions; {entries} entry points and {twins} pieces of Python were compared {}\n",
        shown.len(),
        paint(DIM, format!("({at})"))
    );
    for (path, reason) in skipped {
        let _ = writeln!(out, "not read: {} ({})", harmless(path), harmless(reason));
    }
    if shown.len() < *found {
        out.push_str("`--limit N` shows more, `--review` asks about one after the other\n");
    }
    out
}

/// Best first; the fields are told in docs/mapping.md.
pub fn json(suggestions: &Suggestions) -> String {
    let Suggestions { at, shown, found, entries, twins, skipped } = suggestions;
    let all: Vec<Value> = shown.iter().map(value).collect();
    let skipped: Vec<Value> = skipped.iter().map(|(path, reason)| json!({ "path": path, "reason": reason })).collect();
    let stats = json!({ "found": found, "entries": entries, "twins": twins });
    let answer = json!({ "version": VERSION, "at": at, "suggestions": all, "skipped": skipped, "stats": stats });
    format!("{answer}\n")
}

fn value(suggestion: &Suggestion) -> Value {
    let Suggestion { cpp, also, python, names, evidence, score } = suggestion;
    let signals: Vec<&str> = evidence.iter().map(|seen| seen.signal.row().name).collect();
    let evidence: Vec<Value> = evidence
        .iter()
        .map(|seen| json!({ "signal": seen.signal, "detail": seen.detail, "weight": rounded(seen.weight()) }))
        .collect();
    json!({
        "cpp": cpp,
        "also": also,
        "python": python,
        "names": names,
        "signals": signals,
        "evidence": evidence,
        "score": rounded(*score),
        "command": suggestion.command(),
    })
}

fn rounded(number: f32) -> f64 {
    (f64::from(number) * 10_000.0).round() / 10_000.0
}
