//! Which files may hold the tests of a link that names none: told by their names.

use crate::mapping::Link;
use crate::suggest::words;

/// So many files are named.
const MOST: usize = 3;

/// Words that say nothing about a file with tests.
const EMPTY: [&str; 6] = ["test", "tests", "py", "torch", "variable", "variables"];

/// Folders in which the tests of the twins may be: `test`, and `test/dynamo` for what is in `torch/_dynamo`.
pub fn folders(links: &[&Link]) -> Vec<String> {
    let mut folders = vec!["test".to_owned(), "tests".to_owned()];
    for path in links.iter().flat_map(|link| &link.python).map(|selector| &selector.path) {
        let parts: Vec<&str> = path.split('/').collect();
        for part in parts.iter().rev().skip(1).map(|part| part.trim_start_matches('_')) {
            folders.extend(["test", "tests"].map(|root| format!("{root}/{part}")));
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

/// The files whose names share most words with the link: its twin, its id.
pub fn nearest(link: &Link, files: &[String]) -> Vec<String> {
    let mut known: Vec<String> = link.python.iter().flat_map(|selector| words(&selector.text)).collect();
    known.extend(words(&link.id));
    known.retain(|word| !EMPTY.contains(&word.as_str()));
    let score = |path: &&String| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name.strip_suffix(".py").filter(|name| name.starts_with("test_") || name.ends_with("_test"))?;
        let of_name: Vec<String> = words(name).into_iter().filter(|word| !EMPTY.contains(&word.as_str())).collect();
        let shared = of_name.iter().filter(|word| known.contains(word)).count();
        let near = words(folder).iter().filter(|word| known.contains(word)).count();
        // Every word that the link does not have makes it less likely.
        let strange = of_name.len() - shared;
        (shared > 0).then_some((4 * shared + near) as i64 - strange as i64)
    };
    let mut scored: Vec<(i64, &String)> = files.iter().filter_map(|path| Some((score(&path)?, path))).collect();
    scored.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored.into_iter().take_while(|(score, _)| score * 2 > best).take(MOST).map(|(_, path)| path.clone()).collect()
}
