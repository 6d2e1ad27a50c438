//! Snapshots out of a git repository: the two sides of a range, and the files asked for. The only file that names git2.
//!
//! Nothing here writes to the repository, runs a program or reaches for the network.

mod create;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Once};

use anyhow::{Context, anyhow, bail};
use git2::{Commit, ErrorCode, Object, ObjectType, Oid};
use rustc_hash::FxHashMap;

pub use create::{NewCommit, create_repository};

use super::range::Range;
use super::{FileChange, MISSING, SIZE_LIMIT, SnapshotPair, SourceFile, Unreadable, rename};

/// How many commit messages of a range are read at most.
const MESSAGE_LIMIT: usize = 1000;

/// A NUL byte among the first so many bytes makes a file binary, as git has it.
const BINARY_WINDOW: usize = 8000;

/// The oid of the tree without entries, which stands before a first commit.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

const EMPTY_BLOB: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// Contents read from the repository are kept up to this many bytes: one commit after the other mostly reads the same.
const KEPT_BYTES: usize = 48 << 20;

/// A repository, opened for reading.
pub struct Repository {
    git: git2::Repository,
    kept: RefCell<Kept>,
}

/// Contents that were read before.
#[derive(Default)]
struct Kept {
    blobs: FxHashMap<Oid, Arc<[u8]>>,
    bytes: usize,
}

/// What a commit says about itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CommitFacts {
    pub commit: String,
    pub author: String,
    /// Seconds since 1970, when it was committed.
    pub time: i64,
    pub subject: String,
}

/// The message of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub commit: String,
    pub subject: String,
    pub body: String,
}

impl Said {
    fn of(commit: &Commit) -> Said {
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        Said { commit: commit.id().to_string(), subject: text(commit.summary_bytes()), body: text(commit.body_bytes()) }
    }
}

/// The two sides that a range compares.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub before: Side,
    pub after: Side,
}

/// The folder of the hooks of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksFolder {
    pub path: PathBuf,
    /// It is that of other repositories too.
    pub shared: bool,
}

/// A file of one side that was found and not read.
#[derive(Debug, Clone)]
pub struct Listed(Entry);

impl Listed {
    pub fn path(&self) -> &Arc<str> {
        &self.0.path
    }

    /// What its content is known by; `None` where it can change, or is no text.
    pub fn id(&self) -> Option<[u8; 20]> {
        match self.0.body {
            Body::Blob(oid) => oid.as_bytes().try_into().ok(),
            _ => None,
        }
    }
}

/// One side: a tree, the index, or the tracked files of the work tree.
#[derive(Debug, Clone)]
pub struct Side {
    name: String,
    place: Place,
}

/// Which files to read.
pub struct Request<'a> {
    /// Of the changed paths, which to read; a rename is read when either of its paths is wanted.
    pub wants: &'a (dyn Fn(&str) -> bool + Sync),
    /// Files to read even if nothing changed in them, where they exist on the after side.
    pub named: &'a [Arc<str>],
}

impl Side {
    /// A full object id, `index` or `worktree`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same whenever it is asked for: no index, no work tree.
    pub fn is_fixed(&self) -> bool {
        matches!(self.place, Place::Tree { .. })
    }

    fn commit(&self) -> Option<Oid> {
        if let Place::Tree { commit, .. } = self.place { commit } else { None }
    }
}

impl Repository {
    /// Opens the repository that `path` is in: a work tree, a folder of one, or a bare repository.
    pub fn open(path: &Path) -> anyhow::Result<Repository> {
        prepare();
        let no_ceiling: [&Path; 0] = [];
        let git = git2::Repository::open_ext(path, git2::RepositoryOpenFlags::empty(), no_ceiling);
        let git = git.map_err(|error| not_opened(path, &error))?;
        use_index_of_environment(&git)?;
        Ok(Repository { git, kept: RefCell::default() })
    }

    /// The folder of the work tree, if there is one.
    pub fn work_tree(&self) -> Option<&Path> {
        self.git.workdir().filter(|_| self.has_work_tree())
    }

    /// Where it was cloned from, as a URI without secrets; none for a place on this machine.
    pub fn origin(&self) -> Option<String> {
        let remote = self.git.find_remote("origin").ok()?;
        super::origin::public_uri(remote.url().ok()?)
    }

    /// The last commit, if there is one.
    pub fn head(&self) -> Option<Side> {
        self.tree_side("HEAD").ok()
    }

    /// Whether there is a commit of that name.
    pub fn has(&self, revision: &str) -> bool {
        self.commit(revision).is_ok()
    }

    /// Whether one commit is the other or comes before it, as far as the history is here.
    pub fn leads_to(&self, before: &str, after: &str) -> bool {
        let (Ok(before), Ok(after)) = (self.commit(before), self.commit(after)) else { return false };
        before.id() == after.id() || self.git.graph_descendant_of(after.id(), before.id()).unwrap_or(false)
    }

    /// The branch that the `HEAD` of a remote points at, as far as that is known: `origin/main`.
    pub fn default_branch_of(&self, remote: &str) -> Option<String> {
        let head = self.git.find_reference(&format!("refs/remotes/{remote}/HEAD")).ok()?;
        Some(head.symbolic_target().ok()??.strip_prefix("refs/remotes/")?.to_owned())
    }

    /// The branches of a remote, as far as they were fetched: `origin/main`.
    pub fn branches_of(&self, remote: &str) -> Vec<String> {
        let all = self.git.references_glob(&format!("refs/remotes/{remote}/*")).ok();
        let names = all.into_iter().flatten().flatten();
        let names = names.filter_map(|reference| Some(reference.shorthand().ok()?.to_owned()));
        let mut branches: Vec<String> = names.filter(|name| !name.ends_with("/HEAD")).collect();
        branches.sort();
        branches
    }

    /// Where git looks for hooks.
    pub fn hooks(&self) -> anyhow::Result<HooksFolder> {
        let config = self.git.config().context("the configuration of git cannot be read")?;
        match config.get_entry("core.hooksPath") {
            Ok(entry) => {
                let own = [git2::ConfigLevel::Local, git2::ConfigLevel::Worktree].contains(&entry.level());
                let path = config.get_path("core.hooksPath").context("`core.hooksPath` names no folder")?;
                Ok(HooksFolder { path: self.root().join(path), shared: !own })
            }
            Err(_) => Ok(HooksFolder { path: self.git.commondir().join("hooks"), shared: false }),
        }
    }

