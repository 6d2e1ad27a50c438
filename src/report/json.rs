//! For scripts: versioned, and only ever added to.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Differences, origin};
use crate::change::{Change, Skipped, What};
use crate::exhibit::{Exhibit, ShownEnd, ShownPiece};
use crate::finding::{Finding, Severity, Spot, Stop, fingerprints};
use crate::impact::{Impact, Step};
use crate::ladder::explained::{Example, FacetRow, RungRow};
use crate::ladder::{Facet, FacetKind, Rung};
use crate::mapping::model::MappingSource;
use crate::mapping::{Link, Relation, Selector, Touch};
use crate::replay::{Replay, Replayed};
use crate::review::contracts::Contract;
use crate::rules::Rule;
use crate::source::git::CommitFacts;
use crate::symbols::{Language, Lines, SymbolKind};
use crate::verdict::{Judged, Outcome, Report, Verdict};
use crate::verification::{Problem, Verification};

pub(super) const VERSION: u32 = 1;

/// The judgement of a change.
pub fn check(report: &Report, elapsed: Duration) -> String {
    line(&ReportJson::of(report, Some(elapsed)))
}

/// What a check says of each commit of a range, a line for each.
pub fn replay(replay: &Replay) -> String {
    replay.commits.iter().map(|replayed| line(&ReplayedJson::of(replayed))).collect()
}

/// What a change does, symbol by symbol.
pub fn diff(differences: &Differences) -> String {
    line(&DiffJson {
        version: VERSION,
        before: &differences.pair.before,
        after: &differences.pair.after,
        changes: differences.changes.iter().copied().map(ChangeJson::of).collect(),
        skipped: differences.skipped,
    })
}

/// Whether every selector of a mapping picks code.
pub fn verification(verification: &Verification) -> String {
    let Verification { at, links, selectors, resolved, problems, places, fixed, not_judged } = verification;
    let problems: Vec<Value> = problems.iter().map(problem_value).collect();
    line(&json!({
        "version": VERSION,
        "at": at,
        "links": links,
        "selectors": { "total": selectors, "resolved": resolved },
        "problems": problems,
        "places": places,
        "repositories": fixed,
        "not_judged": not_judged,
    }))
}

fn problem_value(problem: &Problem) -> Value {
    let Problem { link, selector, kind, details } = problem;
    json!({ "link": link, "selector": selector, "problem": kind, "details": details })
}

pub fn rules(rules: &[&Rule]) -> String {
    line(&json!({ "version": VERSION, "rules": rules.iter().map(|rule| rule_value(rule)).collect::<Vec<_>>() }))
}

pub fn rule(rule: &Rule) -> String {
    line(&json!({ "version": VERSION, "rule": rule_value(rule) }))
}

pub fn rung(row: &RungRow) -> String {
    let examples = |examples: &[Example]| examples.iter().map(example).collect::<Vec<_>>();
    line(&json!({ "version": VERSION, "rung": {
        "id": row.rung,
        "summary": row.summary,
        "explanation": row.explanation,
        "erased": examples(row.erased),
        "kept": examples(row.kept),
        "limits": row.limits,
    }}))
}

pub fn facet(row: &FacetRow) -> String {
    line(&json!({ "version": VERSION, "facet": {
        "id": row.facet,
        "summary": row.summary,
        "explanation": row.explanation,
        "example": example(&row.example),
    }}))
}

fn example(example: &Example) -> Value {
    json!({
        "title": example.title,
        "language": example.language,
        "before": example.before,
        "after": example.after,
        "rung": example.rung,
    })
}

/// What a function promises.
pub fn contract(contract: &Contract) -> String {
    let lines: Vec<Value> =
        contract.lines().into_iter().map(|(what, text)| json!({ "what": what, "text": text })).collect();
    line(&json!({ "version": VERSION, "contract": { "name": contract.name, "promises": lines } }))
}

pub fn link(link: &Link, sources: &[MappingSource]) -> String {
    line(&json!({ "version": VERSION, "link": LinkDetail::of(link, sources) }))
}

/// Links of a mapping.
pub fn links(links: &[&Link], sources: &[MappingSource]) -> String {
    let links: Vec<LinkDetail> = links.iter().map(|link| LinkDetail::of(link, sources)).collect();
    line(&json!({ "version": VERSION, "links": links }))
}

