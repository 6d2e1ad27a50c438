//! Selectors looked up in a file.

use super::Pattern;
use crate::symbols::ParsedFile;

/// What a selector picks in one file: positions in [`ParsedFile::symbols`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    Found(Vec<usize>),
    Ambiguous(Vec<usize>),
    Nothing { nearest: Vec<String> },
}

/// Looks a pattern up by suffix of the qualified name.
pub fn resolve(pattern: &Pattern, file: &ParsedFile) -> Resolution {
    let wanted = match pattern {
        Pattern::File => String::new(),
        Pattern::Name(name) | Pattern::Call { name, .. } | Pattern::Literal(name) => name.clone(),
        Pattern::Keyed { owner, key } => format!("{}[\"{key}\"]", owner.as_deref().unwrap_or_default()),
    };
    let symbols = file.symbols.iter().enumerate();
    let found: Vec<usize> =
        symbols.filter(|(_, symbol)| symbol.name.ends_with(&wanted)).map(|(index, _)| index).collect();
    match found.len() {
        0 => Resolution::Nothing { nearest: Vec::new() },
        1 => Resolution::Found(found),
        _ => Resolution::Ambiguous(found),
    }
}
