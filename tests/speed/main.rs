//! `cargo bench`: how fast parsing, indexing, checks and replays are, and then the ratios that matter, both halves of each
//! measured in the same run. `cargo bench -- --ratios` prints the ratios alone.
//!
//! On a small repository made on the spot, or on the one that `DRIFT_BENCH_REPO` names; then `DRIFT_BENCH_COMMIT` is the
//! commit to check (`HEAD` if not given) and `DRIFT_BENCH_RANGE` the commits to replay (the last fifty).

#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

mod made;
mod ratios;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group};
use dynadrift::cli;
use dynadrift::source::git::Repository;
use dynadrift::source::range::Range;
use dynadrift::symbols::{Language, ParsedFile};
use tempfile::TempDir;

criterion_group! {
    name = speed;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    targets = parsing, indexing, checking, replaying
}

fn main() {
    if !env::args().any(|argument| argument == "--ratios") {
        speed();
        Criterion::default().configure_from_args().final_summary();
    }
    ratios::print(&Subject::find());
}

/// What is measured.
struct Subject {
    path: PathBuf,
    commit: String,
    range: String,
    /// Where the repository is made, for as long as it is needed.
    _made: Option<TempDir>,
}

impl Subject {
    fn find() -> Subject {
        let told = |name: &str, usual: &str| env::var(name).unwrap_or_else(|_| usual.to_owned());
        let (commit, range) = (told("DRIFT_BENCH_COMMIT", "HEAD"), told("DRIFT_BENCH_RANGE", "HEAD~50..HEAD"));
        match env::var_os("DRIFT_BENCH_REPO") {
            Some(path) => Subject { path: path.into(), commit, range, _made: None },
            None => {
                let folder = made::repository();
                Subject { path: folder.path().to_owned(), commit, range, _made: Some(folder) }
            }
        }
    }

    /// Runs `drift` in this process.
    fn drift(&self, cache: Option<&Path>, arguments: &[&str]) {
        let mut all: Vec<OsString> = ["drift", "-q", "--output", "/dev/null", "--repo"].map(OsString::from).to_vec();
        all.push(self.path.clone().into());
        match cache {
            Some(folder) => all.extend([OsString::from("--cache-dir"), folder.into()]),
            None => all.push("--no-cache".into()),
        }
        all.extend(arguments.iter().map(OsString::from));
        cli::run(all);
    }

    /// The C++ files at the head, as many as ten megabytes hold.
    fn sources(&self) -> Vec<(Arc<str>, Arc<[u8]>)> {
        let repository = Repository::open(&self.path).expect("the repository can be opened");
        let range = Range::TwoDot { before: "HEAD".to_owned(), after: "HEAD".to_owned() };
        let head = repository.endpoints(&range).expect("it has a head").after;
        let wants = |path: &str| Language::of_path(path) == Some(Language::Cpp);
        let listed = repository.files(&head, &["torch/csrc"], &wants).expect("its tree can be read");
        let mut room = 10_000_000;
        let files = listed.iter().map(|listed| repository.read_listed(listed));
        let texts = files.filter_map(|file| Some((file.path, file.content.ok()?)));
        texts
            .take_while(|(_, text)| {
                room -= text.len() as i64;
                room > 0
            })
            .collect()
    }
}

/// The grammar alone, and everything that is read off its trees, on one thread.
fn parsing(criterion: &mut Criterion) {
    let files = Subject::find().sources();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let mut group = criterion.benchmark_group("parsing");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("tree-sitter alone", |bencher| {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_cpp::LANGUAGE.into()).expect("the grammar fits");
        bencher.iter(|| files.iter().filter_map(|(_, text)| parser.parse(text, None)).count());
    });
    group.bench_function("into symbols", |bencher| {
        let read = |(path, text): &(Arc<str>, Arc<[u8]>)| ParsedFile::parse(path.clone(), Language::Cpp, text.clone());
        bencher.iter(|| files.iter().map(|file| read(file).symbols.len()).sum::<usize>());
    });
    group.finish();
}

fn indexing(criterion: &mut Criterion) {
    bench(criterion, "index", &["graph"]);
}

fn checking(criterion: &mut Criterion) {
    let commit = Subject::find().commit;
    bench(criterion, "check", &["check", &commit, "--fail-on", "never"]);
}

fn replaying(criterion: &mut Criterion) {
    let range = Subject::find().range;
    bench(criterion, "replay", &["replay", &range]);
}

/// A command without a cache, and with everything in it.
fn bench(criterion: &mut Criterion, name: &str, arguments: &[&str]) {
    let subject = Subject::find();
    let mut group = criterion.benchmark_group(name);
    group.bench_function("cold", |bencher| bencher.iter(|| subject.drift(None, arguments)));
    group.bench_function("cold, and kept", |bencher| {
        let empty = || TempDir::new().expect("a temporary folder");
        bencher.iter_batched(empty, |cache| subject.drift(Some(cache.path()), arguments), BatchSize::PerIteration);
    });
    let cache = TempDir::new().expect("a temporary folder");
    subject.drift(Some(cache.path()), arguments);
    group.bench_function("warm", |bencher| bencher.iter(|| subject.drift(Some(cache.path()), arguments)));
    group.finish();
}