/// A link with the code of its ends.
pub fn exhibit(exhibit: &Exhibit, sources: &[MappingSource]) -> String {
    let ends: Vec<Value> = exhibit.ends.iter().map(end).collect();
    let link = LinkDetail::of(&exhibit.link, sources);
    line(&json!({ "version": VERSION, "at": exhibit.at, "link": link, "ends": ends }))
}

fn end(end: &ShownEnd) -> Value {
    let piece = |piece: &ShownPiece| {
        json!({
            "path": piece.path,
            "symbol": piece.symbol,
            "line": piece.lines.start,
            "end_line": piece.lines.end,
            "text": piece.text.join("\n"),
        })
    };
    json!({
        "end": end.end.key(),
        "selector": end.selector,
        "problem": end.problem.as_ref().map(|problem| problem.kind),
        "details": end.problem.as_ref().map_or(&[][..], |problem| &problem.details),
        "code": end.pieces.iter().map(piece).collect::<Vec<_>>(),
    })
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ReportJson<'a> {
    version: u32,
    before: &'a str,
    after: &'a str,
    outcome: Outcome,
    links: Vec<LinkJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    skipped: &'a [Skipped],
    stats: StatsJson,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ReplayedJson<'a> {
    commit: &'a str,
    author: &'a str,
    time: i64,
    subject: &'a str,
    /// Why it could not be judged; then there is no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(flatten)]
    report: Option<ReportJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct LinkJson<'a> {
    link: &'a str,
    verdict: Verdict,
    severity: Option<Severity>,
    impacts: Vec<ImpactJson<'a>>,
    python: Vec<PythonJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct ImpactJson<'a> {
    path: &'a str,
    symbol: &'a str,
    rung: Rung,
    facets: Vec<FacetKind>,
    certain: bool,
    /// The names of the symbols from the C++ end to the changed one.
    via: Vec<&'a str>,
    /// The same with their places.
    steps: &'a [Step],
}

#[derive(Serialize, JsonSchema)]
struct PythonJson<'a> {
    selector: &'a str,
    rung: Option<Rung>,
}

#[derive(Serialize, JsonSchema)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    links: &'a [String],
    help: Option<&'a str>,
    notes: &'a [String],
    /// Stays the same while lines shift; no two findings of a run share one.
    fingerprint: String,
    /// Where it stands in the files as they are after; null where nothing is left of it.
    place: Option<&'a Spot>,
    /// The way from what changed over the entry point to the twin.
    flow: Vec<StopJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct StopJson<'a> {
    what: &'a str,
    symbol: &'a str,
    place: &'a Spot,
}

#[derive(Serialize, JsonSchema)]
struct StatsJson {
    links: usize,
    files_parsed: usize,
    /// Left out where the same commits must give the same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_ms: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DiffJson<'a> {
    version: u32,
    before: &'a str,
    after: &'a str,
    changes: Vec<ChangeJson<'a>>,
    skipped: &'a [Skipped],
}

#[derive(Serialize, JsonSchema)]
struct ChangeJson<'a> {
    language: Language,
    path: &'a str,
    before_path: Option<&'a str>,
    symbol: &'a str,
    before_symbol: Option<&'a str>,
    kind: SymbolKind,
    change: What,
    rung: Rung,
    facets: Vec<FacetKind>,
    before: Option<Lines>,
    after: Option<Lines>,
    certain: bool,
}

#[derive(Serialize)]
struct LinkDetail<'a> {
    link: &'a str,
    relation: Relation,
    cpp: Vec<String>,
    python: Vec<String>,
    names: &'a [String],
    why: &'a str,
    touch: Touch,
    depth: Option<u32>,
    watch: &'a [Rung],
    owners: &'a [String],
    tests: &'a [String],
    known_differences: &'a [String],
    source: String,
    line: usize,
}

