//! `drift` finds C++ changes whose Python simulation was left behind.
//!
//! The modules are listed in reading order, and that order is the layering: a module uses only the ones above it.
//!
//! ```text
//! mapping (before and after)        git: before..after
//!            │                              │
//!        [mapping]                     [source]  SnapshotPair: files as values
//!            │                              │
//!            │                         [symbols] ParsedFile: named pieces of code, their terms and mentions
//!            │                              │
//!            │                         [change]  diff, each change put on its rung by the [ladder]
//!            │                              │
//!         [ends] ──────────────────────[corpus]  the parsed files of both sides
//!            │                              │
//!            └──────── [impact] trace over the [graph] ────┐
//!                                                       [verdict] judge
//!                                                          │
//!                                         [report] human · json, all from one Report
//! ```
//!
//! [`check`] is the whole judgement as a function of values: no file, clock, environment or git object inside it.

pub mod source;

pub mod symbols;

pub mod ladder;

pub mod change;

pub mod mapping;

pub mod corpus;

pub mod ends;

pub mod graph;

pub mod impact;

pub mod rules;

pub mod finding;

pub mod verdict;

pub mod verification;

pub mod repair;

pub mod exhibit;

pub mod twins;

pub mod replay;

pub mod standing;

pub mod suggest;

pub mod parity;

pub mod review;

pub mod brief;

pub mod report;

pub mod cache;

pub mod commands;

pub mod cli;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use change::Change;
use corpus::{Afresh, Corpus, ReadSymbols, Side};
use graph::{DependencyGraph, GraphFile};
use impact::Impact;
use mapping::{Mapping, Selector};
use source::SnapshotPair;
use symbols::Language;
use verdict::{Outcome, Report, Told, Touched};

/// Judges a range: which links of the mapping its C++ changes reach, and which Python ends were left behind.
pub fn check(mapping: &Mapping, pair: &SnapshotPair) -> Report {
    check_by(mapping, pair, &Afresh, Told::All, &mut |_| ())
}

/// [`check`] with a reader that may remember files, telling the name of each stage as it begins; the core has no clock
/// of its own.
pub fn check_by(
    mapping: &Mapping,
    pair: &SnapshotPair,
    reader: &dyn ReadSymbols,
    told: Told,
    on_stage: &mut dyn FnMut(&'static str),
) -> Report {
    on_stage("parse");
    let mut corpus = Corpus::read(mapping, pair, reader);
    on_stage("diff");
    let changes = change::diff(&corpus.pairs);
    on_stage("resolve");
    let mut names = names_that_count(&changes, mapping);
    corpus.widen(&mut names, impact::deepest(mapping).saturating_sub(1));
    corpus.read_dependents(&names);
    let mut links = ends::resolve_cpp(mapping, &corpus);
    on_stage("graph");
    let [before, after] = Side::BOTH.map(|side| corpus.files(side, Language::Cpp));
    let [before, after] = [before, after].map(|files| files.into_iter().map(GraphFile::from).collect());
    let graph = DependencyGraph::of(before, after);
    on_stage("trace");
    let impacts = impact::trace(&changes, &graph, &links);
    on_stage("judge");
    corpus.read_paths(twins(mapping, &impacts).iter().map(|path| &**path));
    ends::resolve_python(&mut links, &corpus);
    let judged = verdict::judge(&links, impacts, &changes, &mapping.acks);
    let findings = verdict::findings(&links, &judged, &changes, mapping, &corpus, told);
    Report {
        before: pair.before.clone(),
        after: pair.after.clone(),
        outcome: if corpus.is_short() { Outcome::Undecided } else { Outcome::of(&judged) },
        judged: judged.len(),
        links: judged,
        findings,
        files_parsed: corpus.files_parsed(),
        touched: touched(mapping, pair),
        skipped: corpus.skipped,
        changes,
    }
}

/// The names by which other files could mention what changed, as far as it counts for any link.
fn names_that_count(changes: &[Change], mapping: &Mapping) -> FxHashSet<String> {
    let counts = |change: &&Change| mapping.links.iter().any(|link| impact::counts(link, change.rung));
    let changes = changes.iter().filter(|change| change.language == Language::Cpp).filter(counts);
    let names = changes.flat_map(|change| [Some(&change.symbol), change.before_symbol.as_ref()]).flatten();
    names.map(|name| corpus::last_name(name)).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Which parts of the scope the range touches.
fn touched(mapping: &Mapping, pair: &SnapshotPair) -> Vec<Touched> {
    let scope = &mapping.scope;
    let mut files = vec![0; scope.cpp_globs.len()];
    for change in pair.changed.iter().filter(|change| Language::of_path(change.path()) == Some(Language::Cpp)) {
        scope.cpp.matches(&**change.path()).into_iter().for_each(|glob| files[glob] += 1);
    }
    let globs = scope.cpp_globs.iter().cloned().zip(files);
    globs.filter(|(_, files)| *files > 0).map(|(glob, files)| Touched { glob, files }).collect()
}

/// The Python files of the links that something reaches.
fn twins(mapping: &Mapping, impacts: &[Vec<Impact>]) -> Vec<Arc<str>> {
    let reached = mapping.links.iter().zip(impacts).filter(|(_, impacts)| !impacts.is_empty());
    reached.flat_map(|(link, _)| &link.python).map(Selector::place).collect()
}
