//! What the person asked to evaluate.

use std::path::PathBuf;

use anyhow::{Context, bail};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Labels,
    Formats,
    History,
    Order,
    Mutants,
    Pairs,
    Review,
}

pub struct Arguments {
    /// A clone of PyTorch, bare or not.
    pub pytorch: PathBuf,
    /// A clone of `aio-libs/multidict`; the parts above are then left out unless they are named.
    pub multidict: Option<PathBuf>,
    pub parts: Vec<Part>,
    pub clang_format: PathBuf,
    pub black: PathBuf,
    /// The linter that `pairs` is measured beside.
    pub ifchange: PathBuf,
    /// Which functions `pairs` chooses, and which edits it and `mutants` make.
    pub seed: u64,
    /// Which commits `history` reads, as `git rev-list` has it.
    pub range: String,
    /// How many of them at most, the newest.
    pub limit: usize,
    pub markdown: bool,
}

pub enum Asked {
    Run(Box<Arguments>),
    /// No clone was named: what to say instead.
    Nothing(String),
}

const USAGE: &str = "\
cargo test --release --locked --test evaluation -- --pytorch PATH [labels] [formats] [history] [order] [mutants] [pairs]
    [--markdown] [--clang-format PROGRAM] [--black PROGRAM] [--range RANGE] [--limit COMMITS] [--ifchange PROGRAM] [--seed NUMBER]
cargo test --release --locked --test evaluation -- --multidict PATH [--markdown]";

impl Part {
    const ALL: [(&'static str, Part); 7] = [
        ("labels", Part::Labels),
        ("formats", Part::Formats),
        ("history", Part::History),
        ("order", Part::Order),
        ("mutants", Part::Mutants),
        ("pairs", Part::Pairs),
        ("review", Part::Review),
    ];

    fn named(name: &str) -> Option<Part> {
        Part::ALL.iter().find(|(own, _)| *own == name).map(|(_, part)| *part)
    }
}

impl Arguments {
    /// Without `--pytorch` whatever is there was meant for the other tests.
    pub fn parse(words: &[String]) -> anyhow::Result<Asked> {
        if !words.iter().any(|word| word == "--pytorch" || word == "--multidict") {
            return Ok(Asked::Nothing(format!("evaluation: not run, no clone is named; run\n{USAGE}\n")));
        }
        let mut arguments = Arguments::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("`{word}` needs a value; usage:\n{USAGE}"));
            match word.as_str() {
                "--pytorch" => arguments.pytorch = value()?.into(),
                "--multidict" => arguments.multidict = Some(value()?.into()),
                "--clang-format" => arguments.clang_format = value()?.into(),
                "--black" => arguments.black = value()?.into(),
                "--ifchange" => arguments.ifchange = value()?.into(),
                "--seed" => arguments.seed = value()?.parse().context("`--seed` needs a number")?,
                "--range" => arguments.range.clone_from(value()?),
                "--limit" => arguments.limit = value()?.parse().context("`--limit` needs a number of commits")?,
                "--markdown" => arguments.markdown = true,
                word => match Part::named(word) {
                    Some(part) => arguments.parts.push(part),
                    None => bail!("`{word}` is no part of the evaluation; usage:\n{USAGE}"),
                },
            }
        }
        if arguments.parts.is_empty() && !arguments.pytorch.as_os_str().is_empty() {
            arguments.parts = Part::ALL.iter().map(|(_, part)| *part).collect();
        }
        Ok(Asked::Run(Box::new(arguments)))
    }
}

impl Default for Arguments {
    fn default() -> Arguments {
        Arguments {
            pytorch: PathBuf::new(),
            multidict: None,
            parts: Vec::new(),
            clang_format: "clang-format".into(),
            black: "black".into(),
            ifchange: "ifchange".into(),
            seed: 1,
            range: "HEAD".to_owned(),
            limit: 1000,
            markdown: false,
        }
    }
}