impl<'a> LinkDetail<'a> {
    fn of(link: &'a Link, sources: &[MappingSource]) -> LinkDetail<'a> {
        let (source, line) = origin(link, sources);
        let texts = |selectors: &[Selector]| selectors.iter().map(Selector::to_string).collect();
        LinkDetail {
            link: &link.id,
            relation: link.relation,
            cpp: texts(&link.cpp),
            python: texts(&link.python),
            names: &link.names,
            why: &link.why,
            touch: link.touch,
            depth: link.depth,
            watch: &link.watch,
            owners: &link.owners,
            tests: &link.tests,
            known_differences: &link.known_differences,
            source,
            line,
        }
    }
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a Report, elapsed: Option<Duration>) -> ReportJson<'a> {
        let stats = StatsJson {
            links: report.judged,
            files_parsed: report.files_parsed,
            elapsed_ms: elapsed.map(|elapsed| elapsed.as_millis() as u64),
        };
        ReportJson {
            version: VERSION,
            before: &report.before,
            after: &report.after,
            outcome: report.outcome,
            links: report.links.iter().map(|judged| LinkJson::of(judged, &report.changes)).collect(),
            findings: FindingJson::all(&report.findings),
            skipped: &report.skipped,
            stats,
        }
    }
}

impl<'a> ReplayedJson<'a> {
    fn of(replayed: &'a Replayed) -> ReplayedJson<'a> {
        let CommitFacts { commit, author, time, subject } = &replayed.facts;
        let report = replayed.report.as_ref();
        ReplayedJson {
            commit,
            author,
            time: *time,
            subject,
            error: report.err().map(String::as_str),
            report: report.ok().map(|report| ReportJson::of(report, None)),
        }
    }
}

impl<'a> LinkJson<'a> {
    fn of(judged: &'a Judged, changes: &'a [Change]) -> LinkJson<'a> {
        let python = judged.python.iter().map(|end| PythonJson { selector: &end.selector, rung: end.rung });
        LinkJson {
            link: &judged.link,
            verdict: judged.verdict,
            severity: judged.severity,
            impacts: judged.impacts.iter().map(|impact| ImpactJson::of(impact, changes)).collect(),
            python: python.collect(),
        }
    }
}

impl<'a> ImpactJson<'a> {
    fn of(impact: &'a Impact, changes: &'a [Change]) -> ImpactJson<'a> {
        let change = &changes[impact.change];
        ImpactJson {
            path: &change.path,
            symbol: &change.symbol,
            rung: change.rung,
            facets: kinds(&change.facets),
            certain: impact.certain && change.certain,
            via: impact.names(),
            steps: &impact.via,
        }
    }
}

impl<'a> FindingJson<'a> {
    fn all(findings: &'a [Finding]) -> Vec<FindingJson<'a>> {
        findings.iter().zip(fingerprints(findings)).map(|(finding, name)| FindingJson::of(finding, name)).collect()
    }

    fn of(finding: &'a Finding, fingerprint: String) -> FindingJson<'a> {
        let stop = |stop: &'a Stop| StopJson { what: &stop.what, symbol: &stop.symbol, place: &stop.spot };
        FindingJson {
            rule: finding.rule.id,
            severity: finding.severity,
            message: &finding.message,
            path: finding.path.as_deref(),
            line: finding.line,
            link: finding.link.as_deref(),
            links: &finding.links,
            help: finding.help.as_deref(),
            notes: &finding.notes,
            fingerprint,
            place: finding.spot.as_ref(),
            flow: finding.stops.iter().map(stop).collect(),
        }
    }
}

impl<'a> ChangeJson<'a> {
    fn of(change: &'a Change) -> ChangeJson<'a> {
        ChangeJson {
            language: change.language,
            path: &change.path,
            before_path: change.before_path.as_deref(),
            symbol: &change.symbol,
            before_symbol: change.before_symbol.as_deref(),
            kind: change.kind,
            change: change.what,
            rung: change.rung,
            facets: kinds(&change.facets),
            before: change.before,
            after: change.after,
            certain: change.certain,
        }
    }
}

/// Each kind once, in the order of the list of facets.
fn kinds(facets: &[Facet]) -> Vec<FacetKind> {
    let mut kinds: Vec<_> = facets.iter().map(|facet| facet.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn rule_value(rule: &Rule) -> Value {
    json!({
        "rule": rule.id,
        "severity": rule.severity,
        "summary": rule.summary,
        "explanation": rule.explanation,
        "example": rule.example,
        "remedy": rule.remedy,
    })
}

pub fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values with text keys") + "\n"
}
