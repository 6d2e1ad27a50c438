//! What is judged before a merge: by CI, pre-commit, front ends of linters, and git's own hook, each as they really call.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::command_line::{Answer, CPP, MAPPING, PYTHON, TURN, TWIN, turned};
use crate::program::{alone, git, said, shell};

/// A remote, and a clone of it with one commit on main: a mapping, an entry point and its twin.
struct Team {
    folder: TempDir,
}

impl Team {
    fn new() -> Team {
        let team = Team { folder: tempfile::tempdir().unwrap() };
        git(team.folder.path(), &["init", "--quiet", "--bare", "hub"]);
        git(&team.hub(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        git(team.folder.path(), &["clone", "--quiet", "hub", "work"]);
        git(&team.work(), &["switch", "--quiet", "--orphan", "main"]);
        for (path, text) in [(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN)] {
            team.write(path, text);
        }
        team.commit();
        git(&team.work(), &["push", "--quiet", "--no-verify", "-u", "origin", "main"]);
        git(&team.work(), &["remote", "set-head", "origin", "main"]);
        team
    }

    fn hub(&self) -> std::path::PathBuf {
        self.folder.path().join("hub")
    }

    fn work(&self) -> std::path::PathBuf {
        self.folder.path().join("work")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) -> String {
        git(&self.work(), &["add", "-A"]);
        git(&self.work(), &["commit", "--quiet", "--no-verify", "-m", "a change"]);
        git(&self.work(), &["rev-parse", "HEAD"])
    }

    /// A commit on the current branch that leaves the twin behind.
    fn drift(&self) -> String {
        self.write(CPP, &turned());
        self.commit()
    }

    /// A commit that changes nothing of the link.
    fn other(&self, text: &str) -> String {
        self.write("readme", text);
        self.commit()
    }

    fn branch(&self, name: &str) {
        git(&self.work(), &["switch", "--quiet", "-c", name]);
    }

    fn run(&self, variables: &[(&str, &str)], line: &str) -> Answer {
        run_with(&self.work(), variables, line)
    }
}

fn run_with(folder: &Path, variables: &[(&str, &str)], line: &str) -> Answer {
    let cache = tempfile::tempdir().unwrap();
    let output = alone(Command::new(env!("CARGO_BIN_EXE_drift")))
        .current_dir(folder)
        .env("DRIFT_CACHE_DIR", cache.path())
        .envs(variables.iter().copied())
        .args(line.split(' '))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Answer { code: output.status.code().unwrap(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

impl Answer {
    fn is(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.all());
        for word in words {
            assert!(self.all().contains(word), "no `{word}`\n{}", self.all());
        }
    }
}

// --- GitHub and GitLab

fn github<'a>(event: &'a str, path: &'a str, sha: &'a str) -> [(&'a str, &'a str); 4] {
    [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", event), ("GITHUB_EVENT_PATH", path), ("GITHUB_SHA", sha)]
}

/// Writes an event beside the clone.
fn event(team: &Team, payload: &serde_json::Value) -> String {
    let path = team.folder.path().join("event.json");
    fs::write(&path, payload.to_string()).unwrap();
    path.display().to_string()
}

/// What GitHub checks out: the pull request merged into its base, cut off after so many commits.
fn checked_out(team: &Team, merge: &str, depth: u32) -> TempDir {
    git(&team.work(), &["push", "--quiet", "--no-verify", "origin", &format!("{merge}:refs/pull/7/merge")]);
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "."]);
    git(folder.path(), &["remote", "add", "origin", &format!("file://{}", team.hub().display())]);
    let depth = if depth == 0 { "--tags".to_owned() } else { format!("--depth={depth}") };
    let refs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/pull/7/merge:refs/remotes/pull/7/merge"];
    let refs = if depth == "--tags" { &refs[..] } else { &refs[1..] };
    git(folder.path(), &[&["fetch", "--quiet", &depth, "origin"], refs].concat());
    git(folder.path(), &["checkout", "--quiet", "refs/remotes/pull/7/merge"]);
    folder
}

#[test]
fn a_pull_request_is_judged_in_every_kind_of_checkout() {
    let team = Team::new();
    team.branch("topic");
    let head = team.drift();
    git(&team.work(), &["switch", "--quiet", "main"]);
    // Main goes on, and repairs a twin of its own: nothing of the pull request.
    team.write(PYTHON, &TWIN.replace("turn(1)", "turn(7)"));
    let base = team.commit();
    git(&team.work(), &["push", "--quiet", "--no-verify", "origin", "main", "topic"]);
    git(&team.work(), &["merge", "--quiet", "--no-ff", "--no-edit", "topic"]);
    let merge = git(&team.work(), &["rev-parse", "HEAD"]);
    let payload = serde_json::json!({
        "pull_request": { "number": 7, "base": { "ref": "main", "sha": base }, "head": { "ref": "topic", "sha": head } },
        "repository": { "default_branch": "main" }
    });
    let path = event(&team, &payload);
    let environment = github("pull_request", &path, &merge);
    let judged = |folder: &Path| run_with(folder, &environment, "check --ci");
    let summary = team.folder.path().join("summary.md");
    fs::write(&summary, "# Before\n").unwrap();
    let told = [&environment[..], &[("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())]].concat();
    let whole = checked_out(&team, &merge, 0);
    let answer = run_with(whole.path(), &told, "check --ci --format json");
    answer.is(1, &["::error "]);
    assert_eq!(answer.verdict("gadget-turn"), "drifted", "annotations leave the answer alone");
    let summary = fs::read_to_string(&summary).unwrap();
    assert!(summary.starts_with("# Before\n") && summary.contains("gadget-turn"), "{summary}");
    judged(checked_out(&team, &merge, 0).path()).is(1, &["judging pull request 7 against its merge base with main"]);
    judged(checked_out(&team, &merge, 2).path()).is(1, &["judging pull request 7 as merged into main"]);
    let shallow = checked_out(&team, &merge, 1);
    let answer = judged(shallow.path());
    answer.is(2, &["git fetch --unshallow"]);
    let command = answer.stderr.split('`').find(|part| part.starts_with("git ")).unwrap();
    assert!(shell(shallow.path(), command).status.success(), "{command}");
    judged(shallow.path()).is(1, &["judging pull request 7", "gadget-turn"]);
    run_with(checked_out(&team, &merge, 0).path(), &environment, "review --ci").is(0, &["judging pull request 7"]);
}

#[test]
fn of_a_stack_each_pull_request_is_judged_for_itself() {
    let team = Team::new();
    // The lower one changes the C++, the upper one the twin.
    let lower = team.drift();
    team.write(PYTHON, &TWIN.replace("turn(1)", "turn(2)"));
    let upper = team.commit();
    let push = |refs: &[&str]| git(&team.work(), &[&["push", "--quiet", "--no-verify", "origin"], refs].concat());
    push(&[&format!("{lower}:refs/heads/gh/me/1/head"), "origin/main:refs/heads/gh/me/1/base"]);
    push(&[&format!("{upper}:refs/heads/gh/me/2/head"), &format!("{lower}:refs/heads/gh/me/2/base")]);
    let main = git(&team.work(), &["rev-parse", "origin/main"]);
    let judged = |number: u32, base: &str, head: &str, line: &str| {
        let [base_ref, head_ref] = ["base", "head"].map(|part| format!("gh/me/{number}/{part}"));
        let payload = serde_json::json!({
            "pull_request": { "number": number, "base": { "ref": base_ref, "sha": base }, "head": { "ref": head_ref, "sha": head } },
            "repository": { "default_branch": "main" }
        });
        team.run(&github("pull_request", &event(&team, &payload), head), line)
    };
    judged(1, &main, &lower, "check --ci").is(1, &["pull request 1 of a stack", "gadget-turn"]);
    judged(2, &lower, &upper, "check --ci").is(0, &["pull request 2 of a stack, without those below it"]);
    judged(2, &lower, &upper, "check --ci --stack").is(0, &["what it is stacked on", "1 co-changed"]);
    judged(1, &main, &lower, "check --ci --stack").is(1, &["what it is stacked on"]);
}

#[test]
fn pushes_merge_groups_and_merge_requests_are_judged() {
    let team = Team::new();
    let before = git(&team.work(), &["rev-parse", "HEAD"]);
    let after = team.drift();
    let none = "0".repeat(40);
    let push = |reference: &str, before: &str, forced: bool| {
        let payload = serde_json::json!({ "ref": reference, "before": before, "after": after, "forced": forced,
            "created": before == none, "deleted": false, "repository": { "default_branch": "main" } });
        team.run(&github("push", &event(&team, &payload), &after), "check --ci")
    };
    push("refs/heads/main", &before, false).is(1, &["judging the push to main"]);
    push("refs/heads/topic", &none, false).is(1, &["topic, which is new"]);
    push("refs/heads/topic", &"a".repeat(40), true).is(1, &["pushed by force"]);
    push("refs/heads/main", &none, false).is(0, &["all of main, which is new"]);
    push("refs/heads/main", &"a".repeat(40), false).is(2, &["git fetch origin aaaa"]);
    let group =
        serde_json::json!({ "merge_group": { "base_sha": before, "head_sha": after, "base_ref": "refs/heads/main" } });
    team.run(&github("merge_group", &event(&team, &group), &after), "check --ci")
        .is(1, &["the merge group against main"]);
    let gitlab = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &*after), ("CI_DEFAULT_BRANCH", "main")];
    let request =
        [&gitlab[..], &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*before), ("CI_MERGE_REQUEST_IID", "3")]].concat();
    team.run(&request, "check --ci").is(1, &["judging merge request 3"]);
    let pushed = [&gitlab[..], &[("CI_COMMIT_BEFORE_SHA", &*before), ("CI_COMMIT_REF_NAME", "main")]].concat();
    team.run(&pushed, "check --ci").is(1, &["judging the push to main"]);
    let unknown = "b".repeat(40);
    let forced = [&gitlab[..], &[("CI_COMMIT_BEFORE_SHA", &*unknown), ("CI_COMMIT_REF_NAME", "topic")]].concat();
    team.run(&forced, "check --ci").is(1, &["pushed by force"]);
    team.run(&[], "check --ci").is(2, &["GITHUB_ACTIONS", "--base origin/main"]);
    let broken = event(&team, &"".into());
    fs::write(&broken, "{").unwrap();
    team.run(&github("push", &broken, &after), "check --ci").is(2, &["named by GITHUB_EVENT_PATH"]);
}

// --- Front ends of linters, pre-commit

#[test]
fn the_work_tree_is_judged_since_it_left_main() {
    let team = Team::new();
    team.branch("topic");
    team.drift();
    team.other("more\n");
    let list = team.folder.path().join("paths");
    fs::write(&list, format!("{}\n", team.work().join("readme").display())).unwrap();
    let list = list.display().to_string();
    for line in
        [format!("check --paths-from={list}"), format!("check @{list}"), "check --merge-base-with main".to_owned()]
    {
        team.run(&[], &line).is(1, &["judging the work tree since its merge base with", "gadget-turn"]);
    }
    team.write(PYTHON, &TWIN.replace("turn(1)", "turn(2)"));
    team.run(&[], &format!("check --paths-from={list}")).is(0, &["1 co-changed"]);
    team.run(&[], "check --paths-from=absent").is(2, &["the list of paths `absent` cannot be read"]);
    git(&team.work(), &["update-ref", "-d", "refs/remotes/origin/main"]);
    git(&team.work(), &["branch", "--quiet", "-D", "main"]);
    team.run(&[], &format!("check --paths-from={list}")).is(2, &["git fetch origin main:refs/remotes/origin/main"]);
    git(&team.work(), &["fetch", "--quiet", "origin", "main:refs/remotes/origin/main"]);
    team.run(&[], &format!("check --paths-from={list}")).is(0, &["since its merge base with origin/main"]);
}

#[test]
fn pre_commit_means_what_is_staged_or_names_a_range() {
    let team = Team::new();
    team.run(&[("PRE_COMMIT", "1")], "check --from-pre-commit").is(0, &["judging what is staged"]);
    team.write(CPP, &turned());
    team.run(&[], "check --from-pre-commit").is(0, &["judging what is staged"]);
    git(&team.work(), &["add", "-A"]);
    team.run(&[], "check --from-pre-commit").is(1, &["judging what is staged", "gadget-turn"]);
    team.commit();
    let range = [("PRE_COMMIT_FROM_REF", "origin/main"), ("PRE_COMMIT_TO_REF", "HEAD")];
    team.run(&range, "check --from-pre-commit").is(1, &["HEAD since its merge base with origin/main"]);
}

// --- The pre-push hook, with git

/// Pushes with the hook that is installed. Its drift is the one under test.
fn push(team: &Team, arguments: &str) -> std::process::Output {
    shell(
        &team.work(),
        &format!("DRIFT_CACHE_DIR='{}' git push {arguments}", team.folder.path().join("cache").display()),
    )
}

fn pushed(team: &Team, arguments: &str) {
    let output = push(team, arguments);
    assert!(output.status.success(), "git push {arguments}\n{}", said(&output));
}

fn kept_back(team: &Team, arguments: &str, words: &[&str]) {
    let output = push(team, arguments);
    assert!(!output.status.success(), "git push {arguments}\n{}", said(&output));
    words.iter().for_each(|word| assert!(said(&output).contains(word), "no `{word}`\n{}", said(&output)));
}

#[test]
fn the_hook_keeps_a_drift_back_and_lets_the_rest_go() {
    let team = Team::new();
    team.run(&[], "hook status").is(1, &["not installed", "drift hook install"]);
    team.run(&[], "hook install").is(0, &["installed", "pre-push"]);
    team.run(&[], "hook install").is(0, &["installed"]);
    team.run(&[], "hook status").is(0, &["installed"]);
    team.branch("harmless");
    team.other("harmless\n");
    pushed(&team, "origin harmless");
    team.branch("topic");
    team.drift();
    kept_back(&team, "origin topic", &["gadget-turn", "topic since its merge base with origin/main", "--no-verify"]);
    kept_back(&team, "origin topic:harmless", &["what is new to harmless since"]);
    kept_back(&team, "origin main topic harmless", &["gadget-turn"]);
    kept_back(&team, &format!("file://{} topic", team.hub().display()), &["gadget-turn"]);
    pushed(&team, "--no-verify origin topic");
    pushed(&team, "origin topic");
    team.other("rewritten\n");
    git(&team.work(), &["commit", "--quiet", "--amend", "-m", "rewritten"]);
    pushed(&team, "origin topic");
    git(&team.work(), &["commit", "--quiet", "--amend", "-m", "rewritten again"]);
    kept_back(&team, "--force origin topic", &["topic since its merge base with origin/main", "gadget-turn"]);
    pushed(&team, "origin --delete topic");
    team.run(&[], "hook uninstall").is(0, &["not installed"]);
    pushed(&team, "origin topic");
    team.run(&[], "hook uninstall").is(0, &["not installed"]);
}

#[test]
fn the_first_push_of_all_has_nothing_to_be_compared_with() {
    let team = Team::new();
    git(team.folder.path(), &["init", "--quiet", "--bare", "empty"]);
    git(&team.work(), &["remote", "add", "empty", "../empty"]);
    team.run(&[], "hook install").is(0, &[]);
    pushed(&team, "empty main");
}

#[test]
fn the_hook_of_somebody_else_stays_as_it_is() {
    let team = Team::new();
    let hook = team.work().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    team.run(&[], "hook install").is(2, &["is not from drift", "drift hook run \"$@\" || exit 1"]);
    team.run(&[], "hook uninstall").is(2, &["is not from drift"]);
    team.run(&[], "hook status").is(1, &["somebody else's"]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), "#!/bin/sh\nexit 0\n");
    fs::write(&hook, "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n").unwrap();
    team.run(&[], "hook install").is(2, &[".pre-commit-config.yaml"]);
    // What is advised works: the line in the hook of somebody else.
    let folder = Path::new(env!("CARGO_BIN_EXE_drift")).parent().unwrap();
    let line = format!("#!/bin/sh\nPATH='{}':$PATH\ndrift hook run \"$@\" || exit 1\n", folder.display());
    fs::write(&hook, line).unwrap();
    shell(&team.work(), "chmod +x .git/hooks/pre-push");
    team.branch("topic");
    team.drift();
    kept_back(&team, "origin topic", &["gadget-turn"]);
}

