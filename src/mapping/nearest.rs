//! The valid names nearest to one that is not, for the help of an error.

/// At most this many names are offered.
const LIMIT: usize = 3;

/// Below this likeness a name is no help, only noise.
const LIKENESS: f64 = 0.72;

/// The names most like `word`, best first, each once; none when nothing comes near.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = names.into_iter().map(|name| (likeness(word, name), name)).collect();
    scored.retain(|(score, _)| *score >= LIKENESS);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(LIMIT).map(|(_, name)| name).collect()
}

/// From 0 to 1. A name that holds the other whole is near, however much longer it is.
fn likeness(word: &str, name: &str) -> f64 {
    let (word, name) = (word.to_ascii_lowercase(), name.to_ascii_lowercase());
    let edits = strsim::normalized_damerau_levenshtein(&word, &name);
    let contained = word.len() > 3 && name.contains(&word) || name.len() > 3 && word.contains(&name);
    let prefix = strsim::jaro_winkler(&word, &name) - 0.1;
    edits.max(prefix).max(if contained { 0.8 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn best_first_and_nothing_far() {
        let names = ["models", "mirrors", "guards", "calls", "lists", "bans", "emits"];
        assert_eq!(nearest("model", names), ["models"]);
        assert_eq!(nearest("mirorrs", names), ["mirrors"]);
        assert!(nearest("zzz", names).is_empty());
        assert_eq!(nearest("apply", ["THPFunction_apply", "THPFunction_apply", "clear"]), ["THPFunction_apply"]);
    }
}
