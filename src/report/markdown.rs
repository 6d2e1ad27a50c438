//! The findings as a page for people: the summary of a job, or a comment.

use std::fmt::Write;

use super::Failure;
use super::findings::{Findings, severities, spot};
use super::gfm::{code, fenced, ticked};
use super::word;
use crate::finding::{Finding, Frame, Mark};

/// GitHub drops a summary of more than 1 MiB as a whole, so the page stays below. In bytes.
const MOST: usize = 900 << 10;

/// Rows of the table; the findings behind them still have their sections.
const MOST_ROWS: usize = 500;

/// An overview, then a section for each finding, as far as there is room.
pub fn page(findings: &Findings) -> String {
    let mut out =
        format!("## drift {}: {}\n\n{}\n", findings.command, severities(&findings.all), plain(&findings.summary));
    if findings.all.is_empty() {
        return out;
    }
    table(&mut out, findings);
    for (at, finding) in findings.all.iter().enumerate() {
        let section = section(at + 1, finding);
        if out.len() + section.len() > MOST {
            let left = findings.all.len() - at;
            let _ = writeln!(
                out,
                "\n**Cut here: {left} of {} findings are not shown**, to keep this page below {} KiB. `drift {}` tells all.",
                findings.all.len(),
                MOST >> 10,
                findings.command
            );
            break;
        }
        out.push_str(&section);
    }
    out
}

/// Why nothing was judged.
pub fn failure(failure: &Failure) -> String {
    let mut out = format!("## drift could not judge\n\n{}\n", ticked(&failure.message));
    for one in &failure.mistakes {
        let place = code(&format!("{}:{}:{}", one.path, one.line, one.column));
        let help = one.help.as_ref().map(|help| format!(" ({})", ticked(help))).unwrap_or_default();
        let _ = write!(out, "\n* {place}: {}{help}", ticked(&one.message));
    }
    out + "\n"
}

fn table(out: &mut String, findings: &Findings) {
    out.push_str("\n| | rule | what | where |\n|---|---|---|---|\n");
    for finding in findings.all.iter().take(MOST_ROWS) {
        let (severity, rule) = (word(finding.severity), finding.rule.id);
        let _ = writeln!(out, "| {severity} | `{rule}` | {} | {} |", ticked(&finding.message), place(finding));
    }
    if findings.all.len() > MOST_ROWS {
        let _ = writeln!(out, "\n{} more are told below only.", findings.all.len() - MOST_ROWS);
    }
}

fn section(number: usize, finding: &Finding) -> String {
    let mut out =
        format!("\n### {number}. {}: `{}`\n\n{}\n", word(finding.severity), finding.rule.id, ticked(&finding.message));
    finding.stops.iter().for_each(|stop| {
        let place = code(&format!("{}:{}", stop.spot.path, stop.spot.line));
        let _ = write!(out, "\n* {place}: {}", ticked(&stop.what));
    });
    finding.notes.iter().for_each(|note| {
        let _ = write!(out, "\n* {}", ticked(note));
    });
    out.push('\n');
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "\nWhat to do: {}", ticked(&help.replace('\n', "; ")));
    }
    let shown: Vec<&Frame> = finding.frames.iter().filter(|frame| frame.lines.len() > 1).collect();
    if !shown.is_empty() {
        out.push_str("\n<details><summary>Code</summary>\n");
        shown.iter().for_each(|frame| out.push_str(&piece(frame)));
        out.push_str("\n</details>\n");
    }
    out
}

fn piece(frame: &Frame) -> String {
    let is_diff = frame.lines.iter().any(|line| matches!(line.mark, Mark::Added | Mark::Removed));
    let line = |line: &crate::finding::FrameLine| match line.mark {
        Mark::Gap => format!("{}\n", format!("... {}", line.text).trim_end()),
        Mark::Added => format!("+{}\n", line.text),
        Mark::Removed => format!("-{}\n", line.text),
        Mark::Context | Mark::Highlighted if is_diff => format!(" {}\n", line.text),
        Mark::Context | Mark::Highlighted => format!("{}\n", line.text),
    };
    let lines: String = frame.lines.iter().map(line).collect();
    let title = if frame.title.is_empty() { String::new() } else { format!(" ({})", plain(&frame.title)) };
    let language = if is_diff { "diff" } else { "" };
    format!("\n{}{title}\n\n{}", code(&frame.path), fenced(language, &lines))
}

fn place(finding: &Finding) -> String {
    match (spot(finding), &finding.path) {
        (Some(spot), _) => code(&format!("{}:{}", spot.path, spot.line)),
        (None, Some(path)) => code(path),
        (None, None) => String::new(),
    }
}

fn plain(text: &str) -> String {
    super::gfm::escaped(text)
}
