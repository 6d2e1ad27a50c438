//! Links and strings as they are written.

use toml_edit::{DocumentMut, Table, Value};

use super::Refusal;
use crate::mapping::model::Relation;

/// Lines are filled up to here.
pub const WIDTH: usize = 120;

/// A link to be written.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub id: String,
    pub relation: Relation,
    pub cpp: Vec<String>,
    pub python: Vec<String>,
    pub names: Vec<String>,
    pub why: String,
}

impl NewLink {
    /// The link as it stands in a file.
    pub fn text(&self) -> String {
        let mut text = format!("[link.{}]\nrelation = {}\n", self.id, text_of(self.relation.name()));
        text += &list("cpp", &self.cpp, selector, Layout::OneALine);
        text += &list("python", &self.python, selector, Layout::OneALine);
        if !self.names.is_empty() {
            text += &list("names", &self.names, text_of, Layout::Filled);
        }
        text + &format!("why = {}\n", text_of(&self.why))
    }
}

/// How a list is laid out where it has no comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// More than one item: one a line.
    OneALine,
    /// On one line if it fits.
    Filled,
}

impl Layout {
    /// Whether items written so belong on one line, behind `key = `.
    pub fn is_one_line(self, key: &str, items: &[String]) -> bool {
        let width: usize = items.iter().map(|item| item.chars().count() + 2).sum();
        (self == Layout::Filled || items.len() < 2) && key.chars().count() + width + 3 <= WIDTH
    }
}

/// A link as a table of its own.
pub fn table(link: &NewLink) -> Result<Table, Refusal> {
    let failed = |what: String| Refusal::Said(format!("the link `{}` cannot be written: {what}", link.id));
    let mut document: DocumentMut =
        link.text().parse().map_err(|error: toml_edit::TomlError| failed(error.to_string()))?;
    let table = document.get_mut("link").and_then(|links| links.as_table_mut()?.remove(&link.id));
    table.and_then(|item| item.into_table().ok()).ok_or_else(|| failed("it is no table".to_owned()))
}

/// A selector: single quotes hold `"` and `\` as they are.
pub fn selector(text: &str) -> String {
    if text.chars().any(|c| c == '\'' || c.is_control()) { quoted(text) } else { format!("'{text}'") }
}

/// Any other string: double quotes, or single ones where those spare the backslashes.
pub fn text_of(text: &str) -> String {
    let escapes = text.contains(['"', '\\']);
    if escapes && !text.chars().any(|c| c == '\'' || c.is_control()) { format!("'{text}'") } else { quoted(text) }
}

/// A value whose text is this.
pub fn value(written: &str) -> Value {
    written.parse().expect("strings are written as TOML reads them")
}

fn list(key: &str, items: &[String], write: fn(&str) -> String, layout: Layout) -> String {
    let items: Vec<String> = items.iter().map(|item| write(item)).collect();
    match layout.is_one_line(key, &items) {
        true => format!("{key} = [{}]\n", items.join(", ")),
        false => format!("{key} = [\n{}]\n", items.iter().map(|item| format!("  {item},\n")).collect::<String>()),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}
