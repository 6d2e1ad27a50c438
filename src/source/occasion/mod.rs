//! What a run is to judge when nobody names a range: read from what a CI system, a hook or a front end of linters says of
//! itself. Functions of values: who reads the environment, the event and the repository is above.

pub mod ghstack;
mod github;
mod gitlab;
pub mod hook;

use serde_json::Value;

use super::range::Range;
use super::short;

/// What stands for a commit that is not there: a new branch has none before, a deleted one none after.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Branches that work is usually merged into, most telling first.
pub const TARGETS: [&str; 6] = ["origin/main", "upstream/main", "main", "origin/master", "upstream/master", "master"];

/// What the surroundings say.
pub struct Surroundings<'a> {
    /// Of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Why a workflow runs, as GitHub tells it.
    pub event: Option<Value>,
    /// Judge all that would land together, not one pull request of a stack.
    pub stack: bool,
}

/// One way to see what is to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub range: Range,
    /// What the range is, for a person.
    pub why: String,
    /// Only where the one commit leads to the other: not after a forced push.
    pub forward: bool,
}

impl Surroundings<'_> {
    /// What CI is to judge, best first: the first one that the repository holds counts. The error says what is needed.
    pub fn occasions(&self) -> Result<Vec<Occasion>, String> {
        if self.is_set("GITHUB_ACTIONS") {
            return github::occasions(self);
        }
        if self.is_set("GITLAB_CI") {
            return gitlab::occasions(self);
        }
        Err("`--ci` knows GitHub Actions (GITHUB_ACTIONS) and GitLab (GITLAB_CI), and this is neither; name what to \
             compare, such as `drift check --base origin/main`"
            .to_owned())
    }

    /// A variable that says something.
    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn is_set(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value != "false")
    }

    /// The same where it is a commit.
    fn commit(&self, name: &str) -> Option<String> {
        self.variable(name).filter(|value| is_commit(value))
    }

    /// A text in the event, by the keys that lead to it.
    fn text(&self, keys: &[&str]) -> Option<&str> {
        let value = keys.iter().try_fold(self.event.as_ref()?, |value, key| value.get(key))?;
        value.as_str().filter(|text| !text.is_empty())
    }

    fn is_true(&self, key: &str) -> bool {
        self.event.as_ref().and_then(|event| event.get(key)?.as_bool()).unwrap_or(false)
    }
}

impl Occasion {
    fn of(range: Range, why: String) -> Occasion {
        Occasion { range, why, forward: false }
    }

    fn trees(before: &str, after: &str, why: String) -> Occasion {
        Occasion::of(Range::TwoDot { before: before.to_owned(), after: after.to_owned() }, why)
    }

    fn forward(before: &str, after: &str, why: String) -> Occasion {
        Occasion { forward: true, ..Occasion::trees(before, after, why) }
    }

    fn since_fork(before: &str, after: &str, why: String) -> Occasion {
        Occasion::of(Range::ThreeDot { before: before.to_owned(), after: after.to_owned() }, why)
    }

    fn everything(after: &str, why: String) -> Occasion {
        Occasion::of(Range::Everything(after.to_owned()), why)
    }

    /// A commit against itself.
    fn nothing(at: &str, why: String) -> Occasion {
        Occasion::trees(at, at, why)
    }
}

fn is_commit(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|byte| byte != b'0')
}

/// A branch as the clone knows it.
fn of_origin(branch: &str) -> String {
    format!("origin/{branch}")
}

#[cfg(test)]
mod tests;
