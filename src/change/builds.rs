//! Files read once more with the build conditions settled that only one side has: where `#ifdef FEATURE` is dropped,
//! one of its branches is what the other side says.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::{Change, Comparison, FilePair};
use crate::ladder::Rung;
use crate::ladder::conditions::is_for_older_tools;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// Takes semantic changes down to `structure` that are none once a condition of one side only is settled.
pub fn settle(pairs: &[FilePair], changes: &mut [Change]) {
    let candidates: Vec<(&FilePair, Lone)> = pairs.iter().filter_map(|pair| Some((pair, Lone::of(pair)?))).collect();
    let semantic: FxHashSet<&str> = changes.iter().filter(|change| is_semantic(change)).map(|one| &*one.path).collect();
    let asked = candidates.par_iter().filter(|(pair, _)| path_of(pair).is_some_and(|path| semantic.contains(path)));
    let kept: Vec<(&str, FxHashSet<(String, SymbolKind)>)> =
        asked.filter_map(|(pair, lone)| Some((path_of(pair)?, still_semantic(pair, lone, changes)?))).collect();
    for (path, kept) in kept {
        for change in changes.iter_mut().filter(|change| is_semantic(change) && *change.path == *path) {
            if !kept.contains(&key_of(change)) {
                change.rung = Rung::Structure;
                change.facets.clear();
            }
        }
    }
}

fn is_semantic(change: &Change) -> bool {
    change.language == Language::Cpp && change.rung == Rung::Semantic
}

fn path_of(pair: &FilePair) -> Option<&str> {
    pair.after.as_ref().map(|file| &*file.path)
}

fn key_of(change: &Change) -> (String, SymbolKind) {
    (change.symbol.clone(), change.kind)
}

/// What stays semantic with the better of the two answers to the conditions; `None` if neither helps.
fn still_semantic(pair: &FilePair, lone: &Lone, changes: &[Change]) -> Option<FxHashSet<(String, SymbolKind)>> {
    let own = changes.iter().filter(|change| is_semantic(change) && Some(&*change.path) == path_of(pair));
    let known: FxHashSet<(String, SymbolKind)> = own.map(key_of).collect();
    let answers = [true, false].into_iter().filter_map(|on| lone.settled(pair, on)).map(|settled| {
        let changes = Comparison::as_written(&[settled], &|| ()).changes;
        let left: FxHashSet<_> = changes.iter().filter(|change| is_semantic(change)).map(key_of).collect();
        left
    });
    // What only shows once the condition is settled was read in another way before: such an answer proves nothing.
    let better = answers.filter(|left| left.len() < known.len() && left.is_subset(&known));
    better.min_by_key(FxHashSet::len)
}

/// Conditions of the preprocessor that stand on one side only, by side.
struct Lone([BTreeSet<String>; 2]);

impl Lone {
    fn of(pair: &FilePair) -> Option<Lone> {
        let (before, after) = (pair.before.as_ref()?, pair.after.as_ref()?);
        if before.language != Language::Cpp || after.language != Language::Cpp {
            return None;
        }
        let (old, new) = (conditions(before.text()), conditions(after.text()));
        // A chain of conditions has more than two answers.
        if [before, after].into_iter().any(|file| has_chain(file.text(), &old, &new)) {
            return None;
        }
        let [gone, came] = [(&old, &new), (&new, &old)]
            .map(|(own, other)| -> BTreeSet<String> { own.difference(other).cloned().collect() });
        // The same macro asked another question decides anew who runs what.
        let asks_anew = gone.iter().any(|one| came.iter().any(|two| !macros(one).is_disjoint(&macros(two))));
        ((!gone.is_empty() || !came.is_empty()) && !asks_anew).then_some(Lone([gone, came]))
    }

    fn settled(&self, pair: &FilePair, on: bool) -> Option<FilePair> {
        let read = |file: &ParsedFile, before: bool| {
            let text = settle_text(file.text(), &self.0[usize::from(!before)], on, before)?;
            Some(ParsedFile::parse(file.path.clone(), file.language, text.into()))
        };
        let (before, after) = (read(pair.before.as_ref()?, true)?, read(pair.after.as_ref()?, false)?);
        Some(FilePair { before: Some(before), after: Some(after) })
    }
}

/// A line of the preprocessor: its word, and the condition without white space.
fn directive(line: &str) -> Option<(&str, String)> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, condition) = rest.split_at(end);
    let condition = condition.split("//").next().unwrap_or("").split("/*").next().unwrap_or("");
    Some((word, condition.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn conditions(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(text);
    let asked =
        text.lines().filter_map(directive).filter(|(word, _)| matches!(*word, "if" | "ifdef" | "ifndef" | "elif"));
    asked.map(|(_, condition)| condition).filter(|condition| !condition.ends_with('\\')).collect()
}

/// Whether an `#elif` hangs on a condition that only one side has.
fn has_chain(text: &[u8], old: &BTreeSet<String>, new: &BTreeSet<String>) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut open: Vec<bool> = Vec::new();
    text.lines().filter_map(directive).any(|(word, condition)| {
        match word {
            "if" | "ifdef" | "ifndef" => open.push(old.contains(&condition) != new.contains(&condition)),
            "endif" => drop(open.pop()),
            "elif" => return open.last() == Some(&true),
            _ => {}
        }
        false
    })
}

fn macros(condition: &str) -> BTreeSet<&str> {
    let words = condition.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words
        .filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_') && *word != "defined")
        .collect()
}

/// Answers the lone conditions with `on`, and leaves every line in its place. `None` where that loses code: what is new
/// under a new condition, and what goes with its condition without anything in its place, unless only old tools saw it.
fn settle_text(text: &[u8], lone: &BTreeSet<String>, on: bool, before: bool) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let mut open: Vec<Open> = Vec::new();
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let mut own = false;
        match directive(line) {
            Some((word @ ("if" | "ifdef" | "ifndef"), condition)) => {
                let settled = lone.contains(&condition);
                let negated = word == "ifndef" || condition.starts_with('!');
                own = settled;
                let obsolete = is_for_older_tools(&condition);
                open.push(Open { settled, drops: settled && on == negated, obsolete, kept: 0, dropped: 0 });
            }
            Some(("else", _)) => {
                if let Some(last) = open.last_mut().filter(|last| last.settled) {
                    own = true;
                    last.drops = !last.drops;
                }
            }
            Some(("endif", _)) => {
                let last = open.pop();
                own = last.as_ref().is_some_and(|last| last.settled);
                if last.is_some_and(|last| last.loses(before)) {
                    return None;
                }
            }
            Some(_) => {}
            None => {
                if let Some(last) = open.iter_mut().rfind(|last| last.settled).filter(|_| is_code(line)) {
                    *(if last.drops { &mut last.dropped } else { &mut last.kept }) += 1;
                }
            }
        }
        if !own && !open.iter().any(|one| one.drops) {
            out.push_str(line);
        }
        out.push('\n');
    }
    Some(out.into_bytes())
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

struct Open {
    /// The condition is one of those that are answered.
    settled: bool,
    /// The lines that follow are left out.
    drops: bool,
    /// Only old versions of a tool saw what the condition guards.
    obsolete: bool,
    /// Lines of code so far.
    kept: usize,
    dropped: usize,
}

impl Open {
    fn loses(&self, before: bool) -> bool {
        self.settled && self.dropped > 0 && !(before && (self.kept > 0 || self.obsolete))
    }
}
