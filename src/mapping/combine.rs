//! Several mappings as one: files side by side, and the mapping of both snapshots.

use std::collections::BTreeMap;

use super::model::{Link, Mapping, Repository, Scope, Selector, Touch};
use super::parse::MappingError;
use super::review::ReviewSettings;

impl Mapping {
    /// The mappings of several files as one. A link or repository that two of them define is an error.
    pub fn merge(mappings: Vec<Mapping>) -> Result<Mapping, Vec<MappingError>> {
        let mut merged = Mapping::default();
        let mut errors = Vec::new();
        for mapping in mappings {
            let mapping = mapping.numbered_from(merged.sources.len());
            merged.sources.extend(mapping.sources);
            errors.extend(clashes(&merged, &mapping.links, &mapping.repositories));
            merged.links.extend(mapping.links);
            merged.repositories.extend(mapping.repositories);
            merged.scope = joined(&merged.scope, &mapping.scope);
            merged.macros.extend(mapping.macros);
            merged.unlinked.extend(mapping.unlinked);
            merged.review.extend(mapping.review);
        }
        merged.sort();
        if errors.is_empty() { Ok(merged) } else { Err(errors) }
    }

    /// The mapping for a range that edits its own mapping: what either snapshot links stays linked.
    ///
    /// Where both have a link it is as after has it, but selectors, rungs and strictness that only before has stay:
    /// a change cannot silence its own alarm.
    pub fn union(before: Mapping, after: Mapping) -> Mapping {
        let mut union = before.numbered_from(0);
        let after = after.numbered_from(union.sources.len());
        union.sources.extend(after.sources);
        union.scope = joined(&after.scope, &union.scope);
        union.macros.extend(after.macros);
        // What is left out is counted, and silences nothing.
        union.unlinked = after.unlinked;
        union.review = ReviewSettings::agreed(&union.review, after.review);
        let mut links: BTreeMap<String, Link> = union.links.drain(..).map(|link| (link.id.clone(), link)).collect();
        for link in after.links {
            let link = match links.remove(&link.id) {
                Some(before) => strengthened(link, before),
                None => link,
            };
            links.insert(link.id.clone(), link);
        }
        union.links = links.into_values().collect();
        union.repositories.retain(|old| after.repositories.iter().all(|new| new.name != old.name));
        union.repositories.extend(after.repositories);
        union.sort();
        union
    }

    /// The same mapping with its sources counted from `first`, whatever index they were read with.
    fn numbered_from(mut self, first: usize) -> Mapping {
        let single = self.sources.len() == 1;
        let renumber = |source: &mut usize| *source = if single { first } else { first + *source };
        for link in &mut self.links {
            renumber(&mut link.origin.0);
            link.cpp.iter_mut().chain(&mut link.python).for_each(|selector| renumber(&mut selector.source));
        }
        self.repositories.iter_mut().for_each(|repository| renumber(&mut repository.origin.0));
        self
    }

    fn sort(&mut self) {
        self.links.sort_by(|a, b| a.id.cmp(&b.id));
        self.repositories.sort_by(|a, b| a.name.cmp(&b.name));
        self.macros.sort();
        self.macros.dedup();
    }
}

/// The link as after has it, at least as strict as it was before.
fn strengthened(mut after: Link, before: Link) -> Link {
    keep(&mut after.cpp, before.cpp);
    keep(&mut after.python, before.python);
    after.watch.extend(before.watch);
    after.watch.sort();
    after.watch.dedup();
    after.depth = match (before.depth, after.depth) {
        (Some(before), Some(after)) => Some(before.max(after)),
        // The default is the graph's to know, so neither can be called the deeper one: before stays.
        (before, _) => before,
    };
    if before.touch == Touch::All {
        after.touch = Touch::All;
    }
    after
}

/// Adds the selectors that only before has.
fn keep(after: &mut Vec<Selector>, before: Vec<Selector>) {
    for selector in before {
        if after.iter().all(|kept| kept.text != selector.text) {
            after.push(selector);
        }
    }
}

fn joined(first: &Scope, second: &Scope) -> Scope {
    let join = |first: &[String], second: &[String]| {
        let more = second.iter().filter(|glob| !first.contains(glob));
        first.iter().chain(more).cloned().collect::<Vec<_>>()
    };
    let cpp = join(&first.cpp_globs, &second.cpp_globs);
    let python = join(&first.python_globs, &second.python_globs);
    Scope::of(cpp, python).expect("globs that compiled alone compile together")
}

