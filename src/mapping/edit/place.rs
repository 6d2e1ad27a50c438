//! Where links stand in a document: putting one in and taking one out, with the comments that are its own.

use toml_edit::{DocumentMut, Item, Table};

use super::{NewLink, Refusal, is_section, links, not_a_section};
use crate::mapping::model::{Link, Mapping};

/// The link behind which a new one belongs: the last that shares a C++ file with it, else a Python file.
pub fn neighbour(mapping: &Mapping, link: &NewLink) -> Option<String> {
    let shares = |ends: fn(&Link) -> &[crate::mapping::Selector], given: &[String]| {
        let files: Vec<&str> = given.iter().map(|text| file(text)).collect();
        let near = mapping.links.iter().filter(|other| ends(other).iter().any(|end| files.contains(&file(&end.text))));
        near.max_by_key(|other| other.origin.1.start).map(|other| other.id.clone())
    };
    shares(|link| &link.cpp, &link.cpp).or_else(|| shares(|link| &link.python, &link.python))
}

/// Puts a table in behind the neighbour, or behind everything.
pub fn insert(document: &mut DocumentMut, id: &str, mut table: Table, neighbour: Option<&str>) -> Result<(), Refusal> {
    let last = positions(document.as_table()).into_iter().max().unwrap_or(0);
    let sections = links(document)?;
    let beside = neighbour.and_then(|id| sections.get(id)).filter(|item| is_section(item)).and_then(position);
    let at = beside.unwrap_or(last + 1);
    table.set_position(Some(at));
    // Of links at one position the one inserted last comes last.
    sections.insert(id, Item::Table(table));
    let following = following(document, at);
    let (mine, theirs) = match &following {
        Some(path) => split_tail(&above(document, path)),
        None => (document.trailing().as_str().unwrap_or_default().to_owned(), String::new()),
    };
    set_above(document, following.as_deref(), &theirs);
    set_above(document, Some(&["link".to_owned(), id.to_owned()]), &(mine + "\n"));
    Ok(())
}

/// Takes a table out: the comments directly above it and directly below it go, headings stay.
pub fn take(document: &mut DocumentMut, id: &str) -> Result<(), Refusal> {
    let path = ["link".to_owned(), id.to_owned()];
    let sections = links(document)?;
    let item = sections.get(id).filter(|item| is_section(item)).ok_or_else(|| not_a_section(id))?;
    let at = position(item).unwrap_or(0);
    let kept = without_own(&above(document, &path));
    links(document)?.remove(id);
    let following = following(document, at);
    let next = match &following {
        Some(path) => above(document, path),
        None => document.trailing().as_str().unwrap_or_default().to_owned(),
    };
    let rest = match following {
        Some(_) => split_tail(&next).1,
        None => split_tail(&(next + "\n")).1.strip_suffix('\n').unwrap_or_default().to_owned(),
    };
    set_above(document, following.as_deref(), &(kept + &rest));
    Ok(())
}

/// The path of a selector, with its repository.
fn file(text: &str) -> &str {
    text.split_once('#').map_or(text, |(file, _)| file)
}

fn position(item: &Item) -> Option<isize> {
    item.as_table()?.position()
}

/// Positions of the tables that have a header.
fn positions(table: &Table) -> Vec<isize> {
    sections(table, &[]).into_iter().map(|(at, _)| at).collect()
}

/// Every table under a header of its own: its position and the names that lead to it.
fn sections(table: &Table, path: &[String]) -> Vec<(isize, Vec<String>)> {
    let mut found = Vec::new();
    for (name, item) in table.iter() {
        let Some(inner) = item.as_table() else { continue };
        let path: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
        let shown = !(inner.is_dotted() || inner.is_implicit() && inner.get_values().is_empty());
        found.extend(inner.position().filter(|_| shown).map(|at| (at, path.clone())));
        found.extend(sections(inner, &path));
    }
    found
}

/// The table whose header comes next after a position.
fn following(document: &DocumentMut, at: isize) -> Option<Vec<String>> {
    let later = sections(document.as_table(), &[]).into_iter().filter(|(position, _)| *position > at);
    later.min_by_key(|(position, _)| *position).map(|(_, path)| path)
}

fn section<'d>(document: &'d mut DocumentMut, path: &[String]) -> Option<&'d mut Table> {
    path.iter().try_fold(document.as_table_mut(), |table, name| table.get_mut(name)?.as_table_mut())
}

/// What stands between a header and what is above it.
fn above(document: &mut DocumentMut, path: &[String]) -> String {
    let prefix = section(document, path).and_then(|table| table.decor().prefix()?.as_str().map(str::to_owned));
    prefix.unwrap_or_default()
}

/// Sets what stands above a header, or at the end of the file.
fn set_above(document: &mut DocumentMut, path: Option<&[String]>, text: &str) {
    match path {
        Some(path) => section(document, path).into_iter().for_each(|table| table.decor_mut().set_prefix(text)),
        None => document.set_trailing(text),
    }
}

/// Comments that follow a table without a blank line are its own, if a blank line follows them.
fn split_tail(prefix: &str) -> (String, String) {
    let end: usize = prefix.split_inclusive('\n').take_while(|line| !line.trim().is_empty()).map(str::len).sum();
    let tail = if prefix[end..].contains('\n') { end } else { 0 };
    (prefix[..tail].to_owned(), prefix[tail..].to_owned())
}

/// What stays of the text above a header when its table goes: all but the comments that touch the header, and one
/// blank line.
fn without_own(prefix: &str) -> String {
    let mut lines: Vec<&str> = prefix.split_inclusive('\n').collect();
    while lines.last().is_some_and(|line| !line.trim().is_empty()) {
        lines.pop();
    }
    lines.pop();
    lines.concat()
}
