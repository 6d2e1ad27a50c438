//! The evaluation: reproduces every accuracy figure of `docs/evaluation.md`, given a clone of PyTorch or of
//! multidict.
//!
//! `cargo test --release --locked --test evaluation -- --pytorch PATH [PART…]`

mod arguments;
mod formats;
mod formatter;
mod history;
mod labels;
mod multidict;
mod mutants;
#[path = "../mutation/mod.rs"]
mod mutation;
mod order;
mod page;
mod pairs;
mod progress;
mod pytorch;
mod review;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Asked, Part};
use page::Page;
use pytorch::PyTorch;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match Arguments::parse(&arguments) {
        Ok(Asked::Run(arguments)) => evaluate(&arguments),
        Ok(Asked::Nothing(how)) => Ok((how, ExitCode::SUCCESS)),
        Err(error) => Err(error),
    };
    let (text, code) = outcome.unwrap_or_else(|error| (format!("error: {error:#}\n"), ExitCode::from(2)));
    // A closed pipe is no failure of the evaluation.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    code
}

/// 0 when every target is met, 1 when one is missed, 2 when a part could not be run.
fn evaluate(arguments: &Arguments) -> anyhow::Result<(String, ExitCode)> {
    let mut text = String::new();
    let mut code = 0;
    if let Some(clone) = &arguments.multidict {
        text.push_str(&multidict::evaluate(clone)?.render(arguments.markdown));
    }
    if arguments.parts.is_empty() {
        return Ok((text, ExitCode::SUCCESS));
    }
    let clone = PyTorch::at(&arguments.pytorch)?;
    for part in &arguments.parts {
        let page = run(*part, arguments, &clone)?;
        code = code.max(page.code());
        text.push_str(&page.render(arguments.markdown));
    }
    Ok((text, ExitCode::from(code)))
}

fn run(part: Part, arguments: &Arguments, clone: &PyTorch) -> anyhow::Result<Page> {
    match part {
        Part::Labels => labels::evaluate(clone),
        Part::Formats => formats::evaluate(clone, arguments),
        Part::History => history::evaluate(clone, arguments),
        Part::Order => order::evaluate(clone),
        Part::Mutants => mutants::evaluate(clone, arguments.seed),
        Part::Review => review::evaluate(clone),
        Part::Pairs => pairs::evaluate(clone, arguments),
    }
}
