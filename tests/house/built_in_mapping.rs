//! The form of the mappings that are built in, each rule with its reason. Whether their selectors still fit a tree of
//! PyTorch is for `drift map verify` to say.

use std::collections::{BTreeMap, BTreeSet};

use dynadrift::mapping::{BUILTINS, Builtin, Mapping, Selector, parse};
use dynadrift::symbols::Language;

use crate::laws::keep;

/// How wide the line of a section is.
const WIDTH: usize = 119;

/// A topic of a mapping: `# --- title ---…`, and the links below it.
struct Section<'t> {
    title: &'t str,
    width: usize,
    links: Vec<&'t str>,
}

#[test]
fn every_link_says_how_python_sees_it() {
    let mut broken = Vec::new();
    let packages = BUILTINS.iter().map(|builtin| if builtin.name == "pytorch" { "torch." } else { builtin.name });
    let of_package = packages.zip(mappings());
    for (package, link) in of_package.flat_map(|(of, mapping)| mapping.links.into_iter().map(move |link| (of, link))) {
        let at_home = link.cpp.iter().all(|selector| selector.repository.is_none());
        let strange = link.names.iter().filter(|name| at_home && !name.starts_with(package));
        broken.extend(strange.map(|name| format!("`{}`: `{name}` is not in `{package}`", link.id)));
        if link.names.is_empty() {
            broken.push(format!("`{}` has no names", link.id));
        }
    }
    keep("a maintainer looks for `torch.x` or `multidict.x`, and suggestions and coverage go by it", &broken);
}

#[test]
fn every_link_says_what_both_ends_share_in_one_phrase() {
    let is_phrase = |why: &str| why.len() > 10 && why.trim() == why && !why.ends_with('.') && !why.contains('\n');
    let links = mappings().into_iter().flat_map(|mapping| mapping.links).filter(|link| !is_phrase(&link.why));
    let broken: Vec<String> = links.map(|link| format!("`{}`: {}", link.id, link.why)).collect();
    keep("the phrase is set into findings, which go on after it", &broken);
}

#[test]
fn every_link_has_its_topic() {
    let mut broken = Vec::new();
    for builtin in BUILTINS {
        let (homeless, sections) = sections(builtin.text);
        broken.extend(homeless.into_iter().map(|link| format!("`{link}` stands before the first section")));
        let mut titles = BTreeSet::new();
        for Section { title, width, links } in sections {
            if !titles.insert(title) {
                broken.push(format!("section `{title}` is there twice"));
            }
            if links.is_empty() {
                broken.push(format!("section `{title}` is empty"));
            }
            if width != WIDTH {
                broken.push(format!("the line of section `{title}` has {width} columns instead of {WIDTH}"));
            }
        }
    }
    keep("a maintainer finds a link by its topic, and so adds none that is there", &broken);
}

#[test]
fn no_two_links_join_the_same_places() {
    let mut joined: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut broken = Vec::new();
    for link in mappings().into_iter().flat_map(|mapping| mapping.links) {
        for (cpp, python) in link.cpp.iter().flat_map(|cpp| link.python.iter().map(move |python| (cpp, python))) {
            let other = joined.insert((cpp.text.clone(), python.text.clone()), link.id.clone());
            if let Some(other) = other {
                broken.push(format!("`{other}` and `{}` both join {} and {}", link.id, cpp.text, python.text));
            }
        }
    }
    keep("one change of one place would be two alarms", &broken);
}

#[test]
fn every_end_lies_where_it_is_followed() {
    let mut broken = Vec::new();
    for mapping in mappings() {
        for link in &mapping.links {
            let cpp = link.cpp.iter().filter(|selector| selector.repository.is_none() && is_cpp(selector));
            let outside = cpp.filter(|selector| !mapping.scope.cpp.is_match(&*selector.path));
            let is_twin = |s: &&Selector| s.repository.is_none() && mapping.scope.python.is_match(&*s.path);
            let strange = link.python.iter().filter(|selector| !is_twin(selector));
            broken.extend(outside.chain(strange).map(|selector| format!("`{}`: {}", link.id, selector.text)));
        }
    }
    keep("what an end calls is looked for in the scope alone, and the twins are those of this repository", &broken);
}

fn is_cpp(selector: &Selector) -> bool {
    Language::of_path(&selector.path) == Some(Language::Cpp)
}

fn mappings() -> Vec<Mapping> {
    let read = |builtin: &Builtin| {
        parse(&builtin.title(), builtin.text, 0).unwrap_or_else(|errors| {
            panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        })
    };
    BUILTINS.iter().map(read).collect()
}

/// The links that stand before any section, and the sections.
fn sections(text: &str) -> (Vec<&str>, Vec<Section<'_>>) {
    let (mut homeless, mut sections) = (Vec::new(), Vec::<Section<'_>>::new());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# --- ") {
            let title = title.trim_end_matches('-').trim_end();
            sections.push(Section { title, width: line.chars().count(), links: Vec::new() });
        } else if let Some(link) = line.strip_prefix("[link.").and_then(|rest| rest.strip_suffix(']')) {
            sections.last_mut().map_or(&mut homeless, |section| &mut section.links).push(link);
        }
    }
    (homeless, sections)
}
