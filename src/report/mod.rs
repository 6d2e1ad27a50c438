//! Renderings, one file a format, all from the same values.

pub mod broken_mapping;
mod concise;
mod coverage;
mod differences;
mod edits;
mod exhibit;
mod findings;
mod forms;
mod frame;
mod gfm;
mod github;
mod gitlab;
mod graph;
mod highlight;
mod hook;
mod human;
mod json;
mod ladder;
mod links;
mod lintrunner;
mod markdown;
mod parity;
mod prompt;
mod pseudo;
mod repairs;
mod replay;
mod review;
mod sarif;
mod schema;
mod standing;
mod start;
pub mod style;
mod suggestions;

use std::time::Duration;

pub use edits::{Deed, EditReport, Formatted};
use findings::Findings;
pub use hook::HookAnswer;
pub use repairs::RepairReport;
pub use schema::Answer;
pub use standing::{StandingReport, standing};
pub use start::Start;

use crate::brief::Brief;
pub use crate::change::Forms;
use crate::change::{Change, Skipped};
use crate::exhibit::Exhibit;
use crate::finding::Severity;
use crate::graph::neighbourhood::Neighbourhood;
use crate::ladder::explained::{FacetRow, RungRow};
use crate::mapping::model::MappingSource;
use crate::mapping::{Link, Mapping};
use crate::parity::Parity;
use crate::replay::{Compared, Replay};
use crate::review::Review;
use crate::review::contracts::Contract;
use crate::rules::Rule;
use crate::source::SnapshotPair;
use crate::suggest::{Coverage, Suggestion, Suggestions};
use crate::symbols::Language;
use crate::verdict::Report;
use crate::verification::Verification;

/// How an answer can be written. Which commands know which is in the lists of [`Rendering`]; a new one is a row here, a
/// place in the lists and a file in this folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    Human,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Markdown,
    Lintrunner,
    Prompt,
    Html,
}

/// How an answer is written by every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Human,
    Json,
}

/// How much a person wants to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Errors only.
    Quiet,
    #[default]
    Normal,
    Verbose,
}

/// What a rendering knows beside the value it renders.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    pub detail: Detail,
    /// What the run took so far.
    pub elapsed: Duration,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
    /// The least severity that makes the run fail.
    pub least: Option<Severity>,
    /// Where the repository is from, as a URI.
    pub origin: Option<&'a str>,
}

/// Why a command could do nothing, for formats in which a program reads that.
#[derive(Debug, Clone, Default)]
pub struct Failure {
    pub message: String,
    /// Places that a person can correct.
    pub mistakes: Vec<Mistake>,
}

/// A mistake in a file.
#[derive(Debug, Clone)]
pub struct Mistake {
    pub path: String,
    pub line: u32,
    pub column: u32,
    pub message: String,
    pub help: Option<String>,
}

/// How much of a diff is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Symbol by symbol; a table by folder too where there are many.
    Symbols,
    /// Only the table.
    Summary,
}

/// What `drift diff` has to say.
pub struct Differences<'a> {
    pub pair: &'a SnapshotPair,
    /// The changes asked for, in reading order.
    pub all: &'a [Change],
    /// Those of them that are deep enough to be shown.
    pub changes: &'a [&'a Change],
    /// For each change shown its normal forms, or nothing at all.
    pub forms: &'a [Option<Forms>],
    pub shown: Shown,
    pub skipped: &'a [Skipped],
}

/// A program that draws graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    Dot,
    Mermaid,
}

/// What `drift graph` has to say of a symbol.
pub struct GraphAnswer<'a> {
    /// The name of the snapshot: an object id.
    pub at: &'a str,
    /// As it was asked for.
    pub selector: &'a str,
    pub around: &'a Neighbourhood,
    pub skipped: &'a [Skipped],
}

/// What `drift graph` has to say of everything.
pub struct IndexAnswer<'a> {
    pub at: &'a str,
    pub files: Vec<LanguageSum>,
    pub skipped: &'a [Skipped],
}

/// How much there is in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanguageSum {
    pub language: Language,
    pub files: usize,
    pub symbols: usize,
    pub mentions: usize,
    /// Symbols that the grammar could not read in full.
    pub damaged: usize,
}

/// What is around a symbol.
pub fn graph(answer: &GraphAnswer<'_>, format: Format, drawing: Option<Drawing>) -> String {
    match (drawing, format) {
        (Some(Drawing::Dot), _) => graph::dot(answer),
        (Some(Drawing::Mermaid), _) => graph::mermaid(answer),
        (None, Format::Human) => graph::tree(answer),
        (None, Format::Json) => json::line(&graph::json(answer)),
    }
}

/// How much there is.
pub fn index(answer: &IndexAnswer<'_>, format: Format) -> String {
    match format {
        Format::Human => graph::index(answer),
        Format::Json => json::line(&graph::index_json(answer)),
    }
}

