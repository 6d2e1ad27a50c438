//! Precision and recall of the ladder on labelled commits: is a commit called semantic when a reader calls it so?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use dynadrift::change::{self, Change};
use dynadrift::ladder::Rung;
use dynadrift::symbols::Language;

use crate::page::Page;
use crate::pytorch::{Parsed, PyTorch};

/// A row of `fixtures/evaluation/commits.tsv`.
pub struct Label {
    pub sha: String,
    class: String,
    files: String,
    subject: String,
    reason: String,
}

/// Semantic, and not reachable from Python: neither answer is wrong.
const UNSCORED: &str = "N10";

const SEMANTIC: [&str; 4] = ["S1", "S2", "C1", "D1"];

pub fn evaluate(clone: &PyTorch) -> anyhow::Result<Page> {
    let labels = Label::all()?;
    let shas: BTreeSet<&String> = labels.iter().map(|label| &label.sha).collect();
    let shas: Vec<String> = shas.into_iter().cloned().collect();
    let wants = |path: &str| Language::of_path(path).is_some();
    let answers = clone.each_commit("labels", &shas, &wants, &|parsed| Seen::of(&parsed));
    let answers: BTreeMap<&str, anyhow::Result<Seen>> = shas.iter().map(String::as_str).zip(answers).collect();
    let mut score = Score::default();
    for label in &labels {
        match &answers[label.sha.as_str()] {
            Ok(seen) => score.add(label, seen),
            Err(error) => score.failed.push(format!("`{}` {error:#}", short(&label.sha))),
        }
    }
    Ok(score.page(&known_errors()?))
}

impl Label {
    /// The labels that are scored, in the order of the file.
    pub fn all() -> anyhow::Result<Vec<Label>> {
        let rows = rows("commits.tsv", ["sha", "class", "files", "subject", "reason"])?;
        let labels =
            rows.into_iter().map(|[sha, class, files, subject, reason]| Label { sha, class, files, subject, reason });
        Ok(labels.filter(|label| label.class != UNSCORED).collect())
    }

    fn is_semantic(&self) -> bool {
        SEMANTIC.contains(&self.class.as_str())
    }

    /// Whether a change lies in a file that decides.
    fn covers(&self, change: &SemanticChange) -> bool {
        let is_path = |file: &&str| file.contains('/') && !file.contains("...");
        let files: Vec<&str> = self.files.split(',').filter(is_path).collect();
        let all = self.files.contains("...(") || files.is_empty();
        all || change.paths.iter().any(|path| files.contains(&path.as_str()))
    }
}

/// The semantic C++ changes of a commit.
struct Seen {
    changes: Vec<SemanticChange>,
    unread: Vec<String>,
}

struct SemanticChange {
    /// After, and before where it is another one.
    paths: Vec<String>,
    symbol: String,
}

impl Seen {
    fn of(parsed: &Parsed) -> Seen {
        let changes = change::diff(&parsed.pairs);
        let semantic = |change: &&Change| change.language == Language::Cpp && change.rung == Rung::Semantic;
        let changes = changes.iter().filter(semantic).map(|change| SemanticChange {
            paths: [Some(&change.path), change.before_path.as_ref()]
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            symbol: change.symbol.clone(),
        });
        Seen { changes: changes.collect(), unread: parsed.unread.clone() }
    }
}

#[derive(Default)]
struct Score {
    /// By class: how many were called semantic, and how many there are.
    classes: BTreeMap<String, (usize, usize)>,
    wrong: Vec<Wrong>,
    failed: Vec<String>,
    unread: BTreeSet<String>,
}

struct Wrong {
    class: String,
    sha: String,
    subject: String,
    label_reason: String,
    /// The first three symbols that were called semantic.
    symbols: Vec<String>,
}

impl Score {
    fn add(&mut self, label: &Label, seen: &Seen) {
        let hits: Vec<&SemanticChange> = seen.changes.iter().filter(|change| label.covers(change)).collect();
        let class = self.classes.entry(label.class.clone()).or_default();
        class.0 += usize::from(!hits.is_empty());
        class.1 += 1;
        self.unread.extend(seen.unread.iter().map(|file| format!("`{}` {file}", short(&label.sha))));
        if hits.is_empty() == label.is_semantic() {
            let symbols = hits.iter().take(3).map(|change| format!("`{}#{}`", change.paths[0], change.symbol));
            self.wrong.push(Wrong {
                class: label.class.clone(),
                sha: label.sha.clone(),
                subject: label.subject.clone(),
                label_reason: label.reason.clone(),
                symbols: symbols.collect(),
            });
        }
    }

