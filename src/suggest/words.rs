//! Words of names, and how much a word tells.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

/// The lower-case words of a name: `SDPAParamsVariable`, `_sdpa_params`.
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || after.is_some_and(|a| a.is_lowercase()));
        if begins || !c.is_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Where there are few names nothing can be said to be common: so many are taken to be there besides.
const FEW: usize = 20;

/// Words with less weight than this are in every twelfth name or more.
const COMMON: f32 = 2.5;

/// How rare each word is among the names of classes.
#[derive(Default)]
pub struct Rarity {
    names: usize,
    counts: FxHashMap<String, usize>,
}

impl Rarity {
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Rarity {
        let mut rarity = Rarity::default();
        for name in names {
            rarity.names += 1;
            for word in words(name).into_iter().collect::<BTreeSet<_>>() {
                *rarity.counts.entry(word).or_default() += 1;
            }
        }
        rarity
    }

    /// The natural logarithm of how many names there are for one that has the word; nothing for a word that many have.
    pub fn weight(&self, word: &str) -> f32 {
        let count = self.counts.get(word).copied().unwrap_or(1).max(1);
        let weight = ((self.names + FEW) as f32 / count as f32).ln();
        if weight < COMMON { 0.0 } else { weight }
    }

    /// Which part of what `owner` says, from 0 to 1, `name` says too. `None` where `owner` says nothing.
    pub fn share(&self, name: &str, owner: &str) -> Option<f32> {
        let said = words(owner);
        let own: FxHashSet<String> = words(name).into_iter().collect();
        let total: f32 = said.iter().map(|word| self.weight(word)).sum();
        let shared: f32 = said.iter().filter(|word| own.contains(*word)).map(|word| self.weight(word)).sum();
        (total > 0.0).then(|| shared / total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_humps_and_underscores() {
        for (name, expected) in [
            ("SDPAParamsVariable", vec!["sdpa", "params", "variable"]),
            ("_cuda_isInBadFork", vec!["cuda", "is", "in", "bad", "fork"]),
            ("THPEvent_record", vec!["thp", "event", "record"]),
            ("", vec![]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn a_word_that_many_names_have_tells_nothing() {
        let names: Vec<String> = (0..40).map(|at| format!("Kind{}Variable", (b'A' + at % 20) as char)).collect();
        let rarity = Rarity::of(names.iter().map(String::as_str).chain(["EventVariable"]));
        assert_eq!(rarity.share("EventVariable", "_Event"), Some(1.0));
        assert_eq!(rarity.share("EventVariable", "Variable"), None);
        assert_eq!(rarity.share("StreamVariable", "_Event"), Some(0.0));
    }
}
