//! Mutants of real functions: how many single edits that change meaning are seen, and how many harmless ones are taken
//! for such.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rayon::prelude::*;

use crate::mutation::{self, Dice, Edit, Effect, Judgement, Operator, Subject};

/// Edits of one operator in all, and in one file, so that no file decides alone.
const PER_OPERATOR: usize = 50;
const PER_FILE: usize = 2;

/// Counts of one operator, and what was judged wrongly.
#[derive(Default)]
struct Row {
    total: usize,
    wrong: Vec<String>,
}

/// What was made and what was told rightly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    pub semantic: usize,
    pub seen: usize,
    pub harmless: usize,
    pub called_semantic: usize,
}

/// Edits the files, a path and its bytes each, and prints what `change::diff` makes of it, operator by operator.
pub fn run(files: &[(String, Vec<u8>)], seed: u64, out: &mut dyn Write) -> io::Result<Figures> {
    let subjects: Vec<Subject> = files.par_iter().filter_map(|(path, bytes)| Subject::of(path, bytes)).collect();
    let operators = mutation::operators();
    let chosen: Vec<(usize, usize, Edit)> = operators
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, operator)| {
            choose(operator, &subjects, seed).into_iter().map(move |(file, edit)| (at, file, edit))
        })
        .collect();
    let judged: Vec<(usize, Judgement)> = chosen
        .par_iter()
        .map(|(at, file, edit)| (*at, mutation::judge(&subjects[*file], edit, operators[*at].effect)))
        .collect();
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    for (at, judgement) in judged {
        let row = rows.entry(at).or_default();
        row.total += 1;
        if !judgement.right {
            let rung = judgement.rung.map_or("nothing".to_owned(), |rung| rung.to_string());
            row.wrong.push(format!("{rung}: {}", judgement.story));
        }
    }
    print(&operators, &rows, out)
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

fn print(operators: &[Operator], rows: &BTreeMap<usize, Row>, out: &mut dyn Write) -> io::Result<Figures> {
    let mut figures = Figures { semantic: 0, seen: 0, harmless: 0, called_semantic: 0 };
    for effect in [Effect::Semantic, Effect::Harmless] {
        writeln!(
            out,
            "{}",
            if effect == Effect::Semantic { "semantic: seen of all" } else { "harmless: called semantic of all" }
        )?;
        for (at, operator) in operators.iter().enumerate().filter(|(_, operator)| operator.effect == effect) {
            let (total, wrong) = rows.get(&at).map_or((0, 0), |row| (row.total, row.wrong.len()));
            match effect {
                Effect::Semantic => {
                    (figures.semantic, figures.seen) = (figures.semantic + total, figures.seen + total - wrong);
                    writeln!(out, "  {:<36} {:>4} / {total}", operator.name, total - wrong)?;
                }
                Effect::Harmless => {
                    (figures.harmless, figures.called_semantic) =
                        (figures.harmless + total, figures.called_semantic + wrong);
                    writeln!(out, "  {:<36} {wrong:>4} / {total}", operator.name)?;
                }
            }
        }
    }
    for (at, row) in rows {
        for story in &row.wrong {
            writeln!(out, "{}: {story}", operators[*at].name)?;
        }
    }
    let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    let Figures { semantic, seen, harmless, called_semantic } = figures;
    writeln!(out, "semantic mutants seen: {seen} of {semantic} ({:.2} %)", percent(seen, semantic))?;
    writeln!(
        out,
        "harmless mutants called semantic: {called_semantic} of {harmless} ({:.2} %)",
        percent(called_semantic, harmless)
    )?;
    Ok(figures)
}
