//! Build conditions inside a symbol that one side only has. The code they guard is what the other side says, or the change
//! is more than a condition.

use std::collections::BTreeSet;

use super::{Pair, Rung, pairing, structure};
use crate::symbols::Term;

/// A condition of the preprocessor that only one side has is settled: one branch of it must be what the other side says.
pub fn settle(pair: &mut Pair<'_>) {
    let (before, after) = (conditions_of(&pair.before), conditions_of(&pair.after));
    let lone_before: Vec<String> = before.iter().filter(|text| !after.contains(text)).cloned().collect();
    let lone_after: Vec<String> = after.iter().filter(|text| !before.contains(text)).cloned().collect();
    // The same macro asked another question decides anew who runs what; another macro is another build.
    let asks_anew = lone_before.iter().any(|one| lone_after.iter().any(|two| share_macro(one, two)));
    if (lone_before.is_empty() && lone_after.is_empty()) || asks_anew {
        return;
    }
    if lone_before.len() == lone_after.len() && asked_alike(pair, &lone_before, &lone_after) {
        return;
    }
    for (else_before, else_after) in [(false, false), (true, false), (false, true), (true, true)] {
        let (mut one, mut two) = (pair.before.clone(), pair.after.clone());
        if !take(&mut one, &lone_before, else_before, true) || !take(&mut two, &lone_after, else_after, false) {
            continue;
        }
        let mut trial = Pair { before: one, after: two, ..pair.clone() };
        structure::regroup(&mut trial.before);
        structure::regroup(&mut trial.after);
        if pairing::same(&trial.before, &trial.after, Rung::Structure) {
            *pair = trial;
            return;
        }
    }
}

/// The same branches behind another question: `#if defined(A)` against `#ifdef B`.
fn asked_alike(pair: &mut Pair<'_>, lone_before: &[String], lone_after: &[String]) -> bool {
    let mut trial = pair.clone();
    for (term, lone) in [(&mut trial.before, lone_before), (&mut trial.after, lone_after)] {
        term.rewrite(&mut |node| {
            if is_conditional(node) && lone.contains(&condition_text(node)) {
                node.children.retain(|child| !matches!(child.field, Some("name" | "condition")));
                if let Some(keyword) = node.children.first_mut() {
                    keyword.text = ANOTHER_CONDITION.into();
                }
                node.kind = "preproc_if";
            }
        });
        structure::regroup(term);
    }
    let alike = pairing::same(&trial.before, &trial.after, Rung::Structure);
    if alike {
        *pair = trial;
    }
    alike
}

/// Stands for a question that is another one on the other side.
const ANOTHER_CONDITION: &str = "#%if";

fn share_macro(one: &str, two: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let names = parts.filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'));
        names
            .filter(|word| !matches!(*word, "defined" | "if" | "ifdef" | "ifndef" | "elif"))
            .map(str::to_string)
            .collect()
    };
    !words(one).is_disjoint(&words(two))
}

fn is_conditional(term: &Term) -> bool {
    matches!(term.kind, "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef")
}

fn condition_text(term: &Term) -> String {
    let condition = term.child("name").or_else(|| term.child("condition")).map_or(String::new(), Term::code);
    let keyword = term.children.first().map_or("", |keyword| &*keyword.text);
    format!("{keyword} {condition}")
}

fn conditions_of(term: &Term) -> Vec<String> {
    let mut found = Vec::new();
    term.visit(&mut |node| {
        if is_conditional(node) {
            found.push(condition_text(node));
        }
    });
    found
}

/// Takes one branch of each of the lone conditions; whether that loses no code that may run. New code under a new condition
/// is new, and code that goes with its condition is gone, unless something stood in its place or only old tools saw it.
fn take(term: &mut Term, lone: &[String], take_else: bool, before: bool) -> bool {
    let mut kept_all = true;
    for child in &mut term.children {
        kept_all &= take(child, lone, take_else, before);
    }
    if !term.children.iter().any(|child| is_conditional(child) && lone.contains(&condition_text(child))) {
        return kept_all;
    }
    for child in std::mem::take(&mut term.children) {
        if is_conditional(&child) && lone.contains(&condition_text(&child)) {
            let loses = !branch(child.clone(), !take_else).is_empty();
            let obsolete = take_else && is_for_older_tools(&condition_text(&child));
            let kept = branch(child, take_else);
            kept_all &= !loses || (before && (!kept.is_empty() || obsolete));
            term.children.extend(kept);
        } else {
            term.children.push(child);
        }
    }
    kept_all
}

/// Whether a condition holds only for versions of a compiler, of Python or of CUDA below some limit.
pub fn is_for_older_tools(condition: &str) -> bool {
    const TOOLS: [&str; 12] = [
        "PY_VERSION_HEX",
        "PY_MAJOR_VERSION",
        "PY_MINOR_VERSION",
        "CUDA_VERSION",
        "CUDART_VERSION",
        "CUDNN_VERSION",
        "__CUDACC_VER_MAJOR__",
        "__cplusplus",
        "_MSC_VER",
        "__GNUC__",
        "__clang_major__",
        "HIP_VERSION",
    ];
    TOOLS.iter().any(|tool| {
        let below = condition.split(tool).skip(1).map(str::trim_start);
        below.into_iter().any(|rest| rest.starts_with('<') && !rest.starts_with("<<"))
    })
}

fn branch(conditional: Term, take_else: bool) -> Vec<Term> {
    let is_frame = |child: &Term| matches!(child.field, Some("name" | "condition")) || child.text.starts_with('#');
    if take_else {
        let alternative = conditional.children.into_iter().find(|child| child.field == Some("alternative"));
        let children = alternative.map_or(Vec::new(), |alternative| alternative.children);
        return children.into_iter().filter(|child| !is_frame(child)).collect();
    }
    conditional.children.into_iter().filter(|child| !is_frame(child) && child.field != Some("alternative")).collect()
}