    /// Whether git knows a remote of that name.
    pub fn has_remote(&self, name: &str) -> bool {
        self.git.find_remote(name).is_ok()
    }

    /// Every file of a side, as sorted paths.
    pub fn paths(&self, side: &Side) -> anyhow::Result<Vec<Arc<str>>> {
        Ok(self.entries(side)?.into_values().map(|entry| entry.path).collect())
    }

    /// Finds the two sides of a range.
    pub fn endpoints(&self, range: &Range) -> anyhow::Result<Endpoints> {
        let (before, after) = match range {
            Range::Revision(revision) => {
                let commit = self.commit(revision)?;
                (self.parent_side(&commit)?, commit_side(&commit))
            }
            Range::TwoDot { before, after } => (self.tree_side(before)?, self.tree_side(after)?),
            Range::ThreeDot { before, after } => (self.merge_base(before, after)?, commit_side(&self.commit(after)?)),
            Range::Staged => (self.head_side()?, self.local_side("index", Place::Index)?),
            Range::Worktree => (self.head_side()?, self.local_side("worktree", Place::Worktree)?),
            Range::WorktreeSince(base) => {
                (self.merge_base(base, "HEAD")?, self.local_side("worktree", Place::Worktree)?)
            }
            Range::Everything(revision) => (empty_side(), self.tree_side(revision)?),
        };
        Ok(Endpoints { before, after })
    }

    /// Reads what differs between the two sides, as far as it is wanted, and the named files that do not differ.
    pub fn load(&self, endpoints: &Endpoints, request: &Request) -> anyhow::Result<SnapshotPair> {
        let named: BTreeSet<&str> = request.named.iter().map(|path| &**path).collect();
        let wants = |entry: &Entry| named.contains(&*entry.path) || (request.wants)(&entry.path);
        let mut deltas = join_same(self.deltas(endpoints)?);
        deltas.retain(|delta| delta.before.iter().chain(&delta.after).any(wants));

        let touched: BTreeSet<&Arc<str>> = deltas.iter().flat_map(Delta::paths).collect();
        let unchanged = request.named.iter().filter(|path| !touched.contains(path));
        let unchanged = unchanged.filter_map(|path| Some((path.clone(), self.read(&endpoints.after, path)?))).collect();

        let mut changed = rename::join_similar(deltas.iter().map(|delta| self.change(delta)).collect());
        changed.retain(|change| !same_content(change));
        changed.sort_by(|left, right| left.path().cmp(right.path()));
        let (before, after) = (endpoints.before.name.clone(), endpoints.after.name.clone());
        let (range, fixed) = (self.arguments(endpoints), BTreeMap::new());
        let pair = SnapshotPair { before, after, range, remedy: None, changed, unchanged, fixed };
        Ok(SnapshotPair { remedy: self.remedy(endpoints, &pair), ..pair })
    }

    /// Reads every file of one side that is wanted, in path order.
    pub fn whole(&self, side: &Side, wants: &(dyn Fn(&str) -> bool + Sync)) -> anyhow::Result<Vec<SourceFile>> {
        // Against the tree without entries, every file was added.
        let endpoints = Endpoints { before: empty_side(), after: side.clone() };
        let pair = self.load(&endpoints, &Request { wants, named: &[] })?;
        Ok(pair.changed.into_iter().filter_map(|change| change.after).collect())
    }

    /// Reads one file; `None` when that side has no such file.
    pub fn read(&self, side: &Side, path: &str) -> Option<SourceFile> {
        match self.look_up(side, path) {
            Found::File(entry) => Some(self.file(&entry)),
            Found::Folder(_) | Found::Nothing => None,
            Found::Missing(oid) => Some(SourceFile { path: path.into(), content: Err(missing(oid)) }),
        }
    }

    /// The wanted files of a side below these folders, by path; an empty folder is the root, and one may be a file.
    pub fn files(&self, side: &Side, folders: &[&str], wants: &dyn Fn(&str) -> bool) -> anyhow::Result<Vec<Listed>> {
        let mut all = BTreeMap::new();
        match side.place {
            Place::Tree { root: None, .. } => {}
            Place::Tree { root: Some(root), .. } => {
                for folder in folders {
                    match if folder.is_empty() { Found::Folder(root) } else { self.look_up_in_tree(root, folder) } {
                        Found::Folder(oid) => all.extend(self.all_below(folder_prefix(folder), Some(oid))?),
                        Found::File(entry) => drop(all.insert(folder.as_bytes().to_vec(), entry)),
                        Found::Nothing => {}
                        Found::Missing(oid) => {
                            return Err(folder_missing(folder, oid));
                        }
                    }
                }
            }
            Place::Index | Place::Worktree => {
                let below = |path: &str| folders.iter().any(|folder| is_below(path, folder));
                all.extend(self.entries(side)?.into_iter().filter(|(_, entry)| below(&entry.path)));
            }
        }
        Ok(all.into_values().filter(|entry| wants(&entry.path)).map(Listed).collect())
    }

    /// Reads a file that was found before.
    pub fn read_listed(&self, listed: &Listed) -> SourceFile {
        let content = match &listed.0.body {
            // Nobody asks for it a second time.
            Body::Blob(oid) => self.read_blob(*oid),
            _ => return self.file(&listed.0),
        };
        SourceFile { path: listed.0.path.clone(), content }
    }

    /// A name for the content of a file that changes with it; `None` where there is no such file, or no object of it yet.
    pub fn version(&self, side: &Side, path: &str) -> Option<String> {
        match self.look_up(side, path) {
            Found::File(Entry { body: Body::Blob(oid), .. }) => Some(oid.to_string()),
            _ => None,
        }
    }

    /// A commit and those before it along first parents, newest first, as far as the history is there.
    pub fn history(&self, revision: &str, limit: usize) -> anyhow::Result<Vec<String>> {
        let mut next = Some(self.commit(revision)?);
        let mut commits = Vec::new();
        while let Some(commit) = next.filter(|_| commits.len() < limit) {
            commits.push(commit.id().to_string());
            next = self.first_parent(&commit).unwrap_or_default();
        }
        Ok(commits)
    }

