//! Throw-away git repositories, built commit by commit.

use std::path::{Path, PathBuf};

use git2::{Commit, IndexEntry, IndexTime, Oid, Signature, Time};
use tempfile::TempDir;

use crate::case::Files;

pub const FILE: u32 = 0o100644;
pub const SYMLINK: u32 = 0o120000;
pub const SUBMODULE: u32 = 0o160000;

const MESSAGE: &str = "a change";

pub struct Repository {
    folder: TempDir,
    git: git2::Repository,
}

impl Repository {
    /// A repository without a commit.
    pub fn new() -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let git = git2::Repository::init_opts(
            folder.path(),
            git2::RepositoryInitOptions::new().initial_head("main").external_template(false),
        )
        .unwrap();
        Repository { folder, git }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a commit on the current branch that writes these files over what is there.
    pub fn commit(&self, files: &[(&str, &str)]) -> Oid {
        files.iter().for_each(|(path, text)| self.put(path, FILE, text.as_bytes()));
        self.commit_index()
    }

    /// As [`commit`](Self::commit), with a message.
    pub fn commit_saying(&self, files: &[(&str, &str)], message: &str) -> Oid {
        files.iter().for_each(|(path, text)| self.put(path, FILE, text.as_bytes()));
        let head = self.git.head().unwrap().peel_to_commit().unwrap();
        self.commit_on("HEAD", &[&head], message)
    }

    /// Adds a commit that holds these files and no others.
    pub fn commit_tree(&self, files: &Files) -> Oid {
        let mut index = self.git.index().unwrap();
        index.clear().unwrap();
        index.write().unwrap();
        files.iter().for_each(|(path, content)| self.put(path, FILE, content));
        self.commit_index()
    }

    /// Stages a file whose path is no text.
    pub fn put_at_bytes(&self, path: &[u8], content: &[u8]) {
        let id = self.git.blob(content).unwrap();
        let mut index = self.git.index().unwrap();
        index.add(&IndexEntry { path: path.to_vec(), ..entry("", FILE, id) }).unwrap();
        index.write().unwrap();
    }

    /// Says that it was cloned from there.
    pub fn cloned_from(&self, url: &str) {
        self.git.remote("origin", url).unwrap();
    }

    /// Stages one entry of any mode; a submodule's content is the commit it points at.
    pub fn put(&self, path: &str, mode: u32, content: &[u8]) {
        let id = match mode {
            SUBMODULE => Oid::from_str(std::str::from_utf8(content).unwrap()).unwrap(),
            _ => self.git.blob(content).unwrap(),
        };
        let mut index = self.git.index().unwrap();
        index.add(&entry(path, mode, id)).unwrap();
        index.write().unwrap();
    }

    pub fn remove(&self, path: &str) {
        let mut index = self.git.index().unwrap();
        index.remove_path(Path::new(path)).unwrap();
        index.write().unwrap();
    }

    /// Adds a commit of what is staged.
    pub fn commit_index(&self) -> Oid {
        let parents: Vec<Commit> =
            self.git.head().ok().map(|head| head.peel_to_commit().unwrap()).into_iter().collect();
        self.commit_on("HEAD", &parents.iter().collect::<Vec<_>>(), MESSAGE)
    }

    /// Adds a commit of what is staged, with the current commit as first parent and another one as second.
    pub fn merge(&self, other: Oid) -> Oid {
        let ours = self.git.head().unwrap().peel_to_commit().unwrap();
        let theirs = self.git.find_commit(other).unwrap();
        self.commit_on("HEAD", &[&ours, &theirs], MESSAGE)
    }

    /// Adds a commit beside the current branch that changes these files; the branch and the index stay where they are.
    pub fn commit_aside(&self, files: &[(&str, &str)]) -> Oid {
        let head = self.git.head().unwrap().peel_to_commit().unwrap();
        let mut index = self.git.index().unwrap();
        let staged = index.write_tree().unwrap();
        files.iter().for_each(|(path, text)| self.put(path, FILE, text.as_bytes()));
        let aside = self.commit_on("refs/heads/aside", &[&head], MESSAGE);
        index.read_tree(&self.git.find_tree(staged).unwrap()).unwrap();
        index.write().unwrap();
        aside
    }

    /// Takes the object that holds this file in the current commit out of the object database.
    pub fn lose(&self, path: &str) -> Oid {
        let tree = self.git.head().unwrap().peel_to_tree().unwrap();
        let id = tree.get_path(Path::new(path)).unwrap().id();
        std::fs::remove_file(self.object(id)).unwrap();
        id
    }

    /// Forgets the parents of the current commit, as a clone of depth 1 does.
    pub fn make_shallow(&self) {
        let head = self.git.head().unwrap().peel_to_commit().unwrap();
        for parent in head.parent_ids() {
            std::fs::remove_file(self.object(parent)).unwrap();
        }
        std::fs::write(self.git.path().join("shallow"), format!("{}\n", head.id())).unwrap();
    }

    /// A bare copy of it, in a folder of its own.
    pub fn bare(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let url = self.path().to_str().unwrap();
        git2::build::RepoBuilder::new().bare(true).clone(url, folder.path()).unwrap();
        folder
    }

    fn commit_on(&self, reference: &str, parents: &[&Commit], message: &str) -> Oid {
        let tree = self.git.find_tree(self.git.index().unwrap().write_tree().unwrap()).unwrap();
        let who = Signature::new("House", "house@example.org", &Time::new(1_700_000_000, 0)).unwrap();
        self.git.commit(Some(reference), &who, &who, message, &tree, parents).unwrap()
    }

    fn object(&self, id: Oid) -> PathBuf {
        let hex = id.to_string();
        self.git.path().join("objects").join(&hex[..2]).join(&hex[2..])
    }
}

fn entry(path: &str, mode: u32, id: Oid) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}
