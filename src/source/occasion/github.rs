//! GitHub Actions: the event says what a workflow is about.

use super::ghstack::{Branch, Part};
use super::{NO_COMMIT, Occasion, Range, Surroundings, is_commit, of_origin, short};

pub fn occasions(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let Some(event) = &said.event else { return without_event(said) };
    if event.get("pull_request").is_some() {
        return pull_request(said);
    }
    if event.get("merge_group").is_some() {
        return merge_group(said);
    }
    if event.get("ref").is_some() && event.get("after").is_some() {
        return push(said);
    }
    let name = said.variable("GITHUB_EVENT_NAME").unwrap_or_else(|| "of this workflow".to_owned());
    Err(format!(
        "the event `{name}` names no commits to compare; `--ci` knows pull_request, merge_group and push: name what to \
         compare, such as `drift check --base origin/main`"
    ))
}

/// The base branch alone says enough.
fn without_event(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let (Some(base), Some(commit)) = (said.variable("GITHUB_BASE_REF"), said.commit("GITHUB_SHA")) else {
        return Err(
            "GITHUB_EVENT_PATH names no file that says why the workflow runs; hand it to the container, or name \
                    what to compare, such as `drift check --base origin/main`"
                .to_owned(),
        );
    };
    let why = format!("{} against its merge base with {base}", short(&commit));
    let merged = as_merged(said, &format!("the pull request as merged into {base}"));
    Ok([Occasion::since_fork(&of_origin(&base), &commit, why)].into_iter().chain(merged).collect())
}

fn pull_request(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let part = |side: &str, key: &str| said.text(&["pull_request", side, key]).map(str::to_owned);
    let (Some(base), Some(head)) = (part("base", "sha"), part("head", "sha")) else {
        return Err("the event names a pull request without `base.sha` and `head.sha`; name what to compare, such as \
                    `drift check --base origin/main`"
            .to_owned());
    };
    let into = part("base", "ref").unwrap_or_else(|| short(&base).to_owned());
    let number = said.event.as_ref().and_then(|event| event.get("pull_request")?.get("number")?.as_u64());
    let name = number.map_or_else(|| "the pull request".to_owned(), |number| format!("pull request {number}"));
    let target = said.text(&["repository", "default_branch"]).unwrap_or("main");
    if said.stack && into != target {
        let why = format!("{name} and what it is stacked on, against the merge base with {target}");
        return Ok(vec![Occasion::since_fork(&of_origin(target), &head, why)]);
    }
    let why = match Branch::of(&into) {
        Some(_) => format!("{name} of a stack, without those below it"),
        None => format!("{name} against its merge base with {into}"),
    };
    let merged = as_merged(said, &format!("{name} as merged into {into}"));
    Ok([Occasion::since_fork(&base, &head, why)].into_iter().chain(merged).collect())
}

/// What is checked out unless it is said otherwise: the pull request merged into its base. Two commits are enough for it.
fn as_merged(said: &Surroundings, why: &str) -> Option<Occasion> {
    let is_merge = said.variable("GITHUB_EVENT_NAME").as_deref() == Some("pull_request");
    let merge = said.commit("GITHUB_SHA").filter(|_| is_merge)?;
    Some(Occasion::trees(&format!("{merge}^1"), &merge, why.to_owned()))
}

fn merge_group(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let part = |key: &str| said.text(&["merge_group", key]);
    let (Some(base), Some(head)) = (part("base_sha"), part("head_sha")) else {
        return Err("the event names a merge group without `base_sha` and `head_sha`; name what to compare, such as \
                    `drift check HEAD~1..HEAD`"
            .to_owned());
    };
    let into = part("base_ref").map_or("its base", branch);
    Ok(vec![Occasion::trees(base, head, format!("the merge group against {into}"))])
}

fn push(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let text = |key: &str| said.text(&[key]).unwrap_or_default();
    let (name, before, after) = (branch(text("ref")), text("before"), text("after"));
    if said.is_true("deleted") || after == NO_COMMIT {
        return Ok(vec![Occasion::nothing("HEAD", format!("nothing: {name} was deleted"))]);
    }
    if !is_commit(after) {
        return Err(format!("the event says that `{after}` was pushed, which is no commit; name what to compare"));
    }
    if let Some(stacked) = Branch::of(name) {
        return Ok(vec![of_stack(stacked, name, after)]);
    }
    let target = said.text(&["repository", "default_branch"]).unwrap_or("main");
    let is_new = said.is_true("created") || before == NO_COMMIT || before.is_empty();
    let occasion = match (name == target, is_new, said.is_true("forced")) {
        (true, true, _) => Occasion::everything(after, format!("all of {name}, which is new")),
        (true, false, true) => {
            Occasion::since_fork(before, after, format!("the forced push to {name}, since what it has in common"))
        }
        (false, true, _) => Occasion::since_fork(
            &of_origin(target),
            after,
            format!("{name}, which is new, since its merge base with {target}"),
        ),
        (false, false, true) => Occasion::since_fork(
            &of_origin(target),
            after,
            format!("{name}, which was pushed by force, since its merge base with {target}"),
        ),
        (_, false, false) => Occasion::trees(before, after, format!("the push to {name}")),
    };
    Ok(vec![occasion])
}

fn of_stack(stacked: Branch<'_>, name: &str, after: &str) -> Occasion {
    match stacked.part {
        Part::Head => {
            Occasion::since_fork(&of_origin(&stacked.base()), after, format!("{name} against the base of its stack"))
        }
        Part::Orig => Occasion::of(Range::Revision(after.to_owned()), format!("the commit of {name}")),
        Part::Base | Part::Next => Occasion::nothing(after, format!("nothing: {name} holds no change of its own")),
    }
}

fn branch(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").or_else(|| reference.strip_prefix("refs/")).unwrap_or(reference)
}
