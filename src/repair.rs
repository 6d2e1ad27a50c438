//! Repairs: where the code went that a selector no longer finds, and whether it is still the same code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::change::{self, Change, FilePair, What};
use crate::ladder::Rung;
use crate::mapping::resolve::{Resolution, resolve};
use crate::mapping::selector::pattern;
use crate::mapping::{Mapping, Pattern, Selector};
use crate::source::{FileChange, SnapshotPair, SourceFile};
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// The deepest rung at which code that moved is still the same code.
pub const SAME: Rung = Rung::Structure;

/// A selector that resolves before and not after, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Repair {
    pub link: String,
    pub selector: String,
    /// What the selector picked before: names.
    pub symbols: Vec<String>,
    pub whereabouts: Whereabouts,
}

/// Where the code of a selector is after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Whereabouts {
    /// The same code, moved or renamed: equal at this rung.
    Followed {
        replacement: String,
        rung: Rung,
    },
    /// Moved or renamed, and edited as well: a person has to look.
    Edited {
        replacement: String,
        rung: Rung,
    },
    Lost,
}

/// Follows the selectors into the repository of the pair that resolve before and not after.
pub fn repairs(mapping: &Mapping, pair: &SnapshotPair) -> Vec<Repair> {
    let named: BTreeSet<&str> = selectors(mapping).map(|(_, selector)| &*selector.path).collect();
    let files: BTreeMap<&str, &FileChange> =
        pair.changed.iter().filter_map(|change| Some((before_path(change)?, change))).collect();
    let parsed: BTreeMap<&str, FilePair> =
        named.into_par_iter().filter_map(|path| Some((path, parse(files.get(path)?)))).collect();
    let broken: Vec<Broken<'_>> =
        selectors(mapping).filter_map(|(link, selector)| broken(link, selector, &parsed)).collect();
    let pairs = pairs(pair, &broken);
    let changes = change::diff(&pairs);
    broken.iter().map(|broken| Trail { broken, pairs: &pairs, changes: &changes }.repair()).collect()
}

impl Repair {
    /// What can be written without a person having looked.
    pub fn followed(&self) -> Option<&str> {
        match &self.whereabouts {
            Whereabouts::Followed { replacement, .. } => Some(replacement),
            Whereabouts::Edited { .. } | Whereabouts::Lost => None,
        }
    }
}

struct Broken<'m> {
    link: &'m str,
    selector: &'m Selector,
    /// What it picked: names and first lines.
    roots: Vec<(String, u32)>,
    kinds: Vec<SymbolKind>,
}

fn selectors(mapping: &Mapping) -> impl Iterator<Item = (&str, &Selector)> {
    let links = mapping.links.iter();
    let all = links.flat_map(|link| link.cpp.iter().chain(&link.python).map(|selector| (link.id.as_str(), selector)));
    all.filter(|(_, selector)| selector.repository.is_none())
}

fn before_path(change: &FileChange) -> Option<&str> {
    change.before.as_ref().map(|file| &*file.path)
}

fn parse(change: &FileChange) -> FilePair {
    let read = |file: &Option<SourceFile>| {
        let file = file.as_ref()?;
        let text = file.content.as_ref().ok()?;
        Some(ParsedFile::parse(file.path.clone(), Language::of_path(&file.path)?, text.clone()))
    };
    FilePair { before: read(&change.before), after: read(&change.after) }
}

/// The selector, if the range takes away what it picked under this path.
fn broken<'m>(link: &'m str, selector: &'m Selector, parsed: &BTreeMap<&str, FilePair>) -> Option<Broken<'m>> {
    let pair = parsed.get(&*selector.path)?;
    let before = pair.before.as_ref()?;
    let Resolution::Found(roots) = resolve(&selector.pattern, before) else { return None };
    let after = pair.after.as_ref().filter(|after| after.path == before.path);
    if after.is_some_and(|after| matches!(resolve(&selector.pattern, after), Resolution::Found(_))) {
        return None;
    }
    let symbols = || roots.iter().map(|at| &before.symbols[*at]);
    let roots = symbols().map(|symbol| (symbol.name.clone(), symbol.lines.start)).collect();
    Some(Broken { link, selector, roots, kinds: symbols().map(|symbol| symbol.kind).collect() })
}

/// The changed files that the code may have come from or gone to.
fn pairs(pair: &SnapshotPair, broken: &[Broken<'_>]) -> Vec<FilePair> {
    let paths: BTreeSet<&str> = broken.iter().map(|broken| &*broken.selector.path).collect();
    let names: BTreeSet<&str> =
        broken.iter().flat_map(|broken| broken.roots.iter().map(|(name, _)| leaf(name))).collect();
    let finders: Vec<_> = names.iter().map(|name| memchr::memmem::Finder::new(name.as_bytes())).collect();
    let may_hold = |change: &&FileChange| {
        let after = change.after.as_ref().and_then(|file| file.content.as_ref().ok());
        before_path(change).is_some_and(|path| paths.contains(path))
            || after.is_some_and(|text| finders.iter().any(|finder| finder.find(text).is_some()))
    };
    let changed: Vec<&FileChange> = pair.changed.iter().filter(may_hold).collect();
    changed.into_par_iter().map(parse).collect()
}

/// The search for one selector.
struct Trail<'a> {
    broken: &'a Broken<'a>,
    pairs: &'a [FilePair],
    changes: &'a [Change],
}