    /// The commits before a side along first parents that change one of the files, newest first, and how many of at most
    /// `limit` commits were looked at. A history that ends early, in a shallow clone, is looked at as far as it is there.
    pub fn touching(&self, side: &Side, paths: &[Arc<str>], limit: usize) -> (Vec<Said>, usize, bool) {
        let mut next = side.commit().and_then(|commit| self.git.find_commit(commit).ok());
        let (mut touching, mut seen) = (Vec::new(), 0);
        while let Some(commit) = next.take() {
            if seen == limit {
                return (touching, seen, true);
            }
            seen += 1;
            let parent = self.first_parent(&commit);
            let roots = [parent.as_ref().ok().and_then(Option::as_ref).map(Commit::tree_id), Some(commit.tree_id())];
            if paths.iter().any(|path| self.differs_at(roots, path)) {
                touching.push(Said::of(&commit));
            }
            next = parent.unwrap_or_default();
        }
        (touching, seen, false)
    }

    /// Whether that side has such a file, without reading it; an error where a folder on the way is missing.
    pub fn exists(&self, side: &Side, path: &str) -> anyhow::Result<bool> {
        match self.look_up(side, path) {
            Found::File(_) => Ok(true),
            Found::Folder(_) | Found::Nothing => Ok(false),
            Found::Missing(oid) => Err(folder_missing(path, oid)),
        }
    }

    /// The files directly in a folder, as sorted paths; an error where the folder, or one above it, is missing.
    pub fn list(&self, side: &Side, folder: &str) -> anyhow::Result<Vec<Arc<str>>> {
        let folder = folder.trim_end_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut paths = match &side.place {
            Place::Tree { root, .. } => self.tree_files(*root, folder, &prefix)?,
            Place::Index | Place::Worktree => self.index_files(side, &prefix),
        };
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// Ids and messages of the commits that after has and before has not, newest first, at most a thousand. `None` where
    /// the history is cut off, so that nobody can tell which commits these are.
    pub fn messages(&self, endpoints: &Endpoints) -> Option<Vec<(String, String)>> {
        let Some(after) = endpoints.after.commit() else { return Some(Vec::new()) };
        let walk = self.walk(endpoints.before.commit(), after).ok()?;
        let commits: Option<Vec<_>> =
            walk.take(MESSAGE_LIMIT).map(|oid| self.git.find_commit(oid.ok()?).ok()).collect();
        let commits = commits.filter(|commits| !commits.iter().any(is_cut))?;
        let said = |commit: Commit<'_>| {
            (commit.id().to_string(), String::from_utf8_lossy(commit.message_bytes()).into_owned())
        };
        Some(commits.into_iter().map(said).collect())
    }

    /// The command that brings the history that a shallow clone lacks; `None` where all of it is there.
    pub fn unshallow(&self) -> Option<String> {
        self.git.is_shallow().then(|| "git fetch --unshallow".to_owned())
    }

    /// The command that brings every object that a comparison of two sides needs.
    pub fn bring(&self, endpoints: &Endpoints) -> String {
        let is_head = || self.head().is_some_and(|head| head.name == endpoints.after.name);
        let is_checked_out = || self.git.index().is_ok_and(|index| !index.is_empty());
        match () {
            // What is beside the range, such as acks of the last commit, is not here either.
            () if !self.has_work_tree() => self.bring_all().to_owned(),
            () if (!endpoints.after.is_fixed() || is_head()) && is_checked_out() => self.bring_changes(endpoints),
            () => both(self.bring_whole(&endpoints.after), self.bring_changes(endpoints)),
        }
    }

    /// The command that brings every object of the whole history.
    pub fn bring_all(&self) -> &'static str {
        if self.is_partial() { "git fetch --refetch --no-filter" } else { "git fetch --refetch" }
    }

    /// Name and mail address of who would commit here, as far as git knows them.
    pub fn author(&self) -> Option<String> {
        let config = self.git.config().ok()?;
        let name = config.get_string("user.name").ok()?;
        let mail = config.get_string("user.email").map(|mail| format!(" <{mail}>"));
        Some(format!("{name}{}", mail.unwrap_or_default()))
    }

    /// Author, time and subject of a commit.
    pub fn facts(&self, revision: &str) -> anyhow::Result<CommitFacts> {
        let commit = self.commit(revision)?;
        Ok(CommitFacts {
            commit: commit.id().to_string(),
            author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
            time: commit.time().seconds(),
            subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        })
    }

    /// A commit and those before it along first parents, oldest first, down to a time in seconds since 1970.
    pub fn commits_since(&self, revision: &str, seconds: i64) -> anyhow::Result<Vec<String>> {
        let mut next = Some(self.commit(revision)?);
        let mut commits = Vec::new();
        while let Some(commit) = next.filter(|commit| commit.time().seconds() >= seconds) {
            commits.push(commit.id().to_string());
            next = self.first_parent(&commit).map_err(|parent| self.cut_off(&commit, parent))?;
        }
        commits.reverse();
        Ok(commits)
    }

    /// The commits of a range along first parents, oldest first.
    pub fn commits(&self, range: &Range) -> anyhow::Result<Vec<String>> {
        let (before, after) = match range {
            Range::Revision(revision) => return Ok(vec![self.commit(revision)?.id().to_string()]),
            Range::TwoDot { before, after } => (self.commit(before)?.id(), self.commit(after)?),
            Range::ThreeDot { before, after } => {
                let base = self.merge_base(before, after)?;
                (base.commit().expect("a merge base is a commit"), self.commit(after)?)
            }
            Range::Everything(revision) => return self.first_parents(self.commit(revision)?, None),
            Range::Staged | Range::Worktree | Range::WorktreeSince(_) => {
                bail!("the index and the work tree have no commits; name a range `A..B`")
            }
        };
        let inside: BTreeSet<Oid> = self.walk(Some(before), after.id())?.collect::<Result<_, _>>()?;
        self.first_parents(after, Some(&inside))
    }
}

#[derive(Debug, Clone)]
enum Place {
    /// `root` is `None` for the tree without entries; `commit` where the tree was found through one.
    Tree {
        root: Option<Oid>,
        commit: Option<Oid>,
    },
    Index,
    Worktree,
}

/// A file of one side, before it is read.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    path: Arc<str>,
    body: Body,
}

/// Where the content of a file is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Body {
    Blob(Oid),
    Symlink(Oid),
    Submodule(Oid),
    /// In the work tree.
    Disk(PathBuf),
    /// In the index more than once, after a merge with conflicts.
    Unmerged,
}

#[derive(Debug)]
struct Delta {
    before: Option<Entry>,
    after: Option<Entry>,
}

enum Found {
    File(Entry),
    Folder(Oid),
    Nothing,
    /// A folder on the way is not in the object database.
    Missing(Oid),
}

impl Delta {
    fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.before.iter().chain(&self.after).map(|entry| &entry.path)
    }
}

