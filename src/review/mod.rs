//! The review: what a change to C++ that uses the CPython API gets wrong about references, errors and the GIL.
//!
//! A function becomes a small model ([`function`]), its paths are followed ([`flow`]), and the [`rules`] say what they
//! think of it, each by the [`contracts`] of what is called. Only what is new in the change is told.

pub mod calls;
pub mod checks;
pub mod contracts;
pub mod facts;
pub mod flow;
pub mod function;
pub mod reading;
pub mod rules;
pub mod scene;
mod silence;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::change::{Change, FilePair, Skipped, What};
use crate::finding::Finding;
use crate::ladder::Rung;
use crate::mapping::review::ReviewSettings;
use crate::symbols::{Language, Lines, ParsedFile, SymbolKind};
use checks::{Subject, Violation};
use contracts::Contracts;
use facts::history::History;
use facts::reach::Around;
use facts::{Fact, Versions};
use flow::{Cut, Flow};
use function::Function;
use scene::Scene;

/// What was reviewed, and what was found.
#[derive(Debug, Default)]
pub struct Review {
    pub before: String,
    pub after: String,
    pub functions: Vec<Reviewed>,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// For each finding, the symbol it is in and the contract it goes by.
    pub places: Vec<Place>,
    pub facts: Vec<Fact>,
    pub skipped: Vec<Skipped>,
}

/// A function that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Reviewed {
    pub path: Arc<str>,
    pub symbol: String,
    #[serde(flatten)]
    pub lines: Lines,
    pub judged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    pub symbol: String,
    pub binding: Option<String>,
    pub contract: Option<String>,
}

/// A file with the functions in it that matter, and what the rules say about them.
struct Judged<'a> {
    file: &'a ParsedFile,
    functions: Vec<Function>,
    scene: Scene<'a>,
    violations: Vec<Violation>,
    /// Functions that were followed in part, and why no further.
    cut: BTreeMap<String, Cut>,
}

/// Words without which a file has nothing to do with the CPython API.
const SIGNS: [&[u8]; 4] = [b"Py", b"py::", b"THP", b"pybind11"];

/// Whether the text can hold anything to review.
pub fn concerns(text: &[u8]) -> bool {
    SIGNS.iter().any(|sign| memchr::memmem::find(text, sign).is_some())
}

/// Reviews a change: what the changed functions get wrong now, and did not before.
pub fn of_change(
    pairs: &[FilePair],
    changes: &[Change],
    settings: &ReviewSettings,
    on_file: &(dyn Fn() + Sync),
) -> Review {
    let contracts = &Contracts::with(&settings.contracts, &settings.owners);
    let judged = pairs.par_iter().map(|pair| {
        let before = pair.before.as_ref().and_then(|file| judge(file, contracts, &[]));
        let known = before.as_ref().map_or(&[][..], |judged| &judged.functions);
        let after = pair.after.as_ref().and_then(|file| judge(file, contracts, known));
        on_file();
        [before, after]
    });
    let judged: Vec<[Option<Judged<'_>>; 2]> = judged.collect();
    let known = Known::of(&judged, changes);
    let mut review = Review::default();
    for after in judged.iter().filter_map(|[_, after]| after.as_ref()) {
        let touched = known.touched(&after.file.path);
        review.functions.extend(reviewed(after, Some(&touched)));
        let new = known.new_violations(after, &touched);
        told::tell(&mut review, after.file, new, settings);
    }
    let versions: Vec<Versions<'_>> = judged
        .iter()
        .filter_map(|[_, after]| after.as_ref())
        .map(|after| known.versions(after, &judged, contracts))
        .collect();
    review.facts = versions.iter().flat_map(Versions::facts).collect();
    review.facts.sort_by(|one, two| (one.kind, &one.path, one.line).cmp(&(two.kind, &two.path, two.line)));
    review.facts.extend(facts::of_change(pairs, changes, &versions, &settings.core));
    review.functions.sort();
    review.sorted()
}

/// Reviews every function of some files.
pub fn of_all(files: &[ParsedFile], settings: &ReviewSettings, on_file: &(dyn Fn() + Sync)) -> Review {
    let contracts = &Contracts::with(&settings.contracts, &settings.owners);
    let parts = files.par_iter().map(|file| {
        let mut review = Review::default();
        if let Some(judged) = judge(file, contracts, &[]) {
            review.functions = reviewed(&judged, None).collect();
            told::tell(&mut review, file, judged.violations.iter().collect(), settings);
        }
        file.rest();
        on_file();
        review
    });
    let mut whole = Review::default();
    for part in parts.collect::<Vec<_>>() {
        whole.functions.extend(part.functions);
        whole.findings.extend(part.findings);
        whole.places.extend(part.places);
    }
    whole.functions.sort();
    whole.sorted()
}

/// The functions of a file that use the API, and what is wrong with them; none where nothing does. `before` are those
/// of the file as it was.
fn judge<'a>(file: &'a ParsedFile, contracts: &Contracts, before: &[Function]) -> Option<Judged<'a>> {
    if file.language != Language::Cpp || !concerns(file.text()) {
        return None;
    }
    let code = |at: &usize| {
        let symbol = &file.symbols[*at];
        matches!(symbol.kind, SymbolKind::Function | SymbolKind::Variable) && !symbol.view
    };
    let wanted = |at: &usize| {
        let text = &file.text()[file.symbols[*at].bytes.clone()];
        concerns(text) || memchr::memmem::find(text, b"std::exception").is_some()
    };
    let symbols = (0..file.symbols.len()).filter(code).filter(wanted);
    let functions: Vec<Function> = symbols.flat_map(|at| reading::functions(file, at)).collect();
    let scene = Scene::of(file, &functions, contracts);
    let (mut violations, mut cut) = (Vec::new(), BTreeMap::new());
    for function in functions.iter().filter(|function| !function.damaged) {
        let flow = Flow::of(function, &scene, contracts);
        cut.extend(flow.cut.map(|why| (function.symbol.clone(), why)));
        let same = |other: &&Function| other.symbol == function.symbol && other.title == function.title;
        let [family, before] = [&functions[..], before].map(|side| side.iter().filter(same).collect());
        let subject = Subject { file, function, scene: &scene, contracts, flow: &flow, family, before };
        violations.extend(checks::violations(&subject));
    }
    Some(Judged { file, functions, scene, violations, cut })
}