/// The judgement of a change; none where it has no such format.
pub fn check(report: &Report, rendering: Rendering, view: View<'_>) -> Option<String> {
    match rendering {
        Rendering::Human => Some(human::check(report, view)),
        Rendering::Json => Some(json::check(report, view.elapsed)),
        other => findings(&Findings::of_check(report), other, view),
    }
}

/// What it takes to answer the alarms of a check.
pub fn prompt(report: &Report, briefs: &[Brief]) -> String {
    prompt::check(report, briefs)
}

/// Why nothing was judged, in the formats that have a word for it.
pub fn failure(failure: &Failure, rendering: Rendering) -> Option<String> {
    match rendering {
        Rendering::Concise => Some(concise::failure(failure)),
        Rendering::Sarif => Some(sarif::failure(failure)),
        Rendering::Github => Some(github::failure(failure)),
        Rendering::Gitlab => Some(gitlab::failure(failure)),
        Rendering::Markdown => Some(markdown::failure(failure)),
        Rendering::Lintrunner => Some(lintrunner::failure(failure)),
        Rendering::Human | Rendering::Json | Rendering::Prompt | Rendering::Html => None,
    }
}

/// The formats that show a check and a review alike.
fn findings(findings: &Findings, rendering: Rendering, view: View<'_>) -> Option<String> {
    match rendering {
        Rendering::Concise => Some(concise::all(findings, view.detail)),
        Rendering::Sarif => Some(sarif::all(findings, view)),
        Rendering::Github => Some(github::all(findings)),
        Rendering::Gitlab => Some(gitlab::all(findings)),
        Rendering::Markdown => Some(markdown::page(findings)),
        Rendering::Lintrunner => Some(lintrunner::all(findings, view.least)),
        Rendering::Human | Rendering::Json | Rendering::Prompt | Rendering::Html => None,
    }
}

/// What a change does, symbol by symbol.
pub fn diff(differences: &Differences, format: Format, view: View) -> String {
    match format {
        Format::Human => differences::diff(differences, view),
        Format::Json => json::diff(differences),
    }
}

/// What a check says of each commit of a range.
pub fn replay(replay: &Replay, compared: Option<&Compared>, within: u32, format: Format, view: View) -> String {
    match format {
        Format::Human => replay::human(replay, compared, within, view),
        Format::Json => json::replay(replay),
    }
}

/// Whether every selector of a mapping picks code.
pub fn verification(verification: &Verification, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => human::verification(verification, detail),
        Format::Json => json::verification(verification),
    }
}

/// What a mapping covers.
pub fn coverage(coverage: &Coverage, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => coverage::human(coverage, detail),
        Format::Json => coverage::json(coverage),
    }
}

/// What both sides of a mapping say differently.
pub fn parity(parity: &Parity, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => parity::human(parity, detail),
        Format::Json => parity::json(parity),
    }
}

/// Links that a mapping may lack.
pub fn suggestions(suggestions: &Suggestions, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => suggestions::human(suggestions, detail),
        Format::Json => suggestions::json(suggestions),
    }
}

/// One suggestion with the code of its ends, each under its selector.
pub fn suggestion_in_full(suggestion: &Suggestion, code: &[(String, Vec<(u32, String)>)]) -> String {
    suggestions::in_full(suggestion, code)
}

/// What was done about selectors that no longer resolve.
pub fn repairs(report: &RepairReport, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => repairs::human(report, detail),
        Format::Json => repairs::json(report),
    }
}

/// What a change gets wrong about the CPython API; none where that has no such format.
pub fn review(review: &Review, drift: Option<&Report>, rendering: Rendering, view: View<'_>) -> Option<String> {
    match rendering {
        Rendering::Human => Some(review::human(review, drift, view)),
        Rendering::Json => Some(review::json(review)),
        Rendering::Prompt => Some(prompt::review(&Findings::of_review(review))),
        other => findings(&Findings::of_review(review), other, view),
    }
}

/// What a function of the CPython API promises.
pub fn contract(contract: &Contract, format: Format) -> String {
    match format {
        Format::Human => human::contract(contract),
        Format::Json => json::contract(contract),
    }
}

/// The list of rules.
pub fn rules(rules: &[&Rule], format: Format) -> String {
    match format {
        Format::Human => human::rules(rules),
        Format::Json => json::rules(rules),
    }
}

/// One rule in full.
pub fn rule(rule: &Rule, format: Format) -> String {
    match format {
        Format::Human => human::rule(rule),
        Format::Json => json::rule(rule),
    }
}

/// A rung of the ladder in full.
pub fn rung(row: &RungRow, format: Format) -> String {
    match format {
        Format::Human => ladder::rung(row),
        Format::Json => json::rung(row),
    }
}

