//! An exhibit: the ends of one link with their code, at one snapshot, and what the code itself says about the link.

mod proposal;

use std::sync::Arc;

use crate::corpus::{Afresh, Corpus, Lookup, Side};
use crate::ends::{self, Picked, ResolvedEnd, ResolvedLink};
use crate::mapping::{End, Link, Mapping, Pattern};
use crate::source::SnapshotPair;
use crate::symbols::{Language, Lines, ParsedFile};
use crate::verification::{self, Problem};

pub use proposal::Proposal;

/// Both ends of a link as they are in a snapshot.
#[derive(Debug, Clone)]
pub struct Exhibit {
    pub link: Link,
    /// The name of the snapshot: an object id.
    pub at: String,
    /// The selectors of C++ first, each end in the order of the mapping.
    pub ends: Vec<ShownEnd>,
    pub proposal: Proposal,
}

/// A selector and the code it picks.
#[derive(Debug, Clone)]
pub struct ShownEnd {
    pub end: End,
    pub selector: String,
    pub pieces: Vec<ShownPiece>,
    pub problem: Option<Problem>,
}

/// A picked symbol, or a whole file.
#[derive(Debug, Clone)]
pub struct ShownPiece {
    pub path: Arc<str>,
    /// Empty for a whole file.
    pub symbol: String,
    pub language: Language,
    pub lines: Lines,
    pub text: Vec<String>,
}

/// Looks up the only link of a mapping in the after side of a pair whose two sides are the same.
pub fn of(mapping: &Mapping, pair: &SnapshotPair) -> Option<Exhibit> {
    let mut corpus = Corpus::read(mapping, pair, &Afresh);
    corpus.read_paths(pair.unchanged.keys().map(|path| &**path));
    let mut links = ends::resolve_cpp(mapping, &corpus);
    ends::resolve_python(&mut links, &corpus);
    let link = links.first()?;
    let shown = |side: End, ends: &[ResolvedEnd<'_>]| -> Vec<ShownEnd> {
        ends.iter().map(|end| ShownEnd::of(side, link, end, &corpus)).collect()
    };
    let ends = [shown(End::Cpp, &link.cpp), shown(End::Python, &link.python)].concat();
    let proposal = Proposal::of(link, &corpus);
    Some(Exhibit { link: link.link.clone(), at: pair.after.clone(), ends, proposal })
}

/// The code that an end picks after; none where that is nothing.
pub fn pieces(end: &ResolvedEnd<'_>, corpus: &Corpus<'_>) -> Vec<ShownPiece> {
    let file = end.picked(Side::After).and_then(|picked| parsed(corpus, &picked.path));
    match (end.picked(Side::After), file) {
        (Some(_), Some(file)) if end.selector.pattern == Pattern::File => vec![ShownPiece::whole(file)],
        (Some(picked), Some(file)) => ShownPiece::all(picked, file),
        _ => Vec::new(),
    }
}

impl Exhibit {
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.ends.iter().filter_map(|end| end.problem.as_ref())
    }
}

impl ShownEnd {
    fn of(side: End, link: &ResolvedLink<'_>, end: &ResolvedEnd<'_>, corpus: &Corpus<'_>) -> ShownEnd {
        let pieces = pieces(end, corpus);
        let problem = verification::problem(link, end, corpus);
        ShownEnd { end: side, selector: end.selector.to_string(), pieces, problem }
    }
}

impl ShownPiece {
    fn all(picked: &Picked, file: &ParsedFile) -> Vec<ShownPiece> {
        let roots = picked.pieces.iter().filter(|piece| piece.root);
        roots.map(|piece| ShownPiece::at(file, piece.name.clone(), piece.lines)).collect()
    }

    fn whole(file: &ParsedFile) -> ShownPiece {
        let count = file.text().split_inclusive(|byte| *byte == b'\n').count();
        let end = u32::try_from(count).unwrap_or(u32::MAX);
        ShownPiece::at(file, String::new(), Lines { start: 1, end })
    }

    fn at(file: &ParsedFile, symbol: String, lines: Lines) -> ShownPiece {
        let text = file.lines(lines).into_iter().map(|(_, line)| line).collect();
        ShownPiece { path: file.path.clone(), symbol, language: file.language, lines, text }
    }
}

fn parsed<'c>(corpus: &'c Corpus<'_>, path: &str) -> Option<&'c ParsedFile> {
    match corpus.find(Side::After, path) {
        Lookup::Parsed { file, .. } => Some(file),
        _ => None,
    }
}
