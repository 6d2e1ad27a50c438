//! Events and variables in their true shape, and what they are about.

use serde_json::json;

use super::*;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccccccccccc";
const D: &str = "dddddddddddddddddddddddddddddddddddddddd";

/// The occasions, one line each: the range, and what it is.
fn occasions(variables: &[(&str, &str)], event: Option<Value>, stack: bool) -> Result<Vec<String>, String> {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let occasions = Surroundings { variable: &variable, event, stack }.occasions()?;
    Ok(occasions.iter().map(line).collect())
}

fn line(occasion: &Occasion) -> String {
    let short = |text: &str| text.replace(A, "A").replace(B, "B").replace(C, "C").replace(D, "D");
    let forward = if occasion.forward { " if forward" } else { "" };
    let range = match &occasion.range {
        Range::Revision(revision) => revision.clone(),
        Range::TwoDot { before, after } => format!("{before}..{after}"),
        Range::ThreeDot { before, after } => format!("{before}...{after}"),
        Range::Everything(after) => format!("all of {after}"),
        other => format!("{other:?}"),
    };
    format!("{}{forward}: {}", short(&range), occasion.why)
}

fn on_github(event: &str, payload: Value, stack: bool) -> Result<Vec<String>, String> {
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", event), ("GITHUB_SHA", D)];
    occasions(&variables, Some(payload), stack)
}

/// What a pull request from a fork looks like, as far as it matters here.
fn pull_request(base: &str, head: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "state": "open",
            "base": { "label": "pytorch:main", "ref": base, "sha": A, "repo": { "full_name": "pytorch/pytorch" } },
            "head": { "label": "someone:patch", "ref": head, "sha": B, "repo": { "full_name": "someone/pytorch" } },
            "merge_commit_sha": C
        },
        "repository": { "full_name": "pytorch/pytorch", "default_branch": "main" }
    })
}

fn push(reference: &str, before: &str, after: &str) -> Value {
    json!({
        "ref": reference,
        "before": before,
        "after": after,
        "created": before == NO_COMMIT,
        "deleted": after == NO_COMMIT,
        "forced": false,
        "commits": [],
        "repository": { "full_name": "pytorch/pytorch", "default_branch": "main" }
    })
}

#[test]
fn a_pull_request_is_its_own_commits() {
    let own = "A...B: pull request 7 against its merge base with main";
    let merged = "D^1..D: pull request 7 as merged into main";
    assert_eq!(on_github("pull_request", pull_request("main", "patch"), false).unwrap(), [own, merged]);
    // There the base branch is checked out.
    assert_eq!(on_github("pull_request_target", pull_request("main", "patch"), false).unwrap(), [own]);
    let both = on_github("pull_request", pull_request("main", "patch"), true).unwrap();
    assert_eq!(both, [own, merged], "nothing is below it");
}

#[test]
fn a_pull_request_of_a_stack_is_judged_alone_or_with_what_is_below_it() {
    let event = || pull_request("gh/someone/12/base", "gh/someone/12/head");
    let alone = on_github("pull_request", event(), false).unwrap();
    assert_eq!(alone[0], "A...B: pull request 7 of a stack, without those below it");
    let all = on_github("pull_request", event(), true).unwrap();
    assert_eq!(all, ["origin/main...B: pull request 7 and what it is stacked on, against the merge base with main"]);
}

#[test]
fn a_merge_group_is_compared_with_what_it_lands_on() {
    let group = json!({ "head_sha": B, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-aaaa", "base_sha": A,
                        "base_ref": "refs/heads/main" });
    let event = json!({ "action": "checks_requested", "merge_group": group });
    assert_eq!(on_github("merge_group", event, false).unwrap(), ["A..B: the merge group against main"]);
}