#[test]
fn the_folder_of_the_hooks_is_that_of_git() {
    let team = Team::new();
    git(&team.work(), &["config", "core.hooksPath", ".hooks"]);
    team.run(&[], "hook install").is(0, &[".hooks"]);
    assert!(team.work().join(".hooks/pre-push").is_file() && !team.work().join(".git/hooks/pre-push").exists());
    team.branch("topic");
    team.drift();
    kept_back(&team, "origin topic", &["gadget-turn"]);
    // A second work tree has the hooks of the first.
    git(&team.work(), &["config", "--unset", "core.hooksPath"]);
    git(&team.work(), &["worktree", "add", "--quiet", "../second", "-b", "second"]);
    let second = team.folder.path().join("second");
    run_with(&second, &[], "hook install").is(0, &["work/.git/hooks/pre-push"]);
    kept_back(&team, "origin topic", &["gadget-turn"]);
    let output = shell(&second, "git push origin second");
    assert!(!output.status.success() && said(&output).contains("gadget-turn"), "{}", said(&output));
    // One for everything that a person has is not drift's to change.
    let home = tempfile::tempdir().unwrap();
    let hooks = home.path().join("hooks");
    fs::write(home.path().join(".gitconfig"), format!("[core]\n\thooksPath = {}\n", hooks.display())).unwrap();
    team.run(&[], "hook uninstall").is(0, &[]);
    team.run(&[("HOME", home.path().to_str().unwrap())], "hook install").is(2, &["for all repositories"]);
    assert!(!hooks.exists());
}

