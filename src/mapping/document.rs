//! A TOML document, read value by value: what is wrong with it is gathered, each error with its place and the nearest
//! valid name.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::nearest::nearest;
use crate::source::SIZE_LIMIT;

/// What is wrong with a mapping, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError {
    /// The name of the mapping's source.
    pub source: String,
    /// Bytes in the source.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// A phrase that begins in lower case and quotes names in backticks.
    pub message: String,
    pub help: Option<String>,
}

/// A document being read; every method goes on after an error.
pub(super) struct Document<'a> {
    pub name: &'a str,
    pub text: &'a str,
    /// Its position among the documents read together.
    pub index: usize,
    errors: Vec<Raw>,
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// An inner table: its name and where that stands, where its header stands, its content.
pub(super) type Named<'t> = ((String, Range<usize>), Range<usize>, &'t DeTable<'t>);

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.source, self.line, self.column, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n  help: {help}"))
    }
}

impl std::error::Error for MappingError {}

impl MappingError {
    /// An error at some bytes of a source.
    pub fn at(name: &str, text: &str, span: Range<usize>, message: String, help: Option<String>) -> MappingError {
        let (line, column) = place(text, span.start);
        MappingError { source: name.to_owned(), span, line, column, message, help }
    }
}

/// More errors than this in one file are counted, not shown.
pub(super) const ERROR_LIMIT: usize = 100;

/// Line and column of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..byte.min(text.len())];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[start..]).trim_start_matches('\u{feff}').chars().count() + 1;
    (line, column)
}

/// An error before its line is known.
struct Raw {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl<'a> Document<'a> {
    /// Reads a document with `content`, or says everything that is wrong with it.
    pub(super) fn read<T: Default>(
        name: &'a str,
        text: &'a str,
        index: usize,
        content: impl FnOnce(&mut Document<'a>, &DeTable<'_>) -> T,
    ) -> Result<T, Vec<MappingError>> {
        let mut document = Document { name, text, index, errors: Vec::new() };
        let read = document.document(content);
        if document.errors.is_empty() { Ok(read) } else { Err(document.into_errors()) }
    }

    fn document<T: Default>(&mut self, content: impl FnOnce(&mut Document<'a>, &DeTable<'_>) -> T) -> T {
        if self.text.len() as u64 > SIZE_LIMIT {
            let size = self.text.len() as f64 / 1e6;
            self.error(0..0, format!("{size:.1} MB is over the limit of {} MB", SIZE_LIMIT / 1_000_000), None);
            return T::default();
        }
        let (table, errors) = DeTable::parse_recoverable(self.text);
        if self.syntax(&errors) {
            return T::default();
        }
        content(self, table.get_ref())
    }

    /// Reports what the TOML parser found, one error a line; true when the rest of the file cannot be trusted.
    fn syntax(&mut self, errors: &[toml::de::Error]) -> bool {
        let mut fatal = false;
        let mut lines = Vec::new();
        let mut repeated = 0..0;
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            if error.message() == "duplicate key" {
                if !repeated.contains(&span.start) {
                    repeated = self.section(span.start);
                    let key = self.text.get(span.clone()).unwrap_or_default().trim();
                    self.error(span, format!("`{key}` is defined twice"), None);
                }
                continue;
            }
            fatal = true;
            let line = self.line_start(span.start);
            if !lines.contains(&line) && lines.len() < ERROR_LIMIT {
                lines.push(line);
                self.error(span, format!("not valid TOML: {}", error.message()), None);
            }
        }
        fatal
    }

    pub(super) fn version(&mut self, table: &DeTable<'_>) {
        let help = Some("begin the file with `version = 1`".to_owned());
        match table.get("version") {
            None => self.error(0..0, "`version` is missing".to_owned(), help),
            Some(value) => match whole_number(value.get_ref()) {
                Some(1) => {}
                Some(other) => self.error(value.span(), format!("version {other} is not known, only 1"), help),
                None => self.kind(value, "version", "a whole number"),
            },
        }
    }

    pub(super) fn choice<T: Copy>(&mut self, table: &DeTable<'_>, key: &str, all: &[(&str, T)]) -> Option<T> {
        let text = self.string(table, key)?;
        let span = table.get(key)?.span();
        self.one_of(&text, span, key, all)
    }

