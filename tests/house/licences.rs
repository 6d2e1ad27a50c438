//! The licences of everything that is in the binary: allowed, and shipped with it in `THIRD-PARTY.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use spdx::Expression;

use crate::laws::keep;

/// A package that is compiled into the binary on some platform.
struct Package {
    name: String,
    version: String,
    licence: String,
    home: String,
    folder: PathBuf,
}

/// What binaries are released for.
const PLATFORMS: [&str; 6] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// Packages that forgot their licence; the text is from the repository of the package.
const FORGOTTEN: &[(&str, &str)] = &[("tree-sitter-cpp", include_str!("licences/tree-sitter-cpp.txt"))];

/// Code and data that packages bring along and compile, under licences of its own.
const BROUGHT_ALONG: &[(&str, &str)] = &[
    ("libgit2-sys", "libgit2/COPYING"),
    ("libgit2-sys", "libgit2/deps/llhttp/LICENSE-MIT"),
    ("libgit2-sys", "libgit2/deps/pcre2/LICENCE.md"),
    ("libz-sys", "src/zlib/LICENSE"),
    ("regex-syntax", "src/unicode_tables/LICENSE-UNICODE"),
    ("tree-sitter", "src/unicode/LICENSE"),
];

/// The same that is not compiled as we build.
const LEFT_OUT: &[(&str, &str)] = &[
    ("askama_parser", "benches/"),
    ("libgit2-sys", "libgit2/deps/winhttp/"),
    ("libgit2-sys", "libgit2/deps/zlib/"),
    ("libz-sys", "src/zlib-ng/"),
    ("libz-sys", "src/zlib/contrib/"),
    ("petgraph", "assets/"),
    ("tree-sitter", "src/wasm-stdlib/"),
];

const HEAD: &str = "\
Software in the binary of drift, with its licences
==================================================

drift itself is BSD-3-Clause, see LICENSE. Its binary is linked with the packages below. Where a package may be used under
several licences, the first one that is listed here is used. libgit2 is GPL-2.0 with an exception that permits to link it
with any program. The list covers all platforms
that binaries are released for; none holds everything in it. The standard library of Rust is MIT OR Apache-2.0.
`UPDATE=1 cargo test --locked --test house licences` writes this file from Cargo.lock.
";

#[test]
fn the_licences_are_shipped() {
    let Some(packages) = packages() else { return };
    let path = root().join("THIRD-PARTY.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, page(&packages)).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page(&packages),
        "THIRD-PARTY.txt is stale: `UPDATE=1 cargo test --locked --test house licences` writes it"
    );
}

#[test]
fn the_licences_are_allowed() {
    let Some(packages) = packages() else { return };
    let told: toml::Table = read(".cargo/deny.toml").parse().unwrap();
    let allowed: Vec<String> = told["licenses"]["allow"].clone().try_into().unwrap();
    let broken: Vec<String> = packages
        .iter()
        .filter(|package| {
            let licence = Expression::parse(&package.licence).unwrap();
            !licence.evaluate(|needed| allowed.contains(&needed.to_string()))
        })
        .map(|package| format!("{} {}: `{}`", package.name, package.version, package.licence))
        .collect();
    keep("a BSD-3-Clause binary is one that anybody may pass on", &broken);
}

#[test]
fn licences_of_code_brought_along_are_known() {
    let Some(packages) = packages() else { return };
    let mut broken = Vec::new();
    for package in &packages {
        let mut found = Vec::new();
        nested(&package.folder, "", &mut found);
        let name = package.name.as_str();
        let known = |path: &String| {
            BROUGHT_ALONG.contains(&(name, path)) || LEFT_OUT.iter().any(|(of, at)| *of == name && path.starts_with(at))
        };
        broken.extend(found.iter().filter(|path| !known(path)).map(|path| format!("{name}: {path}")));
    }
    keep("the licence of a package says nothing about the code it brings along", &broken);
}

fn page(packages: &[Package]) -> String {
    let mut page = HEAD.to_owned();
    let mut users: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut texts: Vec<String> = Vec::new();
    for package in packages {
        let Package { name, version, licence, home, .. } = package;
        page.push_str(&format!("\n{name} {version}: {licence}\n  {home}\n"));
        for text in package.texts() {
            let at = texts.iter().position(|known| *known == text).unwrap_or(texts.len());
            if at == texts.len() {
                texts.push(text);
            }
            users.entry(at).or_default().insert(format!("{name} {version}"));
        }
    }
    for (at, users) in users {
        let users: Vec<String> = users.into_iter().collect();
        page.push_str(&format!("\n{}\n{}\n\n{}\n", "-".repeat(80), users.join(", "), texts[at]));
    }
    page
}

