//! Programs that a test runs beside the binary: git, a shell, front ends of linters.

use std::path::Path;
use std::process::{Command, Output};

/// Runs git in a folder, and gives what it prints. Nobody's configuration reaches it.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = alone(Command::new("git")).current_dir(folder).args(arguments).output().expect("git is there");
    assert!(output.status.success(), "git {}\n{}", arguments.join(" "), said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs a line of a shell in a folder.
pub fn shell(folder: &Path, line: &str) -> Output {
    alone(Command::new("sh")).current_dir(folder).args(["-c", line]).output().expect("a shell is there")
}

pub fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("exit {:?}\nstdout: {out}\nstderr: {err}", output.status.code())
}

/// The same without anything of the person who runs the tests, or of the machine they run on.
pub fn alone(mut command: Command) -> Command {
    let strange =
        |name: &str| ["GIT_", "PRE_COMMIT", "GITHUB_", "CI_", "GITLAB_"].iter().any(|head| name.starts_with(head));
    std::env::vars_os().map(|(name, _)| name).filter(|name| strange(&name.to_string_lossy())).for_each(|name| {
        command.env_remove(name);
    });
    let settings = [
        ("user.name", "House"),
        ("user.email", "house@example.org"),
        ("init.defaultBranch", "main"),
        ("maintenance.auto", "false"),
        ("core.autocrlf", "false"),
        ("protocol.file.allow", "always"),
        ("advice.detachedHead", "false"),
    ];
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (at, (key, value)) in settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
    }
    command
}
