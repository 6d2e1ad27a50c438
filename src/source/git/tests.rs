//! Snapshots of real repositories, made on the spot.

use std::fs;
use std::path::Path;

use git2::{IndexAddOption, IndexEntry, IndexTime, Oid, Signature};
use tempfile::TempDir;

use super::*;

struct Fixture {
    folder: TempDir,
    git: git2::Repository,
}

impl Fixture {
    fn new() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        let git = git2::Repository::init_opts(folder.path(), options.initial_head("main")).unwrap();
        git.config().unwrap().set_bool("core.autocrlf", false).unwrap();
        Fixture { folder, git }
    }

    /// Two commits: `a.cpp` and `keep.py`, then an edit of `a.cpp`.
    fn edited() -> Fixture {
        let fixture = Fixture::new();
        fixture.write("src/a.cpp", "int a();\n").write("keep.py", "a = 1\n").commit("first");
        fixture.write("src/a.cpp", "int a(int);\n").commit("second");
        fixture
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Fixture {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn remove(&self, path: &str) -> &Fixture {
        fs::remove_file(self.folder.path().join(path)).unwrap();
        self
    }

    fn stage(&self) -> git2::Index {
        let mut index = self.git.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        index
    }

    fn commit(&self, message: &str) -> Oid {
        let tree = self.stage().write_tree().unwrap();
        let parents: Vec<Oid> = self.git.head().ok().and_then(|head| head.target()).into_iter().collect();
        self.commit_tree(Some("HEAD"), message, tree, &parents)
    }

    fn commit_tree(&self, reference: Option<&str>, message: &str, tree: Oid, parents: &[Oid]) -> Oid {
        let who = Signature::now("someone", "someone@example.org").unwrap();
        let tree = self.git.find_tree(tree).unwrap();
        let parents: Vec<_> = parents.iter().map(|oid| self.git.find_commit(*oid).unwrap()).collect();
        self.git.commit(reference, &who, &who, message, &tree, &parents.iter().collect::<Vec<_>>()).unwrap()
    }

    fn head(&self) -> Oid {
        self.git.head().unwrap().target().unwrap()
    }

    fn tree(&self, revision: &str) -> Oid {
        self.git.revparse_single(revision).unwrap().peel_to_tree().unwrap().id()
    }

    /// Takes an object out of the repository, as a partial clone does.
    fn lose(&self, oid: Oid) {
        let name = oid.to_string();
        fs::remove_file(self.git.path().join("objects").join(&name[..2]).join(&name[2..])).unwrap();
    }

    fn entry(&self, path: &[u8], mode: u32, id: Oid) {
        let now = IndexTime::new(0, 0);
        let entry = IndexEntry {
            ctime: now,
            mtime: now,
            dev: 0,
            ino: 0,
            mode,
            uid: 0,
            gid: 0,
            file_size: 0,
            id,
            flags: 0,
            flags_extended: 0,
            path: path.to_vec(),
        };
        let mut index = self.git.index().unwrap();
        index.add(&entry).unwrap();
        index.write().unwrap();
    }

    fn open(&self) -> Repository {
        Repository::open(self.folder.path()).unwrap()
    }

    fn load(&self, range: &Range) -> SnapshotPair {
        load(&self.open(), range, &|_| true, &[])
    }

    /// The changes of a range, one line each.
    fn changes(&self, range: &str) -> Vec<String> {
        let range = match range {
            "--staged" => Range::Staged,
            "--worktree" => Range::Worktree,
            text => Range::parse(text).unwrap(),
        };
        self.load(&range).changed.iter().map(line).collect()
    }

    fn error(&self, range: &str) -> String {
        self.open().endpoints(&Range::parse(range).unwrap()).unwrap_err().to_string()
    }
}

fn load(repository: &Repository, range: &Range, wants: &(dyn Fn(&str) -> bool + Sync), named: &[&str]) -> SnapshotPair {
    let named: Vec<Arc<str>> = named.iter().map(|path| (*path).into()).collect();
    let endpoints = repository.endpoints(range).unwrap();
    repository.load(&endpoints, &Request { wants, named: &named }).unwrap()
}

fn line(change: &FileChange) -> String {
    let side = |file: &SourceFile| match &file.content {
        Ok(content) => format!("{} ({})", file.path, content.len()),
        Err(Unreadable::Missing { .. }) => format!("{} (missing)", file.path),
        Err(reason) => format!("{} ({reason})", file.path),
    };
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} -> {}", side(before), side(after)),
        (None, Some(after)) => format!("+ {}", side(after)),
        (Some(before), None) => format!("- {}", side(before)),
        (None, None) => unreachable!("a change has at least one side"),
    }
}

