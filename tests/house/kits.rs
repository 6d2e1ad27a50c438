//! The kits, run by the programs they are for: pre-commit and lintrunner from the package index, and the installer of the
//! action. DRIFT_KITS names the folder of the programs; `.ci/run` makes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::command_line::{CPP, MAPPING, PYTHON, TURN, TWIN, turned};
use crate::licences::skipped;
use crate::program::{alone, git, said, shell};

const DRIFT: &str = env!("CARGO_BIN_EXE_drift");

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The blocks of code in a page, of one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Where the programs are; says what is not tested where they are not.
fn kits(what: &str) -> Option<PathBuf> {
    let kits = std::env::var_os("DRIFT_KITS").map(PathBuf::from);
    if kits.is_none() {
        skipped(&format!("{what}: DRIFT_KITS names no folder with pre-commit and lintrunner; `.ci/run` makes one"));
    }
    kits
}

/// A clone of a remote with a mapping, an entry point and its twin on main.
fn clone(folder: &Path) -> PathBuf {
    git(folder, &["init", "--quiet", "--bare", "hub"]);
    git(folder, &["clone", "--quiet", "hub", "work"]);
    let work = folder.join("work");
    git(&work, &["switch", "--quiet", "--orphan", "main"]);
    for (path, text) in [(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN)] {
        put(&work, path, text);
    }
    git(&work, &["add", "-A"]);
    git(&work, &["commit", "--quiet", "-m", "a start"]);
    git(&work, &["push", "--quiet", "-u", "origin", "main"]);
    work
}