/// Options of libgit2 that hold for the whole process.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Hashing every object again costs a third of the time; damaged packs still fail on their checksums.
        git2::opts::strict_hash_verification(false);
        // git refuses repositories of other users because their configuration can name programs to run. libgit2 runs
        // none, and in CI containers the checkout often belongs to another user. Partial clones made by older versions
        // of git declare an extension that matters only to who fetches.
        // SAFETY: both set a variable of libgit2, here before this process opens its first repository.
        #[expect(unsafe_code, reason = "libgit2 keeps these settings for the whole process")]
        let set = unsafe {
            git2::opts::set_verify_owner_validation(false).and_then(|()| git2::opts::set_extensions(&["partialclone"]))
        };
        debug_assert!(set.is_ok(), "libgit2 knows these options");
    });
}

fn not_opened(path: &Path, error: &git2::Error) -> anyhow::Error {
    let shown = path.display();
    if !path.exists() {
        return anyhow!("`{shown}` does not exist; name a repository with `--repo PATH`");
    }
    if error.code() == ErrorCode::NotFound {
        return anyhow!(
            "`{shown}` is not in a git repository; name one with `--repo PATH`, or make one with `git init`"
        );
    }
    anyhow!("the git repository at `{shown}` cannot be opened: {}", error.message())
}

/// A commit hook is given its own index by git: `git commit -a` stages into another file until it is done.
fn use_index_of_environment(git: &git2::Repository) -> anyhow::Result<()> {
    let (Some(file), Some(root)) = (std::env::var_os("GIT_INDEX_FILE"), git.workdir()) else { return Ok(()) };
    let file = root.join(file);
    let index = git2::Index::open(&file).and_then(|mut index| git.set_index(&mut index));
    index.with_context(|| format!("the index `{}`, named by GIT_INDEX_FILE, cannot be read", file.display()))
}

fn commit_side(commit: &Commit) -> Side {
    let place = Place::Tree { root: Some(commit.tree_id()), commit: Some(commit.id()) };
    Side { name: commit.id().to_string(), place }
}

fn empty_side() -> Side {
    Side { name: EMPTY_TREE.to_owned(), place: Place::Tree { root: None, commit: None } }
}

/// Two sides as arguments of `git diff`.
fn between(before: &str, after: &Side) -> String {
    match after.place {
        Place::Index => format!("--cached {before}"),
        Place::Worktree => before.to_owned(),
        Place::Tree { .. } => format!("{before} {}", after.name),
    }
}

/// The parents that the commit itself names.
fn parents(commit: &Commit) -> Vec<Oid> {
    let header = String::from_utf8_lossy(commit.raw_header_bytes()).into_owned();
    header.lines().filter_map(|line| Oid::from_str(line.strip_prefix("parent ")?.trim()).ok()).collect()
}

/// Whether the history of a shallow clone ends here, though that of the project does not.
fn is_cut(commit: &Commit) -> bool {
    commit.parent_count() < parents(commit).len()
}

fn both(one: String, two: String) -> String {
    if one == two { one } else { format!("{one} && {two}") }
}

fn folder_missing(path: &str, tree: Oid) -> anyhow::Error {
    anyhow!("a folder of `{path}` (tree {tree}) {MISSING}")
}

fn missing(oid: Oid) -> Unreadable {
    Unreadable::Missing { oid: oid.to_string() }
}

