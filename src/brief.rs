//! Briefs: what somebody needs who answers an alarm. The change, the twin in full, tests to extend, and the promises of
//! the CPython API that the changed code relies on.

mod tests_near;

use std::collections::BTreeSet;
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use crate::change::{self, Change};
use crate::corpus::{Afresh, Corpus, Side};
use crate::ends;
use crate::exhibit::{self, ShownPiece};
use crate::finding::Finding;
use crate::impact::counts;
use crate::mapping::{Link, Mapping};
use crate::review::contracts::{Contract, Contracts};
use crate::review::{self, Review};
use crate::rules;
use crate::source::{SnapshotPair, SourceFile};
use crate::symbols::{Language, Lines};
use crate::verdict::Report;

pub use tests_near::{folders, nearest};

/// An alarm, and what it takes to answer it.
pub struct Brief {
    pub finding: Finding,
    /// The links that it is about; the first few of a hub.
    pub links: Vec<Link>,
    /// The C++ that changed, the strongest first.
    pub changes: Vec<ChangedCode>,
    /// The Python ends as they are after.
    pub twins: Vec<ShownPiece>,
    /// Files with tests, by their names; not those of the links.
    pub near_tests: Vec<String>,
    /// What the change gets wrong about the CPython API.
    pub checklist: Vec<Finding>,
    /// Changed functions about which the checklist says nothing, each with the reason.
    pub unjudged: Vec<(String, &'static str)>,
    /// What the functions promise that new lines call.
    pub contracts: Vec<Contract>,
}

/// A changed symbol with its code on both sides.
pub struct ChangedCode {
    pub change: Change,
    /// Its text, and the number of its first line.
    pub before: (String, u32),
    pub after: (String, u32),
    /// Every step from the entry point to it can mean nothing else.
    pub is_certain: bool,
}

/// Changes that are shown for one alarm.
const MOST_CHANGES: usize = 4;

/// Links whose twins are shown for one alarm.
const MOST_LINKS: usize = 3;

/// Promises that are told for one alarm.
const MOST_CONTRACTS: usize = 10;

/// A brief for each alarm of a report, worst first. `test_files` are paths of files that may hold tests.
pub fn of(report: &Report, mapping: &Mapping, pair: &SnapshotPair, test_files: &[String]) -> Vec<Brief> {
    let alarms: Vec<&Finding> = report.findings.iter().filter(|finding| is_alarm(finding)).collect();
    if alarms.is_empty() {
        return Vec::new();
    }
    let named: BTreeSet<&str> = alarms.iter().flat_map(|finding| links_of(finding)).collect();
    let links = mapping.links.iter().filter(|link| named.contains(&*link.id)).cloned().collect();
    let mapping = Mapping { links, ..mapping.clone() };
    let desk = Desk::of(report, &mapping, pair, test_files);
    alarms.into_iter().map(|finding| desk.brief(finding)).collect()
}

fn is_alarm(finding: &Finding) -> bool {
    let alarms = [&rules::DRIFTED_LINK, &rules::DRIFTED_THROUGH_CALLEE, &rules::HUB_CHANGE];
    alarms.iter().any(|rule| rule.id == finding.rule.id)
}

fn links_of(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.link.iter().chain(finding.links.iter().take(MOST_LINKS)).map(String::as_str)
}

/// What all briefs are made from.
struct Desk<'a> {
    report: &'a Report,
    mapping: &'a Mapping,
    pair: &'a SnapshotPair,
    test_files: &'a [String],
    /// For each link of the mapping the code of its Python ends.
    twins: Vec<Vec<ShownPiece>>,
    /// What the whole range gets wrong about the CPython API.
    reviewed: Review,
    contracts: Contracts,
}