/// A facet of a semantic change in full.
pub fn facet(row: &FacetRow, format: Format) -> String {
    match format {
        Format::Human => ladder::facet(row),
        Format::Json => json::facet(row),
    }
}

/// One link of the mapping in full.
pub fn link(link: &Link, sources: &[MappingSource], format: Format) -> String {
    match format {
        Format::Human => human::link(link, sources),
        Format::Json => json::link(link, sources),
    }
}

/// Links of a mapping, a line each.
pub fn links(links: &[&Link], mapping: &Mapping, format: Format, detail: Detail, width: Option<usize>) -> String {
    match format {
        Format::Human => links::links(links, mapping, detail, width),
        Format::Json => json::links(links, &mapping.sources),
    }
}

/// One link with the code of its ends.
pub fn exhibit(exhibit: &Exhibit, sources: &[MappingSource], format: Format, view: View) -> String {
    match format {
        Format::Human => exhibit::exhibit(exhibit, sources, view),
        Format::Json => json::exhibit(exhibit, sources),
    }
}

/// What was done to a mapping.
pub fn edit(edit: &EditReport, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => edits::human(edit, detail),
        Format::Json => json::line(&edits::json(edit)),
    }
}

/// Where a hook stands.
pub fn hook(answer: &HookAnswer<'_>, format: Format) -> String {
    match format {
        Format::Human => hook::human(answer),
        Format::Json => json::line(&hook::json(answer)),
    }
}

/// What a first mapping was made of.
pub fn start(start: &Start, format: Format) -> String {
    match format {
        Format::Human => start::human(start),
        Format::Json => json::line(&start::json(start)),
    }
}

/// Mapping files and their canonical form.
pub fn formatted(files: &[Formatted], check: bool, format: Format, detail: Detail) -> String {
    match format {
        Format::Human => edits::formatted(files, check, detail),
        Format::Json => json::line(&edits::formatted_json(files, check)),
    }
}

impl Drawing {
    pub const ALL: [Drawing; 2] = [Drawing::Dot, Drawing::Mermaid];

    pub fn name(self) -> &'static str {
        match self {
            Drawing::Dot => "dot",
            Drawing::Mermaid => "mermaid",
        }
    }
}

impl Rendering {
    pub const ALL: [Rendering; 10] = [
        Rendering::Human,
        Rendering::Concise,
        Rendering::Json,
        Rendering::Sarif,
        Rendering::Github,
        Rendering::Gitlab,
        Rendering::Markdown,
        Rendering::Lintrunner,
        Rendering::Prompt,
        Rendering::Html,
    ];

    /// What every command knows.
    pub const OF_ANSWERS: &[Rendering] = &[Rendering::Human, Rendering::Json];

    /// What the commands know that tell findings.
    pub const OF_FINDINGS: &[Rendering] = &[
        Rendering::Human,
        Rendering::Concise,
        Rendering::Json,
        Rendering::Sarif,
        Rendering::Github,
        Rendering::Gitlab,
        Rendering::Markdown,
        Rendering::Lintrunner,
        Rendering::Prompt,
    ];

    /// What the report on all links knows.
    pub const OF_STANDING: &[Rendering] = &[Rendering::Human, Rendering::Json, Rendering::Markdown, Rendering::Html];

    pub fn name(self) -> &'static str {
        match self {
            Rendering::Human => "human",
            Rendering::Concise => "concise",
            Rendering::Json => "json",
            Rendering::Sarif => "sarif",
            Rendering::Github => "github",
            Rendering::Gitlab => "gitlab",
            Rendering::Markdown => "markdown",
            Rendering::Lintrunner => "lintrunner",
            Rendering::Prompt => "prompt",
            Rendering::Html => "html",
        }
    }

    pub fn named(name: &str) -> Option<Rendering> {
        Rendering::ALL.into_iter().find(|rendering| rendering.name() == name)
    }

    /// The format, where every command knows it.
    pub fn plain(self) -> Option<Format> {
        match self {
            Rendering::Human => Some(Format::Human),
            Rendering::Json => Some(Format::Json),
            _ => None,
        }
    }
}

impl Detail {
    pub fn of(quiet: bool, verbose: bool) -> Detail {
        match (quiet, verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }
}

/// The name of a severity, verdict, rung or kind: the one that JSON has.
pub fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => unreachable!("words are unit variants, not {other:?}"),
    }
}

/// Where a link is written: the name of its source, and the line of its header.
fn origin(link: &Link, sources: &[MappingSource]) -> (String, usize) {
    let (source, span) = &link.origin;
    let source = &sources[*source];
    let line = source.text.as_bytes()[..span.start].iter().filter(|byte| **byte == b'\n').count() + 1;
    (source.name.clone(), line)
}

#[cfg(test)]
pub mod tests;
