//! What a package brings: the version, completions and the manual as shells and `man` read them, the wheel, and what is
//! uploaded to a registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::command_line::run_in;
use crate::licences::skipped;

#[test]
fn the_version_names_the_grammars_and_the_data() {
    let short = run_in(Path::new("."), &["-V"]);
    assert_eq!(short.stdout, format!("drift {}\n", env!("CARGO_PKG_VERSION")));
    let long = run_in(Path::new("."), &["--version"]).stdout;
    assert!(long.starts_with(&format!("drift {} (", env!("CARGO_PKG_VERSION"))), "{long}");
    let lock = read("Cargo.lock");
    for package in ["tree-sitter", "tree-sitter-cpp", "tree-sitter-python"] {
        let version = lock.split(&format!("name = \"{package}\"\nversion = \"")).nth(1).unwrap();
        let said = format!("{package} {}", version.split('"').next().unwrap());
        assert!(long.contains(&said), "no `{said}` in\n{long}");
    }
    assert!(long.contains("libgit2 1.") && long.contains("functions, edition "), "{long}");
    for mapping in fs::read_dir(root().join("mappings")).unwrap() {
        let text = fs::read_to_string(mapping.as_ref().unwrap().path()).unwrap();
        let links = text.lines().filter(|line| line.starts_with("[link.")).count();
        let name = mapping.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(long.contains(&format!("{name} ({links} links, edition ")), "no mapping `{name}` in\n{long}");
    }
    assert!(!long.contains("unknown"), "{long}");
}

#[test]
fn bash_completes() {
    let Some(script) = completions("bash") else { return };
    let asked = "complete() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); \
                 _drift drift \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; echo \"${COMPREPLY[@]}\"; }\n\
                 complete drift che\ncomplete drift map ver\ncomplete drift check --fail-on ''\n";
    let told =
        answer(Command::new("bash").args(["--norc", "-u", "-c"]).arg(format!("{script}\nunset -f complete\n{asked}")));
    assert_eq!(told, "check\nverify\nerror warning never\n");
}

#[test]
fn zsh_loads_the_completions() {
    let Some(script) = completions("zsh") else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("_drift"), script).unwrap();
    let asked =
        "fpath=($PWD $fpath); autoload -Uz compinit && compinit -u -D && autoload +X _drift && print $_comps[drift]";
    assert_eq!(answer(Command::new("zsh").args(["-f", "-c", asked]).current_dir(folder.path())), "_drift\n");
}

#[test]
fn fish_completes() {
    let Some(script) = completions("fish") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drift.fish");
    fs::write(&path, script).unwrap();
    let asked = "source drift.fish; complete -C 'drift map ver'; complete -C 'drift check --fail-on '";
    let told = answer(
        Command::new("fish").args(["--no-config", "-c", asked]).current_dir(folder.path()).env("HOME", folder.path()),
    );
    let words: Vec<&str> = told.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(words, ["verify", "error", "never", "warning"]);
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run_in(Path::new("."), &["completions", shell]).stdout;
        assert!(script.contains("drift") && script.contains("fail-on"), "{shell}");
    }
    run_in(Path::new("."), &["completions", "tcsh"]).refuses(&["possible values", "bash"]);
}

#[test]
fn every_command_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let told = run_in(folder.path(), &["man", "--dir", "share/man1"]);
    assert_eq!(told.code, 0, "{}", told.all());
    let pages = pages(&folder.path().join("share/man1"));
    let page = read("docs/cli.md");
    let titles = page.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(" drift")).map(str::trim);
    let mut wanted: Vec<String> =
        titles.map(|title| format!("drift {title}").trim().replace(' ', "-") + ".1").collect();
    wanted.sort();
    assert_eq!(names(&pages), wanted);
    assert_eq!(run_in(folder.path(), &["man"]).stdout, fs::read_to_string(pages[0].with_file_name("drift.1")).unwrap());
    fs::write(folder.path().join("taken"), "").unwrap();
    run_in(folder.path(), &["man", "--dir", "taken"]).refuses(&["`taken`"]);
}