fn put(work: &Path, path: &str, text: &str) {
    let path = work.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs a program of the kits, with the drift under test on the path.
fn run(kits: &Path, work: &Path, home: &Path, line: &str) -> Output {
    let own = Path::new(DRIFT).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [kits.to_owned(), own.to_owned()].into_iter().chain(std::env::split_paths(&path));
    alone(Command::new("sh"))
        .current_dir(work)
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("PRE_COMMIT_HOME", home.join("pre-commit"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_DATA_HOME", home.join("data"))
        .args(["-c", line])
        .output()
        .unwrap()
}

#[test]
fn pre_commit_runs_the_hook() {
    let Some(kits) = kits("the kit for pre-commit") else { return };
    let folder = tempfile::tempdir().unwrap();
    let work = clone(folder.path());
    let hooks = folder.path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    git(&hooks, &["init", "--quiet", "."]);
    // The manifest as it is, but for how drift is installed: building it takes minutes.
    let manifest = page(".pre-commit-hooks.yaml");
    let installed =
        manifest.replace("language: python", "language: system").replace("language: rust", "language: system");
    put(&hooks, ".pre-commit-hooks.yaml", &installed);
    git(&hooks, &["add", "-A"]);
    git(&hooks, &["commit", "--quiet", "-m", "hooks"]);
    let rev = git(&hooks, &["rev-parse", "HEAD"]);
    // The stanza of the page, for this repository of hooks.
    let stanza = blocks(&page("docs/ci.md"), "yaml").into_iter().find(|block| block.starts_with("repos:")).unwrap();
    let stanza = stanza.replace("https://github.com/OWNER/drift", &hooks.display().to_string()).replace("v0.1.0", &rev);
    put(&work, ".pre-commit-config.yaml", &stanza);
    git(&work, &["add", "-A"]);
    let run = |line: &str| run(&kits, &work, folder.path(), line);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let valid = run(&format!("pre-commit validate-manifest '{}'", manifest.display()));
    assert!(valid.status.success(), "{}", said(&valid));
    let nothing = run("pre-commit run drift");
    assert!(nothing.status.success() && said(&nothing).contains("Passed"), "{}", said(&nothing));
    put(&work, CPP, &turned());
    git(&work, &["add", "-A"]);
    let found = run("pre-commit run drift");
    assert!(!found.status.success() && said(&found).contains("drifted-link"), "{}", said(&found));
    git(&work, &["commit", "--quiet", "--no-verify", "-m", "drift"]);
    let range = run("pre-commit run drift --from-ref origin/main --to-ref HEAD");
    assert!(!range.status.success() && said(&range).contains("gadget-turn"), "{}", said(&range));
    let hooked = run("pre-commit install --hook-type pre-push && git push origin main");
    assert!(!hooked.status.success() && said(&hooked).contains("gadget-turn"), "{}", said(&hooked));
    put(&work, PYTHON, &TWIN.replace("turn(1)", "turn(2)"));
    git(&work, &["commit", "--quiet", "--no-verify", "-am", "follow"]);
    let followed = run("git push origin main");
    assert!(followed.status.success(), "{}", said(&followed));
}

#[test]
fn lintrunner_runs_the_linter() {
    let Some(kits) = kits("the kit for lintrunner") else { return };
    let folder = tempfile::tempdir().unwrap();
    let work = clone(folder.path());
    let stanza = blocks(&page("docs/ci.md"), "toml").into_iter().find(|block| block.contains("[[linter]]")).unwrap();
    put(&work, ".lintrunner.toml", &stanza);
    git(&work, &["add", "-A"]);
    git(&work, &["commit", "--quiet", "-m", "lint"]);
    git(&work, &["push", "--quiet"]);
    let run = || run(&kits, &work, folder.path(), "lintrunner -m origin/main --force-color");
    put(&work, CPP, &format!("{TURN}// a word\n"));
    let nothing = run();
    assert!(nothing.status.success() && said(&nothing).contains("No lint issues"), "{}", said(&nothing));
    put(&work, CPP, &turned());
    let found = run();
    for word in ["DYNAMO_DRIFT", "drifted-link", "gadget-turn"] {
        assert!(!found.status.success() && said(&found).contains(word), "no `{word}`\n{}", said(&found));
    }
    // The twin follows, though it is no file that lintrunner asks about first.
    put(&work, PYTHON, &TWIN.replace("turn(1)", "turn(2)"));
    let followed = run();
    assert!(followed.status.success(), "{}", said(&followed));
    let all = "lintrunner --all-files";
    for reference in ["refs/remotes/origin/main", "refs/remotes/origin/HEAD"] {
        shell(&work, &format!("git update-ref --no-deref -d {reference}"));
    }
    git(&work, &["branch", "--quiet", "-m", "topic"]);
    let failed = self::run(&kits, &work, folder.path(), all);
    let text = said(&failed).replace("\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!failed.status.success() && text.contains("git fetch origin main:refs/remotes/origin/main"), "{text}");
    assert!(!text.contains("This a bug"), "what went wrong is a message\n{text}");
}

#[test]
fn what_the_pages_show_for_ci_can_be_read() {
    let text = page("docs/ci.md");
    for block in blocks(&text, "toml") {
        toml::from_str::<toml::Table>(&block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
    let Some(kits) = kits("the YAML of docs/ci.md") else { return };
    let folder = tempfile::tempdir().unwrap();
    let pages = [page("action.yml"), page(".pre-commit-hooks.yaml")];
    for block in blocks(&text, "yaml").iter().chain(&pages) {
        let file = folder.path().join("block.yaml");
        fs::write(&file, block).unwrap();
        let read = Command::new(kits.join("python"))
            .args(["-c", "import sys, yaml; yaml.safe_load(open(sys.argv[1]))"])
            .arg(&file)
            .output()
            .unwrap();
        assert!(read.status.success(), "{}\n{block}", said(&read));
    }
}

// --- The action

/// A folder of releases with one archive, as `.ci/archive` makes it.
fn release(folder: &Path, target: &str) -> PathBuf {
    let name = format!("dynadrift-v9.9.9-{target}");
    let place = folder.join("releases/v9.9.9");
    fs::create_dir_all(place.join(&name)).unwrap();
    fs::write(place.join(&name).join("drift"), "#!/bin/sh\necho drift 9.9.9\n").unwrap();
    let line = format!(
        "chmod +x {name}/drift && tar -czf {name}.tar.gz {name} && rm -r {name} && sha256sum {name}.tar.gz > {name}.tar.gz.sha256"
    );
    let made = shell(&place, &line);
    assert!(made.status.success(), "{}", said(&made));
    folder.join("releases")
}

#[cfg(target_os = "linux")]
#[test]
fn the_action_installs_what_its_checksum_says() {
    let folder = tempfile::tempdir().unwrap();
    let target = "some-where-else";
    let releases = release(folder.path(), target);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/install");
    let install = |version: &str, target: &str| {
        let line = format!(
            "DRIFT_TARGET='{target}' DRIFT_DOWNLOADS='file://{}' '{}' '{version}' bin",
            releases.display(),
            script.display()
        );
        shell(folder.path(), &line)
    };
    let fine = install("v9.9.9", target);
    assert!(fine.status.success() && said(&fine).contains("drift 9.9.9"), "{}", said(&fine));
    let refuses = |version: &str, target: &str, word: &str| {
        let output = install(version, target);
        assert!(output.status.code() == Some(2) && said(&output).contains(word), "no `{word}`\n{}", said(&output));
    };
    refuses("9.9.8", target, "is 9.9.8 a release?");
    refuses("latest; rm -rf /", target, "is no version");
    refuses("9.9.9", "Plan9-mips", "no release has a binary");
    let archive = releases.join(format!("v9.9.9/dynadrift-v9.9.9-{target}.tar.gz"));
    fs::write(&archive, "something else").unwrap();
    refuses("9.9.9", target, "is not what its checksum says");
}

#[cfg(target_os = "linux")]
#[test]
fn the_action_checks_what_the_event_is_about() {
    let folder = tempfile::tempdir().unwrap();
    let work = clone(folder.path());
    put(&work, CPP, &turned());
    git(&work, &["commit", "--quiet", "-am", "drift"]);
    let [before, after] = ["HEAD~1", "HEAD"].map(|revision| git(&work, &["rev-parse", revision]));
    let event =
        serde_json::json!({ "merge_group": { "base_sha": before, "head_sha": after, "base_ref": "refs/heads/main" } });
    let path = folder.path().join("event.json");
    fs::write(&path, event.to_string()).unwrap();
    // The last step of the action, as its runner would run it.
    let action = page("action.yml");
    let script = action.rsplit("run: |\n").next().unwrap();
    let script: String =
        script.lines().map(|line| format!("{}\n", line.strip_prefix("        ").unwrap_or(line))).collect();
    let step = folder.path().join("step.sh");
    fs::write(&step, script).unwrap();
    let run = |more: &[(&str, &str)]| {
        let own = Path::new(DRIFT).parent().unwrap().display();
        alone(Command::new("bash"))
            .current_dir(&work)
            .env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap()))
            .env("XDG_CACHE_HOME", folder.path())
            .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "merge_group"), ("GITHUB_SHA", &*after)])
            .envs([
                ("BASE", ""),
                ("HEAD", ""),
                ("STACK", "false"),
                ("MAPPING", ""),
                ("FAIL_ON", "error"),
                ("SARIF", ""),
            ])
            .env("GITHUB_EVENT_PATH", &path)
            .env("GITHUB_OUTPUT", folder.path().join("output"))
            .env("GITHUB_STEP_SUMMARY", folder.path().join("summary"))
            .env("RUNNER_TEMP", folder.path())
            .envs(more.iter().copied())
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&step)
            .output()
            .unwrap()
    };
    let found = run(&[("SARIF", "drift.sarif")]);
    assert!(found.status.code() == Some(1) && said(&found).contains("::error "), "{}", said(&found));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("output"), "sarif=drift.sarif\nexit-code=1\n");
    assert!(read("summary").contains("gadget-turn") && work.join("drift.sarif").is_file());
    let named = run(&[("BASE", &before), ("HEAD", &after)]);
    assert!(named.status.code() == Some(1) && said(&named).contains("::error "), "{}", said(&named));
    assert_eq!(run(&[("FAIL_ON", "never")]).status.code(), Some(0));
    assert_eq!(run(&[("GITHUB_EVENT_PATH", "/nowhere")]).status.code(), Some(2));
}
