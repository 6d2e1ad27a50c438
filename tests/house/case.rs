//! A case: a folder with `before/`, `after/`, `expected`, and a `mapping.toml` where links are judged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dynadrift::change::{self, Change, FilePair};
use dynadrift::symbols::{Language, ParsedFile};

use crate::expectation::Expectation;

/// Files of one side, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug)]
pub struct Case {
    /// `group/case`.
    pub name: String,
    pub folder: PathBuf,
    pub before: Files,
    pub after: Files,
    pub mapping: Option<PathBuf>,
    pub expected: Expectation,
}

/// Every case under `fixtures`, sorted by name; those whose name contains `CASE`, where that is set.
pub fn all() -> Vec<Case> {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut cases: Vec<Case> = folders(&root()).iter().flat_map(|group| folders(group)).map(Case::read).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases.retain(|case| case.name.contains(&wanted));
    cases
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// What `change::diff` says about two sides. Files pair up by path.
pub fn diff(before: &Files, after: &Files) -> Vec<Change> {
    change::diff(&pairs(before, after))
}

/// The files that differ, parsed.
pub fn pairs(before: &Files, after: &Files) -> Vec<FilePair> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| FilePair { before: parse(before, path), after: parse(after, path) })
        .collect()
}

fn parse(files: &Files, path: &str) -> Option<ParsedFile> {
    let text = files.get(path)?;
    let language = Language::of_path(path).unwrap_or_else(|| panic!("`{path}` is in no language that drift reads"));
    Some(ParsedFile::parse(Arc::from(path), language, Arc::from(text.as_slice())))
}

impl Case {
    fn read(folder: PathBuf) -> Case {
        let name = folder.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(folder.join("expected")).unwrap_or_default();
        let expected = Expectation::parse(&text).unwrap_or_else(|error| panic!("fixtures/{name}/expected: {error}"));
        let mapping = Some(folder.join("mapping.toml")).filter(|path| path.is_file());
        Case { name, before: side(&folder, "before"), after: side(&folder, "after"), mapping, expected, folder }
    }

    /// Both sides, each with its name.
    pub fn sides(&self) -> [(&'static str, &Files); 2] {
        [("before", &self.before), ("after", &self.after)]
    }
}

fn side(folder: &Path, name: &str) -> Files {
    let mut files = Files::new();
    collect(&folder.join(name), "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}