impl<'a> Desk<'a> {
    fn of(report: &'a Report, mapping: &'a Mapping, pair: &'a SnapshotPair, test_files: &'a [String]) -> Desk<'a> {
        let mut corpus = Corpus::read(mapping, pair, &Afresh);
        corpus.read_paths(pair.unchanged.keys().map(|path| &**path));
        let mut links = ends::resolve_cpp(mapping, &corpus);
        ends::resolve_python(&mut links, &corpus);
        let of_link = |link: &ends::ResolvedLink<'_>| -> Vec<ShownPiece> {
            link.python.iter().flat_map(|end| exhibit::pieces(end, &corpus)).collect()
        };
        let twins = links.iter().map(of_link).collect();
        let changes = change::diff(&corpus.pairs);
        let reviewed = review::of_change(&corpus.pairs, &changes, &mapping.review, &|| ());
        let contracts = Contracts::with(&mapping.review.contracts, &mapping.review.owners);
        Desk { report, mapping, pair, test_files, twins, reviewed, contracts }
    }

    fn brief(&self, finding: &Finding) -> Brief {
        let named: Vec<&str> = links_of(finding).collect();
        let links = self.mapping.links.iter().zip(&self.twins).filter(|(link, _)| named.contains(&&*link.id));
        let (links, twins): (Vec<&Link>, Vec<&Vec<ShownPiece>>) = links.unzip();
        let changes = self.changes(finding, &links);
        let mut twins: Vec<ShownPiece> = twins.into_iter().flatten().cloned().collect();
        twins.dedup_by(|one, other| (&one.path, one.lines) == (&other.path, other.lines));
        let (checklist, contracts) = (self.checklist(&changes), self.contracts(&changes));
        let near_tests = if links.iter().any(|link| !link.tests.is_empty()) {
            Vec::new()
        } else {
            links.first().map_or(Vec::new(), |link| nearest(link, self.test_files))
        };
        let links = links.into_iter().cloned().collect();
        let unjudged = self.unjudged(&changes);
        Brief { finding: finding.clone(), links, changes, twins, near_tests, checklist, unjudged, contracts }
    }

    /// The changes that a finding is about: of a hub the one that it begins at.
    fn changes(&self, finding: &Finding, links: &[&Link]) -> Vec<ChangedCode> {
        let is_hub = finding.rule.id == rules::HUB_CHANGE.id;
        let begin = finding.stops.first().filter(|_| is_hub).map(|stop| &stop.symbol);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for judged in self.report.links.iter() {
            let Some(link) = links.iter().find(|link| link.id == judged.link) else { continue };
            let is_direct = judged.impacts.first().is_some_and(crate::impact::Impact::is_direct);
            for impact in judged.impacts.iter().filter(|impact| !is_direct || impact.is_direct()) {
                let change = &self.report.changes[impact.change];
                let is_meant = begin.is_none_or(|begin| *begin == change.symbol);
                if counts(link, change.rung) && is_meant && seen.insert(impact.change) && found.len() < MOST_CHANGES {
                    found.push(self.code(change, impact.certain && change.certain));
                }
            }
        }
        found
    }

    fn code(&self, change: &Change, is_certain: bool) -> ChangedCode {
        let text = |side, path: &Arc<str>, lines: Option<Lines>| {
            let text = lines.zip(self.file(side, path)).and_then(|(lines, file)| span(file, lines));
            text.unwrap_or_default()
        };
        let before = text(Side::Before, change.before_path.as_ref().unwrap_or(&change.path), change.before);
        let after = text(Side::After, &change.path, change.after);
        ChangedCode { change: change.clone(), before, after, is_certain }
    }

    fn file(&self, side: Side, path: &str) -> Option<&SourceFile> {
        let mut sides = self.pair.changed.iter().filter_map(|change| match side {
            Side::Before => change.before.as_ref(),
            Side::After => change.after.as_ref(),
        });
        sides.find(|file| *file.path == *path)
    }

    fn checklist(&self, changes: &[ChangedCode]) -> Vec<Finding> {
        let is_inside = |finding: &&Finding| {
            let place = finding.path.as_ref().zip(finding.line);
            place.is_some_and(|(path, line)| changes.iter().any(|code| code.holds(path, line)))
        };
        self.reviewed.findings.iter().filter(is_inside).cloned().collect()
    }

    fn unjudged(&self, changes: &[ChangedCode]) -> Vec<(String, &'static str)> {
        let functions = self.reviewed.functions.iter();
        let changed = functions.filter(|one| changes.iter().any(|code| code.holds(&one.path, one.lines.start)));
        changed.filter_map(|one| Some((one.symbol.clone(), one.reason?))).collect()
    }

    fn contracts(&self, changes: &[ChangedCode]) -> Vec<Contract> {
        let mut names = BTreeSet::new();
        let cpp = changes.iter().filter(|code| code.change.language == Language::Cpp);
        let mut found = Vec::new();
        for line in cpp.flat_map(new_lines) {
            for name in line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|name| !name.is_empty()) {
                if let Some(contract) = self.contracts.named(name).filter(|_| names.insert(name.to_owned())) {
                    found.push(contract.clone());
                }
            }
        }
        found.truncate(MOST_CONTRACTS);
        found
    }
}

impl ChangedCode {
    /// Whether a line of a file is in it, as it is after.
    fn holds(&self, path: &str, line: u32) -> bool {
        let lines = self.change.after.unwrap_or(Lines { start: 1, end: 0 });
        *self.change.path == *path && lines.start <= line && line <= lines.end
    }
}

fn new_lines(code: &ChangedCode) -> Vec<String> {
    let diff = TextDiff::from_lines(&*code.before.0, &*code.after.0);
    let new = diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Insert);
    new.map(|change| change.value().to_string()).collect()
}

fn span(file: &SourceFile, lines: Lines) -> Option<(String, u32)> {
    let text = file.content.as_ref().ok()?;
    let wanted = text.split_inclusive(|byte| *byte == b'\n').skip(lines.start.saturating_sub(1) as usize);
    let count = (lines.end + 1).saturating_sub(lines.start) as usize;
    let bytes: Vec<u8> = wanted.take(count).flatten().copied().collect();
    Some((String::from_utf8_lossy(&bytes).into_owned(), lines.start))
}
