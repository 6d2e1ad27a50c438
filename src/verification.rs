//! Verification: does every selector of a mapping pick code in one snapshot?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::corpus::{Afresh, Corpus, Side};
use crate::ends::{self, Picked, Piece, Place, ResolvedEnd, ResolvedLink};
use crate::mapping::Mapping;
use crate::source::SnapshotPair;
use crate::symbols::{Lines, SymbolKind};

/// What `drift map verify` has to say.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Verification {
    /// The name of the snapshot: an object id.
    pub at: String,
    pub links: usize,
    pub selectors: usize,
    pub resolved: usize,
    /// In the order of the mapping.
    pub problems: Vec<Problem>,
    /// What the other selectors pick, in the order of the mapping.
    pub places: Vec<Located>,
    /// The fixed repositories that were looked into, and where.
    pub fixed: BTreeMap<String, String>,
    /// How many selectors point into each repository whose location is not known. They are not counted above.
    pub not_judged: BTreeMap<String, usize>,
}

/// A selector and the code that it picks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Located {
    pub link: String,
    pub selector: String,
    pub symbols: Vec<LocatedSymbol>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LocatedSymbol {
    pub path: Arc<str>,
    pub symbol: String,
    #[serde(flatten)]
    pub lines: Lines,
}

/// A selector that does not pick exactly what it should.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    pub link: String,
    pub selector: String,
    pub kind: ProblemKind,
    /// Selectors to write instead, or why the file could not be read.
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    NoFile,
    NoSymbol,
    Ambiguous,
    Unreadable,
    /// In another repository, whose location is not known.
    Elsewhere,
}

/// Looks up every selector in the after side of a pair whose two sides are the same.
pub fn verify(mapping: &Mapping, pair: &SnapshotPair) -> Verification {
    let mut corpus = Corpus::read(mapping, pair, &Afresh);
    corpus.read_paths(pair.unchanged.keys().map(|path| &**path));
    let mut links = ends::resolve_cpp(mapping, &corpus);
    ends::resolve_python(&mut links, &corpus);
    let problems: Vec<Problem> =
        links.iter().flat_map(|link| link.ends().filter_map(|end| problem(link, end, &corpus))).collect();
    let problems: Vec<Problem> = problems.into_iter().filter(|found| found.kind != ProblemKind::Elsewhere).collect();
    let selectors = links.iter().flat_map(ResolvedLink::ends).filter(|end| end.after != Place::Elsewhere).count();
    let mut not_judged: BTreeMap<String, usize> = BTreeMap::new();
    for end in links.iter().flat_map(ResolvedLink::ends).filter(|end| end.after == Place::Elsewhere) {
        *not_judged.entry(end.selector.repository.clone().unwrap_or_default()).or_default() += 1;
    }
    let places = links.iter().flat_map(|link| link.ends().filter_map(|end| located(link, end))).collect();
    Verification {
        at: pair.after.clone(),
        links: links.len(),
        selectors,
        resolved: selectors - problems.len(),
        problems,
        places,
        fixed: pair.fixed.clone(),
        not_judged,
    }
}

impl Verification {
    /// Something could not be looked at, so that nothing is known about it.
    pub fn is_incomplete(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind == ProblemKind::Unreadable)
    }
}

impl ProblemKind {
    /// What is wrong, said after the selector.
    pub fn phrase(self) -> &'static str {
        match self {
            ProblemKind::NoFile => "there is no such file",
            ProblemKind::NoSymbol => "the file has no such symbol",
            ProblemKind::Ambiguous => "matches more than one symbol",
            ProblemKind::Unreadable => "the file could not be read",
            ProblemKind::Elsewhere => "is in another repository: say where with `--repository NAME=PATH`",
        }
    }
}

fn located(link: &ResolvedLink<'_>, end: &ResolvedEnd<'_>) -> Option<Located> {
    let picked = end.picked(Side::After).filter(|picked| !picked.ambiguous)?;
    Some(Located { link: link.link.id.clone(), selector: end.selector.to_string(), symbols: roots(picked) })
}

/// What was picked itself; of a whole file only that, not every symbol in it.
fn roots(picked: &Picked) -> Vec<LocatedSymbol> {
    let is_file = picked.pieces.first().is_some_and(|first| first.kind == SymbolKind::FileScope);
    let roots = picked.pieces.iter().filter(|piece| piece.root);
    roots.take(if is_file { 1 } else { usize::MAX }).map(|piece| LocatedSymbol::of(&picked.path, piece)).collect()
}

impl LocatedSymbol {
    fn of(path: &Arc<str>, piece: &Piece) -> LocatedSymbol {
        LocatedSymbol { path: path.clone(), symbol: piece.name.clone(), lines: piece.lines }
    }
}

/// Selectors to write instead, ready to be pasted.
fn instead<'n>(end: &ResolvedEnd<'_>, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let text = &end.selector.text;
    let place = text.split_once('#').map_or(text.as_str(), |(place, _)| place);
    names.into_iter().map(|name| format!("{place}#{name}")).collect()
}

/// What is wrong with an end, if anything is.
pub fn problem(link: &ResolvedLink<'_>, end: &ResolvedEnd<'_>, corpus: &Corpus<'_>) -> Option<Problem> {
    let (kind, details) = match end.place(Side::After) {
        Place::Found(picked) if picked.ambiguous => (ProblemKind::Ambiguous, instead(end, picked.names())),
        Place::Found(_) => return None,
        Place::NoFile => (ProblemKind::NoFile, Vec::new()),
        Place::Nothing => (ProblemKind::NoSymbol, instead(end, end.nearest(corpus).iter().map(String::as_str))),
        // Every other file that the mapping names was parsed.
        Place::Unread => (ProblemKind::Unreadable, vec!["no parser for this kind of file".to_owned()]),
        Place::Unreadable { reason, .. } => (ProblemKind::Unreadable, vec![reason.clone()]),
        Place::Elsewhere => (ProblemKind::Elsewhere, Vec::new()),
    };
    Some(Problem { link: link.link.id.clone(), selector: end.selector.to_string(), kind, details })
}
