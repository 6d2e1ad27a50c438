//! Verification: does every selector of a mapping pick code in one snapshot?

use crate::corpus::{Afresh, Corpus, Side};
use crate::ends::{self, Place, ResolvedEnd, ResolvedLink};
use crate::mapping::Mapping;
use crate::source::SnapshotPair;

/// What `drift map verify` has to say.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// The name of the snapshot: an object id.
    pub at: String,
    pub links: usize,
    pub selectors: usize,
    pub resolved: usize,
    /// In the order of the mapping.
    pub problems: Vec<Problem>,
}

/// A selector that does not pick exactly what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub link: String,
    pub selector: String,
    pub kind: ProblemKind,
    /// Names to write instead, the ones that match, or why the file could not be read.
    pub details: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    NoFile,
    NoSymbol,
    Ambiguous,
    Unreadable,
    /// In another repository, which was not looked into.
    Elsewhere,
}

/// Looks up every selector in the after side of a pair whose two sides are the same.
pub fn verify(mapping: &Mapping, pair: &SnapshotPair) -> Verification {
    let mut corpus = Corpus::read(mapping, pair, &Afresh);
    corpus.read_paths(pair.unchanged.keys().map(|path| &**path));
    let mut links = ends::resolve_cpp(mapping, &corpus);
    ends::resolve_python(&mut links, &corpus);
    let problems: Vec<Problem> =
        links.iter().flat_map(|link| link.ends().filter_map(|end| problem(link, end))).collect();
    let selectors = links.iter().map(|link| link.ends().count()).sum();
    Verification {
        at: pair.after.clone(),
        links: links.len(),
        selectors,
        resolved: selectors - problems.len(),
        problems,
    }
}

impl Verification {
    /// Something could not be looked at, so that nothing is known about it.
    pub fn is_incomplete(&self) -> bool {
        self.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::Unreadable | ProblemKind::Elsewhere))
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
            ProblemKind::Elsewhere => "is in another repository, which was not looked into",
        }
    }
}

/// What is wrong with an end, if anything is.
pub fn problem(link: &ResolvedLink<'_>, end: &ResolvedEnd<'_>) -> Option<Problem> {
    let (kind, details) = match end.place(Side::After) {
        Place::Found(picked) if picked.ambiguous => {
            (ProblemKind::Ambiguous, picked.names().into_iter().map(str::to_owned).collect())
        }
        Place::Found(_) => return None,
        Place::NoFile => (ProblemKind::NoFile, Vec::new()),
        Place::Nothing { nearest } => (ProblemKind::NoSymbol, nearest.clone()),
        Place::Unread => unreachable!("every file that the mapping names was parsed"),
        Place::Unreadable { reason, .. } => (ProblemKind::Unreadable, vec![reason.clone()]),
        Place::Elsewhere => (ProblemKind::Elsewhere, Vec::new()),
    };
    Some(Problem { link: link.link.id.clone(), selector: end.selector.to_string(), kind, details })
}
