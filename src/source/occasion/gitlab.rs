//! GitLab: predefined variables say what a pipeline is about.

use super::{NO_COMMIT, Occasion, Surroundings, of_origin};

pub fn occasions(said: &Surroundings) -> Result<Vec<Occasion>, String> {
    let Some(commit) = said.commit("CI_COMMIT_SHA") else {
        return Err("GITLAB_CI is set and CI_COMMIT_SHA is not; name what to compare, such as `drift check --base \
                    origin/main`"
            .to_owned());
    };
    match said.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        Some(base) => Ok(merge_request(said, &base, &commit)),
        None => branch(said, &commit),
    }
}

/// The base is the merge base already, that of the source branch: in a pipeline of merged results, another commit is
/// checked out.
fn merge_request(said: &Surroundings, base: &str, commit: &str) -> Vec<Occasion> {
    let number = said.variable("CI_MERGE_REQUEST_IID");
    let name = number.map_or_else(|| "the merge request".to_owned(), |number| format!("merge request {number}"));
    let into = said.variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").unwrap_or_else(|| "its target".to_owned());
    let source = said.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
    let why = format!("{name} against its merge base with {into}");
    let own = Occasion::trees(base, source.as_deref().unwrap_or(commit), why);
    let target = said.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA").filter(|_| source.is_some());
    let merged = target.map(|target| Occasion::trees(&target, commit, format!("{name} as merged into {into}")));
    [own].into_iter().chain(merged).collect()
}

fn branch(said: &Surroundings, commit: &str) -> Result<Vec<Occasion>, String> {
    let target = said.variable("CI_DEFAULT_BRANCH").unwrap_or_else(|| "main".to_owned());
    let name = said.variable("CI_COMMIT_REF_NAME").unwrap_or_else(|| "the branch".to_owned());
    let source = said.variable("CI_PIPELINE_SOURCE").unwrap_or_else(|| "push".to_owned());
    if source != "push" {
        return Err(format!(
            "a pipeline started by `{source}` names no commits to compare; `--ci` knows merge requests and pushes: name \
             what to compare, such as `drift check --base origin/{target}`"
        ));
    }
    let before = said.variable("CI_COMMIT_BEFORE_SHA").filter(|before| before != NO_COMMIT);
    let pushed = before.as_ref().map(|before| Occasion::forward(before, commit, format!("the push to {name}")));
    let fork = match before {
        Some(before) if name == target => {
            Occasion::since_fork(&before, commit, format!("the forced push to {name}, since what it has in common"))
        }
        None if name == target => Occasion::everything(commit, format!("all of {name}, which is new")),
        _ => {
            let why = format!("{name}, which is new or was pushed by force, since its merge base with {target}");
            Occasion::since_fork(&of_origin(&target), commit, why)
        }
    };
    Ok(pushed.into_iter().chain([fork]).collect())
}
