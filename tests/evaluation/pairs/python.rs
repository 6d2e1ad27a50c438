//! Python functions as twins: which can be edited, and how.

use dynadrift::symbols::{Language, ParsedFile, SymbolKind};

use crate::mutation::Edit;
use crate::pytorch::NamedText;

/// A function with an edit that changes what it returns.
#[derive(Debug, Clone)]
pub struct Function {
    pub path: String,
    pub name: String,
    pub text: String,
    /// Bytes of the definition, decorators included.
    pub start: usize,
    pub end: usize,
    /// `return value` on one line, by the bytes of the value.
    value: (usize, usize),
    /// The start of that line, and how far it is indented.
    line: (usize, usize),
}

/// The functions and methods of a file that return something on one line, each under a name of its own.
pub fn functions((path, text): &NamedText) -> Vec<Function> {
    let Ok(source) = std::str::from_utf8(text) else { return Vec::new() };
    let parsed = ParsedFile::parse(path.clone(), Language::Python, text.clone());
    let is_outer = |parent: Option<usize>| {
        parent.is_none_or(|parent| matches!(parsed.symbols[parent].kind, SymbolKind::FileScope | SymbolKind::Class))
    };
    let functions = parsed.symbols.iter().filter(|symbol| {
        let same = parsed.symbols.iter().filter(|other| other.name == symbol.name).count();
        symbol.kind == SymbolKind::Function && same == 1 && is_outer(symbol.parent)
    });
    let functions = functions.filter_map(|symbol| {
        let (value, line) = returned(source, symbol.bytes.start, symbol.bytes.end)?;
        Some(Function {
            path: path.to_string(),
            name: symbol.name.clone(),
            text: source.to_owned(),
            start: symbol.bytes.start,
            end: symbol.bytes.end,
            value,
            line,
        })
    });
    functions.collect()
}

impl Function {
    pub fn semantic(&self) -> Edit {
        let (start, end) = self.value;
        Edit::of(start, end, format!("({}, None)", &self.text[start..end]))
    }

    pub fn comment(&self) -> Edit {
        let (start, indent) = self.line;
        Edit::of(start, start, format!("{}# Kept as it was.\n", " ".repeat(indent)))
    }
}

/// The value of the last plain `return` between two bytes, and its line.
fn returned(source: &str, start: usize, end: usize) -> Option<((usize, usize), (usize, usize))> {
    let mut found = None;
    let mut at = start;
    let mut in_text = false;
    for line in source[start..end].split_inclusive('\n') {
        let (first, length) = (at, line.len());
        at += length;
        let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
        let was_in_text = in_text;
        in_text ^= quotes % 2 == 1;
        let code = line.trim_end();
        let indent = code.len() - code.trim_start().len();
        let Some(value) = code.trim_start().strip_prefix("return ") else { continue };
        let whole = balanced(value) && !value.contains('#') && !value.ends_with('\\') && value != "None";
        if whole && !was_in_text && quotes == 0 && first > start {
            let open = first + code.len() - value.len();
            found = Some(((open, open + value.len()), (first, indent)));
        }
    }
    found
}

fn balanced(value: &str) -> bool {
    let count = |signs: &str| value.chars().filter(|c| signs.contains(*c)).count();
    !value.contains(['"', '\'']) && count("([{") == count(")]}")
}