fn reviewed<'j>(judged: &'j Judged<'_>, touched: Option<&'j [Touched<'_>]>) -> impl Iterator<Item = Reviewed> + 'j {
    let wanted = move |function: &&Function| {
        !function.is_lambda && touched.is_none_or(|touched| touched.iter().any(|one| one.symbol == function.symbol))
    };
    judged.functions.iter().filter(wanted).map(|function| Reviewed {
        path: judged.file.path.clone(),
        symbol: function.title.clone(),
        lines: function.lines,
        judged: !function.damaged && !judged.cut.contains_key(&function.symbol),
        reason: match function.damaged {
            true => Some("the parser met errors in it"),
            false => judged.cut.get(&function.symbol).map(|cut| cut.reason()),
        },
    })
}

/// A changed function, and what it was before.
struct Touched<'a> {
    symbol: &'a str,
    /// The deepest of its changes, with those of its bindings.
    rung: Rung,
    before: Option<(&'a str, &'a str)>,
}

/// What was wrong before, by file and function.
struct Known<'a> {
    changes: &'a [Change],
    before: BTreeMap<(&'a str, &'a str), Vec<&'a Violation>>,
    /// What was wrong in functions that are gone: it may have moved along with code.
    gone: BTreeMap<(&'static str, &'a str), usize>,
}

