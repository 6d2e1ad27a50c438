//! Hooks: what git tells its `pre-push` hook, and what pre-commit tells the programs it runs.

use super::{NO_COMMIT, Occasion, Range, Surroundings, is_commit, short};

/// A branch or tag on its way to a remote: one line of what git tells the `pre-push` hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub local: String,
    pub commit: String,
    pub remote: String,
    /// What the remote has there now.
    pub before: String,
}

/// Reads what git writes to the hook. The error names the line that is no such line.
pub fn pushed(text: &str) -> Result<Vec<Pushed>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| pushed_by(line).ok_or_else(|| format!("`{line}` is not what git tells a pre-push hook"))).collect()
}

fn pushed_by(line: &str) -> Option<Pushed> {
    // A revision such as `HEAD^{/a b}` has spaces in it.
    let mut words = line.rsplitn(4, ' ');
    let (before, remote, commit) = (words.next()?, words.next()?, words.next()?);
    let is_id = |text: &str| is_commit(text) || text == NO_COMMIT;
    let local = words.next()?;
    (is_id(before) && is_id(commit)).then(|| Pushed {
        local: local.to_owned(),
        commit: commit.to_owned(),
        remote: remote.to_owned(),
        before: before.to_owned(),
    })
}

impl Pushed {
    /// What the push would bring, best first; `None` where it takes a branch away. `targets` are the branches of the
    /// remote that work is merged into, as far as the repository knows them.
    pub fn occasions(&self, targets: &[String]) -> Option<Vec<Occasion>> {
        if self.commit == NO_COMMIT {
            return None;
        }
        let name = self.remote.strip_prefix("refs/heads/").unwrap_or(&self.remote);
        let since = |target: &String| {
            Occasion::since_fork(target, &self.commit, format!("{name} since its merge base with {target}"))
        };
        let mut occasions = Vec::new();
        if self.before != NO_COMMIT {
            let why = format!("what is new to {name} since {}", short(&self.before));
            occasions.push(Occasion::forward(&self.before, &self.commit, why));
        }
        occasions.extend(targets.iter().map(since));
        if targets.is_empty() && self.before == NO_COMMIT {
            occasions.push(Occasion::everything(&self.commit, format!("all of {name}: the remote has no branch yet")));
        }
        Some(occasions)
    }
}

/// What pre-commit is about: a range of commits where it names one, else what is staged.
pub fn of_pre_commit(said: &Surroundings) -> Result<Occasion, String> {
    let either = |name: &str, old: &str| said.variable(name).or_else(|| said.variable(old));
    let from = either("PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN");
    let to = either("PRE_COMMIT_TO_REF", "PRE_COMMIT_SOURCE");
    match (from, to) {
        (Some(from), Some(to)) => {
            let why = format!("{} since its merge base with {}", short(&to), short(&from));
            Ok(Occasion::since_fork(&from, &to, why))
        }
        (None, None) => match said.variable("PRE_COMMIT_LOCAL_BRANCH") {
            Some(branch) => {
                Ok(Occasion::everything(&branch, format!("all of {branch}: it is pushed with its first commit")))
            }
            None => Ok(Occasion::of(Range::Staged, "what is staged".to_owned())),
        },
        (Some(_), None) => Err("PRE_COMMIT_FROM_REF is set and PRE_COMMIT_TO_REF is not; set both or none".to_owned()),
        (None, Some(_)) => Err("PRE_COMMIT_TO_REF is set and PRE_COMMIT_FROM_REF is not; set both or none".to_owned()),
    }
}
