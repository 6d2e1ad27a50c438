//! Coverage of a mapping, for people and for scripts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Detail;
use super::style::{DIM, FRAME, STRONG, harmless, paint};
use crate::suggest::{Coverage, FileCoverage, HandlerCoverage};

const VERSION: u32 = 1;

/// So many files are shown where a person does not ask for more.
const SHOWN: usize = 15;

/// Two tables and the totals; with `-v` every name that no link has.
pub fn human(coverage: &Coverage, detail: Detail) -> String {
    let mut out = String::new();
    if detail != Detail::Quiet {
        bindings(&mut out, coverage, detail);
        handlers(&mut out, coverage, detail);
    }
    for (path, reason) in &coverage.skipped {
        let _ = writeln!(out, "not read: {} ({})", harmless(path), harmless(reason));
    }
    let [linked, unlinked, unknown] = coverage.bindings();
    let [handled, open] = coverage.handled();
    let at: String = coverage.at.chars().take(10).collect();
    let _ = writeln!(
        out,
        "{linked} of {} bindings are linked, {unlinked} left out on purpose, {unknown} unknown; {handled} of {} handlers \
         have a C++ end {}",
        linked + unlinked + unknown,
        handled + open,
        paint(DIM, format!("({at})"))
    );
    if detail != Detail::Quiet && unknown + open > 0 {
        out.push_str(
            "`drift map suggest` proposes links; `[unlinked.NAME]` in the mapping leaves bindings out, with a reason\n",
        );
    }
    out
}

fn bindings(out: &mut String, coverage: &Coverage, detail: Detail) {
    // Where links are there is interest; where most is unknown there is most to do.
    let mut files: Vec<&FileCoverage> = coverage.files.iter().collect();
    files.sort_by_key(|file| (file.linked == 0, std::cmp::Reverse(file.unknown.len())));
    let _ = writeln!(out, "{}", paint(STRONG, " linked  left out  unknown  bindings of"));
    for file in &files[..shown(files.len(), detail)] {
        let FileCoverage { path, linked, unlinked, unknown } = file;
        let _ = writeln!(out, "{linked:>7} {unlinked:>9} {:>8}  {}", unknown.len(), paint(FRAME, harmless(path)));
        names(out, unknown.iter().map(|selector| (symbol(selector), "")), detail);
    }
    more(out, files.len(), detail);
}

fn handlers(out: &mut String, coverage: &Coverage, detail: Detail) {
    let mut files: Vec<&HandlerCoverage> = coverage.handlers.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.unknown.len()));
    let _ = writeln!(out, "\n{}", paint(STRONG, " linked   no C++ end  handlers of"));
    for file in &files[..shown(files.len(), detail)] {
        let HandlerCoverage { path, linked, unknown } = file;
        let _ = writeln!(out, "{linked:>7} {:>12}  {}", unknown.len(), paint(FRAME, harmless(path)));
        names(out, unknown.iter().map(|(selector, handler)| (symbol(selector), handler.phrase())), detail);
    }
    more(out, files.len(), detail);
    out.push('\n');
}

fn names<'n>(out: &mut String, all: impl Iterator<Item = (&'n str, &'n str)>, detail: Detail) {
    if detail == Detail::Verbose {
        for (symbol, kind) in all {
            let _ = writeln!(out, "{:28}{} {}", "", harmless(symbol), paint(DIM, kind));
        }
    }
}

fn shown(files: usize, detail: Detail) -> usize {
    if detail == Detail::Verbose { files } else { files.min(SHOWN) }
}

fn more(out: &mut String, files: usize, detail: Detail) {
    let rest = files - shown(files, detail);
    if rest > 0 {
        let _ = writeln!(out, "{}", paint(DIM, format!("  … and {rest} more files; `-v` shows all, with names")));
    }
}

fn symbol(selector: &str) -> &str {
    selector.split_once('#').map_or(selector, |(_, symbol)| symbol)
}

/// Every file and every name that no link has.
pub fn json(coverage: &Coverage) -> String {
    let Coverage { at, files, handlers, skipped } = coverage;
    let [linked, unlinked, unknown] = coverage.bindings();
    let [handled, open] = coverage.handled();
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            json!({ "path": file.path, "linked": file.linked, "unlinked": file.unlinked, "unknown": file.unknown })
        })
        .collect();
    let of = |file: &HandlerCoverage| -> Value {
        let unknown: Vec<Value> =
            file.unknown.iter().map(|(selector, handler)| json!({ "python": selector, "kind": handler })).collect();
        json!({ "path": file.path, "linked": file.linked, "unknown": unknown })
    };
    let handlers: Vec<Value> = handlers.iter().map(of).collect();
    let skipped: Vec<Value> = skipped.iter().map(|(path, reason)| json!({ "path": path, "reason": reason })).collect();
    let answer = json!({
        "version": VERSION,
        "at": at,
        "bindings": { "linked": linked, "unlinked": unlinked, "unknown": unknown, "files": files },
        "handlers": { "linked": handled, "unknown": open, "files": handlers },
        "skipped": skipped,
    });
    format!("{answer}\n")
}
