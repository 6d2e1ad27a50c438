//! What happened to earlier changes here: commits that reverted, or landed again, what touched the same code.

use std::collections::BTreeSet;

use super::reach::changed_functions;
use crate::change::Change;
use crate::corpus::last_name;

/// A commit before the change that touches one of its files.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub commit: String,
    pub subject: String,
    pub body: String,
    /// The symbols of those files that it changes; none where nobody looked.
    pub symbols: Option<BTreeSet<String>>,
}

/// The commits before a change, as far as they were looked at.
#[derive(Debug, Default)]
pub struct History {
    /// Newest first; those that touch the files of the change.
    pub touching: Vec<Earlier>,
    /// So many commits were looked at.
    pub commits: usize,
    /// There are more.
    pub cut: bool,
}

/// Reverts are told one by one up to this many.
const MOST: usize = 3;

impl Earlier {
    /// Whether it takes an earlier change back, or lands one again.
    pub fn is_reversal(&self) -> bool {
        let subject = self.subject.to_lowercase();
        let words = ["revert", "back out", "backout", "reland", "re-land", "unland", "roll back", "rollback"];
        words.iter().any(|word| subject.contains(word)) || self.body.contains("This reverts commit")
    }
}

/// What a reader would find with `git log` in the files of the change.
pub fn texts(changes: &[Change], history: &History) -> Vec<String> {
    if history.commits == 0 {
        return Vec::new();
    }
    let reversals: Vec<&Earlier> = history.touching.iter().filter(|one| one.is_reversal()).collect();
    let counted = |count: usize| if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") };
    let bound = if history.cut { format!("the last {}", counted(history.commits)) } else { "all before it".to_owned() };
    let of = format!("of {bound}, {} touched these files", history.touching.len());
    if reversals.is_empty() {
        return vec![format!("{of}, and none was a revert or a re-land")];
    }
    let own: BTreeSet<&str> = changed_functions(changes).map(|change| change.symbol.as_str()).collect();
    let mut texts = vec![format!("{of}, {} of them reverts or re-lands", reversals.len())];
    let mut told: Vec<(bool, String)> = reversals.iter().map(|one| told(one, &own)).collect();
    // Those of the same functions first; otherwise the newest.
    told.sort_by_key(|(same, _)| !same);
    texts.extend(told.into_iter().take(MOST).map(|(_, text)| text));
    texts
}

fn told(one: &Earlier, own: &BTreeSet<&str>) -> (bool, String) {
    let short = one.commit.get(..10).unwrap_or(&one.commit);
    let same: Vec<String> = one
        .symbols
        .iter()
        .flatten()
        .filter(|name| own.contains(name.as_str()))
        .map(|name| format!("`{}`", last_name(name)))
        .take(MOST)
        .collect();
    let place = match (&one.symbols, same.is_empty()) {
        (None, _) => "",
        (Some(_), true) => " (other functions)",
        (Some(_), false) => " — the same code: ",
    };
    (!same.is_empty(), format!("{short} {}{place}{}", one.subject, same.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(subject: &str) -> Earlier {
        Earlier { commit: "0".repeat(40), subject: subject.to_owned(), body: String::new(), symbols: None }
    }

    #[test]
    fn reverts_are_told_from_other_commits() {
        assert!(commit("Revert \"Add kwargs (#12)\"").is_reversal());
        assert!(commit("[reland] Add kwargs").is_reversal());
        assert!(!commit("Reverse the order of hooks").is_reversal());
    }

    #[test]
    fn what_was_not_looked_at_is_told() {
        let history = History { touching: vec![commit("Revert \"x\"")], commits: 500, cut: true };
        let texts = texts(&[], &history);
        assert_eq!(texts[0], "of the last 500 commits, 1 touched these files, 1 of them reverts or re-lands");
        assert!(texts[1].contains("Revert \"x\""));
    }
}
