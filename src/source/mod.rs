//! Snapshots: the files of two revisions as plain values, and why a file could not be read.

pub mod git;
pub mod occasion;
mod origin;
pub mod range;
mod rename;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Files larger than this are not analysed; the largest hand-written C++ file in PyTorch is 2.2 MB.
pub const SIZE_LIMIT: u64 = 8 * 1024 * 1024;

/// How the reason ends where an object is not there.
pub const MISSING: &str = "is missing from the repository";

/// The name of a side as people read it: of an object id the first twelve digits.
pub fn short(side: &str) -> &str {
    let is_oid = side.len() >= 40 && side.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_oid { &side[..12] } else { side }
}

/// A file of one snapshot. The path is relative to the repository, with `/`.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: Arc<str>,
    pub content: Result<Arc<[u8]>, Unreadable>,
}

/// Why the content of a file is not there to be analysed. Always shown to the person, never a silent pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The object database does not hold the blob: a partial clone, or a damaged one.
    Missing {
        oid: String,
    },
    TooLarge {
        bytes: u64,
    },
    Binary,
    Symlink,
    Submodule,
    /// A file of the work tree that could not be read, with the reason of the operating system.
    Io {
        reason: String,
    },
}

/// One file as the range changes it. Both paths differ when it was renamed; one side is `None` when added or removed.
#[derive(Debug, Clone)]
pub struct FileChange {
    pub before: Option<SourceFile>,
    pub after: Option<SourceFile>,
}

/// The two snapshots compared, as far as they were asked for: what the range changes, and the unchanged files that the
/// mapping names.
#[derive(Debug, Clone, Default)]
pub struct SnapshotPair {
    /// Names of the two sides as shown to people and in JSON: object ids, `index` or `worktree`.
    pub before: String,
    pub after: String,
    /// The two sides as arguments of a command.
    pub range: String,
    /// The command that brings the objects that are missing, where some are.
    pub remedy: Option<String>,
    /// In path order.
    pub changed: Vec<FileChange>,
    /// Files that the range does not touch, the same on both sides, by path. Those of fixed repositories stand as
    /// `NAME:path`.
    pub unchanged: BTreeMap<Arc<str>, SourceFile>,
    /// The fixed repositories that were looked into, and where: object ids by name.
    pub fixed: BTreeMap<String, String>,
}

impl SnapshotPair {
    /// Every file that was asked for, where the sides differ in both versions.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        let changed = self.changed.iter().flat_map(|change| change.before.iter().chain(&change.after));
        changed.chain(self.unchanged.values())
    }

    /// Whether a file stands in a fixed repository, by its path among those of all.
    pub fn is_fixed(&self, path: &str) -> bool {
        path.split_once(':').is_some_and(|(name, _)| self.fixed.contains_key(name))
    }

    /// Everything that there is could be read: asked again, the repository says the same.
    pub fn is_whole(&self) -> bool {
        self.files().all(SourceFile::is_there)
    }
}

impl SourceFile {
    /// It may be of a kind that is not analysed, but it was not lost.
    pub fn is_there(&self) -> bool {
        !matches!(self.content, Err(Unreadable::Missing { .. } | Unreadable::Io { .. }))
    }
}

impl FileChange {
    /// The path by which the change is shown: after if the file still exists, else before.
    pub fn path(&self) -> &Arc<str> {
        self.after.as_ref().or(self.before.as_ref()).map(|file| &file.path).expect("a change has at least one side")
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Missing { oid } => write!(f, "object {oid} {MISSING}"),
            Unreadable::TooLarge { bytes } => {
                write!(f, "{:.1} MB is over the limit of {} MB", *bytes as f64 / 1e6, SIZE_LIMIT / 1_000_000)
            }
            Unreadable::Binary => write!(f, "binary content"),
            Unreadable::Symlink => write!(f, "a symbolic link"),
            Unreadable::Submodule => write!(f, "a submodule"),
            Unreadable::Io { reason } => write!(f, "{reason}"),
        }
    }
}