/// Definitions that an earlier source has already made. `merged` holds the sources of both sides.
fn clashes(merged: &Mapping, links: &[Link], repositories: &[Repository]) -> Vec<MappingError> {
    let links = links.iter().filter_map(|link| {
        let first = merged.links.iter().find(|first| first.id == link.id)?;
        Some(clash(merged, "link", &link.id, &first.origin, &link.origin))
    });
    let repositories = repositories.iter().filter_map(|repository| {
        let first = merged.repositories.iter().find(|first| first.name == repository.name)?;
        Some(clash(merged, "repository", &repository.name, &first.origin, &repository.origin))
    });
    links.chain(repositories).collect()
}

type Origin = (usize, std::ops::Range<usize>);

fn clash(merged: &Mapping, what: &str, name: &str, first: &Origin, second: &Origin) -> MappingError {
    let message = format!("the {what} `{name}` is defined in two files");
    let first_source = &merged.sources[first.0];
    let place = MappingError::at(&first_source.name, &first_source.text, first.1.clone(), String::new(), None);
    let help = format!("first in `{}`, line {}: remove or rename one", place.source, place.line);
    let source = &merged.sources[second.0];
    MappingError::at(&source.name, &source.text, second.1.clone(), message, Some(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::parse;

    fn link(id: &str, rest: &str) -> String {
        format!("[link.{id}]\nrelation = \"models\"\nwhy = \"w\"\n{rest}\n")
    }

    fn read(name: &str, body: &str) -> Mapping {
        parse(name, &format!("version = 1\n{body}"), 0).expect("valid mapping")
    }

    fn ends(cpp: &str, python: &str) -> String {
        format!("cpp = ['{cpp}']\npython = ['{python}']")
    }

    #[test]
    fn merge_keeps_all_and_numbers_sources() {
        let a = read("a.toml", &link("b", &ends("x.cpp#f", "x.py#f")));
        let b = read("b.toml", &link("a", &ends("y.cpp#g", "y.py#g")));
        let merged = Mapping::merge(vec![a, b]).expect("no clash");
        let seen: Vec<_> = merged.links.iter().map(|l| (l.id.as_str(), l.origin.0, l.cpp[0].source)).collect();
        assert_eq!(seen, [("a", 1, 1), ("b", 0, 0)]);
        assert_eq!(&merged.sources[1].text[merged.links[0].origin.1.clone()], "[link.a]");
    }

    #[test]
    fn merge_refuses_the_same_id_twice() {
        let a = read("a.toml", &format!("\n{}", link("x", &ends("x.cpp#f", "x.py#f"))));
        let b = read("b.toml", &link("x", &ends("y.cpp#g", "y.py#g")));
        let errors = Mapping::merge(vec![a, b]).expect_err("clash");
        assert_eq!(
            errors[0].to_string(),
            "b.toml:2:1: the link `x` is defined in two files\n  help: first in `a.toml`, line 3: remove or rename one"
        );
    }

    #[test]
    fn merge_joins_scopes() {
        let a = read("a.toml", "[scope]\ncpp = ['a/**']\n[language.cpp]\nmacros = ['Z']");
        let b = read("b.toml", "[scope]\ncpp = ['b/*', 'a/**']\n[language.cpp]\nmacros = ['A', 'Z']");
        let merged = Mapping::merge(vec![a, b]).expect("no clash");
        assert_eq!(merged.scope.cpp_globs, ["a/**", "b/*"]);
        assert_eq!(merged.macros, ["A", "Z"]);
        assert!(merged.scope.cpp.is_match("a/deep/x.cpp") && !merged.scope.cpp.is_match("b/deep/x.cpp"));
    }

    #[test]
    fn union_cannot_be_weakened() {
        let strict = "touch = 'all'\nwatch = ['message']\ndepth = 5";
        let before = format!(
            "{}{}",
            link("gone", &ends("x.cpp#f", "x.py#f")),
            link("kept", &format!("{}\n{strict}", ends("x.cpp#old", "x.py#f")))
        );
        let after = link("kept", &format!("{}\ndepth = 1", ends("x.cpp#new", "x.py#f")));
        let union = Mapping::union(read("before", &before), read("after", &after));
        assert_eq!(union.links.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["gone", "kept"]);
        let kept = &union.links[1];
        assert_eq!(
            kept.cpp.iter().map(|s| (s.text.as_str(), s.source)).collect::<Vec<_>>(),
            [("x.cpp#new", 1), ("x.cpp#old", 0)]
        );
        assert_eq!((kept.touch, kept.depth, kept.watch.len(), kept.origin.0), (Touch::All, Some(5), 1, 1));
    }
}