/// Finding revisions.
impl Repository {
    fn commit(&self, revision: &str) -> anyhow::Result<Commit<'_>> {
        let object = self.object(revision)?;
        let kind = object.kind().map_or("object", |kind| kind.str());
        object.peel_to_commit().with_context(|| format!("`{revision}` is a {kind}, and a commit is needed here"))
    }

    fn tree_side(&self, revision: &str) -> anyhow::Result<Side> {
        let object = self.object(revision)?;
        if let Ok(commit) = object.peel_to_commit() {
            return Ok(commit_side(&commit));
        }
        let root = object.peel(ObjectType::Tree).with_context(|| format!("`{revision}` names no tree of files"))?.id();
        Ok(Side { name: root.to_string(), place: Place::Tree { root: Some(root), commit: None } })
    }

    fn object(&self, revision: &str) -> anyhow::Result<Object<'_>> {
        self.git.revparse_single(revision).map_err(|error| match error.code() {
            ErrorCode::Ambiguous => anyhow!("`{revision}` could be several commits; give more of its digits"),
            _ => anyhow!("{}", self.unknown(revision)),
        })
    }

    fn unknown(&self, revision: &str) -> String {
        let name = revision.split(['~', '^', '@', ':']).next().unwrap_or(revision);
        let is_head = name == "HEAD" || revision.starts_with('@');
        if is_head && self.unborn() {
            return format!(
                "`{revision}` names no commit: nothing is committed yet; run `git commit` first, or use `--staged`"
            );
        }
        if name.len() < revision.len() && (is_head || self.git.revparse_single(name).is_ok()) {
            let help = match self.unshallow() {
                Some(command) => format!("the clone is shallow; run `{command}`"),
                None => "see `git log --oneline`".to_owned(),
            };
            return format!("`{revision}` leads past what the history of `{name}` holds; {help}");
        }
        let nearest = self.nearest(name).map(|near| format!("did you mean `{near}`? "));
        let nearest = nearest.unwrap_or_default();
        format!("there is no revision `{revision}` in this repository; {nearest}`{}` may bring it", self.fetch(name))
    }

    /// The command that brings a revision which is not there, and the history that leads to it.
    fn fetch(&self, name: &str) -> String {
        let remote = self.remote();
        let history = if self.git.is_shallow() { " --unshallow" } else { "" };
        let is_id = name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        match name.strip_prefix(&format!("{remote}/")).filter(|branch| !branch.is_empty()) {
            Some(branch) => format!("git fetch{history} {remote} {branch}:refs/remotes/{name}"),
            None if is_id => format!("git fetch{history} {remote} {name}"),
            None => format!("git fetch{history} --tags"),
        }
    }

    fn unborn(&self) -> bool {
        self.git.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch)
    }

    /// The branch or tag whose name is most like this one, if any is.
    fn nearest(&self, name: &str) -> Option<String> {
        let references = self.git.references().ok()?;
        let names = references.flatten().filter_map(|reference| Some(reference.shorthand().ok()?.to_owned()));
        // The branch of a remote is one step away from its bare name.
        let of_remote = |near: &str| near.strip_suffix(name).is_some_and(|remote| remote.ends_with('/'));
        let distance = |near: &str| if of_remote(near) { 1 } else { strsim::damerau_levenshtein(name, near) };
        let names = names.chain(["HEAD".to_owned()]).map(|near| (distance(&near), near));
        names.filter(|(steps, _)| *steps <= 1 + name.len() / 4).min().map(|(_, near)| near)
    }

    fn parent_side(&self, commit: &Commit) -> anyhow::Result<Side> {
        let parent = self.first_parent(commit).map_err(|parent| {
            let (commit, remote) = (commit.id(), self.remote());
            let help = match self.git.is_shallow() {
                true => format!("in this shallow clone; run `git fetch --depth=2 {remote} {commit}`"),
                false => format!("in this repository; run `git fetch {remote} {parent}`"),
            };
            anyhow!("the parent {parent} of commit {commit} is not {help}")
        })?;
        Ok(parent.map_or_else(empty_side, |parent| commit_side(&parent)))
    }

    /// The error is a parent that is not there. The header is asked, because libgit2 shows the last commits of a shallow
    /// clone as commits without parents.
    fn first_parent(&self, commit: &Commit) -> Result<Option<Commit<'_>>, Oid> {
        match parents(commit).first() {
            Some(&parent) => self.git.find_commit(parent).map(Some).map_err(|_| parent),
            None => Ok(None),
        }
    }

    fn cut_off(&self, commit: &Commit, parent: Oid) -> anyhow::Error {
        let help = match self.unshallow() {
            Some(command) => format!("the clone is shallow; run `{command}`"),
            None => format!("run `git fetch {} {parent}`", self.remote()),
        };
        anyhow!("the history ends at commit {}, whose parent {parent} is not here: {help}", commit.id())
    }

    fn merge_base(&self, before: &str, after: &str) -> anyhow::Result<Side> {
        let (one, two) = (self.commit(before)?.id(), self.commit(after)?.id());
        let base = self.git.merge_base(one, two);
        if self.git.is_shallow() && !base.as_ref().is_ok_and(|base| self.is_nearest(*base, [one, two])) {
            bail!(
                "the merge base of `{before}` and `{after}` is not in this shallow clone; run `git fetch --unshallow`"
            );
        }
        let base = base.and_then(|oid| self.git.find_commit(oid)).map_err(|error| match error.code() {
            ErrorCode::NotFound => {
                anyhow!("`{before}` and `{after}` have no common ancestor; compare the two with `{before}..{after}`")
            }
            _ => anyhow!("the merge base of `{before}` and `{after}` cannot be found: {}", error.message()),
        })?;
        Ok(commit_side(&base))
    }

    /// Whether no nearer merge base can be hidden where the history of a shallow clone is cut: no end leads to a cut but
    /// through the base.
    fn is_nearest(&self, base: Oid, ends: [Oid; 2]) -> bool {
        let reaches_a_cut = |end: Oid| {
            let Ok(mut walk) = self.walk(Some(base), end) else { return true };
            walk.any(|oid| !oid.and_then(|oid| self.git.find_commit(oid)).is_ok_and(|commit| !is_cut(&commit)))
        };
        !ends.into_iter().any(reaches_a_cut)
    }

    /// The remote that a fetch would ask.
    fn remote(&self) -> String {
        let remotes = self.git.remotes().ok();
        let mut names = remotes.iter().flat_map(|names| names.iter()).filter_map(|name| name.ok().flatten());
        let first = names.next().unwrap_or("origin").to_owned();
        if names.any(|name| name == "origin") { "origin".to_owned() } else { first }
    }

    fn head_side(&self) -> anyhow::Result<Side> {
        if self.unborn() { Ok(empty_side()) } else { self.tree_side("HEAD") }
    }

    fn local_side(&self, name: &str, place: Place) -> anyhow::Result<Side> {
        if !self.has_work_tree() {
            bail!("a bare repository has no {name}; name a revision or a range `A..B`");
        }
        self.index()?;
        Ok(Side { name: name.to_owned(), place })
    }

    /// A bare repository need not say so in its configuration: libgit2 then takes the folder around it for a work tree.
    fn has_work_tree(&self) -> bool {
        let is_set = |key| self.git.config().is_ok_and(|config| config.get_entry(key).is_ok());
        let is_home = self.git.path().ends_with(".git") || self.git.is_worktree() || is_set("core.worktree");
        !self.git.is_bare() && (is_home || is_set("core.bare"))
    }

    fn walk(&self, before: Option<Oid>, after: Oid) -> Result<git2::Revwalk<'_>, git2::Error> {
        let mut walk = self.git.revwalk()?;
        walk.push(after)?;
        before.map_or(Ok(()), |before| walk.hide(before))?;
        Ok(walk)
    }

    /// Only those inside, where that is said.
    fn first_parents(&self, newest: Commit, inside: Option<&BTreeSet<Oid>>) -> anyhow::Result<Vec<String>> {
        let mut chain = Vec::new();
        let mut next = Some(newest);
        while let Some(commit) = next.filter(|commit| inside.is_none_or(|inside| inside.contains(&commit.id()))) {
            chain.push(commit.id().to_string());
            next = self.first_parent(&commit).map_err(|parent| self.cut_off(&commit, parent))?;
        }
        chain.reverse();
        Ok(chain)
    }
}

/// Comparing the two sides.
impl Repository {
    fn deltas(&self, endpoints: &Endpoints) -> anyhow::Result<Vec<Delta>> {
        let deltas = match (&endpoints.before.place, &endpoints.after.place) {
            (Place::Tree { root: before, .. }, Place::Tree { root: after, .. }) => self.compare_trees(*before, *after),
            _ => {
                self.entries(&endpoints.before).and_then(|before| Ok(compare(before, self.entries(&endpoints.after)?)))
            }
        };
        deltas.map_err(|error| anyhow!("{error:#}; `{}` brings it", self.bring_changes(endpoints)))
    }

    /// The command that brings both versions of what differs.
    fn bring_changes(&self, Endpoints { before, after }: &Endpoints) -> String {
        let before = if before.name == after.name { &empty_side() } else { before };
        match self.is_partial() {
            true => format!("git diff --stat {}", between(before.name(), after)),
            false => "git fetch --refetch".to_owned(),
        }
    }

    /// The command that brings all of a side.
    fn bring_whole(&self, side: &Side) -> String {
        self.bring_changes(&Endpoints { before: empty_side(), after: side.clone() })
    }

