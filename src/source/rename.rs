//! Renames: which removed file became which added one, by equal objects first, then by similar text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::{FileChange, SourceFile};

/// Bytes in common with the other file, in percent of the longer one, from which two files are one: as git has it.
const THRESHOLD: usize = 50;

/// Lines are cut here, so that a generated file of one line is still compared piece by piece.
const PIECE: usize = 64;

/// Pairs up indices of removed and added files with the same key, preferring a pair that keeps its file name. Each
/// index is used once, a file without a key never; the result is in the order of `added`.
pub fn same<K: Ord>(removed: &[(Option<K>, &str)], added: &[(Option<K>, &str)]) -> Vec<(usize, usize)> {
    let mut free: BTreeMap<&K, Vec<usize>> = BTreeMap::new();
    for (old, (key, _)) in removed.iter().enumerate() {
        key.iter().for_each(|key| free.entry(key).or_default().push(old));
    }
    let mut partner = vec![None; added.len()];
    for keep_name in [true, false] {
        for (new, (key, path)) in added.iter().enumerate() {
            let fits = |old: &usize| !keep_name || file_name(removed[*old].1) == file_name(path);
            let candidates = key.as_ref().filter(|_| partner[new].is_none()).and_then(|key| free.get_mut(key));
            partner[new] = partner[new].or_else(|| take_first(candidates?, fits));
        }
    }
    partner.into_iter().enumerate().filter_map(|(new, old)| Some((old?, new))).collect()
}

/// Joins a removal and an addition of similar text into one change. A file that could not be read stays as it is.
///
/// The contents are in memory already and lines are looked up, not compared file by file, so there is no limit to the
/// number of files beyond which renames would silently not be found.
pub fn join_similar(mut changes: Vec<FileChange>) -> Vec<FileChange> {
    let mut gone = vec![false; changes.len()];
    let mut joined = vec![false; changes.len()];
    for (old, new) in similar(&changes) {
        if !gone[old] && !joined[new] {
            changes[new].before = changes[old].before.take();
            (gone[old], joined[new]) = (true, true);
        }
    }
    let mut gone = gone.into_iter();
    changes.retain(|_| !gone.next().unwrap_or(false));
    changes
}

fn take_first(candidates: &mut Vec<usize>, fits: impl Fn(&usize) -> bool) -> Option<usize> {
    let at = candidates.iter().position(fits)?;
    Some(candidates.remove(at))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Pairs of a removal and an addition that are similar enough, best first.
fn similar(changes: &[FileChange]) -> Vec<(usize, usize)> {
    let removed = Pieces::of(changes.iter().enumerate().filter_map(|(index, change)| {
        change.before.as_ref().filter(|_| change.after.is_none()).map(|file| (index, file))
    }));
    let mut pairs = Vec::new();
    for (new, change) in changes.iter().enumerate() {
        let (None, Some(file)) = (&change.before, &change.after) else { continue };
        for (old, score) in removed.scores(file) {
            let kept_name = same_name(&changes[old], change);
            pairs.push((Reverse((score, kept_name)), old, new));
        }
    }
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, old, new)| (old, new)).collect()
}

fn same_name(before: &FileChange, after: &FileChange) -> bool {
    file_name(before.path()) == file_name(after.path())
}

/// Which removed files hold which pieces of text.
#[derive(Default)]
struct Pieces {
    length: FxHashMap<usize, usize>,
    holders: FxHashMap<u64, Vec<(usize, usize)>>,
}

impl Pieces {
    fn of<'a>(files: impl Iterator<Item = (usize, &'a SourceFile)>) -> Pieces {
        let mut pieces = Pieces::default();
        for (index, file) in files {
            let Ok(content) = &file.content else { continue };
            pieces.length.insert(index, content.len());
            #[allow(clippy::iter_over_hash_type, reason = "each piece has a list of its own")]
            for (hash, bytes) in count(content) {
                pieces.holders.entry(hash).or_default().push((index, bytes));
            }
        }
        pieces
    }

    /// The removed files similar to this one, with the percentage.
    fn scores(&self, file: &SourceFile) -> Vec<(usize, usize)> {
        let Ok(content) = &file.content else { return Vec::new() };
        let mut shared: FxHashMap<usize, usize> = FxHashMap::default();
        #[allow(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (hash, bytes) in if self.length.is_empty() { FxHashMap::default() } else { count(content) } {
            for &(index, held) in self.holders.get(&hash).into_iter().flatten() {
                *shared.entry(index).or_default() += bytes.min(held);
            }
        }
        let percent = |index, bytes| bytes * 100 / content.len().max(self.length[&index]).max(1);
        shared.into_iter().map(|(index, bytes)| (index, percent(index, bytes))).filter(|s| s.1 >= THRESHOLD).collect()
    }
}

/// The bytes that each piece of a text accounts for, by hash.
fn count(content: &[u8]) -> FxHashMap<u64, usize> {
    let mut counts = FxHashMap::default();
    let lines = content.split_inclusive(|&byte| byte == b'\n');
    for piece in lines.flat_map(|line| line.chunks(PIECE)) {
        *counts.entry(xxh3_64(piece)).or_default() += piece.len();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Option<SourceFile> {
        Some(SourceFile { path: path.into(), content: Ok(text.as_bytes().into()) })
    }

    fn text(seed: &str) -> String {
        (0..20).map(|line| format!("int {seed}_{line}();\n")).collect()
    }

    #[test]
    fn equal_keys_pair_up_once_and_keep_their_file_name() {
        let removed = [(Some(1), "a/x.cpp"), (Some(1), "a/y.cpp"), (Some(2), "z.cpp"), (None, "n")];
        let added = [(Some(1), "b/y.cpp"), (Some(1), "b/w.cpp"), (Some(1), "b/v.cpp"), (None, "n")];
        assert_eq!(same(&removed, &added), [(1, 0), (0, 1)]);
    }

    #[test]
    fn similar_text_is_joined_and_the_best_partner_wins() {
        let edited = text("f").replace("f_3", "g_3");
        let changes = vec![
            FileChange { before: file("old.cpp", &text("f")), after: None },
            FileChange { before: None, after: file("other.cpp", &text("h")) },
            FileChange { before: None, after: file("worse.cpp", &edited.replace("f_5", "g_5")) },
            FileChange { before: None, after: file("new.cpp", &edited) },
        ];
        let joined = join_similar(changes);
        assert_eq!(joined.len(), 3);
        let renamed = joined.iter().find(|change| &**change.path() == "new.cpp").unwrap();
        assert_eq!(&*renamed.before.as_ref().unwrap().path, "old.cpp");
    }

    #[test]
    fn empty_files_are_similar_to_nothing() {
        let changes = vec![
            FileChange { before: file("a/__init__.py", ""), after: None },
            FileChange { before: None, after: file("b/__init__.py", "") },
        ];
        assert_eq!(join_similar(changes).len(), 2);
    }
}
