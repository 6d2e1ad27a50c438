//! Where names occur in the text of files: what may give a name to Python without being read as a binding.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::SourceFile;
use crate::symbols::Language;

/// How a name occurs, all files together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// A string of C++ begins with it: a table, a binding, a signature.
    pub quoted: bool,
    /// A word of C++: a macro may make a name of it.
    pub word: bool,
    /// A file that declares operators has it.
    pub operator: bool,
    /// A stub has it.
    pub stub: bool,
    /// Python outside of the twins has it.
    pub python: bool,
}

pub struct Provided(FxHashMap<String, Seen>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cpp,
    Operators,
    Stub,
    Python,
}

impl Provided {
    /// Looks for the wanted names in all files.
    pub fn of<'f>(wanted: &FxHashSet<&str>, files: impl ParallelIterator<Item = &'f SourceFile>) -> Provided {
        let per_file = files.filter_map(|file| {
            let text = file.content.as_ref().ok()?;
            Some(words(text, kind(&file.path), wanted))
        });
        let merge = |mut one: FxHashMap<String, Seen>, two: FxHashMap<String, Seen>| {
            for (name, seen) in sorted(two) {
                one.entry(name).or_default().add(seen);
            }
            one
        };
        Provided(per_file.reduce(FxHashMap::default, merge))
    }

    /// Modules are names as well.
    pub fn and_paths<'p>(mut self, paths: impl Iterator<Item = &'p str>) -> Provided {
        for part in paths.flat_map(|path| path.trim_end_matches(".py").split('/')) {
            self.0.entry(part.to_owned()).or_default().python = true;
        }
        self
    }

    pub fn seen(&self, name: &str) -> Seen {
        self.0.get(name).copied().unwrap_or_default()
    }
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.quoted |= other.quoted;
        self.word |= other.word;
        self.operator |= other.operator;
        self.stub |= other.stub;
        self.python |= other.python;
    }

    /// Something registers it under this name, or declares an operator of it.
    pub fn is_given(self) -> bool {
        self.quoted || self.operator
    }

    /// Nothing but a stub knows it.
    pub fn is_unknown(self) -> bool {
        !(self.quoted || self.operator || self.word || self.python)
    }
}

/// Order decides nothing here; it is sorted so that nobody has to know.
fn sorted(map: FxHashMap<String, Seen>) -> Vec<(String, Seen)> {
    let mut all: Vec<_> = map.into_iter().collect();
    all.sort_unstable_by(|one, two| one.0.cmp(&two.0));
    all
}

fn kind(path: &str) -> Kind {
    match Language::of_path(path) {
        _ if path.ends_with(".pyi") || path.ends_with(".pyi.in") => Kind::Stub,
        Some(Language::Cpp) => Kind::Cpp,
        Some(Language::Python) => Kind::Python,
        Some(Language::Yaml) | None => Kind::Operators,
    }
}

fn words(text: &[u8], kind: Kind, wanted: &FxHashSet<&str>) -> FxHashMap<String, Seen> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut found: FxHashMap<String, Seen> = FxHashMap::default();
    let mut at = 0;
    while at < text.len() {
        if !is_word(text[at]) {
            at += 1;
            continue;
        }
        let end = text[at..].iter().position(|byte| !is_word(*byte)).map_or(text.len(), |length| at + length);
        let word = std::str::from_utf8(&text[at..end]).unwrap_or("");
        if wanted.contains(word) {
            let seen = found.entry(word.to_owned()).or_default();
            seen.quoted |= kind == Kind::Cpp && at > 0 && text[at - 1] == b'"';
            seen.word |= kind == Kind::Cpp;
            seen.operator |= kind == Kind::Operators;
            seen.stub |= kind == Kind::Stub;
            seen.python |= kind == Kind::Python;
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_where_they_stand() {
        let file = |path: &str, text: &str| SourceFile { path: path.into(), content: Ok(text.as_bytes().into()) };
        let files = [
            file("a.cpp", "{\"dive\", f}; MAKE(rise);"),
            file("a.pyi", "def sink(): ...\n"),
            file("x/native_functions.yaml", "- func: tow(Tensor a)\n"),
            file("b.py", "def surface(): pass\n"),
        ];
        let wanted: FxHashSet<&str> = ["dive", "rise", "sink", "tow", "surface", "lost"].into_iter().collect();
        let provided = Provided::of(&wanted, files.par_iter());
        assert!(provided.seen("dive").is_given() && provided.seen("tow").is_given());
        assert!(!provided.seen("rise").is_given() && !provided.seen("rise").is_unknown());
        assert!(provided.seen("sink").is_unknown() && provided.seen("sink").stub);
        assert!(!provided.seen("surface").is_unknown() && provided.seen("lost").is_unknown());
    }
}
