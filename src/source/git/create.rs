//! Small repositories made on the spot, for demonstrations: the same commits, to the byte, on every machine.

use std::path::Path;

use anyhow::Context;
use git2::{Commit, IndexEntry, IndexTime, Oid, Repository, RepositoryInitOptions, Signature, Time};

/// A commit to be made: what it says, and the files it writes.
pub struct NewCommit<'a> {
    pub message: &'a str,
    /// Paths with `/`, and contents.
    pub files: &'a [(&'a str, &'a str)],
}

/// Makes a repository with these commits, one after the other, and checks the last one out.
pub fn create_repository(path: &Path, commits: &[NewCommit]) -> anyhow::Result<()> {
    super::prepare();
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main").external_template(false).mkpath(true);
    let git = Repository::init_opts(path, &options)
        .with_context(|| format!("could not make a repository in `{}`", path.display()))?;
    for (number, commit) in commits.iter().enumerate() {
        add(&git, number, commit).with_context(|| format!("could not commit to `{}`", path.display()))?;
    }
    git.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))?;
    Ok(())
}

/// The day of the first commit; each next one is a day later.
const FIRST_DAY: i64 = 1_700_000_000;

const DAY: i64 = 24 * 60 * 60;

fn add(git: &Repository, number: usize, commit: &NewCommit) -> Result<Oid, git2::Error> {
    let mut index = git.index()?;
    for (path, text) in commit.files {
        // By content, not from disk: the person's settings about line ends must not matter.
        index.add_frombuffer(&entry(path), text.as_bytes())?;
    }
    index.write()?;
    let tree = git.find_tree(index.write_tree()?)?;
    let when = Time::new(FIRST_DAY + DAY * number as i64, 0);
    let author = Signature::new("drift demo", "demo@example.org", &when)?;
    let parent = git.head().ok().map(|head| head.peel_to_commit()).transpose()?;
    let parents: Vec<&Commit> = parent.iter().collect();
    git.commit(Some("HEAD"), &author, &author, commit.message, &tree, &parents)
}

fn entry(path: &str) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o100644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: Oid::ZERO_SHA1,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}