#[test]
fn a_push_is_what_it_adds() {
    let of =
        |reference: &str, before: &str, after: &str| on_github("push", push(reference, before, after), false).unwrap();
    assert_eq!(of("refs/heads/main", A, B), ["A..B: the push to main"]);
    assert_eq!(of("refs/heads/topic", A, B), ["A..B: the push to topic"]);
    let new = "origin/main...B: topic, which is new, since its merge base with main";
    assert_eq!(of("refs/heads/topic", NO_COMMIT, B), [new]);
    assert_eq!(of("refs/heads/main", NO_COMMIT, B), ["all of B: all of main, which is new"]);
    assert_eq!(of("refs/heads/topic", A, NO_COMMIT), ["HEAD..HEAD: nothing: topic was deleted"]);
    assert_eq!(
        of("refs/tags/v1", NO_COMMIT, B),
        ["origin/main...B: tags/v1, which is new, since its merge base with main"]
    );
    let forced = |reference: &str| {
        let mut event = push(reference, A, B);
        event["forced"] = true.into();
        on_github("push", event, false).unwrap()
    };
    let topic = "origin/main...B: topic, which was pushed by force, since its merge base with main";
    assert_eq!(forced("refs/heads/topic"), [topic]);
    assert_eq!(forced("refs/heads/main"), ["A...B: the forced push to main, since what it has in common"]);
}

#[test]
fn a_push_to_a_branch_of_a_stack_is_one_commit() {
    let of = |part: &str| on_github("push", push(&format!("refs/heads/gh/a/3/{part}"), A, B), false).unwrap();
    assert_eq!(of("head"), ["origin/gh/a/3/base...B: gh/a/3/head against the base of its stack"]);
    assert_eq!(of("orig"), ["B: the commit of gh/a/3/orig"]);
    assert_eq!(of("base"), ["B..B: nothing: gh/a/3/base holds no change of its own"]);
    let branch = |name| ghstack::Branch::of(name).map(|branch| branch.part);
    assert_eq!(branch("gh/a/3/head"), Some(ghstack::Part::Head));
    for name in ["gh/a/b/head", "gh//3/head", "gh/3/head", "head", "gh/a/3/tail", "x/gh/a/3/head", "gh/a/3/"] {
        assert_eq!(branch(name), None, "{name}");
    }
}

#[test]
fn without_the_event_the_base_branch_is_enough() {
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_SHA", D), ("GITHUB_EVENT_NAME", "pull_request")];
    let base = [&variables[..], &[("GITHUB_BASE_REF", "main")]].concat();
    let found = occasions(&base, None, false).unwrap();
    let own = "origin/main...D: dddddddddddd against its merge base with main";
    assert_eq!(found, [own, "D^1..D: the pull request as merged into main"]);
    assert!(occasions(&variables, None, false).unwrap_err().contains("GITHUB_EVENT_PATH"));
}

#[test]
fn what_names_no_commits_says_what_to_do() {
    let dispatch = json!({ "inputs": {}, "ref": "refs/heads/main", "repository": { "default_branch": "main" } });
    for (name, event) in [
        ("workflow_dispatch", dispatch),
        ("schedule", json!({ "schedule": "0 0 * * *" })),
        ("pull_request", json!({ "pull_request": {} })),
        ("merge_group", json!({ "merge_group": { "head_sha": B } })),
        ("push", push("refs/heads/main", A, "HEAD")),
        ("push", json!([])),
    ] {
        let error = on_github(name, event, false).unwrap_err();
        assert!(error.contains("name what to compare"), "{name}: {error}");
    }
    let error = occasions(&[("CI", "true"), ("GITHUB_ACTIONS", "")], None, false).unwrap_err();
    assert!(error.contains("GITHUB_ACTIONS") && error.contains("GITLAB_CI") && error.contains("--base"), "{error}");
}

fn on_gitlab(more: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let usual = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", B), ("CI_DEFAULT_BRANCH", "main")];
    occasions(&[more, &usual].concat(), None, false)
}

