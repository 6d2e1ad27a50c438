//! Laws of the house, each with its reason.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case;

/// A Rust file of `src`, without comments and without its tests.
struct Source {
    /// Relative to `src`.
    path: String,
    text: String,
    code: String,
}

#[test]
fn modules_use_only_what_is_above_them() {
    let order = modules_in_reading_order();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut broken = Vec::new();
    for source in sources() {
        let Some(own) = place(source.module()) else { continue };
        for used in modules_used(&source.code) {
            if place(&used).is_some_and(|used| used > own) {
                broken.push(format!("src/{}: `crate::{used}` stands below `{}`", source.path, source.module()));
            }
        }
    }
    keep(
        "a module uses only those above it in lib.rs: reading from the top, nothing is used before it was explained",
        &broken,
    );
}

#[test]
fn every_module_has_its_place_in_the_reading_order() {
    let order = modules_in_reading_order();
    let homeless: Vec<String> = sources()
        .iter()
        .filter(|source| {
            !["lib", "main"].contains(&source.module()) && !order.iter().any(|name| name == source.module())
        })
        .map(|source| format!("src/{} is in no module of lib.rs", source.path))
        .collect();
    keep("lib.rs is the table of contents", &homeless);
}

#[test]
fn git_is_named_in_one_file() {
    named_only("git2", &["source/git.rs", "source/git/"], "another git library, or none, is then one file's work");
}

#[test]
fn tree_sitter_is_named_in_one_folder() {
    named_only("tree_sitter", &["symbols/"], "everything after extraction works on our own values, not on a parser's");
    named_only("tree_sitter_cpp", &["symbols/"], "a grammar is a row of a language");
    named_only("tree_sitter_python", &["symbols/"], "a grammar is a row of a language");
}

#[test]
fn petgraph_is_named_in_one_folder() {
    named_only("petgraph", &["graph/"], "how the graph is kept is nobody else's business");
}

#[test]
fn clap_is_named_by_the_command_line_alone() {
    let homes = ["cli.rs", "cli/"];
    named_only("clap", &homes, "commands are functions of values that a test can call");
    named_only("clap_complete", &homes, "completions are made from the definition that parses");
    named_only("clap_mangen", &homes, "the manual is made from the definition that parses");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| format!("src/{} does not begin with `//!`", source.path))
        .collect();
    keep("a stranger opens a file and reads first what it is for", &silent);
}

#[test]
fn nothing_is_unwrapped_or_left_to_do() {
    let mut broken = Vec::new();
    for source in sources() {
        for word in [".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
            if source.code.contains(word) {
                broken.push(format!("src/{}: `{word}`", source.path));
            }
        }
    }
    keep("`expect` says why it holds, and what is not done is not called done", &broken);
}

#[test]
fn every_case_is_complete_and_has_a_reason() {
    let mut broken = Vec::new();
    for case in case::all() {
        let name = &case.name;
        if case.expected.why().is_none() {
            broken.push(format!("fixtures/{name}/expected has no `# why: …` line"));
        }
        if case.before.is_empty() || case.after.is_empty() {
            broken.push(format!("fixtures/{name} needs files in `before` and in `after`"));
        }
        if case.mapping.is_some() == case.expected.links.is_empty() {
            broken.push(format!("fixtures/{name}: `mapping.toml` and `link …` lines go together"));
        }
        if case.mapping.is_none() && case.before == case.after {
            broken.push(format!("fixtures/{name}: before and after are equal"));
        }
    }
    keep("a case that compares nothing, or whose reason is forgotten, holds nothing", &broken);
}

#[test]
fn every_rule_is_fired_by_a_test() {
    let tests = [
        include_str!("command_line.rs"),
        include_str!("acks.rs"),
        include_str!("impacts.rs"),
        include_str!("parity.rs"),
    ]
    .concat();
    let silent: Vec<String> = rule_ids().into_iter().filter(|id| !tests.contains(&format!("\"{id}\""))).collect();
    keep("a rule that no test of the binary fires may be one that nothing can fire", &silent);
}

#[test]
fn rule_ids_are_unique_and_kebab_case() {
    let mut ids = rule_ids();
    let kebab = |id: &str| id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
    let mut broken: Vec<String> =
        ids.iter().filter(|id| !kebab(id)).map(|id| format!("`{id}` is not kebab-case")).collect();
    ids.sort_unstable();
    broken.extend(ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| format!("`{}` is there twice", pair[0])));
    keep("people write rule ids in acks, flags and searches", &broken);
}

fn rule_ids() -> Vec<String> {
    let text = fs::read_to_string(src().join("rules.rs")).unwrap();
    let ids = text.split("id: \"").skip(1).filter_map(|rest| rest.split_once('"'));
    ids.map(|(id, _)| id.to_owned()).collect()
}

/// Fails unless only these files and folders of `src` name the crate.
fn named_only(name: &str, homes: &[&str], reason: &str) {
    let strangers: Vec<String> = sources()
        .iter()
        .filter(|source| !homes.iter().any(|home| source.path.starts_with(home)) && names(&source.code, name))
        .map(|source| format!("src/{} names `{name}`", source.path))
        .collect();
    keep(reason, &strangers);
}

pub fn keep(reason: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{}\nwhy: {reason}", broken.join("\n"));
}

impl Source {
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn modules_in_reading_order() -> Vec<String> {
    let lib = fs::read_to_string(src().join("lib.rs")).unwrap();
    let declared = lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    declared.map(|rest| rest.trim_end_matches(';').to_owned()).collect()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&src(), "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            walk(&path, &format!("{name}/"), found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = code_of(&text);
            found.push(Source { path: name, text, code });
        }
    }
}

/// The text without comment lines, and without the test module that ends it.
fn code_of(text: &str) -> String {
    let product = text.split("\n#[cfg(test)]").next().unwrap();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The crate's own modules that this code names: `crate::a::b`, `crate::{a, b::c}`.
fn modules_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => used.extend(heads_of_group(group)),
            None => used.push(head(rest)),
        }
    }
    used
}

fn heads_of_group(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut expecting = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expecting = true,
            c if expecting && c.is_alphabetic() => {
                heads.push(head(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether the word stands in the code, on its own.
fn names(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

#[test]
fn groups_of_uses_are_seen() {
    assert_eq!(modules_used("use crate::{a::{b, c}, d};\ncrate::e::f()"), ["a", "d", "e"]);
    assert!(names("use git2::Oid;", "git2") && !names("my_git2x", "git2"));
}
