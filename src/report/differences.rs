//! `drift diff` for people: symbols by file, facets below them, and a table by folder where the range is wide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::human::{compared, counted};
use super::style::{ADDED, DIM, REMOVED, STRONG, harmless, of_severity, paint};
use super::{Detail, Differences, Shown, View, forms, frame};
use crate::change::{Change, Forms, Skipped, What};
use crate::finding::{Frame, FrameLine};
use crate::ladder::{Facet, Rung};
use crate::source::SourceFile;
use crate::symbols::Lines;

/// From so many changes on, a table by folder sums up.
const WIDE_FROM: usize = 100;

/// At most so many rows has the table.
const ROW_LIMIT: usize = 24;

/// A file that is there on one side only is one line where it has more symbols than this.
const WHOLE_FILE_FROM: usize = 6;

/// So many skipped files are told one by one.
const SKIPPED_LIMIT: usize = 20;

/// A facet whose line would be longer is told on two.
const FACET_LENGTH: usize = 100;

/// Changes grouped by file, one line a symbol; with `-v` the changed lines and the normal forms below.
pub fn diff(differences: &Differences, view: View) -> String {
    let mut out = String::new();
    if differences.shown == Shown::Symbols {
        let mut forms = differences.forms.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        for file in differences.changes.chunk_by(|left, right| left.path == right.path) {
            let forms: Vec<Option<&Forms>> = forms.by_ref().take(file.len()).collect();
            diff_file(&mut out, differences, file, &forms, view);
            out.push('\n');
        }
    }
    skipped(&mut out, differences.skipped);
    if view.detail != Detail::Quiet {
        if differences.shown == Shown::Summary || differences.all.len() >= WIDE_FROM {
            table(&mut out, differences.all);
        }
        let _ = writeln!(out, "{}", summary(differences));
    }
    out
}

fn skipped(out: &mut String, skipped: &[Skipped]) {
    let warning = paint(of_severity("warning"), "not compared");
    for Skipped { path, reason } in skipped.iter().take(SKIPPED_LIMIT) {
        let _ = writeln!(out, "{warning}: {}: {}", harmless(path), harmless(reason));
    }
    if skipped.len() > SKIPPED_LIMIT {
        let _ = writeln!(out, "{warning}: {} more; `--format json` lists all", skipped.len() - SKIPPED_LIMIT);
    }
    if !skipped.is_empty() {
        out.push('\n');
    }
}

/// `3 semantic, 1 layout in 2 files (a..b)`, and what is not shown.
fn summary(differences: &Differences) -> String {
    let changes = differences.all;
    let count = |rung: Rung| changes.iter().filter(|change| change.rung == rung).count();
    let counts: Vec<_> = Rung::ALL.into_iter().rev().map(|rung| (count(rung), rung.name().to_owned())).collect();
    let files = match changes.chunk_by(|left, right| left.path == right.path).count() {
        0 => String::new(),
        1 => " in 1 file".to_owned(),
        files => format!(" in {files} files"),
    };
    let hidden = changes.len() - differences.changes.len();
    let least =
        changes.iter().filter(|_| hidden > 0 && differences.shown == Shown::Symbols).map(|change| change.rung).min();
    let hidden = least.map(|rung| format!("; {hidden} not shown: `--rung {rung}` shows them")).unwrap_or_default();
    let pair = differences.pair;
    let counts = counted(&counts, "no changes in C++ or Python");
    format!("{counts}{files} {}{}", compared(&pair.before, &pair.after), paint(DIM, hidden))
}

/// What one row of the table counts.
#[derive(Debug, Default, Clone)]
struct Tally<'a> {
    files: BTreeSet<&'a str>,
    /// Semantic changes: modified or moved, added, removed.
    semantic: [usize; 3],
    /// By rung, the deepest first, without `semantic`.
    others: [usize; 6],
}

impl<'a> Tally<'a> {
    fn count(&mut self, change: &'a Change) {
        self.files.insert(&change.path);
        match (change.rung, change.what) {
            (Rung::Semantic, What::Added) => self.semantic[1] += 1,
            (Rung::Semantic, What::Removed) => self.semantic[2] += 1,
            (Rung::Semantic, _) => self.semantic[0] += 1,
            (rung, _) => self.others[5 - rung as usize] += 1,
        }
    }

