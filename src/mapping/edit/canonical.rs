//! The canonical form: order of keys, quotes, one selector a line, blank lines. Sections, their order and all comments stay.

use toml_edit::{Array, Decor, DocumentMut, Formatted, Item, KeyMut, RawString, Table, Value};

use super::Refusal;
use super::write::{self, Layout};
use crate::mapping::keys::{self, Kind};

/// Blank lines that may stand together between two sections, so that headings can set groups apart.
const MOST_BLANK: usize = 2;

/// Rewrites a document that is a valid mapping.
pub fn canonical(document: &mut DocumentMut) -> Result<(), Refusal> {
    body(document.as_table_mut(), &keys::TOP);
    inner_tables(document.as_table_mut(), &keys::TOP)?;
    let trailing = paragraphs(text(Some(document.trailing())), Above::End);
    document.set_trailing(trailing);
    Ok(())
}

/// What a comment stands above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Above {
    Key,
    Section,
    /// The end of the file.
    End,
}

fn inner_tables(table: &mut Table, known: &keys::Table) -> Result<(), Refusal> {
    let names: Vec<String> =
        table.iter().filter(|(_, item)| item.is_table()).map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let kind = known.kind(&name);
        if let Some(mut key) = table.key_mut(&name) {
            key.fmt();
        }
        let Some(inner) = table.get_mut(&name).and_then(Item::as_table_mut) else { continue };
        match kind {
            Some(Kind::Tables(known)) => {
                let ids: Vec<String> = inner.iter().map(|(id, _)| id.to_owned()).collect();
                for id in ids {
                    if let Some(mut key) = inner.key_mut(&id) {
                        key.fmt();
                    }
                    let Some(entry) = inner.get_mut(&id).and_then(Item::as_table_mut) else {
                        return Err(super::not_a_section(&id));
                    };
                    section(entry, known)?;
                }
                header(inner);
            }
            Some(Kind::Table(known)) => {
                section(inner, known)?;
                inner_tables(inner, known)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn section(table: &mut Table, known: &keys::Table) -> Result<(), Refusal> {
    if table.is_dotted() {
        let help = "write it as a table of its own by hand first";
        return Err(Refusal::Said(format!("{} is written in dotted keys; {help}", known.title)));
    }
    header(table);
    body(table, known);
    Ok(())
}

/// The blank lines and comments above a header, and the comment behind it.
fn header(table: &mut Table) {
    if table.is_implicit() {
        return;
    }
    let decor = table.decor_mut();
    let above = paragraphs(text(decor.prefix()), Above::Section);
    let behind = behind(text(decor.suffix()));
    *decor = Decor::new(above, behind);
}

/// The keys of a table with their values.
fn body(table: &mut Table, known: &keys::Table) {
    let order = known.names();
    let rank = |name: &str| order.iter().position(|known| *known == name);
    table.sort_values_by(|a, _, b, _| rank(a.get()).cmp(&rank(b.get())));
    for (key, item) in table.iter_mut() {
        let Item::Value(value) = item else { continue };
        let name = key.get().to_owned();
        spell(key);
        self::value(&name, value, known.kind(&name));
    }
}

/// A key as it is written: bare, ` = ` behind it, its comments above it.
fn spell(mut key: KeyMut<'_>) {
    let comments = paragraphs(text(key.leaf_decor().prefix()), Above::Key);
    key.fmt();
    *key.leaf_decor_mut() = Decor::new(comments, " ");
}

fn value(key: &str, value: &mut Value, kind: Option<Kind>) {
    let behind = behind(text(value.decor().suffix()));
    let selectors = matches!(kind, Some(Kind::Selectors));
    match value {
        Value::Array(array) => list(key, array, selectors),
        Value::String(string) => *value = plain(string, write::text_of),
        Value::Integer(number) => *value = Value::Integer(Formatted::new(*number.value())),
        _ => {}
    }
    *value.decor_mut() = Decor::new(" ", behind);
}

/// A string in its canonical quotes; one of several lines stays as it is written.
fn plain(string: &Formatted<String>, write: fn(&str) -> String) -> Value {
    if string.value().contains('\n') {
        return Value::String(string.clone());
    }
    write::value(&write(string.value()))
}

fn list(key: &str, array: &mut Array, selectors: bool) {
    let (write, layout): (fn(&str) -> String, _) =
        if selectors { (write::selector, Layout::OneALine) } else { (write::text_of, Layout::Filled) };
    let comments = comments_of(array);
    for item in array.iter_mut() {
        if let Value::String(string) = item {
            *item = plain(string, write);
        }
        item.decor_mut().clear();
    }
    let items: Vec<String> = array.iter().map(|item| item.to_string().trim().to_owned()).collect();
    if comments.iter().all(String::is_empty) && layout.is_one_line(key, &items) {
        return on_one_line(array);
    }
    for (item, comment) in array.iter_mut().zip(&comments) {
        item.decor_mut().set_prefix(format!("{comment}\n  "));
    }
    array.set_trailing(format!("{}\n", comments.last().map_or("", String::as_str)));
    array.set_trailing_comma(true);
}

fn on_one_line(array: &mut Array) {
    for (at, item) in array.iter_mut().enumerate() {
        item.decor_mut().set_prefix(if at == 0 { "" } else { " " });
    }
    array.set_trailing("");
    array.set_trailing_comma(false);
}

/// The comments in front of each item of a list, and those behind the last: first what stands on the line of the item
/// before, then a line each.
fn comments_of(array: &Array) -> Vec<String> {
    let mut between = Vec::new();
    let mut before = String::new();
    for item in array.iter() {
        between.push(before + text(item.decor().prefix()));
        before = text(item.decor().suffix()).to_owned();
    }
    between.push(before + text(Some(array.trailing())));
    between.iter().map(|text| indented(text)).collect()
}

fn indented(between: &str) -> String {
    let mut lines = between.split('\n');
    let behind = behind(lines.next().unwrap_or_default());
    let own = lines.map(str::trim).filter(|line| !line.is_empty());
    behind + &own.map(|line| format!("\n  {line}")).collect::<String>()
}

/// A comment behind a value or header, as far away as it was.
fn behind(suffix: &str) -> String {
    let suffix = suffix.trim_end();
    if suffix.starts_with('#') { format!(" {suffix}") } else { suffix.to_owned() }
}

/// Comments above something, a line each, in paragraphs.
fn paragraphs(prefix: &str, above: Above) -> String {
    // What follows the last line end is indentation.
    let lines = prefix.split('\n').map(str::trim).rev().skip(1).collect::<Vec<_>>().into_iter().rev();
    let (most, at_top) = if above == Above::Key { (1, 0) } else { (MOST_BLANK, MOST_BLANK) };
    let mut out = String::new();
    let mut blank = 0;
    for line in lines {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        out += &"\n".repeat(blank.min(if out.is_empty() { at_top } else { most }));
        out = out + line + "\n";
        blank = 0;
    }
    match above {
        Above::End => out,
        Above::Key => out.clone() + &"\n".repeat(blank.min(if out.is_empty() { at_top } else { most })),
        Above::Section => set_apart(out + &"\n".repeat(blank.min(most))),
    }
}

/// At least one blank line before a section.
fn set_apart(text: String) -> String {
    let is_apart = text.starts_with('\n') || text.contains("\n\n");
    if is_apart { text } else { format!("\n{text}") }
}

fn text(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}
