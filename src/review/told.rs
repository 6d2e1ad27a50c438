//! What a person is told of a violation: its level where it stands, its code, its contract, what to do.

use super::checks::Violation;
use super::silence::{Allowance, IDLE_ALLOWANCE, allowances};
use super::{Place, Review};
use crate::finding::{Finding, Frame, FrameLine, Mark, Spot};
use crate::mapping::review::{Level, ReviewSettings};
use crate::rules::Severity;
use crate::symbols::{Lines, ParsedFile};

/// Lines shown before and after the one that matters.
const CONTEXT: u32 = 2;

/// Adds findings for what is wrong in a file.
pub fn tell(review: &mut Review, file: &ParsedFile, violations: Vec<&Violation>, settings: &ReviewSettings) {
    let allowed = allowances(file.text());
    for violation in violations {
        if allowed.iter().any(|one| one.covers(violation.rule.id, violation.line)) {
            continue;
        }
        let Some(severity) = level(violation, file, settings) else { continue };
        review.findings.push(finding(violation, severity, file));
        let Violation { title: symbol, binding, contract, .. } = violation.clone();
        review.places.push(Place { symbol, binding, contract });
    }
    let in_reviewed = |one: &&Allowance| {
        review.functions.iter().any(|function| function.path == file.path && holds(function.lines, one.line))
    };
    for one in allowed.iter().filter(in_reviewed).cloned().collect::<Vec<_>>() {
        let Some(defect) = one.defect() else { continue };
        let mut finding = Finding::about(&IDLE_ALLOWANCE, defect);
        finding.stand(file, one.line, "");
        finding.help = Some("write `// drift: allow(RULE): the reason`; `drift explain` lists the rules".to_owned());
        finding.frames.push(frame(file, one.line));
        review.findings.push(finding);
        review.places.push(Place::default());
    }
}

fn holds(lines: Lines, line: u32) -> bool {
    lines.start <= line && line <= lines.end
}

/// The level that the mapping gives the rule here, or its own; none where it is switched off.
fn level(violation: &Violation, file: &ParsedFile, settings: &ReviewSettings) -> Option<Severity> {
    match settings.level(violation.rule.id, &file.path) {
        None => Some(violation.severity),
        Some(Level::Off) => None,
        Some(Level::Note) => Some(Severity::Note),
        Some(Level::Warning) => Some(Severity::Warning),
        Some(Level::Error) => Some(Severity::Error),
    }
}

fn finding(violation: &Violation, severity: Severity, file: &ParsedFile) -> Finding {
    let mut finding = Finding::about(violation.rule, violation.message.clone());
    finding.severity = severity;
    finding.frames.push(frame(file, violation.line));
    let place = match &violation.binding {
        Some(name) => format!("in `{}`, bound as `{name}`", violation.title),
        None => format!("in `{}`", violation.title),
    };
    finding.notes.push(place);
    finding.notes.extend(violation.contract.iter().map(|contract| format!("contract: {contract}")));
    finding.help = violation.help.clone();
    finding.stand(file, violation.line, &violation.symbol);
    finding
}

impl Finding {
    /// Puts it at a line of a function. What that line says makes it this finding, wherever the line moves to.
    fn stand(&mut self, file: &ParsedFile, line: u32, function: &str) {
        let lines = Lines { start: line, end: line };
        let code: Vec<String> = file.lines(lines).into_iter().map(|(_, text)| text.trim().to_owned()).collect();
        (self.path, self.line) = (Some(file.path.clone()), Some(line));
        self.spot = Spot::of(&file.path, lines, file.text());
        self.subject = format!("{function} {}", code.join(" "));
    }
}

fn frame(file: &ParsedFile, line: u32) -> Frame {
    let lines = file.lines(Lines { start: line.saturating_sub(CONTEXT).max(1), end: line + CONTEXT });
    let marked = lines.into_iter().map(|(number, text)| {
        let mark = if number == line { Mark::Highlighted } else { Mark::Context };
        FrameLine { number, mark, text }
    });
    Frame { title: String::new(), path: file.path.clone(), lines: marked.collect() }
}