    fn of(changes: impl IntoIterator<Item = &'a Change>) -> Tally<'a> {
        let mut tally = Tally::default();
        changes.into_iter().for_each(|change| tally.count(change));
        tally
    }

    fn cells(&self) -> Vec<usize> {
        [self.files.len()].into_iter().chain(self.semantic).chain(self.others).collect()
    }

    fn weight(&self) -> usize {
        self.semantic.iter().chain(&self.others).sum()
    }
}

/// A row a folder, the folders where most happens in more detail than the others.
fn table(out: &mut String, changes: &[Change]) {
    const HEADS: [&str; 10] =
        ["files", "semantic", "added", "removed", "ownership", "structure", "message", "names", "spelling", "layout"];
    let folders = folders(changes);
    let rows: Vec<(String, Vec<usize>)> =
        folders.into_iter().map(|(name, changes)| (name, Tally::of(changes.iter().copied()).cells())).collect();
    let total = ("total".to_owned(), Tally::of(changes).cells());
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(6);
    let _ = write!(out, "{:width$}", "");
    for head in HEADS {
        let _ = write!(out, " {}", paint(DIM, format!("{head:>9}")));
    }
    out.push('\n');
    for (name, cells) in rows.iter().chain([&total]) {
        let _ = write!(out, "{}", paint(STRONG, format!("{:width$}", harmless(name))));
        for (at, cell) in cells.iter().enumerate() {
            let cell = if *cell == 0 { ".".to_owned() } else { cell.to_string() };
            let cell = format!("{cell:>9}");
            let _ = write!(out, " {}", if at == 1 { paint(STRONG, cell) } else { cell });
        }
        out.push('\n');
    }
    out.push('\n');
}

/// The changes by folder: the heaviest folder is split into what is in it, as long as there is room.
fn folders(changes: &[Change]) -> BTreeMap<String, Vec<&Change>> {
    let mut rows = split("", &changes.iter().collect::<Vec<_>>());
    let mut whole: BTreeSet<String> = BTreeSet::new();
    loop {
        let heaviest = rows.iter().filter(|(name, _)| name.ends_with('/') && !whole.contains(*name)).max_by_key(
            |(name, changes)| (Tally::of(changes.iter().copied()).weight(), std::cmp::Reverse((*name).clone())),
        );
        let Some((name, changes)) = heaviest.map(|(name, changes)| (name.clone(), changes.clone())) else { break };
        let parts = split(&name, &changes);
        let folders = parts.keys().filter(|part| part.ends_with('/')).count();
        if folders == 0 || rows.len() + parts.len() - 1 > ROW_LIMIT {
            whole.insert(name);
            continue;
        }
        rows.remove(&name);
        rows.extend(parts);
    }
    rows
}

/// What is below a folder: its folders, and one row for the files directly in it.
fn split<'a>(folder: &str, changes: &[&'a Change]) -> BTreeMap<String, Vec<&'a Change>> {
    let mut parts: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for &change in changes {
        let rest = change.path.strip_prefix(folder).unwrap_or(&change.path);
        let name = match rest.split_once('/') {
            Some((next, _)) => format!("{folder}{next}/"),
            None => format!("{folder}*"),
        };
        parts.entry(name).or_default().push(change);
    }
    parts
}

fn diff_file(out: &mut String, differences: &Differences, changes: &[&Change], forms: &[Option<&Forms>], view: View) {
    let from = changes.iter().find_map(|change| change.before_path.as_ref());
    let from = from.map(|path| paint(DIM, format!(" (was {path})"))).unwrap_or_default();
    let _ = writeln!(out, "{}{from}", paint(STRONG, harmless(&changes[0].path)));
    if let Some(line) = whole_file(differences, changes, view.detail) {
        let _ = writeln!(out, "  {line}");
        return;
    }
    let mut shown = 0;
    for (change, form) in changes.iter().zip(forms) {
        let _ = writeln!(out, "  {}", change_line(change).trim_end());
        change.facets.iter().for_each(|facet| facet_lines(out, facet));
        // The lines of a class are shown once, not again for each of its methods.
        let end = change.after.map_or(u32::MAX, |lines| lines.end);
        if view.detail == Detail::Verbose && end > shown {
            changed_lines(out, differences, change, view.width);
            shown = change.after.map_or(shown, |lines| lines.end);
        }
        if let Some(form) = form {
            forms::forms(out, change, form, view.width);
        }
    }
}