#[test]
fn the_manual_has_no_faults() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["man", "--dir", "."]);
    for (program, arguments) in [
        ("mandoc", ["-Tlint", "-Wwarning"].as_slice()),
        ("groff", &["-man", "-ww", "-z"]),
        ("man", &["--warnings", "-l"]),
    ] {
        if !is_there(program) {
            skipped(&format!("the manual with `{program}`: it is not installed"));
            continue;
        }
        for page in pages(folder.path()) {
            let output = Command::new(program).args(arguments).arg(&page).env("MANPAGER", "cat").output().unwrap();
            let faults = match program {
                "man" => String::from_utf8_lossy(&output.stderr).into_owned(),
                _ => said(&output),
            };
            // No date: the same sources give the same pages on any day.
            let faults: Vec<&str> = faults.lines().filter(|line| !line.contains("missing date")).collect();
            assert!(faults.concat().trim().is_empty(), "{program}: {}", faults.join("\n"));
        }
    }
}

/// Slow: `.ci/run --wheel`, or `DRIFT_WHEEL=1 cargo test --locked --test house wheel`.
#[test]
fn the_wheel_runs_in_a_fresh_environment() {
    if std::env::var_os("DRIFT_WHEEL").is_none() {
        return skipped("the wheel: it takes a release build; `.ci/run --wheel` makes, installs and runs it");
    }
    if !is_there("maturin") || !is_there("python3") {
        return skipped("the wheel: `maturin` or `python3` is not installed; `pip install maturin` brings the first");
    }
    let folder = tempfile::tempdir().unwrap();
    let wheels = folder.path().join("wheels");
    answer(Command::new("maturin").args(["build", "--release", "--locked", "--out"]).arg(&wheels).current_dir(root()));
    let wheel = pages(&wheels).remove(0);
    let fresh = folder.path().join("fresh");
    answer(Command::new("python3").args(["-m", "venv"]).arg(&fresh));
    answer(Command::new(fresh.join("bin/pip")).args(["install", "--no-index", "--no-deps"]).arg(&wheel));
    let told =
        answer(Command::new(fresh.join("bin/drift")).arg("demo").env("NO_COLOR", "1").current_dir(folder.path()));
    assert!(told.contains("1 drifted, 1 co-changed, 1 cosmetic"), "{told}");
    let version = answer(Command::new(fresh.join("bin/drift")).arg("--version"));
    assert!(!version.contains("debug build") && !version.contains("unknown"), "{version}");
    let listed = "import sys, zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
    let held = answer(Command::new(fresh.join("bin/python")).args(["-c", listed]).arg(&wheel));
    for name in ["licenses/LICENSE", "licenses/THIRD-PARTY.txt", "scripts/drift"] {
        assert!(held.lines().any(|line| line.ends_with(name)), "no {name} in\n{held}");
    }
}

#[test]
fn what_is_uploaded_is_what_builds_it() {
    let cargo = ["package", "--list", "--allow-dirty", "--locked", "--offline"];
    let list = answer(Command::new(env!("CARGO")).args(cargo).current_dir(root()));
    let files: Vec<&str> = list.lines().collect();
    for needed in
        ["Cargo.lock", "LICENSE", "THIRD-PARTY.txt", "README.md", "build.rs", "pyproject.toml", "mappings/pytorch.toml"]
    {
        assert!(files.contains(&needed), "no {needed} in\n{list}");
    }
    let stray: Vec<&&str> = files
        .iter()
        .filter(|path| ["fixtures/", "tests/", ".ci/", "docs/"].iter().any(|folder| path.starts_with(folder)))
        .collect();
    assert!(stray.is_empty(), "{stray:?}");
    let size: u64 = files.iter().filter_map(|path| fs::metadata(root().join(path)).ok()).map(|file| file.len()).sum();
    assert!(size < 6 << 20, "{size} bytes");
}

/// The script for a shell, if that is here to read it.
fn completions(shell: &str) -> Option<String> {
    if !is_there(shell) {
        skipped(&format!("completions of {shell}: it is not installed"));
        return None;
    }
    Some(run_in(Path::new("."), &["completions", shell]).stdout)
}

fn is_there(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// What a program printed that did its work without complaint.
fn answer(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn names(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}
