//! What ordinary history looks like on the ladder: how deep its commits go.

use std::collections::BTreeMap;

use dynadrift::change;
use dynadrift::ladder::Rung;
use dynadrift::symbols::Language;

use crate::arguments::Arguments;
use crate::page::Page;
use crate::pytorch::PyTorch;

const FOLDERS: [&str; 3] = ["torch/csrc", "c10", "aten/src/ATen"];

pub fn evaluate(clone: &PyTorch, arguments: &Arguments) -> anyhow::Result<Page> {
    let commits = clone.commits(&arguments.range, arguments.limit, &FOLDERS)?;
    let within =
        |path: &str| FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(|p| p.starts_with('/')));
    let wants = |path: &str| Language::of_path(path) == Some(Language::Cpp) && within(path);
    let answers = clone.each_commit("history", &commits, &wants, &|parsed| {
        let rungs: Vec<Rung> = change::diff(&parsed.pairs).iter().map(|change| change.rung).collect();
        (rungs, parsed.unread)
    });
    let mut tally = Tally::default();
    for (commit, answer) in commits.iter().zip(answers) {
        match answer {
            Ok((rungs, unread)) => {
                tally.add(&rungs);
                tally.failed.extend(unread.into_iter().map(|file| format!("`{commit}` {file}")));
            }
            Err(error) => tally.failed.push(format!("`{commit}` {error:#}")),
        }
    }
    Ok(tally.page(&commits))
}

#[derive(Default)]
struct Tally {
    symbols: BTreeMap<Rung, usize>,
    /// Commits by their deepest rung; `None` where no C++ changed.
    commits: BTreeMap<Option<Rung>, usize>,
    failed: Vec<String>,
}

impl Tally {
    fn add(&mut self, rungs: &[Rung]) {
        for rung in rungs {
            *self.symbols.entry(*rung).or_default() += 1;
        }
        *self.commits.entry(rungs.iter().max().copied()).or_default() += 1;
    }

    fn page(self, commits: &[String]) -> Page {
        let mut page = Page::titled("What ordinary history looks like");
        let ends = (commits.last().map_or("", String::as_str), commits.first().map_or("", String::as_str));
        let folders = FOLDERS.map(|folder| format!("`{folder}`")).join(", ");
        page.line(format!(
            "{} commits along first parents that touch {folders}, `{:.10}` to `{:.10}`.",
            commits.len(),
            ends.0,
            ends.1
        ));
        let (symbols, total) = (self.symbols.values().sum::<usize>(), self.commits.values().sum::<usize>());
        let count = |part: usize, whole: usize| format!("{part} ({:.1} %)", 100.0 * part as f64 / whole.max(1) as f64);
        let row = |rung: Rung| {
            let symbols = count(self.symbols.get(&rung).copied().unwrap_or(0), symbols);
            let commits = count(self.commits.get(&Some(rung)).copied().unwrap_or(0), total);
            vec![rung.name().to_owned(), symbols, commits]
        };
        let mut rows: Vec<Vec<String>> = Rung::ALL.map(row).to_vec();
        let none = count(self.commits.get(&None).copied().unwrap_or(0), total);
        rows.push(vec!["no C++ symbol".to_owned(), String::new(), none]);
        page.table(&["rung", "changed symbols", "commits that go so deep"], rows);
        page.list("Could not be read", self.failed);
        page
    }
}