#[test]
fn a_merge_request_has_its_merge_base_with_it() {
    let request = [
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", A),
        ("CI_COMMIT_BEFORE_SHA", NO_COMMIT),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
    ];
    assert_eq!(on_gitlab(&request).unwrap(), ["A..B: merge request 7 against its merge base with main"]);
    let results = [("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", C), ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", D)];
    let merged = on_gitlab(&[&results[..], &request[..5]].concat()).unwrap();
    assert_eq!(
        merged,
        ["A..C: merge request 7 against its merge base with main", "D..B: merge request 7 as merged into main"]
    );
}

#[test]
fn a_branch_pipeline_is_what_was_pushed() {
    let push = |name, before| {
        on_gitlab(&[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_REF_NAME", name), ("CI_COMMIT_BEFORE_SHA", before)])
            .unwrap()
    };
    let fork = "origin/main...B: topic, which is new or was pushed by force, since its merge base with main";
    assert_eq!(push("topic", A), ["A..B if forward: the push to topic", fork]);
    assert_eq!(push("topic", NO_COMMIT), [fork]);
    let forced = "A...B: the forced push to main, since what it has in common";
    assert_eq!(push("main", A), ["A..B if forward: the push to main", forced]);
    assert_eq!(push("main", NO_COMMIT), ["all of B: all of main, which is new"]);
    let error = on_gitlab(&[("CI_PIPELINE_SOURCE", "schedule")]).unwrap_err();
    assert!(error.contains("`schedule`") && error.contains("--base origin/main"), "{error}");
    assert!(occasions(&[("GITLAB_CI", "true")], None, false).unwrap_err().contains("CI_COMMIT_SHA"));
}

#[test]
fn git_tells_its_hook_what_is_pushed() {
    let told = format!(
        "refs/heads/topic {B} refs/heads/topic {A}\n(delete) {NO_COMMIT} refs/heads/old {A}\n\
         HEAD^{{/a word}} {C} refs/heads/new {NO_COMMIT}\n"
    );
    let pushed = hook::pushed(&told).unwrap();
    assert_eq!(pushed[2].local, "HEAD^{/a word}");
    let lines = |at: usize, targets: &[&str]| {
        let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
        pushed[at].occasions(&targets).map(|occasions| occasions.iter().map(line).collect::<Vec<_>>())
    };
    let forward = "A..B if forward: what is new to topic since aaaaaaaaaaaa";
    let fork = "origin/main...B: topic since its merge base with origin/main";
    assert_eq!(lines(0, &["origin/main"]).unwrap(), [forward, fork]);
    assert_eq!(lines(1, &["origin/main"]), None);
    assert_eq!(lines(2, &["origin/main"]).unwrap(), ["origin/main...C: new since its merge base with origin/main"]);
    assert_eq!(lines(2, &[]).unwrap(), ["all of C: all of new: the remote has no branch yet"]);
    assert_eq!(hook::pushed("\n").unwrap(), []);
    for wrong in ["refs/heads/topic", "a b c d", &format!("refs/heads/topic {B} refs/heads/topic")] {
        assert!(hook::pushed(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn pre_commit_names_a_range_or_means_what_is_staged() {
    let of = |variables: &[(&str, &str)]| {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        hook::of_pre_commit(&Surroundings { variable: &variable, event: None, stack: false }).map(|found| line(&found))
    };
    assert_eq!(of(&[("PRE_COMMIT", "1")]).unwrap(), "Staged: what is staged");
    let since = "A...B: bbbbbbbbbbbb since its merge base with aaaaaaaaaaaa";
    assert_eq!(of(&[("PRE_COMMIT_FROM_REF", A), ("PRE_COMMIT_TO_REF", B)]).unwrap(), since);
    assert_eq!(of(&[("PRE_COMMIT_ORIGIN", A), ("PRE_COMMIT_SOURCE", B)]).unwrap(), since);
    let first = [("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")];
    assert_eq!(
        of(&first).unwrap(),
        "all of refs/heads/main: all of refs/heads/main: it is pushed with its first commit"
    );
    assert!(of(&[("PRE_COMMIT_FROM_REF", A)]).unwrap_err().contains("PRE_COMMIT_TO_REF"));
    assert!(of(&[("PRE_COMMIT_TO_REF", A)]).unwrap_err().contains("PRE_COMMIT_FROM_REF"));
}