impl<'a> Known<'a> {
    fn of(judged: &'a [[Option<Judged<'a>>; 2]], changes: &'a [Change]) -> Known<'a> {
        let mut before: BTreeMap<_, Vec<&Violation>> = BTreeMap::new();
        for old in judged.iter().filter_map(|[before, _]| before.as_ref()) {
            for violation in &old.violations {
                before.entry((&*old.file.path, violation.symbol.as_str())).or_default().push(violation);
            }
        }
        let mut gone = BTreeMap::new();
        for change in changes.iter().filter(|change| change.what == What::Removed) {
            let lost = before.get(&(&*change.path, change.symbol.as_str())).into_iter().flatten();
            lost.for_each(|violation| *gone.entry((violation.rule.id, violation.message.as_str())).or_default() += 1);
        }
        Known { changes, before, gone }
    }

    /// The functions of a file that the range changes.
    fn touched(&self, path: &str) -> Vec<Touched<'a>> {
        let mut touched: Vec<Touched<'a>> = Vec::new();
        for change in self.changes.iter().filter(|change| &*change.path == path && change.what != What::Removed) {
            let symbol = change.symbol.split("[\"").next().unwrap_or(&change.symbol);
            if let Some(known) = touched.iter_mut().find(|one| one.symbol == symbol) {
                known.rung = known.rung.max(change.rung);
                continue;
            }
            let was = change.before_symbol.as_deref().unwrap_or(&change.symbol);
            let was = was.split("[\"").next().unwrap_or(was);
            let before_path = change.before_path.as_deref().unwrap_or(&change.path);
            touched.push(Touched { symbol, rung: change.rung, before: Some((before_path, was)) });
        }
        touched
    }

    /// Both versions of the changed functions of a file.
    fn versions<'v>(
        &self,
        after: &'v Judged<'_>,
        judged: &'v [[Option<Judged<'_>>; 2]],
        contracts: &'v Contracts,
    ) -> Versions<'v> {
        let before: Vec<&Judged<'_>> = judged.iter().filter_map(|[before, _]| before.as_ref()).collect();
        let old = |(path, symbol): (&str, &str)| {
            let file = before.iter().find(|judged| &*judged.file.path == path)?;
            file.functions.iter().find(|function| function.symbol == symbol && !function.is_lambda)
        };
        // What only looks different costs and risks nothing.
        let deep = |one: &Touched<'_>| one.rung >= Rung::Ownership;
        let pairs = self.touched(&after.file.path).into_iter().filter(deep).filter_map(|one| {
            let mut own =
                after.functions.iter().filter(|function| function.symbol == one.symbol && !function.is_lambda);
            let function = own.next()?;
            // Overloads are not told apart here.
            own.next().is_none().then(|| (one.before.and_then(old), function))
        });
        let named = Versions::named(&after.functions);
        Versions { path: &after.file.path, scene: &after.scene, pairs: pairs.collect(), named, contracts }
    }

    /// What is wrong after and was not before, in the functions that the range changes.
    fn new_violations<'v>(&self, after: &'v Judged<'_>, touched: &[Touched<'_>]) -> Vec<&'v Violation> {
        let mut gone: BTreeMap<(&str, &str), usize> = self.gone.iter().map(|(key, count)| (*key, *count)).collect();
        let mut new = Vec::new();
        for one in touched {
            let mut old: Vec<&Violation> =
                one.before.and_then(|key| self.before.get(&key)).cloned().unwrap_or_default();
            for violation in after.violations.iter().filter(|violation| violation.symbol == one.symbol) {
                let same = |old: &&Violation| old.rule.id == violation.rule.id && old.message == violation.message;
                if let Some(at) = old.iter().position(same) {
                    old.remove(at);
                    continue;
                }
                let moved = gone.get_mut(&(violation.rule.id, violation.message.as_str()));
                match moved.filter(|count| **count > 0) {
                    Some(count) => *count -= 1,
                    None => new.push(violation),
                }
            }
        }
        new
    }
}

impl Review {
    /// Adds who reaches the changed functions.
    pub fn add_reach(&mut self, changes: &[Change], around: &Around) {
        self.facts.extend(facts::reach::texts(changes, around).into_iter().map(Fact::of_risk));
    }

    /// Adds what happened to earlier changes of the same files.
    pub fn add_history(&mut self, changes: &[Change], history: &History) {
        self.facts.extend(facts::history::texts(changes, history).into_iter().map(Fact::of_risk));
    }

    /// Leaves out findings that are not wanted.
    pub fn keep(&mut self, wanted: impl Fn(&Finding) -> bool) {
        let both = std::mem::take(&mut self.findings).into_iter().zip(std::mem::take(&mut self.places));
        (self.findings, self.places) = both.filter(|(finding, _)| wanted(finding)).unzip();
    }

    /// Worst first, then by place; places stay with their findings.
    fn sorted(mut self) -> Review {
        let mut both: Vec<(Finding, Place)> = self.findings.into_iter().zip(self.places).collect();
        both.sort_by(|(one, _), (two, _)| {
            let key = |finding: &Finding| {
                (
                    std::cmp::Reverse(finding.severity),
                    finding.path.clone(),
                    finding.line,
                    finding.rule.id,
                    finding.message.clone(),
                )
            };
            key(one).cmp(&key(two))
        });
        both.dedup_by(|(one, at), (two, there)| {
            one.rule.id == two.rule.id
                && one.line == two.line
                && one.path == two.path
                && one.message == two.message
                && at == there
        });
        (self.findings, self.places) = both.into_iter().unzip();
        self
    }
}