    /// The command that brings what is missing; `None` where nothing is.
    fn remedy(&self, endpoints: &Endpoints, pair: &SnapshotPair) -> Option<String> {
        let is_missing = |file: &SourceFile| matches!(file.content, Err(Unreadable::Missing { .. }));
        if pair.unchanged.values().any(is_missing) {
            return Some(both(self.bring_whole(&endpoints.after), self.bring_changes(endpoints)));
        }
        let command = || if self.has_work_tree() { self.bring_changes(endpoints) } else { self.bring(endpoints) };
        pair.files().any(is_missing).then(command)
    }

    /// A clone whose remote promised to hand out later what it left out.
    fn is_partial(&self) -> bool {
        let Ok(config) = self.git.config() else { return false };
        let is_set = |key: &str| config.entries(Some(key)).is_ok_and(|mut entries| entries.next().is_some());
        is_set(r"^remote\..*\.(promisor|partialclonefilter)$") || is_set(r"^extensions\.partialclone$")
    }

    /// The range as arguments of a command.
    fn arguments(&self, Endpoints { before, after }: &Endpoints) -> String {
        let short = |side: &Side| side.name.get(..12).unwrap_or(&side.name).to_owned();
        match after.place {
            Place::Index => "--staged".to_owned(),
            Place::Worktree if self.head_side().is_ok_and(|head| head.name == before.name) => "--worktree".to_owned(),
            Place::Worktree => format!("--base {} --worktree", short(before)),
            Place::Tree { .. } => format!("{}..{}", short(before), short(after)),
        }
    }

    /// The error of something that could not be looked up, with the command that helps.
    pub fn lacking(&self, endpoints: &Endpoints, error: &anyhow::Error) -> anyhow::Error {
        let text = format!("{error:#}");
        let help = format!("; `{}` brings it", self.bring(endpoints));
        anyhow!("{text}{}", if text.contains(MISSING) && !text.contains("brings it") { &help } else { "" })
    }

    /// Descends only into folders that differ. libgit2's own diff stops the process on a file mode it does not know.
    fn compare_trees(&self, before: Option<Oid>, after: Option<Oid>) -> anyhow::Result<Vec<Delta>> {
        let mut deltas = Vec::new();
        let mut folders = vec![(Vec::new(), before, after)];
        while let Some((prefix, before, after)) = folders.pop() {
            let before = self.tree_entries(&prefix, before)?;
            let mut after = self.tree_entries(&prefix, after)?;
            let mut pairs: Vec<_> =
                before.into_iter().map(|(path, old)| (after.remove(&path), path, Some(old))).collect();
            pairs.extend(after.into_iter().map(|(path, new)| (Some(new), path, None)));
            for (new, path, old) in pairs.into_iter().filter(|(new, _, old)| new != old) {
                let (old_folder, old_file) = split(old, &path);
                let (new_folder, new_file) = split(new, &path);
                if old_folder.is_some() || new_folder.is_some() {
                    folders.push(([&path[..], b"/"].concat(), old_folder, new_folder));
                }
                if old_file.is_some() || new_file.is_some() {
                    deltas.push(Delta { before: old_file, after: new_file });
                }
            }
        }
        Ok(deltas)
    }

    fn tree_entries(&self, prefix: &[u8], tree: Option<Oid>) -> anyhow::Result<BTreeMap<Vec<u8>, Node>> {
        let Some(oid) = tree else { return Ok(BTreeMap::new()) };
        let tree = self.git.find_tree(oid).map_err(|_| {
            let folder = String::from_utf8_lossy(prefix);
            anyhow!("the folder `./{folder}` (tree {oid}) {MISSING}")
        })?;
        Ok(tree.iter().map(|entry| ([prefix, entry.name_bytes()].concat(), Node::of(&entry))).collect())
    }

    /// Every file of a side, by its path in bytes.
    fn entries(&self, side: &Side) -> anyhow::Result<BTreeMap<Vec<u8>, Entry>> {
        match side.place {
            Place::Tree { root, .. } => self.all_of_tree(root),
            Place::Index => self.all_of_index(),
            Place::Worktree => self.all_of_worktree(),
        }
    }

    fn all_of_tree(&self, root: Option<Oid>) -> anyhow::Result<BTreeMap<Vec<u8>, Entry>> {
        self.all_below(Vec::new(), root)
    }

    fn all_below(&self, prefix: Vec<u8>, tree: Option<Oid>) -> anyhow::Result<BTreeMap<Vec<u8>, Entry>> {
        let mut all = BTreeMap::new();
        let mut folders: Vec<(Vec<u8>, Option<Oid>)> = vec![(prefix, tree)];
        while let Some((prefix, folder)) = folders.pop() {
            for (path, node) in self.tree_entries(&prefix, folder)? {
                match split(Some(node), &path) {
                    (_, Some(file)) => drop(all.insert(path, file)),
                    (folder, None) => folders.push(([&path[..], b"/"].concat(), folder)),
                }
            }
        }
        Ok(all)
    }

    fn all_of_index(&self) -> anyhow::Result<BTreeMap<Vec<u8>, Entry>> {
        let index = self.index()?;
        let staged = index.iter().filter(|entry| !intended(entry));
        Ok(staged.map(|entry| (entry.path.clone(), index_entry(&entry))).collect())
    }

    fn all_of_worktree(&self) -> anyhow::Result<BTreeMap<Vec<u8>, Entry>> {
        let index = self.index()?;
        let mut all = BTreeMap::new();
        let mut sparse = BTreeSet::new();
        for entry in index.iter() {
            let mut file = index_entry(&entry);
            if intended(&entry) || file.body == Body::Unmerged {
                file.body = Body::Disk(native(&entry.path));
            }
            if skipped(&entry) {
                sparse.insert(entry.path.clone());
            }
            all.insert(entry.path.clone(), file);
        }
        for (path, removed) in self.touched_on_disk(&index)? {
            if removed && !sparse.contains(&path) {
                all.remove(&path);
            } else if let Some(entry) = all.get_mut(&path).filter(|_| !removed) {
                entry.body = Body::Disk(native(&path));
            }
        }
        all.retain(|_, entry| !matches!(&entry.body, Body::Disk(path) if !self.is_on_disk(path)));
        Ok(all)
    }

    /// Tracked files that differ from the index, and whether they are gone. Submodules are compared by what is staged
    /// of them: looking into each would open every one of them.
    fn touched_on_disk(&self, index: &git2::Index) -> anyhow::Result<Vec<(Vec<u8>, bool)>> {
        let mut options = git2::DiffOptions::new();
        options.include_typechange(true).ignore_submodules(true).ignore_filemode(true).skip_binary_check(true);
        let diff =
            self.git.diff_index_to_workdir(Some(index), Some(&mut options)).context("the work tree cannot be read")?;
        let touched = |delta: git2::DiffDelta| {
            let path = delta.old_file().path_bytes().or(delta.new_file().path_bytes())?.to_vec();
            Some((path, delta.status() == git2::Delta::Deleted))
        };
        Ok(diff.deltas().filter_map(touched).collect())
    }

