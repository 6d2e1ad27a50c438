//! Reformatting is never semantic: clang-format in foreign styles and black, over whole folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynadrift::change::{self, Change, FilePair};
use dynadrift::ladder::Rung;
use dynadrift::symbols::{Language, ParsedFile};
use rayon::prelude::*;

use crate::arguments::Arguments;
use crate::formatter::{Formatter, Text};
use crate::page::Page;
use crate::progress::Progress;
use crate::pytorch::PyTorch;

/// One symbol in so many may be called semantic.
const TARGET: usize = 5000;

pub fn evaluate(clone: &PyTorch, arguments: &Arguments) -> anyhow::Result<Page> {
    let mut page = Page::titled("Reformatted code");
    page.line(format!("Every file that `drift` reads, at `{:.10}`, before and after.", clone.head()?));
    let mut tallies = Vec::new();
    for formatter in formatters(arguments) {
        match formatter.version() {
            Ok(version) => {
                let files = clone.files(formatter.folder, formatter.language)?;
                let formatted = formatter.format(&files)?;
                tallies.push(Tally::of(&formatter, version, &files, formatted));
            }
            Err(reason) => page.not_run(&format!("{}: {reason}.", formatter.name)),
        }
    }
    for tally in &tallies {
        page.line(format!(
            "{}: {}, {} files, of which {} came out different.",
            tally.name, tally.version, tally.files, tally.different
        ));
    }
    page.table(&HEAD, tallies.iter().map(Tally::row).collect());
    let semantic: usize = tallies.iter().map(|tally| tally.count(Rung::Semantic)).sum();
    let symbols: usize = tallies.iter().map(|tally| tally.symbols).sum();
    page.target(&format!("at most one symbol in {TARGET} semantic"), semantic * TARGET <= symbols && symbols > 0);
    let mut deep: Vec<&Deep> = tallies.iter().flat_map(|tally| &tally.deep).collect();
    deep.sort_by_key(|deep| std::cmp::Reverse(deep.rung));
    page.list("Deeper than `spelling`", deep.iter().map(|deep| deep.text.clone()).collect());
    Ok(page)
}

const HEAD: [&str; 10] = [
    "formatter",
    "symbols",
    "unchanged",
    "layout",
    "spelling",
    "names",
    "message",
    "structure",
    "ownership",
    "semantic",
];

fn formatters(arguments: &Arguments) -> Vec<Formatter> {
    let clang = ["LLVM", "Google", "Mozilla"].map(|style| Formatter {
        name: format!("clang-format {style}"),
        program: arguments.clang_format.clone(),
        arguments: vec!["-i".to_owned(), format!("--style={style}")],
        install: "python3 -m pip install clang-format==15.0.7",
        folder: "torch/csrc/",
        language: Language::Cpp,
    });
    // PyTorch is in black's own style: only a narrower page moves much.
    let black = [("black", "--line-length=88"), ("black, 60 columns", "--line-length=60")];
    let black = black.map(|(name, width)| Formatter {
        name: name.to_owned(),
        program: arguments.black.clone(),
        arguments: vec!["--quiet".to_owned(), width.to_owned()],
        install: "python3 -m pip install black",
        folder: "torch/_dynamo/",
        language: Language::Python,
    });
    clang.into_iter().chain(black).collect()
}

/// What one formatter did to a folder.
struct Tally {
    name: String,
    version: String,
    files: usize,
    different: usize,
    symbols: usize,
    rungs: BTreeMap<Rung, usize>,
    deep: Vec<Deep>,
}

/// A symbol that went deeper than `spelling`.
struct Deep {
    rung: Rung,
    text: String,
}

impl Tally {
    fn of(formatter: &Formatter, version: String, files: &[(Arc<str>, Text)], formatted: Vec<Text>) -> Tally {
        let progress = Progress::over(&format!("{}, compared", formatter.name), files.len());
        let different = files.iter().zip(&formatted).filter(|((_, before), after)| before != *after).count();
        let compared: Vec<(usize, Vec<Change>)> = files
            .par_iter()
            .zip(formatted)
            .map(|((path, before), after)| {
                progress.step();
                compare(formatter.language, path, before, after)
            })
            .collect();
        let mut tally = Tally {
            name: formatter.name.clone(),
            version,
            files: files.len(),
            different,
            symbols: compared.iter().map(|(symbols, _)| symbols).sum(),
            rungs: BTreeMap::new(),
            deep: Vec::new(),
        };
        compared.iter().flat_map(|(_, changes)| changes).for_each(|change| tally.add(change));
        tally
    }

    fn add(&mut self, change: &Change) {
        *self.rungs.entry(change.rung).or_default() += 1;
        if change.rung > Rung::Spelling {
            self.deep.push(Deep { rung: change.rung, text: described(&self.name, change) });
        }
    }

    fn count(&self, rung: Rung) -> usize {
        self.rungs.get(&rung).copied().unwrap_or(0)
    }

    fn row(&self) -> Vec<String> {
        let changed: usize = self.rungs.values().sum();
        let counts = [self.symbols, self.symbols.saturating_sub(changed)].into_iter();
        let counts = counts.chain(Rung::ALL.map(|rung| self.count(rung))).map(|count| count.to_string());
        std::iter::once(self.name.clone()).chain(counts).collect()
    }
}

fn compare(language: Language, path: &Arc<str>, before: &Text, after: Text) -> (usize, Vec<Change>) {
    let parse = |text: Text| ParsedFile::parse(path.clone(), language, text);
    let before = parse(before.clone());
    let symbols = before.symbols.len();
    (symbols, change::diff(&[FilePair { before: Some(before), after: Some(parse(after)) }]))
}

fn described(formatter: &str, change: &Change) -> String {
    let what = format!("{:?}", change.what).to_lowercase();
    let line = change.before.or(change.after).map_or(0, |lines| lines.start);
    let sure = if change.certain { "" } else { ", not read in full" };
    let Change { rung, path, symbol, .. } = change;
    format!("{rung} · {formatter} · `{path}:{line}` {what} {} `{symbol}`{sure}", change.kind.name())
}