#[test]
fn what_is_not_from_git_is_refused() {
    let team = Team::new();
    let run = |line: &str| {
        shell(&team.work(), &format!("printf '{line}' | '{}' hook run origin", env!("CARGO_BIN_EXE_drift")))
    };
    assert_eq!(run("refs/heads/x\\n").status.code(), Some(2));
    assert_eq!(run("").status.code(), Some(0));
}

// --- The index and the work tree

#[test]
fn a_commit_of_some_files_is_judged_by_what_it_takes() {
    let team = Team::new();
    let hook = team.work().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\nexec '{}' --no-cache check --staged\n", env!("CARGO_BIN_EXE_drift"))).unwrap();
    shell(&team.work(), "chmod +x .git/hooks/pre-commit");
    team.write(CPP, &turned());
    team.write(PYTHON, &TWIN.replace("turn(1)", "turn(2)"));
    let only_cpp = shell(&team.work(), &format!("git commit -m one {CPP}"));
    assert!(!only_cpp.status.success() && said(&only_cpp).contains("gadget-turn"), "{}", said(&only_cpp));
    let both = shell(&team.work(), "git commit -am both");
    assert!(both.status.success(), "{}", said(&both));
}

#[test]
fn odd_work_trees_are_judged_as_git_sees_them() {
    let team = Team::new();
    // Line ends that git turns around are no change.
    git(&team.work(), &["config", "core.autocrlf", "true"]);
    team.write(CPP, &TURN.replace('\n', "\r\n"));
    team.run(&[], "check --worktree").is(0, &["no drift"]);
    team.write(CPP, &turned().replace('\n', "\r\n"));
    team.run(&[], "check --worktree").is(1, &["gadget-turn"]);
    git(&team.work(), &["config", "core.autocrlf", "false"]);
    git(&team.work(), &["checkout", "--quiet", "."]);
    // What a sparse checkout leaves out was not removed.
    git(&team.work(), &["sparse-checkout", "set", "torch/csrc"]);
    assert!(!team.work().join(PYTHON).exists());
    for range in ["--staged", "--worktree"] {
        team.run(&[], &format!("check {range}")).is(0, &["1 untouched"]);
    }
    team.write(CPP, &turned());
    team.run(&[], "check --worktree").is(1, &["gadget-turn"]);
    git(&team.work(), &["sparse-checkout", "reapply", "--sparse-index"]);
    team.run(&[], "check --worktree").is(2, &["git sparse-checkout reapply --no-sparse-index"]);
    git(&team.work(), &["sparse-checkout", "reapply", "--no-sparse-index"]);
    git(&team.work(), &["update-index", "--split-index"]);
    team.run(&[], "check --worktree").is(2, &["git update-index --no-split-index"]);
    git(&team.work(), &["update-index", "--no-split-index"]);
    team.run(&[], "check --worktree").is(1, &["gadget-turn"]);
    git(&team.work(), &["sparse-checkout", "disable"]);
    // In the middle of a merge the index has no answer, and says so.
    git(&team.work(), &["checkout", "--quiet", "."]);
    team.branch("one");
    team.drift();
    git(&team.work(), &["switch", "--quiet", "-c", "two", "main"]);
    team.write(CPP, &TURN.replace("turn(self, 1)", "turn(self, 5)"));
    team.commit();
    assert!(!shell(&team.work(), "git merge one").status.success());
    team.run(&[], "check --staged").is(2, &["a merge conflict in the index"]);
}