/// A file that came or went as a whole, in one line.
fn whole_file(differences: &Differences, changes: &[&Change], detail: Detail) -> Option<String> {
    let what = changes[0].what;
    let alike = changes.iter().all(|change| change.what == what && change.rung == Rung::Semantic);
    let file = differences.pair.changed.binary_search_by(|file| file.path().cmp(&changes[0].path)).ok()?;
    let file = &differences.pair.changed[file];
    let lone = file.before.is_none() || file.after.is_none();
    if !(alike && lone) || changes.len() < WHOLE_FILE_FROM || detail == Detail::Verbose {
        return None;
    }
    let (style, mark) = if what == What::Added { (ADDED, "+ file, new:") } else { (REMOVED, "- file, gone:") };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    changes.iter().for_each(|change| *kinds.entry(change.kind.name()).or_default() += 1);
    let mut kinds: Vec<(usize, String)> = kinds.into_iter().map(|(kind, count)| (count, kind.to_owned())).collect();
    kinds.sort_by(|one, two| two.0.cmp(&one.0).then_with(|| one.1.cmp(&two.1)));
    Some(format!("{} {} {}", paint(STRONG, "semantic "), paint(style, mark), counted(&kinds, "")))
}

fn change_line(change: &Change) -> String {
    let rung = format!("{:9}", change.rung.name());
    let rung = if change.rung == Rung::Semantic { paint(STRONG, rung) } else { paint(DIM, rung) };
    let what = match change.what {
        What::Added => paint(ADDED, "+"),
        What::Removed => paint(REMOVED, "-"),
        What::Moved => ">".to_owned(),
        What::Modified => "~".to_owned(),
    };
    let was = change.before_symbol.as_ref().map(|was| format!(" (was {})", harmless(was))).unwrap_or_default();
    let line = change.after.or(change.before).map(|lines| format!(":{}", lines.start)).unwrap_or_default();
    let sure = if change.certain { "" } else { " (the parser met errors: compared by tokens)" };
    let kind = change.kind.name();
    format!("{rung} {what} {kind} {}{}{was}{}", harmless(&change.symbol), paint(DIM, line), paint(DIM, sure))
}

/// `signature: before → after`, as far as both are there; on two lines where one would be long.
fn facet_lines(out: &mut String, facet: &Facet) {
    let kind = facet.kind;
    let lines = match (&facet.before, &facet.after) {
        (Some(before), Some(after)) if before.chars().count() + after.chars().count() > FACET_LENGTH => {
            vec![format!("{kind}: {before}"), format!("{:>width$} {after}", "→", width = kind.name().len() + 1)]
        }
        (Some(before), Some(after)) => vec![format!("{kind}: {before} → {after}")],
        (None, Some(after)) => vec![format!("{kind}: + {after}")],
        (Some(before), None) => vec![format!("{kind}: - {before}")],
        (None, None) => vec![kind.to_string()],
    };
    for line in lines {
        let _ = writeln!(out, "             {}", harmless(&line));
    }
}

fn changed_lines(out: &mut String, differences: &Differences, change: &Change, columns: Option<usize>) {
    let Some(file) = differences.pair.changed.iter().find(|file| *file.path() == change.path) else {
        return;
    };
    let before = excerpt(&file.before, change.before);
    let after = excerpt(&file.after, change.after);
    let lines: Vec<FrameLine> = frame::compared((&before.0, before.1), (&after.0, after.1));
    if !lines.is_empty() {
        let shown = Frame { title: String::new(), path: change.path.clone(), lines };
        let layout = frame::Layout::of([&shown], columns);
        frame::code(out, &shown, frame::Layout { gutter: layout.gutter.max(4), ..layout });
    }
}

/// The text of some lines of a file, and the number of the first.
fn excerpt(file: &Option<SourceFile>, lines: Option<Lines>) -> (String, u32) {
    let content = file.as_ref().and_then(|file| file.content.as_ref().ok());
    let (Some(content), Some(lines)) = (content, lines) else {
        return (String::new(), 1);
    };
    let text = String::from_utf8_lossy(content);
    let count = (lines.end + 1).saturating_sub(lines.start) as usize;
    let wanted: Vec<_> = text.lines().skip(lines.start.saturating_sub(1) as usize).take(count).collect();
    (wanted.join("\n") + "\n", lines.start)
}
