//! The links of a mapping as a table: a line each, cut to the width of the terminal.

use std::fmt::Write;

use super::style::{DIM, STRONG, harmless, paint};
use super::{Detail, word};
use crate::mapping::{Link, Mapping};

/// Columns where nobody looks at a terminal: nothing is cut.
const UNLIMITED: usize = usize::MAX;

/// The table, and one line that sums up.
pub fn links(links: &[&Link], mapping: &Mapping, detail: Detail, width: Option<usize>) -> String {
    let mut out = String::new();
    let ids = widest(links.iter().map(|link| link.id.as_str()), "link");
    let relations = widest(links.iter().map(|link| link.relation.name()), "relation");
    if !links.is_empty() && detail != Detail::Quiet {
        let head = format!("{:ids$}  {:relations$}  {:>3}  {:>6}  seen as", "link", "relation", "C++", "Python");
        let _ = writeln!(out, "{}", paint(DIM, head));
    }
    for link in links {
        let names = link.names.join(", ");
        let room = width.unwrap_or(UNLIMITED).saturating_sub(ids + relations + 17);
        let (id, relation) = (paint(STRONG, format!("{:ids$}", link.id)), word(link.relation));
        let (cpp, python) = (link.cpp.len(), link.python.len());
        let line = format!("{id}  {relation:relations$}  {cpp:>3}  {python:>6}  {}", cut(&harmless(&names), room));
        let _ = writeln!(out, "{}", line.trim_end());
        if detail == Detail::Verbose {
            in_full(&mut out, link);
        }
    }
    if detail != Detail::Quiet {
        out += &summary(links.len(), mapping);
    }
    out
}

fn in_full(out: &mut String, link: &Link) {
    let _ = writeln!(out, "    {}", harmless(&link.why));
    for selector in link.cpp.iter().chain(&link.python) {
        let _ = writeln!(out, "    {}", paint(DIM, harmless(&selector.text)));
    }
}

fn summary(shown: usize, mapping: &Mapping) -> String {
    let all = mapping.links.len();
    let sources: Vec<&str> = mapping.sources.iter().map(|source| source.name.as_str()).collect();
    let from = paint(DIM, format!("({})", harmless(&sources.join(", "))));
    match (shown, all) {
        (_, 0) => format!("no links yet; `drift map add --help` shows how to write one {from}\n"),
        (0, _) => format!("no link of {all} is asked for {from}\n"),
        _ if shown == all => format!("{all} link{} {from}\n", if all == 1 { "" } else { "s" }),
        _ => format!("{shown} of {all} links {from}\n"),
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>, title: &str) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0).max(title.len())
}

/// At most so many characters, the last of them a sign that there is more.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}