fn lines(name: &str) -> String {
    (0..30).map(|line| format!("int {name}_{line}();\n")).collect()
}

#[test]
fn every_form_of_range_finds_its_two_sides() {
    let fixture = Fixture::edited();
    let base = fixture.head();
    fixture.write("keep.py", "a = 2\n").commit("on main");
    let other = fixture.commit_tree(None, "beside", fixture.tree("HEAD~2"), &[base]).to_string();
    let edit = ["src/a.cpp (9) -> src/a.cpp (12)"];
    assert_eq!(fixture.changes("HEAD~1"), edit);
    assert_eq!(fixture.changes("HEAD~2..HEAD~1"), edit);
    assert_eq!(fixture.changes("HEAD~1..HEAD~2"), ["src/a.cpp (12) -> src/a.cpp (9)"]);
    assert_eq!(fixture.changes("HEAD~1.."), ["keep.py (6) -> keep.py (6)"]);
    assert_eq!(fixture.changes("HEAD^{tree}..HEAD"), [""; 0]);
    assert_eq!(fixture.changes(&format!("HEAD...{other}")), ["src/a.cpp (12) -> src/a.cpp (9)"]);
    let pair = fixture.load(&Range::Revision("HEAD~1".into()));
    assert_eq!(pair.after, base.to_string());
}

#[test]
fn a_root_commit_is_compared_with_nothing() {
    let fixture = Fixture::edited();
    assert_eq!(fixture.changes("HEAD~1"), ["+ keep.py (6)", "+ src/a.cpp (9)"]);
    assert_eq!(fixture.load(&Range::Revision("HEAD~1".into())).before, EMPTY_TREE);
}

#[test]
fn a_merge_is_compared_with_its_first_parent() {
    let fixture = Fixture::edited();
    let base = fixture.head();
    let main = fixture.write("keep.py", "a = 22\n").commit("on main");
    let tree = fixture.write("src/a.cpp", "int a(long);\n").stage().write_tree().unwrap();
    let side = fixture.commit_tree(None, "on the side", tree, &[base]);
    fixture.commit_tree(Some("HEAD"), "merge", tree, &[main, side]);
    assert_eq!(fixture.changes("HEAD"), ["src/a.cpp (12) -> src/a.cpp (13)"]);
    let repository = fixture.open();
    let range = Range::parse("HEAD~2..HEAD").unwrap();
    assert_eq!(repository.commits(&range).unwrap(), [main.to_string(), fixture.head().to_string()]);
    let messages = repository.messages(&repository.endpoints(&range).unwrap()).unwrap();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().any(|(commit, message)| *commit == side.to_string() && message == "on the side"));
}

#[test]
fn renames_are_followed_with_and_without_an_edit() {
    let fixture = Fixture::new();
    fixture.write("old/a.cpp", lines("a")).write("old/b.cpp", lines("b")).write("c.cpp", lines("c")).commit("first");
    fixture.remove("old/a.cpp").write("new/a.cpp", lines("a"));
    fixture.remove("old/b.cpp").write("new/z.cpp", lines("b").replace("b_7", "b_x"));
    fixture.remove("c.cpp").write("d.cpp", lines("unlike")).commit("move");
    let expected =
        ["- c.cpp (350)", "+ d.cpp (500)", "old/a.cpp (350) -> new/a.cpp (350)", "old/b.cpp (350) -> new/z.cpp (350)"];
    assert_eq!(fixture.changes("HEAD"), expected);
}

#[test]
fn a_rename_is_read_when_either_path_is_wanted() {
    let fixture = Fixture::new();
    fixture.write("in/a.cpp", lines("a")).commit("first");
    fixture.remove("in/a.cpp").write("out/a.cpp", lines("a")).write("out/b.cpp", "int b();\n").commit("move out");
    let pair = load(&fixture.open(), &Range::Revision("HEAD".into()), &|path| path.starts_with("in/"), &[]);
    assert_eq!(pair.changed.iter().map(line).collect::<Vec<_>>(), ["in/a.cpp (350) -> out/a.cpp (350)"]);
}