    fn index(&self) -> anyhow::Result<git2::Index> {
        self.git.index().map_err(|error| {
            let reason = error.message();
            let help = match reason {
                _ if reason.contains("'sdir'") => "; run `git sparse-checkout reapply --no-sparse-index`",
                _ if reason.contains("'link'") => "; run `git update-index --no-split-index`",
                _ => "",
            };
            anyhow!("the index of the repository cannot be read: {reason}{help}")
        })
    }
}

/// Reading files.
impl Repository {
    fn change(&self, delta: &Delta) -> FileChange {
        let read = |entry: &Option<Entry>| entry.as_ref().map(|entry| self.file(entry));
        FileChange { before: read(&delta.before), after: read(&delta.after) }
    }

    fn file(&self, entry: &Entry) -> SourceFile {
        let content = match &entry.body {
            Body::Blob(oid) => self.blob(*oid),
            Body::Symlink(_) => Err(Unreadable::Symlink),
            Body::Submodule(_) => Err(Unreadable::Submodule),
            Body::Disk(path) => on_disk(&self.root().join(path)),
            Body::Unmerged => Err(Unreadable::Io { reason: "a merge conflict in the index".to_owned() }),
        };
        SourceFile { path: entry.path.clone(), content }
    }

    fn blob(&self, oid: Oid) -> Result<Arc<[u8]>, Unreadable> {
        if let Some(content) = self.kept.borrow().blobs.get(&oid) {
            return Ok(content.clone());
        }
        let content = self.read_blob(oid)?;
        self.kept.borrow_mut().keep(oid, &content);
        Ok(content)
    }

    /// Asks for the size first, so that a huge file is never read.
    fn read_blob(&self, oid: Oid) -> Result<Arc<[u8]>, Unreadable> {
        let failed = |error: git2::Error| match error.code() {
            ErrorCode::NotFound => missing(oid),
            _ => Unreadable::Io { reason: format!("object {oid} cannot be read: {}", error.message()) },
        };
        let database = self.git.odb().map_err(failed)?;
        let (bytes, _) = database.read_header(oid).map_err(failed)?;
        within_limit(bytes as u64)?;
        let object = database.read(oid).map_err(failed)?;
        text(object.data())
    }

    fn look_up(&self, side: &Side, path: &str) -> Found {
        match side.place {
            Place::Tree { root: Some(root), .. } => self.look_up_in_tree(root, path),
            Place::Tree { root: None, .. } => Found::Nothing,
            Place::Index => self
                .indexed(path)
                .filter(|entry| !intended(entry))
                .map_or(Found::Nothing, |entry| Found::File(index_entry(&entry))),
            Place::Worktree => self.look_up_on_disk(path),
        }
    }

    fn look_up_in_tree(&self, root: Oid, path: &str) -> Found {
        let mut found = Found::Folder(root);
        // git2 panics on a name that C cannot spell.
        if path.contains('\0') {
            return Found::Nothing;
        }
        for name in path.split('/') {
            let Found::Folder(oid) = found else { return Found::Nothing };
            let Ok(tree) = self.git.find_tree(oid) else { return Found::Missing(oid) };
            let Some(node) = tree.get_name_bytes(name.as_bytes()).map(|entry| Node::of(&entry)) else {
                return Found::Nothing;
            };
            found = match node {
                Node::Folder(oid) => Found::Folder(oid),
                Node::File(body) => Found::File(Entry { path: path.into(), body }),
            };
        }
        found
    }

    fn look_up_on_disk(&self, path: &str) -> Found {
        let Some(entry) = self.indexed(path) else { return Found::Nothing };
        let staged = index_entry(&entry);
        let there = self.is_on_disk(Path::new(path));
        match staged.body {
            Body::Submodule(_) => Found::File(staged),
            _ if there => Found::File(Entry { body: Body::Disk(PathBuf::from(path)), ..staged }),
            _ if skipped(&entry) => Found::File(staged),
            _ => Found::Nothing,
        }
    }

    /// A file or a symbolic link, not reached through another link: git does not follow those either.
    fn is_on_disk(&self, path: &Path) -> bool {
        let kind = |path: &Path| fs::symlink_metadata(self.root().join(path)).map(|metadata| metadata.file_type());
        let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        kind(path).is_ok_and(|kind| !kind.is_dir())
            && folders.into_iter().all(|folder| kind(folder).is_ok_and(|kind| kind.is_dir()))
    }

    /// The entry of the index, or one of them where a merge left several.
    fn indexed(&self, path: &str) -> Option<git2::IndexEntry> {
        // git2 panics on a path that climbs out of the repository, or that C cannot spell.
        let inside = |path: &Path| path.components().all(|name| matches!(name, Component::Normal(_)));
        let plain = inside(Path::new(path)) && !path.is_empty() && !path.contains('\0');
        let index = self.index().ok().filter(|_| plain)?;
        (0..=3).find_map(|stage| index.get_path(Path::new(path), stage))
    }

    /// Whether a path is something else below two trees; folders that are the same are not opened.
    fn differs_at(&self, mut trees: [Option<Oid>; 2], path: &str) -> bool {
        for name in path.split('/') {
            if trees[0] == trees[1] {
                return false;
            }
            trees = trees.map(|tree| {
                let tree = self.git.find_tree(tree?).ok()?;
                tree.get_name_bytes(name.as_bytes()).map(|entry| entry.id())
            });
        }
        trees[0] != trees[1]
    }

    fn tree_files(&self, root: Option<Oid>, folder: &str, prefix: &str) -> anyhow::Result<Vec<Arc<str>>> {
        let found = match root {
            Some(root) if !folder.is_empty() => self.look_up_in_tree(root, folder),
            Some(root) => Found::Folder(root),
            None => Found::Nothing,
        };
        let oid = match found {
            Found::Folder(oid) => oid,
            Found::Missing(oid) => return Err(folder_missing(folder, oid)),
            Found::File(_) | Found::Nothing => return Ok(Vec::new()),
        };
        let entries = self.tree_entries(prefix.as_bytes(), Some(oid));
        let entries = entries.map_err(|_| folder_missing(folder, oid))?;
        Ok(entries.into_iter().filter_map(|(path, node)| split(Some(node), &path).1).map(|entry| entry.path).collect())
    }

