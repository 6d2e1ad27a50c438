//! Rejected suggestions: pairs that somebody looked at and that are no link. They live beside the mapping.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Lives beside the mapping, and is none.
pub const FILE: &str = "rejected.toml";

/// The pairs that are not to be suggested again, as the selectors of both ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejected {
    pairs: BTreeSet<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    version: u32,
    #[serde(default)]
    rejected: Vec<PairToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PairToml {
    cpp: String,
    python: String,
    #[serde(default, rename = "why")]
    _why: Option<String>,
}

impl Rejected {
    /// Reads the file; what is wrong with it is said with its line.
    pub fn parse(text: &str) -> Result<Rejected, String> {
        let file: FileToml = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.version != 1 {
            return Err(format!("version {} is not known; write `version = 1`", file.version));
        }
        Ok(Rejected { pairs: file.rejected.into_iter().map(|pair| (pair.cpp, pair.python)).collect() })
    }

    pub fn holds(&self, cpp: &str, python: &str) -> bool {
        self.pairs.contains(&(cpp.to_owned(), python.to_owned()))
    }

    /// The text of the file with one more pair; what is there stays as it is.
    pub fn with(text: &str, cpp: &str, python: &str) -> String {
        let begun = if text.trim().is_empty() {
            "# Suggestions of `drift map suggest` that are no links.\nversion = 1\n".to_owned()
        } else {
            format!("{}\n", text.trim_end())
        };
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!("{begun}\n[[rejected]]\ncpp = {}\npython = {}\n", quoted(cpp), quoted(python))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_read_again() {
        let once = Rejected::with("", "a.cpp#t[\"x\"]", "b.py#f");
        let twice = Rejected::with(&format!("{once}# why not\n"), "a.cpp#g", "b.py#f['y']");
        let read = Rejected::parse(&twice).unwrap();
        assert!(read.holds("a.cpp#t[\"x\"]", "b.py#f") && read.holds("a.cpp#g", "b.py#f['y']"));
        assert!(!read.holds("a.cpp#g", "b.py#f") && twice.contains("# why not\n"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(Rejected::parse("version = 2\n").unwrap_err().contains("version 2"));
        assert!(Rejected::parse("version = 1\n[[rejected]]\ncpp = \"a\"\n").unwrap_err().contains("python"));
        assert!(Rejected::parse("version = 1\n[[refused]]\n").is_err());
    }
}