impl Trail<'_> {
    fn repair(&self) -> Repair {
        Repair {
            link: self.broken.link.to_owned(),
            selector: self.broken.selector.text.clone(),
            symbols: self.broken.roots.iter().map(|(name, _)| name.clone()).collect(),
            whereabouts: self.whereabouts(),
        }
    }

    fn whereabouts(&self) -> Whereabouts {
        if self.broken.selector.pattern == Pattern::File {
            return self.file();
        }
        let changes: Option<Vec<&Change>> = self.broken.roots.iter().map(|root| self.change_of(root)).collect();
        match changes.as_deref() {
            Some([first, rest @ ..]) if rest.iter().all(|one| one.path == first.path && one.symbol == first.symbol) => {
                let rung = rest.iter().map(|change| change.rung).fold(first.rung, Rung::max);
                let certain = first.certain && rest.iter().all(|change| change.certain);
                self.told(&first.path, &first.symbol, if certain { rung } else { Rung::Semantic })
            }
            _ => self.namesake(),
        }
    }

    /// A whole file goes where git sees it renamed to.
    fn file(&self) -> Whereabouts {
        let pair = self
            .pairs
            .iter()
            .find(|pair| pair.before.as_ref().is_some_and(|file| file.path == self.broken.selector.path));
        let Some(after) = pair.and_then(|pair| pair.after.as_ref()) else { return Whereabouts::Lost };
        let inside = self.changes.iter().filter(|change| change.path == after.path);
        let rung = inside.map(|change| change.rung).max().unwrap_or(Rung::Layout);
        judged(self.placed(&after.path, None), rung)
    }

    /// What became of a symbol, if it was not taken away.
    fn change_of(&self, (name, line): &(String, u32)) -> Option<&Change> {
        self.changes.iter().find(|change| {
            let path = change.before_path.as_ref().unwrap_or(&change.path);
            let symbol = change.before_symbol.as_ref().unwrap_or(&change.symbol);
            let begins = change.before.is_some_and(|lines| lines.start == *line);
            *path == self.broken.selector.path && symbol == name && begins && change.after.is_some()
        })
    }

    /// Something of the same name and kind that the range added elsewhere: what was moved and rewritten ends here.
    fn namesake(&self) -> Whereabouts {
        let Some((name, _)) = self.broken.roots.first() else { return Whereabouts::Lost };
        let added =
            self.changes.iter().filter(|change| change.what == What::Added && self.broken.kinds.contains(&change.kind));
        let mut same: Vec<&Change> = added.filter(|change| leaf(&change.symbol) == leaf(name)).collect();
        same.dedup_by(|one, two| one.path == two.path && one.symbol == two.symbol);
        match same[..] {
            [only] => self.told(&only.path, &only.symbol, Rung::Semantic),
            _ => Whereabouts::Lost,
        }
    }

    fn told(&self, path: &Arc<str>, symbol: &str, rung: Rung) -> Whereabouts {
        match self.replacement(path, symbol) {
            Some(replacement) => judged(replacement, rung),
            None => Whereabouts::Lost,
        }
    }

    /// The selector as it was but for the path where that is enough; else with the new name.
    fn replacement(&self, path: &Arc<str>, symbol: &str) -> Option<String> {
        let after = self.pairs.iter().filter_map(|pair| pair.after.as_ref()).find(|file| file.path == *path)?;
        let picks = |text: &str| {
            let Ok(pattern) = pattern(text) else { return false };
            let Resolution::Found(found) = resolve(&pattern, after) else { return false };
            found.iter().any(|at| after.symbols[*at].name == symbol)
        };
        let written = self.broken.selector.text.split_once('#').map(|(_, written)| written.to_owned());
        let renamed = (!matches!(self.broken.selector.pattern, Pattern::Literal(_))).then(|| symbol.to_owned());
        let text = written.into_iter().chain(renamed).find(|text| picks(text))?;
        Some(self.placed(path, Some(&text))).filter(|text| *text != self.broken.selector.text)
    }

    fn placed(&self, path: &str, symbol: Option<&str>) -> String {
        symbol.map_or_else(|| path.to_owned(), |symbol| format!("{path}#{symbol}"))
    }
}

fn judged(replacement: String, rung: Rung) -> Whereabouts {
    match rung <= SAME {
        true => Whereabouts::Followed { replacement, rung },
        false => Whereabouts::Edited { replacement, rung },
    }
}

/// The last part of a name, or the key of a row or binding.
fn leaf(name: &str) -> &str {
    if let Some((_, key)) = name.split_once("[\"") {
        return key.trim_end_matches("\"]");
    }
    name.rsplit([':', '.']).next().unwrap_or(name)
}
