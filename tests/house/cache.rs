//! The cache on throw-away repositories: whatever state it is in, the answer is the one without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::case::{self, Case};
use crate::repository::Repository;

/// A repository whose last commit is the change of a case.
fn repository_of(case: &Case) -> Repository {
    let repository = Repository::new();
    repository.commit_tree(&case.before);
    repository.commit_tree(&case.after);
    repository
}

/// Cases with a mapping: they have something to judge.
fn cases() -> Vec<Case> {
    case::all().into_iter().filter(|case| case.mapping.is_some()).collect()
}

fn drift(repository: &Path, cache: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drift"));
    command.args(arguments).arg("--repo").arg(repository);
    command.env("DRIFT_CACHE_DIR", cache).env("NO_COLOR", "1");
    command
}

/// The answer, without the time it took.
fn answer(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked") && output.status.code().is_some(), "{stderr}");
    format!("exit {}\n{}", output.status.code().unwrap(), timeless(&String::from_utf8_lossy(&output.stdout)))
}

fn timeless(text: &str) -> String {
    match text.split_once("\"elapsed_ms\":") {
        Some((before, after)) => before.to_owned() + after.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => text.to_owned(),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn answers_do_not_depend_on_cache_or_threads() {
    for case in cases() {
        let repository = repository_of(&case);
        let cache = TempDir::new().unwrap();
        let mapping = case.mapping.as_ref().unwrap().to_str().unwrap();
        for format in ["json", "human"] {
            let arguments = ["check", "HEAD", "--format", format, "--mapping", mapping];
            let run = |more: &[&str], threads: &str| {
                let all: Vec<&str> = arguments.iter().chain(more).copied().collect();
                answer(drift(repository.path(), cache.path(), &all).env("RAYON_NUM_THREADS", threads))
            };
            let without = run(&["--no-cache"], "1");
            assert!(format == "human" || files(cache.path()).is_empty(), "`--no-cache` wrote something");
            for threads in ["3", "1"] {
                assert_eq!(run(&[], threads), without, "fixtures/{}", case.name);
            }
            assert!(!files(cache.path()).is_empty(), "nothing was kept");
        }
    }
}

#[test]
fn a_damaged_cache_is_as_good_as_none() {
    let case = cases().remove(0);
    let repository = repository_of(&case);
    let mapping = case.mapping.as_ref().unwrap().to_str().unwrap();
    let arguments = ["check", "HEAD", "--format", "json", "--mapping", mapping];
    let damages: [&dyn Fn(&Path); 4] = [
        &|file| fs::write(file, b"").unwrap(),
        &|file| fs::write(file, b"garbage that no program wrote, of some length").unwrap(),
        &|file| {
            let content = fs::read(file).unwrap();
            fs::write(file, &content[..content.len() / 2]).unwrap();
        },
        &|file| {
            let mut content = fs::read(file).unwrap();
            let middle = content.len() / 2;
            content[middle] ^= 1;
            fs::write(file, content).unwrap();
        },
    ];
    for damage in damages {
        let cache = TempDir::new().unwrap();
        let whole = answer(&mut drift(repository.path(), cache.path(), &arguments));
        files(cache.path()).iter().filter(|file| !file.ends_with("swept")).for_each(|file| damage(file));
        let mut told = drift(repository.path(), cache.path(), &arguments);
        let output = told.arg("-v").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(stderr.matches("was damaged").count(), 1, "{stderr}");
        assert_eq!(answer(&mut drift(repository.path(), cache.path(), &arguments)), whole);
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_as_good_as_none() {
    let case = cases().remove(0);
    let repository = repository_of(&case);
    let mapping = case.mapping.as_ref().unwrap().to_str().unwrap();
    let arguments = ["check", "HEAD", "--format", "json", "--mapping", mapping];
    let folder = TempDir::new().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, b"not a folder").unwrap();
    let read_only = folder.path().join("read-only");
    fs::create_dir(&read_only).unwrap();
    let mut permissions = fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    let without = answer(drift(repository.path(), folder.path(), &arguments).arg("--no-cache"));
    for cache in [&in_the_way, &read_only] {
        assert_eq!(answer(&mut drift(repository.path(), cache, &arguments)), without);
    }
    assert_eq!(fs::read(&in_the_way).unwrap(), b"not a folder");
}

#[test]
fn processes_share_a_cache() {
    let case = cases().remove(0);
    let repository = repository_of(&case);
    let mapping = case.mapping.as_ref().unwrap().to_str().unwrap();
    let arguments = ["check", "HEAD", "--format", "json", "--mapping", mapping];
    let cache = TempDir::new().unwrap();
    let without = answer(drift(repository.path(), cache.path(), &arguments).arg("--no-cache"));
    let started: Vec<_> = (0..6)
        .map(|_| drift(repository.path(), cache.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    for (at, mut process) in started.into_iter().enumerate() {
        // One of them is killed wherever it is.
        if at == 0 {
            let _ = process.kill();
            process.wait().unwrap();
            continue;
        }
        let output = process.wait_with_output().unwrap();
        let shown =
            format!("exit {}\n{}", output.status.code().unwrap(), timeless(&String::from_utf8_lossy(&output.stdout)));
        assert_eq!(shown, without);
    }
    assert_eq!(answer(&mut drift(repository.path(), cache.path(), &arguments)), without);
}

/// Both sides of every case as commits, and the range that holds them.
fn history_of(cases: &[Case]) -> (Repository, String) {
    let repository = Repository::new();
    for case in cases {
        repository.commit_tree(&case.before);
        repository.commit_tree(&case.after);
    }
    (repository, format!("HEAD~{}..HEAD", 2 * cases.len() - 1))
}

#[test]
fn a_replay_that_was_interrupted_goes_on_to_the_same_answer() {
    let cases = cases();
    let (repository, range) = history_of(&cases);
    let cache = TempDir::new().unwrap();
    let mapping = cases[0].mapping.as_ref().unwrap().to_str().unwrap();
    for format in ["json", "human"] {
        let arguments = ["replay", &range, "--format", format, "--mapping", mapping];
        let without = answer(drift(repository.path(), cache.path(), &arguments).arg("--no-cache"));
        assert_eq!(answer(&mut drift(repository.path(), cache.path(), &arguments)), without);
        let kept = files(cache.path());
        kept.iter().step_by(2).for_each(|file| fs::remove_file(file).unwrap());
        assert_eq!(answer(&mut drift(repository.path(), cache.path(), &arguments)), without);
        assert_eq!(answer(&mut drift(repository.path(), cache.path(), &arguments)), without);
    }
}

#[test]
fn a_replay_says_of_each_commit_what_check_says_is_new() {
    let cases = cases();
    let (repository, range) = history_of(&cases);
    let cache = TempDir::new().unwrap();
    let mapping = cases[0].mapping.as_ref().unwrap().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = drift(repository.path(), cache.path(), arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let replayed = run(&["replay", &range, "--format", "json", "--mapping", mapping, "--no-cache"]);
    assert_eq!(replayed.lines().count(), 2 * cases.len() - 1);
    for line in replayed.lines() {
        let mut replayed: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = replayed.as_object_mut().unwrap();
        let commit = fields.remove("commit").unwrap();
        for field in ["author", "time", "subject"] {
            assert!(fields.remove(field).is_some(), "{line}");
        }
        let checked = run(&["check", commit.as_str().unwrap(), "--format", "json", "--mapping", mapping, "--no-cache"]);
        let mut checked: serde_json::Value = serde_json::from_str(&checked).unwrap();
        checked["stats"].as_object_mut().unwrap().remove("elapsed_ms");
        let is_stale = |link: &serde_json::Value| link["verdict"] == "unresolved" && link["severity"] == "warning";
        let followed =
            |link: &serde_json::Value| link["python"].as_array().unwrap().iter().any(|end| !end["rung"].is_null());
        let is_new = |link: &serde_json::Value| link["verdict"] != "untouched" && !is_stale(link);
        checked["links"].as_array_mut().unwrap().retain(|link| is_new(link) || followed(link));
        let is_stale =
            |found: &serde_json::Value| found["rule"] == "unresolved-selector" && found["severity"] != "error";
        checked["findings"].as_array_mut().unwrap().retain(|found| !is_stale(found));
        assert_eq!(replayed, checked);
    }
}

#[test]
fn a_range_without_commits_is_refused() {
    let repository = Repository::new();
    repository.commit(&[("a.cpp", "int f();\n")]);
    let cache = TempDir::new().unwrap();
    let output = drift(repository.path(), cache.path(), &["replay", "HEAD..HEAD"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no commits"));
}

#[test]
fn a_replay_is_compared_with_an_earlier_one() {
    let cases = cases();
    let (repository, range) = history_of(&cases);
    let cache = TempDir::new().unwrap();
    let mapping = cases[0].mapping.as_ref().unwrap().to_str().unwrap();
    let run = |arguments: &[&str]| drift(repository.path(), cache.path(), arguments).output().unwrap();
    let earlier = cache.path().join("earlier.jsonl");
    let kept = run(&["replay", &range, "--format", "json", "--mapping", mapping]).stdout;
    std::fs::write(&earlier, &kept).unwrap();
    let earlier = earlier.to_str().unwrap();
    let told = run(&["replay", &range, "--mapping", mapping, "--compare", earlier]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("Only told now (0)") && told.contains("Only told by the earlier replay (0)"), "{told}");
    let nearer = run(&["replay", &range, "--mapping", mapping, "--compare", earlier, "--depth", "0"]);
    let nearer = String::from_utf8(nearer.stdout).unwrap();
    assert!(!nearer.contains("Only told by the earlier replay (0)"), "callees are out of sight\n{nearer}");
    let refused = run(&["replay", &range, "--mapping", mapping, "--compare", mapping]);
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("is not what `drift replay --format json` writes: line 1"), "{refused}");
}