    pub(super) fn one_of<T: Copy>(
        &mut self,
        text: &str,
        span: Range<usize>,
        what: &str,
        all: &[(&str, T)],
    ) -> Option<T> {
        let found = all.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            self.unknown(span, what, text, &names);
        }
        found
    }

    /// The inner tables of `[key.*]`: name with its place, place of the header, content.
    pub(super) fn tables<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Vec<Named<'t>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(outer) = self.table(value, key) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, value) in outer.iter() {
            if let Some(inner) = self.table(value, &format!("{key}.{}", name.get_ref())) {
                let header = self.header(name.span());
                named.push(((name.get_ref().to_string(), name.span()), header, inner));
            }
        }
        named
    }

    pub(super) fn table<'t>(&mut self, value: &'t Value<'_>, key: &str) -> Option<&'t DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.kind(value, key, "a table");
        }
        table
    }

    pub(super) fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                self.error(value.span(), format!("`{key}` is empty"), None);
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.kind(value, key, "a string");
                None
            }
        }
    }

    pub(super) fn list(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        self.strings(table, key).into_iter().map(|(text, _)| text).collect()
    }

    /// The strings of a list, each with its place; what is empty or said twice is reported.
    pub(super) fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<(String, Range<usize>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.kind(value, key, "a list of strings");
            return Vec::new();
        };
        if items.is_empty() {
            self.error(value.span(), format!("`{key}` is empty"), None);
        }
        let mut seen = BTreeSet::new();
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                None => self.kind(item, &format!("an item of {key}"), "a string"),
                Some(text) if text.trim().is_empty() => {
                    self.error(item.span(), format!("an item of `{key}` is empty"), None);
                }
                Some(text) if !seen.insert(text) => {
                    self.error(item.span(), format!("`{text}` is listed twice in `{key}`"), None);
                }
                Some(text) => strings.push((text.to_owned(), item.span())),
            }
        }
        strings
    }

    pub(super) fn known_keys(&mut self, table: &DeTable<'_>, place: &str, known: &keys::Table) {
        self.only_keys(table, place, &known.names());
    }

    pub(super) fn only_keys(&mut self, table: &DeTable<'_>, place: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let help = did_you_mean(name, known, "known keys");
            self.error(key.span(), format!("unknown key `{name}` in {place}"), Some(help));
        }
    }

    pub(super) fn unknown(&mut self, span: Range<usize>, what: &str, name: &str, known: &[&str]) {
        self.error(span, format!("unknown {what} `{name}`"), Some(did_you_mean(name, known, "known")));
    }

    pub(super) fn kind(&mut self, value: &Value<'_>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.error(value.span(), format!("`{key}` must be {wanted}, not {} {found}", article(found)), None);
    }

    pub(super) fn error(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.errors.push(Raw { span, message, help });
    }

    /// The whole of `[link.id]` around its `id`, or the `id` itself where it is written another way.
    fn header(&self, key: Range<usize>) -> Range<usize> {
        let start = self.line_start(key.start);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let begins = line[..key.start - start].trim_start().starts_with('[');
        match line.get(key.end - start..).and_then(|rest| rest.find(']')) {
            Some(end) if begins => start + line.len() - line.trim_start().len()..key.end + end + 1,
            _ => key,
        }
    }

    /// From a header that is repeated to the next one: its keys are repeated with it. Empty for a key.
    fn section(&self, byte: usize) -> Range<usize> {
        let start = self.line_start(byte);
        if !self.text[start..].starts_with('[') {
            return byte..byte;
        }
        byte..self.text[byte..].find("\n[").map_or(self.text.len(), |at| byte + at)
    }

    fn line_start(&self, byte: usize) -> usize {
        self.text.as_bytes()[..byte.min(self.text.len())].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)
    }

    /// In the order of the file; what is over the limit is counted.
    fn into_errors(mut self) -> Vec<MappingError> {
        self.errors.sort_by_key(|error| error.span.start);
        let more = self.errors.len().saturating_sub(ERROR_LIMIT);
        if more > 0 {
            let next = &mut self.errors[ERROR_LIMIT];
            (next.message, next.help) = (format!("{more} more errors are not shown"), None);
            self.errors.truncate(ERROR_LIMIT + 1);
        }
        let (name, text) = (self.name, self.text);
        self.errors.into_iter().map(|raw| MappingError::at(name, text, raw.span, raw.message, raw.help)).collect()
    }
}

/// `did you mean …?`, and all that is known.
fn did_you_mean(name: &str, known: &[&str], title: &str) -> String {
    let all = known.join(", ");
    match nearest(name, known.iter().copied()).first() {
        Some(best) => format!("did you mean `{best}`? {title}: {all}"),
        None => format!("{title}: {all}"),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

pub(super) fn whole_number(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
