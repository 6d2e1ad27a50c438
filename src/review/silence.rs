//! Comments that silence a rule at a line: `// drift: allow(own-leak-local): the table lives as long as the process`.

use super::checks;
use crate::rules::{Rule, Severity};

/// A comment that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// From 1.
    pub line: u32,
    pub rules: Vec<String>,
    pub reason: String,
}

/// About the review itself, so that no function is looked at for it.
pub static IDLE_ALLOWANCE: Rule = Rule {
    id: "idle-allowance",
    severity: Severity::Warning,
    summary: "a comment that should silence a rule does not",
    explanation: "\
A comment `// drift: allow(RULE): reason` silences a rule at its line and the next. One without a reason, or with the name \
of no rule, silences nothing, and is told so that nobody relies on it.",
    example: "`// drift: allow(own-leak-local)` above a table that is kept for good.",
    remedy: "Write the reason behind a colon: `// drift: allow(own-leak-local): lives as long as the process`.",
};

const MARK: &str = "drift: allow(";

/// Every such comment of a text.
pub fn allowances(text: &[u8]) -> Vec<Allowance> {
    if memchr::memmem::find(text, MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(text);
    (1..).zip(text.lines()).filter_map(|(number, line)| allowance(number, line)).collect()
}

fn allowance(number: u32, line: &str) -> Option<Allowance> {
    let comment = line.find("//").or_else(|| line.find("/*"))?;
    let (names, rest) = line[comment..].split_once(MARK)?.1.split_once(')')?;
    let reason = rest.trim_start().strip_prefix(':').unwrap_or("").trim_end().trim_end_matches("*/").trim();
    let rules = names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    Some(Allowance { line: number, rules, reason: reason.to_owned() })
}

impl Allowance {
    /// Whether it speaks of a rule at a line: its own, or the next one.
    pub fn covers(&self, rule: &str, line: u32) -> bool {
        let near = self.line == line || self.line + 1 == line;
        near && !self.reason.is_empty() && self.rules.iter().any(|name| name == rule)
    }

    /// What is wrong with it.
    pub fn defect(&self) -> Option<String> {
        if let Some(name) = self.rules.iter().find(|name| checks::named(name).is_none()) {
            return Some(format!("no rule of the review is called `{name}`"));
        }
        let names = self.rules.join(", ");
        self.reason.is_empty().then(|| format!("`{names}` is allowed here without a reason, so it is not"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_silences_this_line_and_the_next() {
        let found = allowances(b"int x;\n  // drift: allow(own-leak-local): a cache\n  f();\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].covers("own-leak-local", 3) && found[0].covers("own-leak-local", 2));
        assert!(!found[0].covers("own-leak-local", 4) && !found[0].covers("own-leak-temp", 3));
        assert_eq!(found[0].defect(), None);
    }

    #[test]
    fn without_a_reason_nothing_is_silenced() {
        let found = allowances(b"f(); // drift: allow(own-leak-temp, err-tristate)\n/* drift: allow(no-such): x */\n");
        assert!(!found[0].covers("own-leak-temp", 1));
        assert!(found[0].defect().unwrap().contains("without a reason"));
        assert!(found[1].defect().unwrap().contains("`no-such`"));
    }
}
