//! `drift map` on throw-away repositories: what it writes, what it refuses, and that nothing is left half done.

use std::fs;
use std::path::PathBuf;

use crate::command_line::{Answer, run, run_in};
use crate::repository::Repository;

const CPP: &str = "\
#include \"probe.h\"

// Dives to a depth, which is never negative.
static PyObject* Probe_dive(PyObject* self, PyObject* depth) {
  return deeper(self, depth);
}

static PyObject* Probe_rise(PyObject* self, PyObject* unused) {
  return higher(self);
}

static PyMethodDef Probe_methods[] = {
    {\"dive\", Probe_dive, METH_O, nullptr},
    {\"rise\", Probe_rise, METH_NOARGS, nullptr},
    {nullptr}};

PyTypeObject ProbeType = {PyVarObject_HEAD_INIT(nullptr, 0) \"probes.Probe\", .tp_methods = Probe_methods};
";
const PYTHON: &str = "\
class ProbeVariable:
    def call_dive(self, depth):
        return self.depth + abs(depth)

    def call_rise(self):
        return 0
";
const MAPPING: &str = "\
# Probes and their simulation.

version = 1

[scope]
cpp = [\"csrc/**\"]
python = [\"sim/**\"]


# --- probes ---

# the deep one
[link.probe-rise]
relation = \"models\"
cpp = ['csrc/probe.cpp#Probe_rise']
python = ['sim/probe.py#ProbeVariable.call_rise']
why = \"rising ends at the surface\"
";
const FILE: &str = ".drift/mapping.toml";

/// A repository with both ends committed, and the mapping in its work tree.
fn repository() -> Repository {
    let repository = Repository::new();
    repository.commit(&[("csrc/probe.cpp", CPP), ("sim/probe.py", PYTHON), (FILE, MAPPING)]);
    write(&repository, FILE, MAPPING);
    repository
}

fn path(repository: &Repository, file: &str) -> PathBuf {
    repository.path().join(file)
}

fn write(repository: &Repository, file: &str, text: &str) {
    let path = path(repository, file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(repository: &Repository) -> String {
    fs::read_to_string(path(repository, FILE)).unwrap()
}

fn map(repository: &Repository, arguments: &[&str]) -> Answer {
    run(repository, &[&["map"], arguments].concat())
}

#[track_caller]
fn succeeds(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.code, 0, "{}", answer.all());
    for word in words {
        assert!(answer.stdout.contains(word), "no `{word}`\n{}", answer.all());
    }
}

const DIVE: [&str; 6] =
    ["add", "probe-dive", "--cpp", "csrc/probe.cpp#Probe_dive", "--python", "sim/probe.py#ProbeVariable.call_dive"];

#[test]
fn a_link_is_added_with_what_the_code_says_and_removed_again() {
    let repository = repository();
    let added = map(&repository, &DIVE);
    succeeds(&added, &["added `probe-dive`", "probes.Probe.dive", "dives to a depth, which is never negative"]);
    let block = "\n[link.probe-dive]\nrelation = \"models\"\ncpp = ['csrc/probe.cpp#Probe_dive']\n\
                 python = ['sim/probe.py#ProbeVariable.call_dive']\nnames = [\"probes.Probe.dive\"]\n\
                 why = \"dives to a depth, which is never negative\"\n";
    assert_eq!(read(&repository), format!("{MAPPING}{block}"));
    succeeds(&map(&repository, &["list"]), &["probe-dive", "probe-rise", "2 links"]);
    succeeds(&map(&repository, &["fmt", "--check"]), &["canonical"]);
    succeeds(&map(&repository, &["remove", "probe-dive"]), &["removed `probe-dive`"]);
    assert_eq!(read(&repository), MAPPING);
}

#[test]
fn nothing_is_written_unless_every_selector_picks_code() {
    let repository = repository();
    let mut wrong = DIVE;
    wrong[3] = "csrc/probe.cpp#Probe_div";
    map(&repository, &wrong).refuses(&["nothing was written", "#Probe_dive`"]);
    wrong[3] = "csrc/none.cpp#f";
    map(&repository, &wrong).refuses(&["nothing was written", "there is no such file"]);
    wrong[3] = "/csrc/probe.cpp";
    map(&repository, &wrong).refuses(&["--cpp", "is absolute"]);
    wrong[3] = "other:csrc/probe.cpp#f";
    map(&repository, &wrong).refuses(&["`other` is not declared"]);
    let mut twice = DIVE;
    twice[1] = "probe-rise";
    map(&repository, &twice).refuses(&["there is a link `probe-rise` already", FILE]);
    twice[1] = "Probe";
    map(&repository, &twice).refuses(&["not kebab-case", "`probe`"]);
    let silent = ["add", "x", "--cpp", "csrc/probe.cpp#Probe_rise", "--python", "sim/probe.py#ProbeVariable.call_rise"];
    map(&repository, &silent).refuses(&["--why"]);
    assert_eq!(read(&repository), MAPPING);
}

#[test]
fn a_dry_run_writes_nothing() {
    let repository = repository();
    succeeds(
        &map(&repository, &[&DIVE[..], &["--dry-run"]].concat()),
        &["would add `probe-dive`", "[link.probe-dive]"],
    );
    write(&repository, FILE, &MAPPING.replace("Probe_rise", "Probe_gone"));
    succeeds(&map(&repository, &["prune", "--dry-run"]), &["would prune `probe-rise`"]);
    assert!(read(&repository).contains("Probe_gone"));
}

#[test]
fn links_go_into_the_file_that_is_named() {
    let repository = repository();
    succeeds(&map(&repository, &[&DIVE[..], &["--file", "more.toml"]].concat()), &[".drift/more.toml"]);
    assert_eq!(read(&repository), MAPPING);
    assert!(
        fs::read_to_string(path(&repository, ".drift/more.toml"))
            .unwrap()
            .starts_with("version = 1\n\n[link.probe-dive]")
    );
    // By the C++ file it belongs to both, and the first has as many links of it.
    let mut third = DIVE;
    third[1] = "third";
    succeeds(&map(&repository, &[&third[..], &["--file", ".drift/more.toml"]].concat()), &[".drift/more.toml"]);
    succeeds(&map(&repository, &["remove", "third", "probe-rise"]), &["more.toml", "mapping.toml"]);
    for bad in ["acks.toml", "../x.toml", "x.txt", "deep/x.toml"] {
        map(&repository, &[&third[..], &["--file", bad]].concat()).refuses(&[bad]);
    }
}

#[test]
fn links_are_renamed_and_unknown_ones_have_neighbours() {
    let repository = repository();
    succeeds(&map(&repository, &["rename", "probe-rise", "probe-up"]), &["renamed `probe-rise` to `probe-up`"]);
    assert_eq!(read(&repository), MAPPING.replace("link.probe-rise", "link.probe-up"));
    for command in [&["show", "probe-upp"][..], &["remove", "probe-upp"], &["rename", "probe-upp", "x"]] {
        map(&repository, command).refuses(&["no link is called `probe-upp`", "`probe-up`"]);
    }
    map(&repository, &["rename", "probe-up", "probe-up"]).refuses(&["already"]);
    write(&repository, ".drift/acks.toml", "version = 1\n\n[[ack]]\nlink = \"probe-up\"\n");
    succeeds(&map(&repository, &["rename", "probe-up", "probe-rise"]), &[".drift/acks.toml", "`probe-up`"]);
}

#[test]
fn the_canonical_form_is_checked_and_written() {
    let repository = repository();
    let untidy = MAPPING.replace("relation = \"models\"\n", "").replace("why =", "relation = 'models'\nwhy =");
    write(&repository, FILE, &untidy.replace('\n', "\r\n"));
    let answer = map(&repository, &["fmt", "--check"]);
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert!(
        answer.stdout.contains("+relation = \"models\"") && answer.stdout.contains("drift map fmt"),
        "{}",
        answer.all()
    );
    let json = map(&repository, &["fmt", "--check", "--format", "json"]).json();
    assert_eq!(json["files"][0]["canonical"], false);
    succeeds(&map(&repository, &["fmt"]), &["formatted"]);
    assert_eq!(read(&repository), MAPPING.replace('\n', "\r\n"));
    succeeds(&map(&repository, &["fmt", "--check"]), &[]);
}

#[test]
fn dead_links_are_pruned() {
    let repository = repository();
    succeeds(&map(&repository, &["prune"]), &["no link is dead"]);
    succeeds(&map(&repository, &DIVE), &[]);
    let dead =
        read(&repository).replace("['csrc/probe.cpp#Probe_rise']", "['csrc/probe.cpp#f', 'csrc/gone.cpp#Probe_rise']");
    write(&repository, FILE, &dead);
    succeeds(&map(&repository, &["prune"]), &["pruned `probe-rise`"]);
    let left = read(&repository);
    assert!(left.contains("probe-dive") && !left.contains("probe-rise") && left.contains("# --- probes ---"), "{left}");
}

#[test]
fn lists_are_filtered() {
    let repository = repository();
    succeeds(&map(&repository, &DIVE), &[]);
    for (filter, dive, rise) in [
        (&["--path", "csrc/*.cpp"][..], true, true),
        (&["--path", "sim"], true, true),
        (&["--path", "*.cpp"], false, false),
        (&["--relation", "models"], true, true),
        (&["--relation", "bans"], false, false),
        (&["--name", "probes.Probe"], true, false),
        (&["--name", "dive"], true, false),
        (&["SURFACE"], false, true),
        (&["probe", "negative"], true, false),
    ] {
        let answer = map(&repository, &[&["list"], filter].concat());
        assert_eq!(answer.code, 0, "{}", answer.all());
        let has = |id: &str| answer.stdout.contains(id);
        assert_eq!((has("probe-dive"), has("probe-rise")), (dive, rise), "{filter:?}\n{}", answer.all());
    }
    let json = map(&repository, &["list", "--format", "json"]).json();
    assert_eq!((&json["version"], &json["links"][1]["link"]), (&1.into(), &"probe-rise".into()));
    map(&repository, &["list", "--path", "a{"]).refuses(&["is no glob"]);
}

#[test]
fn a_link_is_shown_with_its_code() {
    let repository = repository();
    let narrow = map(&repository, &["show", "probe-rise"]);
    succeeds(
        &narrow,
        &["higher(self)", "def call_rise(self)", "csrc/probe.cpp:8-10 Probe_rise", ".drift/mapping.toml:13"],
    );
    let json = map(&repository, &["show", "probe-rise", "--format", "json"]).json();
    assert_eq!(json["ends"][0]["code"][0]["line"], 8);
    assert!(json["ends"][1]["code"][0]["text"].as_str().unwrap().contains("return 0"));
    repository.commit(&[("csrc/probe.cpp", "int other;\n")]);
    let gone = map(&repository, &["show", "probe-rise"]);
    assert_eq!(gone.code, 1, "{}", gone.all());
    assert!(gone.stdout.contains("no-symbol: the file has no such symbol"), "{}", gone.all());
    succeeds(&map(&repository, &["show", "probe-rise", "--rev", "HEAD~"]), &["higher(self)"]);
}

#[test]
fn where_nothing_can_be_edited_the_way_out_is_told() {
    let repository = repository();
    let bare = repository.bare();
    let inside = |arguments: &[&str]| run_in(bare.path(), &[&["map"], arguments].concat());
    inside(&["fmt"]).refuses(&["bare repository", "--mapping"]);
    succeeds(&inside(&["list"]), &["probe-rise"]);
    let empty = Repository::new();
    empty.commit(&[("a", "b")]);
    map(&empty, &["remove", "x"]).refuses(&["drift map init"]);
    let torch = Repository::new();
    torch.commit(&[("torch/csrc/Module.cpp", ""), ("torch/_dynamo/__init__.py", "")]);
    map(&torch, &["remove", "x"]).refuses(&["compiled in", "--from-builtin"]);
    succeeds(&map(&torch, &["list", "--name", "torch.Size"]), &["size-numel", "built-in mapping for pytorch"]);
}

#[test]
fn a_mapping_given_by_hand_is_edited() {
    let repository = repository();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(&file, MAPPING).unwrap();
    let file = file.to_str().unwrap();
    succeeds(&map(&repository, &["rename", "probe-rise", "x", "--mapping", file]), &["own.toml"]);
    assert_eq!(fs::read_to_string(file).unwrap(), MAPPING.replace("probe-rise", "x"));
    assert_eq!(read(&repository), MAPPING);
    map(&repository, &["fmt", "--mapping", "/nowhere.toml"]).refuses(&["/nowhere.toml"]);
    fs::write(file, "version = 1\n[link.x]\nrelation = 'model'\n").unwrap();
    map(&repository, &["fmt", "--mapping", file]).refuses(&["unknown relation `model`", "has no `cpp`"]);
}

#[cfg(unix)]
#[test]
fn read_only_files_and_symbolic_links_are_left_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let repository = repository();
    let file = path(&repository, FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    map(&repository, &["remove", "probe-rise"]).refuses(&["read-only", "chmod u+w"]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    succeeds(&map(&repository, &["rename", "probe-rise", "x"]), &[]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640, "permissions stay");
    let real = path(&repository, "real.toml");
    fs::rename(&file, &real).unwrap();
    symlink(&real, &file).unwrap();
    map(&repository, &["remove", "x"]).refuses(&["symbolic link"]);
    // By hand it may be a link: the file behind it is written, and the link stays.
    succeeds(&map(&repository, &["rename", "x", "y", "--mapping", file.to_str().unwrap()]), &[]);
    assert!(fs::symlink_metadata(&file).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("[link.y]"));
}

#[test]
fn a_first_mapping_is_written_and_the_first_run_passes() {
    let repository = Repository::new();
    let cpp = CPP.replace("{\"rise\"", "{\"anchor\", Probe_rise, METH_NOARGS, nullptr},\n    {\"rise\"");
    let python = format!("{PYTHON}\n    def anchor(self):\n        return None\n");
    repository.commit(&[("csrc/probe.cpp", &cpp), ("sim/probe.py", &python)]);
    let answer = map(&repository, &["init"]);
    succeeds(&answer, &["wrote .drift/mapping.toml", "csrc/**", "sim/**", "git add"]);
    let text = read(&repository);
    for words in
        ["# [link.anchor]", "# cpp = ['csrc/probe.cpp#Probe_methods[\"anchor\"]']", "sim/probe.py#ProbeVariable.anchor"]
    {
        assert!(text.contains(words), "no `{words}`\n{text}");
    }
    succeeds(&map(&repository, &["fmt", "--check"]), &[]);
    succeeds(&map(&repository, &["list"]), &["no links yet"]);
    map(&repository, &["init"]).refuses(&["already", "--force"]);
    // The example is true as it stands, up to its reason.
    let start = text.find("# [link.anchor]").unwrap();
    let example: String = text[start..].lines().map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
    write(&repository, FILE, &(text[..start].to_owned() + &example));
    repository.commit(&[(FILE, &read(&repository))]);
    succeeds(&map(&repository, &["verify"]), &["2 of 2"]);
    succeeds(&run(&repository, &["check"]), &["no drift"]);
    succeeds(&map(&repository, &["init", "--force"]), &["wrote"]);
    assert_eq!(
        read(&repository).lines().filter(|line| !line.contains("Begun at")).collect::<Vec<_>>(),
        text.lines().filter(|line| !line.contains("Begun at")).collect::<Vec<_>>()
    );
}

#[test]
fn a_first_mapping_needs_commits_and_a_work_tree() {
    map(&Repository::new(), &["init"]).refuses(&["git commit"]);
    let repository = repository();
    run_in(repository.bare().path(), &["map", "init"]).refuses(&["bare"]);
    map(&repository, &["init", "--from-builtin", "--force"]).refuses(&["no built-in mapping fits"]);
    assert_eq!(read(&repository), MAPPING);
    let plain = Repository::new();
    plain.commit(&[("README", "x")]);
    succeeds(&map(&plain, &["init"]), &["by hand"]);
}

#[test]
fn a_built_in_mapping_applies_or_is_copied_as_far_as_it_fits() {
    let torch = Repository::new();
    let size = "static PyObject* THPSize_numel(PyObject* self, PyObject* unused) { return nullptr; }\n";
    let lists = "class SizeVariable:\n    def numel(self, tx):\n        return 1\n";
    torch.commit(&[
        ("torch/csrc/Module.cpp", ""),
        ("torch/_dynamo/__init__.py", ""),
        ("torch/csrc/Size.cpp", size),
        ("torch/_dynamo/variables/lists.py", lists),
    ]);
    succeeds(&map(&torch, &["init"]), &["built-in mapping for pytorch applies", "--from-builtin"]);
    assert!(!path(&torch, FILE).exists());
    succeeds(&map(&torch, &["init", "--from-builtin"]), &["1 links", "left out: ", "commented out"]);
    let text = read(&torch);
    assert!(text.contains("\n[link.size-numel]\n") && text.contains("\n# [link.size-slice]\n"), "{text}");
    succeeds(&map(&torch, &["fmt", "--check"]), &[]);
    torch.commit(&[(FILE, &text)]);
    succeeds(&map(&torch, &["verify"]), &["every selector resolves"]);
    succeeds(&run(&torch, &["check"]), &["no drift"]);
}

#[test]
fn the_schema_is_printed() {
    let answer = map(&repository(), &["schema"]);
    succeeds(&answer, &["draft-07"]);
    assert_eq!(answer.stdout, include_str!("../../docs/mapping.schema.json"));
}
