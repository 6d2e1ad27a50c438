//! The ratios that the project aims at, each with both of its halves measured in the same run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dynadrift::mapping::Scope;
use dynadrift::mapping::builtin;
use dynadrift::mapping::parse::parse;
use dynadrift::source::git::{Repository, Side};
use dynadrift::source::range::Range;
use dynadrift::symbols::Language;
use rayon::prelude::*;
use tempfile::TempDir;

use crate::Subject;

/// The best of so many runs counts: whatever else the machine does only adds.
const RUNS: usize = 5;

const COMMITS: &str = "20";

/// Measures and prints all of them.
pub fn print(subject: &Subject) {
    index(subject);
    checks(subject);
    replay(subject);
}

/// The full index beside the grammars alone, on the same bytes and as many threads.
fn index(subject: &Subject) {
    let texts = texts(subject);
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let (mut alone, mut index) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        alone = alone.min(timed(|| parse_all(&texts)));
        index = index.min(timed(|| subject.drift(None, &["graph"])));
    }
    println!(
        "index of {:.1} MB, cold: {}; tree-sitter alone {}, so at {:.0} % of its pace",
        bytes as f64 / 1e6,
        shown(index),
        shown(alone),
        100.0 * alone.as_secs_f64() / index.as_secs_f64()
    );
}

/// Checks of the last commits beside `git diff --stat` of each: cold, with the cache of the commit before, and asked again.
fn checks(subject: &Subject) {
    let log = ["log", "--first-parent", "--no-merges", "--format=%H", "-n", COMMITS, &subject.commit];
    let commits = git(subject, &[&log[..], &["--", "torch/csrc"]].concat());
    let cache = TempDir::new().expect("a temporary folder");
    let mut times: [Vec<Duration>; 4] = Default::default();
    let mut over = 0;
    let commits: Vec<&str> = commits.lines().collect();
    for commit in commits.iter().rev() {
        let parent = format!("{commit}~");
        let stat = best(|| {
            git(subject, &["diff", "--stat", &parent, commit]);
        });
        let check = |cache: Option<&Path>| checked(subject, cache, commit);
        let cold = best(|| check(None));
        let new = timed(|| check(Some(cache.path())));
        let again = best(|| check(Some(cache.path())));
        over += usize::from(again > Duration::from_millis(60).max(3 * stat));
        [stat, cold, new, again].into_iter().zip(&mut times).for_each(|(time, times)| times.push(time));
    }
    let [stat, cold, new, again] = times.map(|mut times| {
        times.sort_unstable();
        let at = |part: usize| times.get(part * times.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        format!("{} (at most {})", shown(at(1)), shown(at(2)))
    });
    println!("check of one commit, median of {}: `git diff --stat` {stat}", commits.len());
    println!("  cold {cold}; after a neighbour {new}; again {again}, of which over three times git or 60 ms: {over}");
}

fn replay(subject: &Subject) {
    let cache = TempDir::new().expect("a temporary folder");
    let run = || subject.drift(Some(cache.path()), &["replay", &subject.range]);
    let (cold, warm) = (timed(run), best(run));
    println!("replay of {}: cold {}, warm {}", subject.range, shown(cold), shown(warm));
}

/// The files of the index.
fn texts(subject: &Subject) -> Vec<(Language, Arc<[u8]>)> {
    let repository = Repository::open(&subject.path).expect("the repository can be opened");
    let range = Range::TwoDot { before: "HEAD".to_owned(), after: "HEAD".to_owned() };
    let head = repository.endpoints(&range).expect("it has a head").after;
    let scope = scope(&repository, &head);
    let language = |path: &str| match Language::of_path(path)? {
        Language::Cpp => scope.cpp.is_match(path).then_some(Language::Cpp),
        Language::Python => scope.python.is_match(path).then_some(Language::Python),
        Language::Yaml => None,
    };
    let listed = repository.files(&head, &[""], &|path: &str| language(path).is_some()).expect("its tree can be read");
    let files = listed.iter().map(|listed| repository.read_listed(listed));
    files.filter_map(|file| Some((language(&file.path)?, file.content.ok()?))).collect()
}

fn scope(repository: &Repository, head: &Side) -> Scope {
    let kept = repository.read(head, ".drift/mapping.toml").and_then(|file| file.content.ok());
    let text = match &kept {
        Some(text) => std::str::from_utf8(text).expect("the mapping is text"),
        None => builtin::fitting(&|path| repository.exists(head, path)).unwrap().expect("a mapping fits").text,
    };
    parse("mapping", text, 0).expect("the mapping is right").scope
}

fn parse_all(texts: &[(Language, Arc<[u8]>)]) {
    let parser = |language: tree_sitter::Language| {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&language).expect("the grammar fits");
        parser
    };
    let parsers = || (parser(tree_sitter_cpp::LANGUAGE.into()), parser(tree_sitter_python::LANGUAGE.into()));
    texts.par_iter().for_each_init(parsers, |(cpp, python), (language, text)| {
        let parser = if *language == Language::Cpp { cpp } else { python };
        drop(parser.parse(text, None));
    });
}

/// As people run it: a process of its own.
fn checked(subject: &Subject, cache: Option<&Path>, commit: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drift"));
    command.args(["check", commit, "--fail-on", "never", "-q", "--repo"]).arg(&subject.path);
    match cache {
        Some(folder) => command.arg("--cache-dir").arg(folder),
        None => command.arg("--no-cache"),
    };
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("`drift` can be run");
}

fn git(subject: &Subject, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(&subject.path).args(arguments).output().expect("`git` can be run");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn best(mut run: impl FnMut()) -> Duration {
    (0..3).map(|_| timed(&mut run)).min().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{seconds:.2} s"),
    }
}
