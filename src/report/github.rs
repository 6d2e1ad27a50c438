//! Workflow commands, which GitHub shows as annotations beside the code.

use std::fmt::Write;

use super::findings::{Findings, in_full, spot};
use super::style::harmless;
use super::{Failure, concise};
use crate::finding::{Finding, Severity};

/// GitHub keeps so many annotations of each kind that a step makes, and drops the others without a word.
pub const MOST: usize = 10;

/// Worst first. What GitHub would drop stands in the log, and the last annotation says how much that is.
pub fn all(findings: &Findings) -> String {
    let mut out = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_kind: Vec<&Finding> = findings.all.iter().filter(|finding| finding.severity == severity).collect();
        let shown = if of_kind.len() > MOST { MOST - 1 } else { of_kind.len() };
        let (shown, rest) = of_kind.split_at(shown);
        shown.iter().for_each(|finding| annotation(&mut out, finding));
        if !rest.is_empty() {
            left_out(&mut out, severity, rest);
        }
    }
    let _ = writeln!(out, "{}", logged(&findings.summary));
    out
}

/// Why nothing was judged.
pub fn failure(failure: &Failure) -> String {
    let mut out = String::new();
    for one in failure.mistakes.iter().take(MOST - 1) {
        let message = [Some(&one.message), one.help.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>();
        let (path, line, column) = (property(&one.path), one.line, one.column);
        let message = data(&message.join("\n"));
        let _ = writeln!(out, "::error file={path},line={line},col={column},title=drift (the mapping)::{message}");
    }
    let _ = writeln!(out, "::error title=drift could not judge::{}", data(&failure.message));
    out
}

fn annotation(out: &mut String, finding: &Finding) {
    let place = spot(finding).map_or(String::new(), |spot| {
        let (path, line, end) = (property(&spot.path), spot.line, spot.end_line);
        // Columns are only shown within one line.
        let columns = match line == end {
            true => format!(",col={},endColumn={}", spot.column, spot.end_column),
            false => String::new(),
        };
        format!("file={path},line={line},endLine={end}{columns},")
    });
    let (kind, rule) = (kind(finding.severity), finding.rule.id);
    let _ = writeln!(out, "::{kind} {place}title={rule} (drift)::{}", data(&in_full(finding)));
}

fn left_out(out: &mut String, severity: Severity, rest: &[&Finding]) {
    let kind = kind(severity);
    let count = rest.len();
    let _ = writeln!(
        out,
        "::{kind} title=drift ({count} more)::{count} more of this kind: GitHub shows {MOST} for a step. The log of this \
         step lists them all"
    );
    let _ = writeln!(out, "::group::drift: {count} more");
    for finding in rest {
        let _ = writeln!(out, "- {}", logged(&concise::line(finding)));
    }
    out.push_str("::endgroup::\n");
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// A line of the log that is no command, whatever is in it.
fn logged(text: &str) -> String {
    let text = text.trim().replace("##[", "# #[");
    if text.starts_with("::") { format!(" {}", text.replacen("::", ": :", 1)) } else { text }
}

/// The message of a command: one line, from which the runner makes many again.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| harmless(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    harmless(&text.replace(':', "%3A").replace(',', "%2C")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_a_command() {
        assert_eq!(data("a%0A\n::error::b\r\nc\u{7}"), "a%250A%0A::error::b%0Ac\u{fffd}");
        assert_eq!(property("::error::,x%\n.cpp"), "%3A%3Aerror%3A%3A%2Cx%25%0A.cpp");
        assert_eq!(logged(" ::stop-commands::x ##[error]y"), " : :stop-commands::x # #[error]y");
    }
}
