//! Suggestions: which links a mapping may still lack, ranked, each with its evidence.

mod coverage;
mod entries;
mod evidence;
mod linked;
mod modules;
mod rank;
mod signal;
mod twins;
mod words;
mod yaml;

pub use words::words;

use std::sync::Arc;

use rayon::prelude::*;

pub use coverage::{Coverage, FileCoverage, Handler, HandlerCoverage, coverage};
pub use evidence::Evidence;
pub use signal::{SIGNALS, Signal, SignalRow};
pub use yaml::declares_operators;

use crate::mapping::{Mapping, Relation};
use crate::source::SourceFile;
use crate::symbols::{Language, ParsedFile};
use entries::Entries;
use linked::Linked;
use modules::Modules;
use words::Rarity;

/// The files that suggestions are made from.
#[derive(Debug, Default)]
pub struct Sources {
    /// The name of the snapshot.
    pub at: String,
    /// C++ in the scope of the mapping, and files that declare operators.
    pub cpp: Vec<SourceFile>,
    /// Python in the scope of the mapping.
    pub twins: Vec<SourceFile>,
    /// The Python around it, through which names are followed.
    pub python: Vec<SourceFile>,
}

/// A link that may be missing.
#[derive(Debug, Clone)]
pub struct Suggestion {
    pub cpp: String,
    /// Where else the C++ end shows: the registration of the function, or the function of the registration.
    pub also: Option<String>,
    pub python: String,
    pub names: Vec<String>,
    pub evidence: Vec<Evidence>,
    /// From 0 to 1, and comparable only with other suggestions.
    pub score: f32,
}

impl Suggestion {
    /// A name for the link, from what both ends are called.
    pub fn id(&self) -> String {
        let symbol = |selector: &str| selector.split_once('#').map_or(String::new(), |(_, symbol)| symbol.to_owned());
        let cpp = self.names.first().map_or_else(|| symbol(&self.cpp), Clone::clone);
        let last = |text: &str| text.rsplit(['.', ':', '[']).next().unwrap_or(text).to_owned();
        let python = symbol(&self.python);
        let class = python.split('.').next().unwrap_or("").to_owned();
        let mut parts = words::words(&class);
        parts.extend(words::words(&last(&cpp)));
        parts.dedup();
        parts.join("-")
    }

    /// What the Python is to the C++, as far as the evidence tells.
    pub fn relation(&self) -> Relation {
        let lists = self.evidence.iter().all(|seen| seen.signal == Signal::Listed);
        if lists { Relation::Lists } else { Relation::Models }
    }

    /// The command that adds the link.
    pub fn command(&self) -> String {
        let mut command = format!("drift map add {}", self.id());
        if self.relation() == Relation::Lists {
            command.push_str(" --relation lists");
        }
        for cpp in std::iter::once(&self.cpp).chain(&self.also) {
            command.push_str(&format!(" --cpp {}", quoted(cpp)));
        }
        command.push_str(&format!(" --python {}", quoted(&self.python)));
        for name in &self.names {
            command.push_str(&format!(" --names {}", quoted(name)));
        }
        command
    }
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Suggestions, best first.
#[derive(Debug, Clone, Default)]
pub struct Suggestions {
    pub at: String,
    /// Those asked for.
    pub shown: Vec<Suggestion>,
    /// How many there are.
    pub found: usize,
    /// How many entry points and pieces of Python were compared.
    pub entries: usize,
    pub twins: usize,
    /// Files that could not be read.
    pub skipped: Vec<(Arc<str>, String)>,
}

/// Seeks links between the C++ and the Python.
pub fn suggest(sources: &Sources, mapping: &Mapping, on_stage: &mut dyn FnMut(&'static str)) -> Suggestions {
    on_stage("parse");
    let (operators, code): (Vec<_>, Vec<_>) = sources.cpp.iter().partition(|file| declares_operators(&file.path));
    let operators: Vec<SourceFile> = operators.into_iter().cloned().collect();
    let cpp: Vec<ParsedFile> = code.into_par_iter().filter_map(parse).collect();
    let python: Vec<ParsedFile> = sources.twins.par_iter().filter_map(parse).collect();
    on_stage("read");
    let mut entries = Entries::registered(&cpp, &operators);
    let twins: Vec<twins::Twin> =
        python.par_iter().enumerate().flat_map_iter(|(at, file)| twins::of(at, file)).collect();
    let mut modules = Modules::of(&sources.python);
    let rarity = Rarity::of(classes(&cpp).chain(classes(&python)));
    on_stage("compare");
    let ground = evidence::Ground { cpp: &cpp, python: &python, twins: &twins, rarity: &rarity };
    let registered = entries.all.len();
    let mut pairs = evidence::gather(&ground, &mut entries, &mut modules);
    on_stage("rank");
    let linked = Linked::of(mapping, &cpp, &python);
    pairs.retain(|(entry, twin), _| !linked.joins(&entries.all[*entry], &twins[*twin]));
    let shown = rank::rank(&pairs, &entries, &twins, &python);
    Suggestions {
        at: sources.at.clone(),
        found: shown.len(),
        shown,
        entries: registered,
        twins: twins.len(),
        skipped: unreadable(sources),
    }
}

/// What C++ gives to native modules by name, and the line where it does: path, name, line.
pub fn registered_names(sources: &Sources) -> Vec<(Arc<str>, Arc<str>, u32)> {
    let code = sources.cpp.par_iter().filter(|file| !declares_operators(&file.path) && coverage::registers(file));
    let cpp: Vec<ParsedFile> = code.filter_map(parse).collect();
    let entries = Entries::registered(&cpp, &[]);
    let in_module = entries.all.iter().filter(|entry| {
        let dispatched = [Some(&entry.selector), entry.registration.as_ref()].into_iter().flatten();
        !matches!(entry.owner, entries::Owner::Class(_)) && dispatched.into_iter().all(|s| !s.contains("TORCH_LIBRARY"))
    });
    let named = in_module.filter_map(|entry| {
        let file = &cpp[entry.file?];
        Some((entry.path.clone(), entry.key.clone()?, file.symbols[*entry.symbols.last()?].lines.start))
    });
    named.collect()
}

fn parse(file: &SourceFile) -> Option<ParsedFile> {
    let text = file.content.as_ref().ok()?;
    let parsed = ParsedFile::parse(file.path.clone(), Language::of_path(&file.path)?, text.clone());
    // The trees of a whole repository do not fit into memory.
    parsed.rest();
    Some(parsed)
}

fn classes(files: &[ParsedFile]) -> impl Iterator<Item = &str> {
    let symbols = files.iter().flat_map(|file| file.symbols.iter());
    let classes = symbols.filter(|symbol| symbol.kind == crate::symbols::SymbolKind::Class);
    classes.map(|symbol| symbol.name.rsplit([':', '.']).next().unwrap_or(&symbol.name))
}

fn unreadable(sources: &Sources) -> Vec<(Arc<str>, String)> {
    let files = sources.cpp.iter().chain(&sources.twins);
    files.filter_map(|file| Some((file.path.clone(), file.content.as_ref().err()?.to_string()))).collect()
}