#[test]
fn named_files_are_read_where_they_exist_and_did_not_change() {
    let fixture = Fixture::edited();
    let pair =
        load(&fixture.open(), &Range::Revision("HEAD".into()), &|_| false, &["keep.py", "src/a.cpp", "no.py", "src"]);
    assert_eq!(pair.unchanged.keys().map(|path| &**path).collect::<Vec<_>>(), ["keep.py"]);
    assert_eq!(pair.changed.iter().map(line).collect::<Vec<_>>(), ["src/a.cpp (9) -> src/a.cpp (12)"]);
}

#[test]
fn before_the_first_commit_only_the_index_and_the_work_tree_can_be_checked() {
    let fixture = Fixture::new();
    fixture.write("a.cpp", "int a();\n").stage();
    assert_eq!(fixture.changes("--staged"), ["+ a.cpp (9)"]);
    assert_eq!(fixture.changes("--worktree"), ["+ a.cpp (9)"]);
    assert!(fixture.error("HEAD").contains("nothing is committed yet"), "{}", fixture.error("HEAD"));
}

#[test]
fn a_repository_opens_bare_from_a_folder_inside_and_not_from_outside() {
    let fixture = Fixture::edited();
    let inside = Repository::open(&fixture.folder.path().join("src")).unwrap();
    assert!(inside.read(&inside.endpoints(&Range::Staged).unwrap().after, "src/a.cpp").is_some());

    let bare = tempfile::tempdir().unwrap();
    git2::build::RepoBuilder::new().bare(true).clone(fixture.folder.path().to_str().unwrap(), bare.path()).unwrap();
    let bare = Repository::open(bare.path()).unwrap();
    assert_eq!(load(&bare, &Range::Revision("HEAD".into()), &|_| true, &[]).changed.len(), 1);
    let error = bare.endpoints(&Range::Worktree).unwrap_err().to_string();
    assert!(error.contains("a bare repository has no worktree"), "{error}");

    let outside = tempfile::tempdir().unwrap();
    let error = |path: &Path| Repository::open(path).err().unwrap().to_string();
    assert!(error(outside.path()).contains("is not in a git repository"), "{}", error(outside.path()));
    assert!(error(&outside.path().join("no")).contains("does not exist"));
}

#[test]
fn staged_is_the_index_and_not_what_came_after() {
    let fixture = Fixture::edited();
    fixture.write("src/a.cpp", "int staged();\n").stage();
    fixture.write("src/a.cpp", "int not_staged();\n").write("untracked.cpp", "int u();\n");
    assert_eq!(fixture.changes("--staged"), ["src/a.cpp (12) -> src/a.cpp (14)"]);
    assert_eq!(fixture.load(&Range::Staged).after, "index");
}

#[test]
fn the_work_tree_is_its_tracked_files() {
    let fixture = Fixture::edited();
    fixture.write("b.cpp", "int b();\n").stage();
    fixture.write("src/a.cpp", "int longer(int);\n").write("untracked.cpp", "int u();\n").remove("keep.py");
    let expected = ["+ b.cpp (9)", "- keep.py (6)", "src/a.cpp (12) -> src/a.cpp (17)"];
    assert_eq!(fixture.changes("--worktree"), expected);

    let repository = fixture.open();
    let side = repository.endpoints(&Range::Worktree).unwrap().after;
    let exists = |path| repository.exists(&side, path).unwrap();
    assert!(exists("b.cpp") && !exists("untracked.cpp") && !exists("keep.py"));
    assert_eq!(repository.list(&side, "").unwrap(), ["b.cpp".into()]);
    for path in ["../outside", "/etc/passwd", "src", "", "./b.cpp", "src/", "src//a.cpp", "a\0b"] {
        for range in [Range::Worktree, Range::Staged, Range::Revision("HEAD".into())] {
            let side = repository.endpoints(&range).unwrap().after;
            assert!(repository.read(&side, path).is_none(), "`{path}` in {}", side.name());
        }
    }
}

#[test]
fn an_edit_undone_in_the_work_tree_is_no_change() {
    let fixture = Fixture::edited();
    fixture.write("src/a.cpp", "int staged();\n").stage();
    fixture.write("src/a.cpp", "int a(int);\n");
    assert_eq!(fixture.changes("--worktree"), [""; 0]);
}

