//! Pairs of a C++ function and a Python function out of the clone, edited in ways that must and that must not be
//! flagged: what `drift check` says of them, and beside it a linter that goes by comments in the code.

mod choose;
mod fences;
mod kind;
mod pair;
mod python;
mod repository;
mod tools;

use std::collections::BTreeSet;

use anyhow::Context;
use dynadrift::symbols::Language;
use rayon::prelude::*;

use crate::arguments::Arguments;
use crate::mutation::Subject;
use crate::page::Page;
use crate::pytorch::{NamedText, PyTorch};
use choose::Chooser;
use kind::Kind;
use pair::Pair;
use repository::Repository;
use tools::{Drift, Ifchange};

/// Where C++ comes from, and what of it is left out: kernels are reached by the dispatcher, not by name.
const CPP: [&str; 3] = ["torch/csrc/", "c10/", "aten/src/ATen/"];
const KERNELS: &str = "aten/src/ATen/native/";
const PYTHON: &str = "torch/";

const TARGET: f64 = 0.99;

pub fn evaluate(clone: &PyTorch, arguments: &Arguments) -> anyhow::Result<Page> {
    let pairs = pairs(clone, arguments.seed)?;
    let repository = Repository::of(clone, &pairs)?;
    let mut page = Page::titled("Pairs made out of the tree");
    page.line(format!(
        "{} pairs of a C++ function and a Python function of {:.10}, seed {}; {} must be flagged.",
        pairs.len(),
        clone.head()?,
        arguments.seed,
        pairs.iter().filter(|pair| pair.kind.must_flag()).count(),
    ));
    let drift = Drift::check(&repository).context("`drift check` gave no answer on the pairs")?;
    let mut tallies = vec![Tally::of("drift check", &pairs, &drift.flagged)];
    let ifchange = Ifchange { program: &arguments.ifchange };
    match ifchange.version() {
        Ok(version) => {
            let flagged = ifchange.lint(&repository, &pairs)?;
            tallies.push(Tally::of(&format!("{version} on `git diff`"), &pairs, &flagged));
        }
        Err(reason) => page.line(format!("Without ifchange: {reason}.")),
    }
    page.table(
        &["tool", "precision", "recall", "flagged rightly", "wrongly", "missed"],
        tallies.iter().map(Tally::row).collect(),
    );
    page.line(format!("`drift check` tells {}.", drift.severities));
    let head: Vec<&str> =
        ["edit", "pairs", "must be flagged"].into_iter().chain(tallies.iter().map(|tally| &*tally.tool)).collect();
    page.table(&head, Kind::ALL.iter().map(|kind| by_kind(*kind, &pairs, &tallies)).collect());
    let met = tallies[0].precision() >= TARGET && tallies[0].recall() >= TARGET && pairs.len() >= 200;
    page.target(&format!("precision and recall of `drift check` at least {TARGET} on 200 pairs"), met);
    let wrong = pairs.iter().filter(|pair| pair.kind.must_flag() != drift.flagged.contains(&pair.id));
    page.list("Misjudged by `drift check`", wrong.map(|pair| pair.story(drift.said(&pair.id))).collect());
    Ok(page)
}

fn pairs(clone: &PyTorch, seed: u64) -> anyhow::Result<Vec<Pair>> {
    let mut files: Vec<NamedText> = Vec::new();
    for folder in CPP {
        files.extend(clone.files(folder, Language::Cpp)?.into_iter().filter(|(path, _)| !path.starts_with(KERNELS)));
    }
    let subjects: Vec<Subject> = files
        .par_iter()
        .filter_map(|(path, text)| {
            let subject = Subject::of(path, text)?;
            subject.parsed.rest();
            Some(subject)
        })
        .collect();
    let twins: Vec<python::Function> =
        clone.files(PYTHON, Language::Python)?.par_iter().flat_map_iter(python::functions).collect();
    Chooser::over(&subjects, twins, seed).choose()
}

/// What a tool flagged, against what it must flag.
struct Tally {
    tool: String,
    flagged: BTreeSet<String>,
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Tally {
    fn of(tool: &str, pairs: &[Pair], flagged: &BTreeSet<String>) -> Tally {
        let count = |must: bool, is: bool| {
            pairs.iter().filter(|pair| pair.kind.must_flag() == must && flagged.contains(&pair.id) == is).count()
        };
        Tally {
            tool: tool.to_owned(),
            flagged: flagged.clone(),
            right: count(true, true),
            wrong: count(false, true),
            missed: count(true, false),
        }
    }

    fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    fn row(&self) -> Vec<String> {
        let counts = [self.right, self.wrong, self.missed].map(|count| count.to_string());
        let shares = [self.precision(), self.recall()].map(|share| format!("{share:.3}"));
        std::iter::once(self.tool.clone()).chain(shares).chain(counts).collect()
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn by_kind(kind: Kind, pairs: &[Pair], tallies: &[Tally]) -> Vec<String> {
    let of_kind: Vec<&Pair> = pairs.iter().filter(|pair| pair.kind == kind).collect();
    let flagged = |tally: &Tally| of_kind.iter().filter(|pair| tally.flagged.contains(&pair.id)).count().to_string();
    let must = if kind.must_flag() { "yes" } else { "no" };
    let row = [kind.name().to_owned(), of_kind.len().to_string(), must.to_owned()];
    row.into_iter().chain(tallies.iter().map(flagged)).collect()
}
