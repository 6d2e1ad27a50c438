//! Linked: which code the mapping already joins, so that it is not suggested again.

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::Entry;
use super::twins::Twin;
use crate::mapping::{Mapping, Pattern, Resolution, Selector, resolve};
use crate::symbols::ParsedFile;

/// The symbols that the ends of links pick, by file.
pub struct Linked {
    /// For each symbol of C++ the links that it is in.
    cpp: FxHashMap<(usize, usize), FxHashSet<usize>>,
    /// By path and name, for files without symbols.
    operators: FxHashMap<(String, String), FxHashSet<usize>>,
    python: FxHashMap<(usize, usize), FxHashSet<usize>>,
}

impl Linked {
    pub fn of(mapping: &Mapping, cpp: &[ParsedFile], python: &[ParsedFile]) -> Linked {
        let mut linked =
            Linked { cpp: FxHashMap::default(), operators: FxHashMap::default(), python: FxHashMap::default() };
        let [cpp_paths, python_paths] = [cpp, python].map(paths);
        for (link, both) in mapping.links.iter().enumerate() {
            for selector in both.cpp.iter().filter(|selector| selector.repository.is_none()) {
                if let Pattern::Name(name) = &selector.pattern {
                    let key = (selector.path.to_string(), name.clone());
                    linked.operators.entry(key).or_default().insert(link);
                }
                mark(&mut linked.cpp, selector, link, cpp, &cpp_paths);
            }
            for selector in both.python.iter().filter(|selector| selector.repository.is_none()) {
                mark(&mut linked.python, selector, link, python, &python_paths);
            }
        }
        linked
    }

    /// Whether one link has both.
    pub fn joins(&self, entry: &Entry, twin: &Twin) -> bool {
        let Some(theirs) = self.python.get(&(twin.file, twin.symbol)) else { return false };
        self.links(entry).any(|link| theirs.contains(link))
    }

    /// Whether any link has the entry point.
    pub fn has_entry(&self, entry: &Entry) -> bool {
        self.links(entry).next().is_some()
    }

    /// Whether any link has the twin.
    pub fn has_twin(&self, twin: &Twin) -> bool {
        self.python.contains_key(&(twin.file, twin.symbol))
    }

    fn links(&self, entry: &Entry) -> impl Iterator<Item = &usize> {
        let symbols = entry.file.into_iter().flat_map(|file| entry.symbols.iter().map(move |symbol| (file, *symbol)));
        let operator = match entry.file {
            None => self.operators.get(&(entry.path.to_string(), entry.selector.clone())),
            Some(_) => None,
        };
        symbols.filter_map(|place| self.cpp.get(&place)).chain(operator).flatten()
    }
}

fn paths(files: &[ParsedFile]) -> FxHashMap<&str, usize> {
    files.iter().enumerate().map(|(at, file)| (&*file.path, at)).collect()
}

/// Marks what a selector picks, and what lies inside it.
fn mark(
    marked: &mut FxHashMap<(usize, usize), FxHashSet<usize>>,
    selector: &Selector,
    link: usize,
    files: &[ParsedFile],
    paths: &FxHashMap<&str, usize>,
) {
    let Some(at) = paths.get(&*selector.path).copied() else { return };
    let (Resolution::Found(roots) | Resolution::Ambiguous(roots)) = resolve(&selector.pattern, &files[at]) else {
        return;
    };
    let symbols = &files[at].symbols;
    let mut inside: FxHashSet<usize> = roots.into_iter().collect();
    for (index, symbol) in symbols.iter().enumerate() {
        // A parent comes before its children.
        if symbol.parent.is_some_and(|parent| inside.contains(&parent)) {
            inside.insert(index);
        }
    }
    for index in inside.iter().copied().collect::<std::collections::BTreeSet<_>>() {
        marked.entry((at, index)).or_default().insert(link);
    }
}