    fn index_files(&self, side: &Side, prefix: &str) -> Vec<Arc<str>> {
        let Ok(index) = self.index() else { return Vec::new() };
        let inside = |path: &[u8]| path.strip_prefix(prefix.as_bytes()).is_some_and(|name| !name.contains(&b'/'));
        let paths = index.iter().filter(|entry| inside(&entry.path)).map(|entry| shown(&entry.path));
        paths.filter(|path| matches!(self.look_up(side, path), Found::File(_))).collect()
    }

    fn root(&self) -> &Path {
        self.git.workdir().unwrap_or_else(|| self.git.path())
    }
}

impl Kept {
    /// Where there is no more room, everything makes room: what is needed again soon comes back soon.
    fn keep(&mut self, oid: Oid, content: &Arc<[u8]>) {
        if self.bytes + content.len() > KEPT_BYTES {
            *self = Kept::default();
        }
        self.bytes += content.len();
        self.blobs.insert(oid, content.clone());
    }
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Folder(Oid),
    File(Body),
}

impl Node {
    /// Permissions are left out: a change of mode alone is no change here.
    fn of(entry: &git2::TreeEntry) -> Node {
        match kind(entry.filemode() as u32) {
            Kind::Folder => Node::Folder(entry.id()),
            Kind::File => Node::File(Body::Blob(entry.id())),
            Kind::Symlink => Node::File(Body::Symlink(entry.id())),
            Kind::Submodule => Node::File(Body::Submodule(entry.id())),
        }
    }
}

enum Kind {
    Folder,
    File,
    Symlink,
    Submodule,
}

/// The type bits of a file mode, as git stores them.
fn kind(mode: u32) -> Kind {
    match mode & 0o170000 {
        0o040000 => Kind::Folder,
        0o120000 => Kind::Symlink,
        0o160000 => Kind::Submodule,
        _ => Kind::File,
    }
}

fn split(node: Option<Node>, path: &[u8]) -> (Option<Oid>, Option<Entry>) {
    match node {
        Some(Node::Folder(oid)) => (Some(oid), None),
        Some(Node::File(body)) => (None, Some(Entry { path: shown(path), body })),
        None => (None, None),
    }
}

fn compare(mut before: BTreeMap<Vec<u8>, Entry>, after: BTreeMap<Vec<u8>, Entry>) -> Vec<Delta> {
    let pairs = after.into_iter().map(|(path, new)| Delta { before: before.remove(&path), after: Some(new) });
    let mut deltas: Vec<Delta> = pairs.filter(|delta| delta.before != delta.after).collect();
    deltas.extend(before.into_values().map(|old| Delta { before: Some(old), after: None }));
    deltas
}

/// Joins the removal and the addition of the same object into one change: a rename that needs no reading.
fn join_same(deltas: Vec<Delta>) -> Vec<Delta> {
    let (mut removed, rest): (Vec<_>, Vec<_>) = deltas.into_iter().partition(|delta| delta.after.is_none());
    let (mut added, mut joined): (Vec<_>, Vec<_>) = rest.into_iter().partition(|delta| delta.before.is_none());
    let pairs = rename::same(&keys(&removed), &keys(&added));
    for (old, new) in pairs {
        added[new].before = removed[old].before.take();
    }
    removed.retain(|delta| delta.before.is_some());
    joined.extend(removed);
    joined.extend(added);
    joined
}

/// What makes two files the same; empty ones are all one object, and say nothing about a rename.
fn keys(deltas: &[Delta]) -> Vec<(Option<Oid>, &str)> {
    let object = |entry: &Entry| match entry.body {
        Body::Blob(oid) if oid.to_string() != EMPTY_BLOB => Some(oid),
        _ => None,
    };
    let entries = deltas.iter().filter_map(|delta| delta.before.as_ref().or(delta.after.as_ref()));
    entries.map(|entry| (object(entry), &*entry.path)).collect()
}

/// A file of the work tree may differ from the index, and yet be as it was before.
fn same_content(change: &FileChange) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return false };
    before.path == after.path && before.content.is_ok() && before.content == after.content
}

fn index_entry(entry: &git2::IndexEntry) -> Entry {
    let body = match kind(entry.mode) {
        _ if stage(entry) != 0 => Body::Unmerged,
        Kind::Symlink => Body::Symlink(entry.id),
        Kind::Submodule => Body::Submodule(entry.id),
        Kind::File | Kind::Folder => Body::Blob(entry.id),
    };
    Entry { path: shown(&entry.path), body }
}

/// 0, or the side of a merge conflict.
fn stage(entry: &git2::IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}

/// Announced with `git add --intent-to-add`: tracked, but not staged.
fn intended(entry: &git2::IndexEntry) -> bool {
    git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add()
}

/// Left out of the work tree by a sparse checkout, and not removed.
fn skipped(entry: &git2::IndexEntry) -> bool {
    git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_skip_worktree()
}

fn on_disk(path: &Path) -> Result<Arc<[u8]>, Unreadable> {
    let io = |error: std::io::Error| Unreadable::Io { reason: error.to_string() };
    let metadata = fs::symlink_metadata(path).map_err(io)?;
    if metadata.is_symlink() {
        return Err(Unreadable::Symlink);
    }
    if !metadata.is_file() {
        return Err(Unreadable::Io { reason: "not a regular file".to_owned() });
    }
    within_limit(metadata.len())?;
    text(&fs::read(path).map_err(io)?)
}

fn within_limit(bytes: u64) -> Result<(), Unreadable> {
    if bytes > SIZE_LIMIT { Err(Unreadable::TooLarge { bytes }) } else { Ok(()) }
}

fn text(content: &[u8]) -> Result<Arc<[u8]>, Unreadable> {
    let start = &content[..content.len().min(BINARY_WINDOW)];
    if memchr::memchr(0, start).is_some() { Err(Unreadable::Binary) } else { Ok(content.into()) }
}

fn folder_prefix(folder: &str) -> Vec<u8> {
    if folder.is_empty() { Vec::new() } else { format!("{folder}/").into_bytes() }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path for people and for matching; bytes that are not UTF-8 are replaced.
fn shown(path: &[u8]) -> Arc<str> {
    String::from_utf8_lossy(path).into()
}

#[cfg(unix)]
fn native(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(path))
}

#[cfg(not(unix))]
fn native(path: &[u8]) -> PathBuf {
    PathBuf::from(&*shown(path))
}

#[cfg(test)]
mod tests;
