//! Coverage: which entry points the mapping links, which it leaves out on purpose, and which nobody has looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::entries::{Entries, Entry};
use super::linked::Linked;
use super::twins::{self, Twin};
use super::{Sources, declares_operators, parse, unreadable};
use crate::mapping::Mapping;
use crate::source::SourceFile;
use crate::symbols::{ParsedFile, SymbolKind};

/// What a mapping covers of one snapshot.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    pub at: String,
    /// Files that register names for Python, in path order.
    pub files: Vec<FileCoverage>,
    /// Files with handlers, in path order.
    pub handlers: Vec<HandlerCoverage>,
    /// Files that could not be read.
    pub skipped: Vec<(Arc<str>, String)>,
}

/// The names that one C++ file registers for Python.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileCoverage {
    pub path: Arc<str>,
    pub linked: usize,
    /// Left out by `[unlinked]`.
    pub unlinked: usize,
    /// Selectors of the others.
    pub unknown: Vec<String>,
}

/// The handlers of one Python file: code that is called in place of C++.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HandlerCoverage {
    pub path: Arc<str>,
    pub linked: usize,
    /// Selectors of those that no link has, each with what makes it a handler.
    pub unknown: Vec<(String, Handler)>,
}

/// What makes a piece of Python a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handler {
    /// `def method_add_`
    Method,
    /// `@register(torch.x)`
    Register,
    /// `@substitute_in_graph(x)`
    Substitute,
    /// `if name == "x":`
    Branch,
}

/// What a file holds that registers anything.
const MARKS: [&str; 9] = [
    "PyMethodDef",
    "PyGetSetDef",
    "PyMemberDef",
    "PyType_Slot",
    ".def",
    "class_<",
    "enum_<",
    "TORCH_LIBRARY",
    "py_context_manager",
];

/// Compares what is registered and what handles it with what the mapping links.
pub fn coverage(sources: &Sources, mapping: &Mapping, on_stage: &mut dyn FnMut(&'static str)) -> Coverage {
    on_stage("parse");
    let named: BTreeSet<&str> = mapping.links.iter().flat_map(|link| &link.cpp).map(|end| &*end.path).collect();
    let code = sources.cpp.par_iter().filter(|file| !declares_operators(&file.path));
    let cpp: Vec<ParsedFile> =
        code.filter(|file| named.contains(&*file.path) || registers(file)).filter_map(parse).collect();
    let python: Vec<ParsedFile> = sources.twins.par_iter().filter_map(parse).collect();
    on_stage("compare");
    let operators: Vec<SourceFile> =
        sources.cpp.iter().filter(|file| declares_operators(&file.path)).cloned().collect();
    let entries = Entries::registered(&cpp, &operators);
    let linked = Linked::of(mapping, &cpp, &python);
    let handlers = python.par_iter().enumerate().filter_map(|(at, file)| of_handlers(at, file, &linked)).collect();
    Coverage {
        at: sources.at.clone(),
        files: of_entries(&entries, &linked, mapping),
        handlers,
        skipped: unreadable(sources),
    }
}

impl Coverage {
    /// All C++ files together: linked, left out, unknown.
    pub fn bindings(&self) -> [usize; 3] {
        self.files.iter().fold([0; 3], |[linked, unlinked, unknown], file| {
            [linked + file.linked, unlinked + file.unlinked, unknown + file.unknown.len()]
        })
    }

    /// All Python files together: linked, unknown.
    pub fn handled(&self) -> [usize; 2] {
        self.handlers
            .iter()
            .fold([0; 2], |[linked, unknown], file| [linked + file.linked, unknown + file.unknown.len()])
    }
}

impl Handler {
    /// Said of one of them.
    pub fn phrase(self) -> &'static str {
        match self {
            Handler::Method => "method",
            Handler::Register => "@register",
            Handler::Substitute => "@substitute_in_graph",
            Handler::Branch => "name == \"…\"",
        }
    }

    fn of(twin: &Twin, file: &ParsedFile) -> Option<Handler> {
        let decorated = |name: &str| twin.decorators.iter().any(|used| used.leaf() == name);
        match twin.kind {
            SymbolKind::Branch => {
                let condition = file.symbols[twin.symbol].lead().unwrap_or("");
                (twin.class.is_some() && condition.split_whitespace().any(|word| word == "name"))
                    .then_some(Handler::Branch)
            }
            SymbolKind::Function if decorated("register") => Some(Handler::Register),
            SymbolKind::Function if decorated("substitute_in_graph") => Some(Handler::Substitute),
            SymbolKind::Function if twin.class.is_some() && twin.leaf.starts_with("method_") => Some(Handler::Method),
            _ => None,
        }
    }
}

pub(super) fn registers(file: &SourceFile) -> bool {
    let Ok(text) = &file.content else { return false };
    MARKS.iter().any(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
}

/// A getter and a setter are one binding, and so are a registration and the code it names.
fn of_entries(entries: &Entries, linked: &Linked, mapping: &Mapping) -> Vec<FileCoverage> {
    let mut bindings: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries.all {
        let own = format!("{}#{}", entry.path, entry.selector);
        bindings
            .entry(entry.registration.clone().filter(|other| other.contains("[\"")).unwrap_or(own))
            .or_default()
            .push(entry);
    }
    let mut files: BTreeMap<String, FileCoverage> = BTreeMap::new();
    for (selector, parts) in bindings {
        let path = selector.split('#').next().unwrap_or(&selector);
        let file = files
            .entry(path.to_owned())
            .or_insert_with(|| FileCoverage { path: path.into(), ..FileCoverage::default() });
        let key = parts.iter().find_map(|entry| entry.key.as_deref()).unwrap_or("");
        if parts.iter().any(|entry| linked.has_entry(entry)) {
            file.linked += 1;
        } else if mapping.unlinked.iter().any(|unlinked| unlinked.covers(path, key)) {
            file.unlinked += 1;
        } else {
            file.unknown.push(selector);
        }
    }
    files.into_values().collect()
}

fn of_handlers(at: usize, file: &ParsedFile, linked: &Linked) -> Option<HandlerCoverage> {
    let mut found = HandlerCoverage { path: file.path.clone(), ..HandlerCoverage::default() };
    for twin in twins::of(at, file) {
        let Some(handler) = Handler::of(&twin, file) else { continue };
        match linked.has_twin(&twin) {
            true => found.linked += 1,
            false => found.unknown.push((format!("{}#{}", file.path, twin.selector), handler)),
        }
    }
    (found.linked + found.unknown.len() > 0).then_some(found)
}
