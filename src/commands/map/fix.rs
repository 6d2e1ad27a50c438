//! `drift map verify --fix`: follows selectors whose code moved or was renamed.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::progress::Progress;
use super::super::world::World;
use super::super::{Exit, Session};
use super::files::{self, Files, MappingFile, refused};
use crate::mapping::edit::{self, Reselection};
use crate::mapping::resolve::{Resolution, resolve};
use crate::mapping::{Mapping, Selector};
use crate::repair::{Repair, repairs};
use crate::report::{self, RepairReport};
use crate::source::git::{Repository, Side};
use crate::source::range::Range;
use crate::symbols::{Language, ParsedFile};
use crate::verification::{Verification, verify};

/// How far back the history is searched for a version in which a selector resolves.
const HISTORY_LIMIT: usize = 5000;

#[derive(Debug)]
pub struct Options {
    pub revision: String,
    /// When the mapping still fitted. Without it each selector's own history is searched.
    pub since: Option<Range>,
    pub dry_run: bool,
}

/// Edits the mapping files where the code is still the same; the rest is told and left.
pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    let (since, revision) = match &options.since {
        None => (None, options.revision.as_str()),
        Some(Range::Revision(since)) => (Some(since.as_str()), options.revision.as_str()),
        Some(Range::WorktreeSince(since)) => (Some(since.as_str()), options.revision.as_str()),
        Some(Range::TwoDot { before, after } | Range::ThreeDot { before, after }) => {
            (Some(before.as_str()), after.as_str())
        }
        Some(Range::Everything(_)) => (None, options.revision.as_str()),
        Some(Range::Staged | Range::Worktree) => (Some("HEAD"), options.revision.as_str()),
    };
    let progress = Progress::of(session);
    progress.stage("verify", None);
    let world = super::at(session, revision)?;
    let pair = world.snapshots(&mapping)?;
    session.tell_missing(&pair);
    let verification = verify(&mapping, &pair);
    progress.stage("follow", None);
    let (repairs, unknown) = follow(session, &broken(&mapping, &verification), since, revision)?;
    let edited = edits(&files, &mapping, &repairs)?;
    let texts: Vec<(&MappingFile, &str)> = edited.iter().map(|(file, text)| (*file, text.as_str())).collect();
    if !options.dry_run {
        files::write(&texts)?;
    }
    drop(progress);
    let preview = options.dry_run.then(|| texts.iter().map(|(file, text)| preview(file, text)).collect());
    let left = unknown.len() + repairs.iter().filter(|repair| repair.followed().is_none()).count();
    let report = RepairReport { at: verification.at, repairs, unknown, preview };
    session.answer(&report::repairs(&report, session.format, session.detail))?;
    Ok(if left == 0 { Exit::Clean } else { Exit::Findings })
}

/// The mapping, with nothing but the selectors that do not resolve.
fn broken(mapping: &Mapping, verification: &Verification) -> Mapping {
    let mut broken = mapping.clone();
    for link in &mut broken.links {
        let id = link.id.clone();
        let is_broken = |selector: &Selector| {
            selector.repository.is_none()
                && verification.problems.iter().any(|problem| problem.link == id && problem.selector == selector.text)
        };
        link.cpp.retain(is_broken);
        link.python.retain(is_broken);
    }
    broken.links.retain(|link| !link.cpp.is_empty() || !link.python.is_empty());
    broken
}

type Followed = (Vec<Repair>, Vec<(String, String)>);

