//! Parity: where the two sides of a mapping disagree at one revision, as far as that shows without history.

pub mod exceptions;
mod names;
mod parameters;
mod provided;
pub mod signature;
mod tables;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::finding::{self, Finding};
use crate::mapping::{Link, Mapping, Resolution, Selector, resolve};
use crate::source::SourceFile;
use crate::suggest::{Sources, declares_operators};
use crate::symbols::{Language, ParsedFile, Symbol};

/// What both sides say differently.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Parity {
    /// The name of the snapshot.
    pub at: String,
    /// Those that are told by default come first, then by severity and place.
    pub disparities: Vec<Disparity>,
    /// How many things were compared, by what they are.
    pub compared: Compared,
    /// Files that could not be read.
    pub skipped: Vec<(Arc<str>, String)>,
}

/// Something that the two sides say differently.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Disparity {
    /// At the place that is probably wrong.
    pub finding: Finding,
    /// The other side, where there is one.
    pub other: Option<(Arc<str>, u32)>,
    /// Nothing else could explain it.
    pub certain: bool,
    /// Strong enough to be told unasked.
    pub shown: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Compared {
    /// Names in native modules that the Python mentions.
    pub names: usize,
    /// Names that handlers go by.
    pub handlers: usize,
    /// Pairs of signatures.
    pub signatures: usize,
    /// Links whose C++ end gives names by the dozen.
    pub tables: usize,
    /// Links with exceptions on both sides.
    pub exceptions: usize,
}

/// Compares the sides. `others` are files outside of the scope that may give names to Python: templates, stubs. What is
/// weak is only looked for with `all`.
pub fn parity(
    sources: &Sources,
    others: &[SourceFile],
    mapping: &Mapping,
    all: bool,
    on_stage: &mut dyn FnMut(&'static str),
) -> Parity {
    on_stage("parse");
    let ground = Ground::of(sources, mapping);
    on_stage("compare");
    let mut compared = Compared::default();
    let mut disparities = names::compare(&ground, sources, others, mapping, &mut compared);
    if all {
        disparities.extend(names::unlisted(sources));
    }
    for link in &mapping.links {
        disparities.extend(parameters::compare(&ground, link, &mut compared));
        disparities.extend(tables::compare(&ground, link, &mut compared));
        disparities.extend(exceptions::compare(&ground, link, &mut compared));
    }
    disparities.retain(|disparity| all || disparity.shown);
    disparities.sort_by(|one, two| {
        let key = |disparity: &Disparity| (!disparity.shown, !disparity.certain);
        key(one).cmp(&key(two)).then_with(|| finding::order(&one.finding, &two.finding))
    });
    disparities.dedup_by(|one, two| one.finding.message == two.finding.message && one.finding.line == two.finding.line);
    let files = sources.cpp.iter().chain(&sources.twins);
    let skipped = files.filter_map(|file| Some((file.path.clone(), file.content.as_ref().err()?.to_string())));
    Parity { at: sources.at.clone(), disparities, compared, skipped: skipped.collect() }
}

impl Parity {
    pub fn shown(&self) -> impl Iterator<Item = &Disparity> {
        self.disparities.iter().filter(|disparity| disparity.shown)
    }
}

/// The files that the mapping names, as symbols.
struct Ground {
    files: FxHashMap<Arc<str>, ParsedFile>,
}

/// Code that an end of a link picks.
#[derive(Clone, Copy)]
struct Piece<'g> {
    file: &'g ParsedFile,
    symbol: &'g Symbol,
}

impl Ground {
    fn of(sources: &Sources, mapping: &Mapping) -> Ground {
        let ends = mapping.links.iter().flat_map(|link| link.cpp.iter().chain(&link.python));
        let local = ends.filter(|selector| selector.repository.is_none());
        let named: rustc_hash::FxHashSet<&str> = local.map(|selector| &*selector.path).collect();
        let files = sources.cpp.par_iter().chain(&sources.twins).filter(|file| named.contains(&*file.path));
        Ground { files: files.filter_map(|file| Some((file.path.clone(), parse(file)?))).collect() }
    }

    /// The symbols that selectors pick, without what is inside them; none for those into other repositories.
    fn pick<'g>(&'g self, selectors: &'g [Selector]) -> impl Iterator<Item = Piece<'g>> {
        let local = selectors.iter().filter(|selector| selector.repository.is_none());
        local.flat_map(|selector| {
            let file = self.files.get(&selector.path);
            file.into_iter().flat_map(|file| match resolve(&selector.pattern, file) {
                Resolution::Found(symbols) => {
                    symbols.into_iter().map(|at| Piece { file, symbol: &file.symbols[at] }).collect()
                }
                _ => Vec::new(),
            })
        })
    }
}

impl Piece<'_> {
    fn text(&self) -> std::borrow::Cow<'_, str> {
        let bytes =
            self.symbol.bytes.start.min(self.file.text().len())..self.symbol.bytes.end.min(self.file.text().len());
        String::from_utf8_lossy(&self.file.text()[bytes])
    }

    fn place(&self) -> (Arc<str>, u32) {
        (self.file.path.clone(), self.symbol.lines.start)
    }

    /// The last part of its name, the key of a keyed one, an operator without its overload.
    fn leaf(&self) -> &str {
        let name = &*self.symbol.name;
        if self.file.language == Language::Yaml {
            return name.split('.').next().unwrap_or(name);
        }
        match name.split_once("[\"") {
            Some((_, key)) => key.trim_end_matches("\"]").rsplit('.').next().unwrap_or(key),
            None => name.rsplit([':', '.']).next().unwrap_or(name),
        }
    }
}

fn parse(file: &SourceFile) -> Option<ParsedFile> {
    let text = file.content.as_ref().ok()?;
    let parsed = ParsedFile::parse(file.path.clone(), Language::of_path(&file.path)?, text.clone());
    parsed.rest();
    Some(parsed)
}

/// Whether both ends are in this repository: what other repositories hold was not read.
fn is_local(link: &Link) -> bool {
    link.cpp.iter().chain(&link.python).all(|selector| selector.repository.is_none())
}

/// Whether a file outside of the scope may give names to Python.
pub fn may_give_names(path: &str) -> bool {
    let vendored = path.split('/').any(|folder| matches!(folder, "third_party" | "vendor"));
    let stub = path.ends_with(".pyi") || path.ends_with(".pyi.in");
    let code = matches!(Language::of_path(path), Some(Language::Cpp)) || declares_operators(path);
    !vendored && (stub || code || path.ends_with(".yaml") && path.starts_with("tools/"))
}
