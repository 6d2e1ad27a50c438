//! Runs the mutants by themselves.
mod mutants;
#[path = "../mutation/mod.rs"]
mod mutation;
use dynadrift::source::git::Repository;
use dynadrift::source::range::Range;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = &args[args.iter().position(|a| a == "--pytorch").expect("--pytorch PATH") + 1];
    let seed: u64 = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let repository = Repository::open(path.as_ref()).unwrap();
    let endpoints = repository.endpoints(&Range::parse("HEAD").unwrap()).unwrap();
    let mut files = Vec::new();
    for path in listed(path) {
        if let Some(Ok(content)) = repository.read(&endpoints.after, &path).map(|file| file.content) {
            files.push((path.to_string(), content.to_vec()));
        }
    }
    eprintln!("{} files", files.len());
    mutants::run(&files, seed, &mut std::io::stdout()).unwrap();
}

fn listed(path: &str) -> Vec<String> {
    let out = std::process::Command::new("git")
        .args(["-C", path, "ls-tree", "-r", "--name-only", "HEAD", "torch/csrc"])
        .output()
        .unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}
