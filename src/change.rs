//! Changes: the symbols that differ between before and after, each with its rung and facets.

use std::sync::Arc;

use crate::ladder::{Facet, Rung};
use crate::symbols::{Language, Lines, ParsedFile, SymbolKind};

/// A symbol that differs between before and after.
#[derive(Debug, Clone)]
pub struct Change {
    pub language: Language,
    /// After's path, or before's where the symbol was removed.
    pub path: Arc<str>,
    /// Before's path, where it is another one.
    pub before_path: Option<Arc<str>>,
    /// Qualified name after, or before where the symbol was removed.
    pub symbol: String,
    /// Qualified name before, where it is another one.
    pub before_symbol: Option<String>,
    pub kind: SymbolKind,
    pub what: What,
    pub rung: Rung,
    pub facets: Vec<Facet>,
    pub before: Option<Lines>,
    pub after: Option<Lines>,
    /// A tree with errors was compared by its tokens: the rung may be too deep.
    pub certain: bool,
    /// Content of the change at the rung where it is decided, before and after: what an ack covers.
    pub fingerprints: (u128, u128),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Added,
    Removed,
    Modified,
    /// Moved to another file or namespace, unedited.
    Moved,
}

/// A file, or a part of one, that was not compared, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    pub path: Arc<str>,
    pub reason: String,
}

/// A changed file, parsed on the sides where it exists.
#[derive(Debug, Clone)]
pub struct FilePair {
    pub before: Option<ParsedFile>,
    pub after: Option<ParsedFile>,
}

/// What the range changes, symbol by symbol; sorted by path, then by line.
pub fn diff(_pairs: &[FilePair]) -> Vec<Change> {
    Vec::new()
}