/// What became of each selector since it last resolved; and those of which nobody knows.
fn follow(session: &Session, broken: &Mapping, since: Option<&str>, revision: &str) -> Result<Followed> {
    let repository = Repository::open(&session.repository)?;
    let mut groups: BTreeMap<String, Mapping> = BTreeMap::new();
    let mut unknown = Vec::new();
    let history = if broken.links.is_empty() { Vec::new() } else { repository.history(revision, HISTORY_LIMIT)? };
    for link in &broken.links {
        for (selector, is_cpp) in
            link.cpp.iter().map(|one| (one, true)).chain(link.python.iter().map(|one| (one, false)))
        {
            let found = match since {
                Some(since) => Some(since.to_owned()),
                None => last_resolving(&repository, &history, selector)?,
            };
            let Some(found) = found else {
                unknown.push((link.id.clone(), selector.text.clone()));
                continue;
            };
            let mut only = link.clone();
            (only.cpp, only.python) =
                if is_cpp { (vec![selector.clone()], Vec::new()) } else { (Vec::new(), vec![selector.clone()]) };
            groups.entry(found).or_default().links.push(only);
        }
    }
    let mut all = Vec::new();
    for (since, mapping) in groups {
        let range = Range::TwoDot { before: since, after: revision.to_owned() };
        let world = World::open(session, Some(&range))?;
        let pair = world.load(&|path| Language::of_path(path).is_some(), &[])?;
        let found = repairs(&mapping, &pair);
        let selectors =
            mapping.links.iter().flat_map(|link| link.cpp.iter().chain(&link.python).map(move |one| (link, one)));
        let told = |link: &str, text: &str| found.iter().any(|repair| repair.link == link && repair.selector == text);
        unknown.extend(
            selectors
                .filter(|(link, one)| !told(&link.id, &one.text))
                .map(|(link, one)| (link.id.clone(), one.text.clone())),
        );
        all.extend(found);
    }
    all.sort_by(|one, two| (&one.link, &one.selector).cmp(&(&two.link, &two.selector)));
    Ok((all, unknown))
}

/// The newest commit whose version of the file has what the selector picks.
fn last_resolving(repository: &Repository, history: &[String], selector: &Selector) -> Result<Option<String>> {
    let mut seen = None;
    for commit in history {
        let side = side(repository, commit)?;
        let version = repository.version(&side, &selector.path);
        if version.is_none() || version == seen {
            continue;
        }
        let resolves = repository.read(&side, &selector.path).is_some_and(|file| {
            let Some((language, text)) = Language::of_path(&file.path).zip(file.content.ok()) else { return false };
            let parsed = ParsedFile::parse(file.path, language, text);
            matches!(resolve(&selector.pattern, &parsed), Resolution::Found(_))
        });
        if resolves {
            return Ok(Some(commit.clone()));
        }
        seen = version;
    }
    Ok(None)
}

fn side(repository: &Repository, commit: &str) -> Result<Side> {
    let range = Range::TwoDot { before: commit.to_owned(), after: commit.to_owned() };
    Ok(repository.endpoints(&range)?.after)
}

/// The new texts of the files that hold selectors to be written anew.
fn edits<'f>(files: &'f Files, mapping: &Mapping, repairs: &[Repair]) -> Result<Vec<(&'f MappingFile, String)>> {
    let mut by_file: BTreeMap<usize, Vec<Reselection>> = BTreeMap::new();
    for repair in repairs {
        let (Some(to), Some(link)) = (repair.followed(), mapping.links.iter().find(|link| link.id == repair.link))
        else {
            continue;
        };
        let reselection = Reselection { link: repair.link.clone(), from: repair.selector.clone(), to: to.to_owned() };
        by_file.entry(link.origin.0).or_default().push(reselection);
    }
    let edited = by_file.into_iter().map(|(at, reselections)| {
        let file = &files.files[at];
        let text = edit::reselect(&file.source, &reselections).map_err(|refusal| refused(file, refusal))?;
        files.mapping_with(file, &text)?;
        Ok((file, text))
    });
    edited.collect()
}

/// The lines that would change, as a diff without context: selectors are replaced line by line.
fn preview(file: &MappingFile, text: &str) -> String {
    let name = &file.source.name;
    let mut out = format!("--- {name}\n+++ {name}\n");
    let diff = similar::TextDiff::from_lines(&*file.source.text, text);
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        out.push_str(&hunk.to_string());
    }
    out
}
