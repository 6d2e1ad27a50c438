//! Mutants of real functions: how many single edits that change meaning are seen, and how many harmless ones are taken
//! for such.

use dynadrift::symbols::Language;
use rayon::prelude::*;

use crate::mutation::{self, Dice, Edit, Effect, Operator, Subject};
use crate::page::Page;
use crate::progress::Progress;
use crate::pytorch::PyTorch;

const FOLDER: &str = "torch/csrc";

/// Edits of one operator in all, and in one file, so that no file decides alone.
const PER_OPERATOR: usize = 50;
const PER_FILE: usize = 2;

/// Shares of the mutants that have to be seen, and that may be called semantic.
const SEEN: f64 = 0.995;
const CALLED_SEMANTIC: f64 = 0.01;

/// Counts of one operator, and what was judged wrongly.
#[derive(Default, Clone)]
struct Row {
    total: usize,
    wrong: Vec<String>,
}

pub fn evaluate(clone: &PyTorch, seed: u64) -> anyhow::Result<Page> {
    let files = clone.files(FOLDER, Language::Cpp)?;
    let subjects: Vec<Subject> = files.par_iter().filter_map(|(path, text)| Subject::of(path, text)).collect();
    let operators = mutation::operators();
    let rows = judge(&operators, &subjects, seed);
    let mut page = Page::titled("Mutants of real functions");
    page.line(format!(
        "Single edits of functions, tables, enums, constants and macros in {} files of `{FOLDER}` at {}; at most {PER_FILE} of a kind in a file; seed {seed}.",
        subjects.len(),
        clone.head()?,
    ));
    let [semantic, harmless] = [Effect::Semantic, Effect::Harmless].map(|effect| {
        let of_effect = operators.iter().zip(&rows).filter(|(operator, _)| operator.effect == effect);
        of_effect.collect::<Vec<_>>()
    });
    report(&mut page, &semantic, "that change meaning", "not seen", SEEN, |wrong| 1.0 - wrong >= SEEN);
    report(&mut page, &harmless, "that are harmless", "called semantic", CALLED_SEMANTIC, |wrong| {
        wrong <= CALLED_SEMANTIC
    });
    Ok(page)
}

/// What `change::diff` makes of the edits, operator by operator.
fn judge(operators: &[Operator], subjects: &[Subject], seed: u64) -> Vec<Row> {
    let chosen = operators.par_iter().enumerate().flat_map_iter(|(at, operator)| {
        choose(operator, subjects, seed).into_iter().map(move |(file, edit)| (at, file, edit))
    });
    let chosen: Vec<(usize, usize, Edit)> = chosen.collect();
    let progress = Progress::over("mutants", chosen.len());
    let judged: Vec<_> = chosen
        .par_iter()
        .map(|(at, file, edit)| {
            let judgement = mutation::judge(&subjects[*file], edit, operators[*at].effect);
            progress.step();
            (*at, judgement)
        })
        .collect();
    let mut rows = vec![Row::default(); operators.len()];
    for (at, judgement) in judged {
        rows[at].total += 1;
        if !judgement.right {
            let rung = judgement.rung.map_or("nothing".to_owned(), |rung| rung.to_string());
            rows[at].wrong.push(format!("{}: {rung}: {}", operators[at].name, judgement.story));
        }
    }
    rows
}

/// A few edits of every file in a chance order, until there are enough.
fn choose(operator: &Operator, subjects: &[Subject], seed: u64) -> Vec<(usize, Edit)> {
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    Dice::of(seed, operator.name).shuffle(&mut order);
    let edits = order.into_iter().flat_map(|file| {
        operator.edits(&subjects[file], seed + file as u64, PER_FILE).into_iter().map(move |edit| (file, edit))
    });
    edits.take(PER_OPERATOR).collect()
}

fn report(
    page: &mut Page,
    rows: &[(&Operator, &Row)],
    which: &str,
    wrong: &str,
    limit: f64,
    is_met: impl Fn(f64) -> bool,
) {
    let total: usize = rows.iter().map(|(_, row)| row.total).sum();
    let misjudged: usize = rows.iter().map(|(_, row)| row.wrong.len()).sum();
    let share = misjudged as f64 / total.max(1) as f64;
    page.line(format!("Edits {which}: {total}, of which {wrong}: {misjudged} ({:.2} %).", 100.0 * share));
    let cells = rows
        .iter()
        .map(|(operator, row)| vec![operator.name.to_owned(), row.total.to_string(), row.wrong.len().to_string()]);
    page.table(&["edit", "made", wrong], cells.collect());
    let promise = if wrong == "not seen" { "at least" } else { "at most" };
    let counted = if wrong == "not seen" { "seen" } else { wrong };
    page.target(&format!("{promise} {:.1} % {counted}", 100.0 * limit), is_met(share) && total >= 500);
    page.list("Misjudged", rows.iter().flat_map(|(_, row)| row.wrong.clone()).collect());
}