#[test]
fn reading_writes_nothing() {
    let fixture = Fixture::edited();
    fixture.write("src/a.cpp", "int longer(int);\n").write("keep.py", "a = 1\n");
    let listing = || {
        let files = fs::read_dir(fixture.git.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.map(|path| (fs::read(&path).unwrap_or_default(), path)).collect();
        files.sort();
        files
    };
    let before = listing();
    assert_eq!(fixture.changes("--worktree").len(), 1);
    assert_eq!(fixture.changes("HEAD").len(), 1);
    assert!(before == listing());
}

#[test]
fn files_that_cannot_be_analysed_say_why() {
    let fixture = Fixture::edited();
    let large = fs::File::create(fixture.folder.path().join("large.cpp")).unwrap();
    large.set_len(50_000_000).unwrap();
    fixture.write("binary.py", b"a\0b").write("crlf.py", "a = 1\r\n").write("empty.py", "").commit("odd files");
    let expected = [
        "+ binary.py (binary content)",
        "+ crlf.py (7)",
        "+ empty.py (0)",
        "+ large.cpp (50.0 MB is over the limit of 8 MB)",
    ];
    assert_eq!(fixture.changes("HEAD"), expected);
    large.set_len(60_000_000).unwrap();
    let large = "large.cpp (50.0 MB is over the limit of 8 MB) -> large.cpp (60.0 MB is over the limit of 8 MB)";
    assert_eq!(fixture.changes("--worktree"), [large]);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_shown_and_not_followed() {
    let fixture = Fixture::edited();
    fixture.write("b.py", "b = 1\n").commit("third");
    fixture.remove("b.py");
    std::os::unix::fs::symlink("keep.py", fixture.folder.path().join("b.py")).unwrap();
    assert_eq!(fixture.changes("--worktree"), ["b.py (6) -> b.py (a symbolic link)"]);
    fixture.stage();
    fixture.entry(b"third_party/x", 0o160000, fixture.head());
    let expected = ["b.py (6) -> b.py (a symbolic link)", "+ third_party/x (a submodule)"];
    assert_eq!(fixture.changes("--staged"), expected);

    fs::rename(fixture.folder.path().join("src"), fixture.folder.path().join("moved")).unwrap();
    std::os::unix::fs::symlink("moved", fixture.folder.path().join("src")).unwrap();
    let repository = fixture.open();
    let side = repository.endpoints(&Range::Worktree).unwrap().after;
    assert!(!repository.exists(&side, "src/a.cpp").unwrap());
}

#[cfg(unix)]
#[test]
fn a_change_of_mode_is_no_change() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::edited();
    fs::set_permissions(fixture.folder.path().join("keep.py"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fixture.changes("--worktree"), [""; 0]);
    fixture.commit("make it a program");
    assert_eq!(fixture.changes("HEAD"), [""; 0]);
}

#[test]
fn a_file_that_becomes_a_folder_is_removed_and_added() {
    let fixture = Fixture::edited();
    fixture.remove("keep.py").write("keep.py/inner.py", "b = 1\n").commit("folder");
    assert_eq!(fixture.changes("HEAD"), ["- keep.py (6)", "+ keep.py/inner.py (6)"]);
    assert_eq!(fixture.changes("HEAD..HEAD~1"), ["+ keep.py (6)", "- keep.py/inner.py (6)"]);
}

#[test]
fn a_path_that_is_not_utf_8_is_shown_as_well_as_it_can_be() {
    let fixture = Fixture::edited();
    let blob = fixture.git.blob(b"int b();\n").unwrap();
    fixture.entry(b"caf\xe9.cpp", 0o100644, blob);
    assert_eq!(fixture.changes("--staged"), ["+ caf\u{fffd}.cpp (9)"]);
}

#[test]
fn after_a_merge_with_conflicts_the_index_says_so() {
    let fixture = Fixture::edited();
    let id = |name: &str| fixture.git.revparse_single(name).unwrap().id();
    let (ours, theirs) = (id("HEAD:src/a.cpp"), id("HEAD~1:src/a.cpp"));
    fixture.git.index().unwrap().remove_path(Path::new("src/a.cpp")).unwrap();
    let mut index = fixture.git.index().unwrap();
    for (stage, id) in [(2, ours), (3, theirs)] {
        let mut entry = index.get_path(Path::new("keep.py"), 0).unwrap();
        (entry.path, entry.id, entry.flags) = (b"src/a.cpp".to_vec(), id, stage << 12);
        index.add(&entry).unwrap();
    }
    index.write().unwrap();
    fixture.write("src/a.cpp", "<<<<<<<\n");
    assert_eq!(fixture.changes("--staged"), ["src/a.cpp (12) -> src/a.cpp (a merge conflict in the index)"]);
    assert_eq!(fixture.changes("--worktree"), ["src/a.cpp (12) -> src/a.cpp (8)"]);
}

#[test]
fn a_missing_blob_matters_only_where_it_is_wanted() {
    let fixture = Fixture::edited();
    fixture.write("keep.py", lines("k")).write("src/a.cpp", "int a(long);\n").commit("third");
    fixture.remove("keep.py").write("new.py", lines("k").replace("k_3", "x")).commit("rename");
    assert_eq!(fixture.changes("HEAD"), ["keep.py (350) -> new.py (348)"]);
    for lost in ["HEAD~1:keep.py", "HEAD:new.py"] {
        fixture.lose(fixture.git.revparse_single(lost).unwrap().id());
    }
    let revision = Range::Revision("HEAD~1".into());
    let pair = load(&fixture.open(), &revision, &|path| path.ends_with(".cpp"), &[]);
    assert_eq!(pair.changed.len(), 1);
    assert_eq!(fixture.changes("HEAD~1")[0], "keep.py (6) -> keep.py (missing)");
    assert_eq!(fixture.changes("HEAD"), ["- keep.py (missing)", "+ new.py (missing)"]);
}

#[test]
fn a_missing_folder_is_an_error_only_where_it_is_needed() {
    let fixture = Fixture::edited();
    fixture.write("keep.py", "a = 2\n").commit("third");
    fixture.lose(fixture.tree("HEAD:src"));
    assert_eq!(fixture.changes("HEAD").len(), 1);
    let repository = fixture.open();
    let endpoints = repository.endpoints(&Range::parse("HEAD~2..HEAD").unwrap()).unwrap();
    let error = repository.load(&endpoints, &Request { wants: &|_| true, named: &[] }).unwrap_err().to_string();
    assert!(error.contains("the folder `./src/`") && error.contains("git fetch --refetch"), "{error}");
    let error = |found: anyhow::Result<bool>| found.unwrap_err().to_string();
    let exists = error(repository.exists(&endpoints.after, "src/none.cpp"));
    assert!(
        exists.contains("a folder of `src/none.cpp`"),
        "a file in a lost folder is not known to be absent: {exists}"
    );
    assert!(repository.list(&endpoints.after, "src").is_err() && repository.list(&endpoints.after, "").is_ok());
    let file = repository.read(&endpoints.after, "src/a.cpp").unwrap();
    assert!(matches!(file.content, Err(Unreadable::Missing { .. })));
}

#[test]
fn a_shallow_clone_says_how_to_get_the_parent() {
    let fixture = Fixture::edited();
    let parent = fixture.git.revparse_single("HEAD~1").unwrap().id();
    fs::write(fixture.git.path().join("shallow"), format!("{}\n", fixture.head())).unwrap();
    fixture.lose(parent);
    let help = format!("git fetch --depth=2 origin {}", fixture.head());
    for (range, help) in
        [("HEAD", &*help), ("HEAD~1", "git fetch --unshallow"), ("HEAD~1..HEAD", "git fetch --unshallow")]
    {
        assert!(fixture.error(range).contains(help), "{range}: {}", fixture.error(range));
    }
    fixture.write("keep.py", "a = 2\n").commit("third");
    assert_eq!(fixture.changes("HEAD"), ["keep.py (6) -> keep.py (6)"]);
    let tree = fixture.tree("HEAD");
    let unrelated = fixture.commit_tree(None, "elsewhere", tree, &[]);
    let error = fixture.error(&format!("{unrelated}...HEAD"));
    assert!(error.contains("merge base") && error.contains("git fetch --unshallow"), "{error}");
}

#[test]
fn where_history_is_cut_nobody_guesses() {
    let fixture = Fixture::edited();
    let root = fixture.git.revparse_single("HEAD~1").unwrap().id();
    let fork = fixture.head();
    let tree = fixture.tree("HEAD");
    let commit = |parents: &[Oid], message: &str| fixture.commit_tree(None, message, tree, parents);
    // The nearest merge base of both ends is `fork`; another way round leads to `root`.
    let [one, two] = ["one", "two"].map(|end| commit(&[commit(&[fork], &format!("before {end}")), root], end));
    let range = Range::ThreeDot { before: one.to_string(), after: two.to_string() };
    assert_eq!(fixture.open().endpoints(&range).unwrap().before.name(), fork.to_string());
    let cuts: Vec<Oid> =
        [one, two].iter().map(|end| fixture.git.find_commit(*end).unwrap().parent_id(0).unwrap()).collect();
    let shallow = |cuts: &[Oid]| {
        let lines: String = cuts.iter().map(|cut| format!("{cut}\n")).collect();
        fs::write(fixture.git.path().join("shallow"), lines).unwrap();
    };
    shallow(&cuts);
    let error = fixture.open().endpoints(&range).unwrap_err().to_string();
    assert!(error.contains("git fetch --unshallow"), "{error}");
    // Messages from behind a cut could be those of the other end.
    let endpoints =
        fixture.open().endpoints(&Range::TwoDot { before: two.to_string(), after: one.to_string() }).unwrap();
    assert_eq!(fixture.open().messages(&endpoints), None);
    shallow(&cuts[..1]);
    assert!(fixture.open().endpoints(&range).is_err(), "one end leads to the fork, and the other may");
    shallow(&[fork]);
    assert_eq!(
        fixture.open().endpoints(&range).unwrap().before.name(),
        fork.to_string(),
        "what is cut is behind the base"
    );
}

#[test]
fn an_unknown_revision_comes_with_the_nearest_name() {
    let fixture = Fixture::edited();
    let head = fixture.git.head().unwrap().peel_to_commit().unwrap();
    fixture.git.branch("release-1.13", &head, false).unwrap();
    fixture.git.reference("refs/remotes/origin/nightly", head.id(), false, "").unwrap();
    for (wrong, right) in [("mian", "`main`"), ("release-1.31~2", "`release-1.13`"), ("nightly", "`origin/nightly`")] {
        let error = fixture.error(wrong);
        assert!(error.contains(&format!("`{wrong}`")) && error.contains(&format!("did you mean {right}")), "{error}");
    }
    assert!(!fixture.error("0123456789").contains("did you mean"));
    assert!(fixture.error("main~9").contains("leads past"));
    let commit = fixture.error("HEAD:keep.py");
    assert!(commit.contains("is a blob"), "{commit}");
}

#[test]
fn an_annotated_tag_stands_for_its_commit() {
    let fixture = Fixture::edited();
    let head = fixture.git.head().unwrap().peel(ObjectType::Commit).unwrap();
    let who = Signature::now("someone", "someone@example.org").unwrap();
    fixture.git.tag("v1", &head, &who, "one", false).unwrap();
    assert_eq!(fixture.load(&Range::Revision("v1".into())).after, head.id().to_string());
}

#[test]
fn a_folder_lists_its_own_files() {
    let fixture = Fixture::edited();
    fixture.write(".drift/b.toml", "").write(".drift/a.toml", "").write(".drift/old/c.toml", "").commit("mapping");
    let repository = fixture.open();
    for range in [Range::Revision("HEAD".into()), Range::Staged, Range::Worktree] {
        let side = repository.endpoints(&range).unwrap().after;
        assert_eq!(
            repository.list(&side, ".drift").unwrap(),
            [".drift/a.toml".into(), ".drift/b.toml".into()],
            "{}",
            side.name()
        );
        assert!(repository.list(&side, "none").unwrap().is_empty());
        let exists = |path| repository.exists(&side, path).unwrap();
        assert!(exists(".drift/a.toml") && !exists(".drift"));
    }
}

#[test]
fn a_bare_repository_without_configuration_is_bare() {
    let fixture = Fixture::edited();
    let bare = tempfile::tempdir().unwrap();
    git2::build::RepoBuilder::new().bare(true).clone(fixture.folder.path().to_str().unwrap(), bare.path()).unwrap();
    fs::remove_file(bare.path().join("config")).unwrap();
    let bare = Repository::open(bare.path()).unwrap();
    for range in [Range::Worktree, Range::Staged] {
        let error = bare.endpoints(&range).unwrap_err().to_string();
        assert!(error.contains("a bare repository has no"), "{error}");
    }
    assert!(bare.endpoints(&Range::Revision("HEAD".into())).is_ok());
}