impl Package {
    /// The licences under which we use it, those of what it brings along, and its notices.
    fn texts(&self) -> Vec<String> {
        let own = beside(&self.folder);
        let is_notice = |name: &String| name.to_uppercase().starts_with("NOTICE");
        let mit = own.iter().filter(|name| name.to_uppercase().contains("MIT"));
        let mut files: Vec<&String> =
            if self.licence.contains("MIT") && mit.clone().count() > 0 { mit.collect() } else { own.iter().collect() };
        files.extend(own.iter().filter(|name| is_notice(name) || name.to_uppercase().contains("UNICODE")));
        let brought =
            BROUGHT_ALONG.iter().filter(|(package, _)| *package == self.name).map(|(_, path)| path.to_string());
        let paths = files.into_iter().cloned().chain(brought);
        let mut texts: Vec<String> = paths.map(|path| plain(&fs::read(self.folder.join(path)).unwrap())).collect();
        texts.extend(
            FORGOTTEN.iter().filter(|(package, _)| *package == self.name).map(|(_, text)| plain(text.as_bytes())),
        );
        texts.dedup();
        assert!(!texts.is_empty(), "{} has no licence text; put it into `FORGOTTEN`", self.name);
        texts
    }
}

/// What is compiled into the binary, or `None` where cargo cannot say because it has not got every package.
fn packages() -> Option<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(PLATFORMS.map(|platform| format!("--filter-platform={platform}")))
        .arg("--manifest-path")
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        let reason = reason.lines().find(|line| line.starts_with("error")).unwrap_or("cargo metadata failed");
        skipped(&format!("the licences of the packages: {reason}; `cargo fetch --locked` brings all of them"));
        return None;
    }
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let linked = linked(&told["resolve"]);
    let packages = told["packages"].as_array().unwrap().iter();
    let mut packages: Vec<Package> = packages.filter(|package| linked.contains(text(&package["id"]))).map(of).collect();
    packages.retain(|package| package.name != env!("CARGO_PKG_NAME"));
    packages.sort_by(|one, two| (&one.name, &one.version).cmp(&(&two.name, &two.version)));
    Some(packages)
}

/// The packages that can be reached by dependencies that are neither for building nor for tests.
fn linked(resolve: &Value) -> BTreeSet<&str> {
    let nodes = resolve["nodes"].as_array().unwrap();
    let nodes: BTreeMap<&str, &Value> = nodes.iter().map(|node| (text(&node["id"]), node)).collect();
    let mut linked = BTreeSet::new();
    let mut waiting = vec![text(&resolve["root"])];
    while let Some(id) = waiting.pop() {
        if linked.insert(id) {
            let used = nodes[id]["deps"].as_array().unwrap().iter();
            let counts = |kind: &Value| kind["kind"].is_null();
            let used = used.filter(|used| used["dep_kinds"].as_array().unwrap().iter().any(counts));
            waiting.extend(used.map(|used| text(&used["pkg"])));
        }
    }
    linked
}

fn of(package: &Value) -> Package {
    let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    Package {
        name: word("name"),
        version: word("version"),
        licence: word("license").replace('/', " OR "),
        home: word("repository"),
        folder: Path::new(text(&package["manifest_path"])).parent().unwrap().to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Says on the terminal, whatever the harness hides, what is not tested here.
pub fn skipped(what: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED {what}");
}

fn beside(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = names.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter(|name| is_licence(name)).collect();
    names.sort();
    names
}

fn is_licence(name: &str) -> bool {
    let name = name.to_uppercase();
    ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|word| name.starts_with(word)) && !name.ends_with(".RS")
}

/// Licences below the folder of a package, not those in it.
fn nested(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder.join(prefix)).unwrap().map(|entry| entry.unwrap()) {
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.path().is_dir() {
            nested(folder, &format!("{path}/"), found);
        } else if !prefix.is_empty() && is_licence(&entry.file_name().into_string().unwrap()) {
            found.push(path);
        }
    }
}

/// The text without differences that say nothing, so that equal licences are equal.
fn plain(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}
