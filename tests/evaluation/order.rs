//! The answer depends neither on the order of files nor on the number of threads.

use anyhow::Context;
use dynadrift::change::{self, FilePair};
use dynadrift::symbols::Language;

use crate::labels::Label;
use crate::page::Page;
use crate::pytorch::PyTorch;

/// How many labelled commits are compared again and again.
const COMMITS: usize = 60;

pub fn evaluate(clone: &PyTorch) -> anyhow::Result<Page> {
    let mut shas: Vec<String> = Label::all()?.into_iter().map(|label| label.sha).collect();
    shas.sort();
    shas.dedup();
    let wants = |path: &str| Language::of_path(path).is_some();
    let parsed = clone.each_commit("order", &shas, &wants, &|parsed| parsed.pairs);
    let commits = shas.iter().zip(parsed).filter_map(|(sha, pairs)| Some((sha, pairs.ok()?)));
    // One file has no order; more than a hundred only cost time.
    let commits: Vec<_> = commits.filter(|(_, pairs)| (2..=100).contains(&pairs.len())).take(COMMITS).collect();
    let mut different = Vec::new();
    let pools = [pool(1)?, pool(2)?];
    for (sha, pairs) in &commits {
        if !is_stable(pairs, &pools) {
            different.push(format!("`{sha}`"));
        }
    }
    let mut page = Page::titled("Independence of order and threads");
    let total = commits.len();
    page.line(format!(
        "{total} labelled commits of several files: in path order, reversed and shuffled, on 1 and 2 threads."
    ));
    page.target("every answer the same", different.is_empty() && total > 0);
    page.list("Commits with different answers", different);
    Ok(page)
}

fn is_stable(pairs: &[FilePair], pools: &[rayon::ThreadPool]) -> bool {
    let reversed: Vec<FilePair> = pairs.iter().rev().cloned().collect();
    let orders = [pairs.to_vec(), reversed, shuffled(pairs, 1), shuffled(pairs, 2)];
    let answer = |pool: &rayon::ThreadPool, pairs: &[FilePair]| pool.install(|| format!("{:#?}", change::diff(pairs)));
    let expected = answer(&pools[0], pairs);
    orders.iter().all(|order| pools.iter().all(|pool| answer(pool, order) == expected))
}

fn pool(threads: usize) -> anyhow::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("threads could not be started")
}

/// The same files in an order that looks like none, the same for the same seed.
fn shuffled(pairs: &[FilePair], seed: u64) -> Vec<FilePair> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut pairs = pairs.to_vec();
    for last in (1..pairs.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        pairs.swap(last, (state % (last as u64 + 1)) as usize);
    }
    pairs
}