    /// How many commits with this verdict were called semantic, and how many there are.
    fn sum(&self, semantic: bool) -> (usize, usize) {
        let classes = self.classes.iter().filter(|(class, _)| SEMANTIC.contains(&class.as_str()) == semantic);
        classes.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1))
    }

    fn page(&self, known: &BTreeMap<(String, String), String>) -> Page {
        let mut page = Page::titled("Precision and recall of the ladder");
        let row = |name: &str, count: (usize, usize)| vec![name.to_owned(), count.0.to_string(), count.1.to_string()];
        page.table(&["class", "called semantic", "of"], self.classes.iter().map(|(c, n)| row(c, *n)).collect());
        let (found, alarms) = (self.sum(true), self.sum(false));
        let (recall, false_alarms) = (ratio(found), ratio(alarms));
        let precision = ratio((found.0, found.0 + alarms.0));
        page.table(
            &["figure", "value", "commits"],
            vec![
                vec!["recall".to_owned(), format!("{recall:.3}"), format!("{} of {}", found.0, found.1)],
                vec!["false-positive rate".to_owned(), format!("{false_alarms:.3}"), of(alarms)],
                vec!["precision".to_owned(), format!("{precision:.3}"), of((found.0, found.0 + alarms.0))],
            ],
        );
        page.list("Failed", self.failed.clone());
        page.list("Files that could not be read", self.unread.iter().cloned().collect());
        page.target("recall at least 0.98, false-positive rate at most 0.06, nothing failed", {
            recall >= 0.98 && false_alarms <= 0.06 && self.failed.is_empty()
        });
        page.list("Wrong cases", self.wrong.iter().map(|wrong| wrong.described(known)).collect());
        page.list("Known errors that are right now; take them out of `known-errors.tsv`", self.outlived(known));
        page
    }

    fn outlived(&self, known: &BTreeMap<(String, String), String>) -> Vec<String> {
        let wrong = |(sha, class): &(String, String)| self.wrong.iter().any(|w| w.sha == *sha && w.class == *class);
        known.keys().filter(|key| !wrong(key)).map(|(sha, class)| format!("{class} `{}`", short(sha))).collect()
    }
}

impl Wrong {
    fn described(&self, known: &BTreeMap<(String, String), String>) -> String {
        let key = (self.sha.clone(), self.class.clone());
        let reason = known.get(&key).map_or("no reason written down yet", String::as_str);
        let seen = if self.symbols.is_empty() { "nothing".to_owned() } else { self.symbols.join(", ") };
        let Wrong { class, sha, subject, label_reason, .. } = self;
        format!("{class} `{}` {subject}. Read as: {label_reason}. Called semantic: {seen}. Why: {reason}", short(sha))
    }
}

/// Why labelled commits are judged wrongly, by sha and class.
fn known_errors() -> anyhow::Result<BTreeMap<(String, String), String>> {
    let rows = rows("known-errors.tsv", ["sha", "class", "reason"])?;
    Ok(rows.into_iter().map(|[sha, class, reason]| ((sha, class), reason)).collect())
}

/// The named columns of a tab-separated file of `fixtures/evaluation`.
fn rows<const N: usize>(name: &str, columns: [&str; N]) -> anyhow::Result<Vec<[String; N]>> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evaluation").join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = head.iter().position(|own| *own == column).with_context(|| format!("{name} has no `{column}`"))?;
    }
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        places.map(|place| cells.get(place).copied().unwrap_or_default().to_owned())
    };
    Ok(lines.map(row).collect())
}

fn short(sha: &str) -> &str {
    sha.get(..10).unwrap_or(sha)
}

fn ratio((part, whole): (usize, usize)) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn of((part, whole): (usize, usize)) -> String {
    format!("{part} of {whole}")
}
