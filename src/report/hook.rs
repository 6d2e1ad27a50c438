//! Whether a hook of git is there, and whose it is.

use serde_json::{Value, json};

use super::style::{GOOD, harmless, of_severity, paint};

/// A hook, where it is, and whether it is `installed`, `absent` or `foreign`.
#[derive(Debug, Clone, Copy)]
pub struct HookAnswer<'a> {
    pub hook: &'a str,
    pub state: &'a str,
    pub path: &'a str,
}

pub fn human(answer: &HookAnswer<'_>) -> String {
    let HookAnswer { hook, state, path } = answer;
    let (word, what) = match *state {
        "installed" => (paint(GOOD, "installed"), "what is pushed is judged first"),
        "absent" => (paint(of_severity("warning"), "not installed"), "`drift hook install` writes it"),
        _ => (paint(of_severity("warning"), "somebody else's"), "drift leaves it as it is"),
    };
    format!("{hook} {word}: {what} ({})\n", harmless(path))
}

pub fn json(answer: &HookAnswer<'_>) -> Value {
    let HookAnswer { hook, state, path } = answer;
    json!({ "version": 1, "hook": hook, "state": state, "path": path })
}
