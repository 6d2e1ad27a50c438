//! Findings about names that are new for Python and that no link has.

use std::sync::Arc;

use super::{Finding, listed};
use crate::rules;

/// Names that are told; the rest is counted.
const MOST_NAMES: usize = 5;

/// A name that a range gives to Python.
pub struct NewName<'a> {
    /// As Python sees it.
    pub name: &'a str,
    /// As a selector says it, after `#`.
    pub symbol: &'a str,
    pub line: u32,
}

/// One finding for the new names of a file; `None` where it has none.
pub fn bindings(path: &Arc<str>, names: &[NewName<'_>]) -> Option<Finding> {
    let first = names.first()?;
    let all: Vec<&str> = names.iter().map(|name| name.name).collect();
    let what = if all.len() == 1 { "a name for Python that no link has" } else { "names for Python that no link has" };
    let message = format!("`{path}` gains {what}: {}", listed(&all, MOST_NAMES));
    let mut finding = Finding::of(&rules::UNMAPPED_BINDING, message);
    finding.path = Some(path.clone());
    finding.line = Some(first.line);
    finding.help = Some(format!(
        "if Dynamo has to know it: `drift map add NAME --cpp '{path}#{}' --python PATH#SYMBOL`\n\
         if not: nothing, or `[unlinked.NAME]` in the mapping; candidates: `drift map suggest --path '{path}'`",
        first.symbol,
    ));
    Some(finding)
}
