//! Tells the crate what it was built from: an answer in the cache is good only for the code that gave it, and
//! `drift --version` names the commit, the grammars and the data.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    built_from();
    tell("DRIFT_COMMIT", &commit());
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    for (name, package) in [
        ("DRIFT_TREE_SITTER", "tree-sitter"),
        ("DRIFT_TREE_SITTER_CPP", "tree-sitter-cpp"),
        ("DRIFT_TREE_SITTER_PYTHON", "tree-sitter-python"),
        ("DRIFT_LIBGIT2", "libgit2-sys"),
    ] {
        tell(name, locked(&lock, package));
    }
    tell("DRIFT_CONTRACTS", &data(&["src/review/contracts.tsv", "src/review/pytorch.tsv"], "functions", is_contract));
    tell("DRIFT_MAPPINGS", &mappings());
}

fn tell(name: &str, value: &str) {
    println!("cargo:rustc-env={name}={value}");
}

fn built_from() {
    let mut files = vec![PathBuf::from("Cargo.lock"), PathBuf::from("Cargo.toml")];
    collect(Path::new("src"), &mut files);
    collect(Path::new("mappings"), &mut files);
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
        hash = mix(hash, file.to_string_lossy().replace('\\', "/").as_bytes());
        hash = mix(hash, &fs::read(file).unwrap_or_default());
    }
    // New files, too.
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=mappings");
    tell("DRIFT_BUILT_FROM", &format!("{hash:032x}"));
}

/// The commit and its day. A build for work on the code is not made again for each commit, so it does not know.
fn commit() -> String {
    if env::var("PROFILE").as_deref() != Ok("release") {
        return "debug build".to_owned();
    }
    if let Ok(told) = fs::read_to_string(".cargo_vcs_info.json") {
        let commit = told.split("\"sha1\": \"").nth(1).and_then(|rest| rest.get(..12));
        return commit.unwrap_or("commit unknown").to_owned();
    }
    commit_of_git().unwrap_or_else(|| "commit unknown".to_owned())
}

fn commit_of_git() -> Option<String> {
    // A copy of the sources inside of another repository is none of its commits.
    let root = fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if root != fs::canonicalize(env::var_os("CARGO_MANIFEST_DIR")?).ok()? {
        return None;
    }
    // Each commit and checkout writes one of these. Cargo would build again each time if it waited for a file that is not there.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "logs/HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let path = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists());
        path.into_iter().for_each(|path| println!("cargo:rerun-if-changed={path}"));
    }
    let commit = git(&["log", "-1", "--format=%h %cs", "--abbrev=12"])?;
    let edited = git(&["status", "--porcelain", "--", "src", "mappings", "build.rs", "Cargo.toml", "Cargo.lock"])?;
    Some(if edited.is_empty() { commit } else { format!("{commit}, edited") })
}

fn git(arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    // A hook of another repository may be what builds.
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"].into_iter().for_each(|name| {
        git.env_remove(name);
    });
    let output = git.args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The version of a package in the lock file; of a C library that is bundled with its package, the version of the library.
fn locked<'a>(lock: &'a str, package: &str) -> &'a str {
    let entry = lock.split(&format!("name = \"{package}\"\nversion = \"")).nth(1);
    let version = entry.and_then(|rest| rest.split('"').next()).unwrap_or("unknown");
    version.split('+').next_back().unwrap_or(version)
}

fn mappings() -> String {
    let mut files = Vec::new();
    collect(Path::new("mappings"), &mut files);
    files.sort();
    let name = |file: &Path| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let told = files.iter().map(|file| format!("{} ({})", name(file), data(&[file], "links", is_link)));
    told.collect::<Vec<_>>().join(", ")
}

/// How many entries data has that is compiled in, and which edition of it this is.
fn data(files: &[impl AsRef<Path>], entries: &str, is_entry: fn(&str) -> bool) -> String {
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap_or_default()).collect::<String>();
    let count = texts.lines().filter(|line| is_entry(line)).count();
    format!("{count} {entries}, edition {:08x}", mix(FNV_OFFSET, texts.as_bytes()) as u32)
}

fn is_contract(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#') && !line.starts_with("name\t")
}

fn is_link(line: &str) -> bool {
    line.starts_with("[link.")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

// FNV-1a of 128 bits: no dependency for a build script, and nothing here is adversarial.
const FNV_OFFSET: u128 = 0x6c62272e07bb014262b821756295c58d;
const FNV_PRIME: u128 = 0x0000000001000000000000000000013b;

fn mix(hash: u128, bytes: &[u8]) -> u128 {
    let length = (bytes.len() as u64).to_le_bytes();
    bytes.iter().chain(&length).fold(hash, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(FNV_PRIME))
}
