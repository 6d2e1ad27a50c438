//! What was done to mapping files.

use std::fmt::Write;

use serde_json::{Value, json};
use similar::TextDiff;

use super::Detail;
use super::style::{ADDED, FRAME, GOOD, REMOVED, STRONG, harmless, paint};

/// What a command did to some links.
#[derive(Debug, Clone)]
pub struct EditReport {
    pub deed: Deed,
    /// Ids, and the files they stand in.
    pub links: Vec<(String, String)>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Added { text: String },
    WouldAdd { text: String },
    Removed,
    Renamed { from: String },
    Pruned,
    WouldPrune,
}

/// A file and its canonical form.
#[derive(Debug, Clone)]
pub struct Formatted {
    pub file: String,
    pub before: String,
    pub after: String,
}

impl Formatted {
    pub fn is_canonical(&self) -> bool {
        self.before == self.after
    }
}

/// The edit for people: a line for each link, what was written, and what to know.
pub fn human(edit: &EditReport, detail: Detail) -> String {
    let mut out = String::new();
    let verb = paint(GOOD, edit.deed.verb());
    for (id, file) in &edit.links {
        let from = match &edit.deed {
            Deed::Renamed { from } => format!("`{from}` to "),
            _ => String::new(),
        };
        let _ = writeln!(out, "{verb} {from}`{}` ({})", paint(STRONG, harmless(id)), harmless(file));
    }
    if let (Deed::Added { text } | Deed::WouldAdd { text }, false) = (&edit.deed, detail == Detail::Quiet) {
        text.lines().for_each(|line| out += &format!("  {}\n", paint(ADDED, harmless(line))));
    }
    if edit.links.is_empty() && detail != Detail::Quiet {
        out += "nothing to do: no link is dead\n";
    }
    for note in edit.notes.iter().filter(|_| detail != Detail::Quiet) {
        let _ = writeln!(out, "{} {note}", paint(FRAME, "="));
    }
    out
}

pub fn json(edit: &EditReport) -> Value {
    let links: Vec<Value> = edit.links.iter().map(|(id, file)| json!({ "link": id, "file": file })).collect();
    let from = if let Deed::Renamed { from } = &edit.deed { Some(from) } else { None };
    let written = !matches!(edit.deed, Deed::WouldAdd { .. } | Deed::WouldPrune);
    let mut value = json!({
        "version": 1, "action": edit.deed.name(), "written": written, "links": links, "notes": edit.notes,
    });
    if let Some(from) = from {
        value["from"] = json!(from);
    }
    if let Deed::Added { text } | Deed::WouldAdd { text } = &edit.deed {
        value["text"] = json!(text);
    }
    value
}

/// The files for people; those that are to be checked, with what is to change.
pub fn formatted(files: &[Formatted], check: bool, detail: Detail) -> String {
    let mut out = String::new();
    for file in files.iter().filter(|file| !file.is_canonical()) {
        let name = paint(STRONG, harmless(&file.file));
        match check {
            true => out += &format!("{} {name}\n", paint(super::style::of_severity("error"), "not in canonical form:")),
            false => out += &format!("{} {name}\n", paint(GOOD, "formatted")),
        }
        if check && detail != Detail::Quiet {
            difference(&mut out, file);
        }
    }
    let other = files.iter().filter(|file| !file.is_canonical()).count();
    if detail != Detail::Quiet {
        out += &match (other, check) {
            (0, _) => {
                format!("{} in canonical form\n", if files.len() == 1 { "the mapping is" } else { "all files are" })
            }
            (_, true) => "`drift map fmt` writes it\n".to_owned(),
            (_, false) => String::new(),
        };
    }
    out
}

pub fn formatted_json(files: &[Formatted], check: bool) -> Value {
    let files: Vec<Value> =
        files.iter().map(|file| json!({ "file": file.file, "canonical": file.is_canonical() })).collect();
    json!({ "version": 1, "written": !check, "files": files })
}

fn difference(out: &mut String, file: &Formatted) {
    let ends = |text: &str| text.replace("\r\n", "\n");
    let (before, after) = (ends(&file.before), ends(&file.after));
    let diff = TextDiff::from_lines(&before, &after);
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        for line in hunk.to_string().lines() {
            let line = harmless(line);
            let _ = match line.as_bytes().first() {
                Some(b'+') => writeln!(out, "  {}", paint(ADDED, line)),
                Some(b'-') => writeln!(out, "  {}", paint(REMOVED, line)),
                Some(b'@') => writeln!(out, "  {}", paint(FRAME, line)),
                _ => writeln!(out, "  {line}"),
            };
        }
    }
}

impl Deed {
    fn verb(&self) -> &'static str {
        match self {
            Deed::Added { .. } => "added",
            Deed::WouldAdd { .. } => "would add",
            Deed::Removed => "removed",
            Deed::Renamed { .. } => "renamed",
            Deed::Pruned => "pruned",
            Deed::WouldPrune => "would prune",
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Deed::Added { .. } | Deed::WouldAdd { .. } => "add",
            Deed::Removed => "remove",
            Deed::Renamed { .. } => "rename",
            Deed::Pruned | Deed::WouldPrune => "prune",
        }
    }
}
