//! `drift map list`: the links of the mapping, one a line.

use anyhow::{Context, Result};
use globset::{GlobBuilder, GlobMatcher};

use super::super::{Exit, Session};
use super::current;
use crate::mapping::{Link, Relation};
use crate::report;

/// Which links to list; all that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Words that the id, the reason, a name or a selector holds, whatever their case.
    pub words: Vec<String>,
    /// A glob over the paths of the selectors, or a folder.
    pub path: Option<String>,
    pub relations: Vec<Relation>,
    /// The entry point as Python sees it, in full or from any dot on.
    pub name: Option<String>,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mapping = current(session)?;
    let path = options.path.as_deref().map(Paths::of).transpose()?;
    let wanted = |link: &&Link| options.holds(link) && path.as_ref().is_none_or(|path| path.holds(link));
    let links: Vec<&Link> = mapping.links.iter().filter(wanted).collect();
    session.answer(&report::links(&links, &mapping, session.format, session.detail, session.width()))?;
    Ok(Exit::Clean)
}

impl Options {
    fn holds(&self, link: &Link) -> bool {
        let relation = self.relations.is_empty() || self.relations.contains(&link.relation);
        let name = self.name.as_ref().is_none_or(|name| link.names.iter().any(|seen| is_name(seen, name)));
        relation && name && self.words.iter().all(|word| says(link, &word.to_lowercase()))
    }
}

/// `torch.x`, `torch.x.y` for `torch.x`, and `torch.x` for `x`.
fn is_name(seen: &str, name: &str) -> bool {
    let below = seen.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    below || seen.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
}

fn says(link: &Link, word: &str) -> bool {
    let ends = link.cpp.iter().chain(&link.python).map(|selector| &selector.text);
    let mut texts = [&link.id, &link.why].into_iter().chain(&link.names).chain(ends);
    texts.any(|text| text.to_lowercase().contains(word))
}

struct Paths {
    glob: GlobMatcher,
    folder: String,
}

impl Paths {
    fn of(text: &str) -> Result<Paths> {
        let text = text.trim_start_matches("./");
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.with_context(|| format!("`{text}` is no glob"))?.compile_matcher();
        Ok(Paths { glob, folder: format!("{}/", text.trim_end_matches('/')) })
    }

    fn holds(&self, link: &Link) -> bool {
        let mut paths = link.cpp.iter().chain(&link.python).map(|selector| &*selector.path);
        paths.any(|path| self.glob.is_match(path) || path.starts_with(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_in_full_or_from_a_dot_on() {
        for name in ["torch._C._f", "_f", "_C._f", "torch._C", "torch"] {
            assert!(is_name("torch._C._f", name), "{name}");
        }
        for name in ["torch._C._", "f", "orch._C._f", "torch._C._f.g"] {
            assert!(!is_name("torch._C._f", name), "{name}");
        }
    }
}
