//! What a case expects: one line for every change and link.
//!
//! ```text
//! # why: a reason, in words
//! modified semantic function torch::f facets: signature *
//! modified names function torch::g was torch::old_g
//! moved structure function torch::h from torch/csrc/old.cpp
//! ? modified structure table methods
//! link autograd-function-apply drifted
//! ```
//!
//! `a|b` is either, `*` in a symbol is any text, `*` in facets is any further ones, and a line that begins with `?` may be
//! there or not. `# not yet: reason` marks a case that is right and that `drift` does not meet; once it does, the mark
//! has to go. Changes of layout are left out: they are never worth a line.

use std::fmt;

use dynadrift::change::{Change, What};
use dynadrift::ladder::Rung;

#[derive(Debug, Default)]
pub struct Expectation {
    /// Lines that begin with `#`, as written.
    pub comments: Vec<String>,
    pub changes: Vec<ChangeLine>,
    pub links: Vec<LinkLine>,
}

#[derive(Debug, Clone)]
pub struct ChangeLine {
    optional: bool,
    what: String,
    rung: String,
    kind: String,
    symbol: String,
    was: Option<String>,
    from: Option<String>,
    facets: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLine {
    pub id: String,
    pub verdict: String,
}

impl Expectation {
    pub fn parse(text: &str) -> Result<Expectation, String> {
        let mut expectation = Expectation::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with('#') {
                expectation.comments.push(line.to_owned());
            } else if let Some(link) = line.strip_prefix("link ") {
                let (id, verdict) = link.split_once(' ').ok_or(format!("no verdict in `{line}`"))?;
                expectation.links.push(LinkLine { id: id.to_owned(), verdict: verdict.to_owned() });
            } else {
                expectation.changes.push(ChangeLine::parse(line)?);
            }
        }
        Ok(expectation)
    }

    pub fn why(&self) -> Option<&str> {
        self.comments.iter().find_map(|line| line.strip_prefix("# why: "))
    }

    pub fn not_yet(&self) -> Option<&str> {
        self.comments.iter().find_map(|line| line.strip_prefix("# not yet: "))
    }

    /// What is missing (`-`) and what is too much (`+`), a line each.
    pub fn mismatches(&self, changes: &[ChangeLine]) -> Vec<String> {
        let (mut required, optional): (Vec<&ChangeLine>, Vec<&ChangeLine>) =
            self.changes.iter().partition(|line| !line.optional);
        let mut surplus = Vec::new();
        for change in changes {
            if let Some(position) = required.iter().position(|line| line.covers(change)) {
                required.remove(position);
            } else if !optional.iter().any(|line| line.covers(change)) {
                surplus.push(format!("+ {change}"));
            }
        }
        required.iter().map(|line| format!("- {line}")).chain(surplus).collect()
    }

    /// Links whose verdict is not the expected one.
    pub fn link_mismatches(&self, links: &[LinkLine]) -> Vec<String> {
        let covered = |line: &LinkLine, link: &LinkLine| line.id == link.id && either(&line.verdict, &link.verdict);
        let missing = self.links.iter().filter(|line| !links.iter().any(|link| covered(line, link)));
        let surplus = links.iter().filter(|link| !self.links.iter().any(|line| covered(line, link)));
        missing.map(|line| format!("- {line}")).chain(surplus.map(|link| format!("+ {link}"))).collect()
    }
}

/// The lines that `drift` would write, sorted. Layout is dropped where nothing moved.
pub fn lines_of(changes: &[Change]) -> Vec<ChangeLine> {
    let mut lines: Vec<ChangeLine> = changes.iter().filter(|change| !is_layout(change)).map(ChangeLine::of).collect();
    lines.sort_by_key(ChangeLine::to_string);
    lines
}

fn is_layout(change: &Change) -> bool {
    change.rung == Rung::Layout && change.what != What::Moved
}

impl ChangeLine {
    fn of(change: &Change) -> ChangeLine {
        let mut facets: Vec<String> = change.facets.iter().map(|facet| facet.kind.to_string()).collect();
        facets.sort();
        facets.dedup();
        ChangeLine {
            optional: false,
            what: kebab(&change.what),
            rung: kebab(&change.rung),
            kind: kebab(&change.kind),
            symbol: change.symbol.clone(),
            was: change.before_symbol.clone().filter(|before| *before != change.symbol),
            from: change.before_path.as_deref().filter(|before| *before != &*change.path).map(str::to_owned),
            facets,
        }
    }

    fn parse(line: &str) -> Result<ChangeLine, String> {
        let (optional, rest) = line.strip_prefix("? ").map_or((false, line), |rest| (true, rest));
        let (rest, facets) = cut(rest, " facets:");
        let (rest, from) = cut(rest, " from ");
        let (rest, was) = cut(rest, " was ");
        let mut fields = rest.splitn(4, ' ').map(str::to_owned);
        let mut field = |name: &str| fields.next().filter(|f| !f.is_empty()).ok_or(format!("no {name} in `{line}`"));
        Ok(ChangeLine {
            optional,
            what: field("change")?,
            rung: field("rung")?,
            kind: field("kind")?,
            symbol: field("symbol")?,
            was,
            from,
            facets: facets.iter().flat_map(|facets| facets.split_whitespace()).map(str::to_owned).collect(),
        })
    }

    fn covers(&self, change: &ChangeLine) -> bool {
        either(&self.what, &change.what)
            && either(&self.rung, &change.rung)
            && either(&self.kind, &change.kind)
            && glob(&self.symbol, &change.symbol)
            && optionally(&self.was, &change.was)
            && optionally(&self.from, &change.from)
            && self.covers_facets(change)
    }

    fn covers_facets(&self, change: &ChangeLine) -> bool {
        let open = self.facets.iter().any(|facet| facet == "*");
        let named = self.facets.iter().filter(|facet| *facet != "*");
        let has_named = named.clone().all(|facet| change.facets.contains(facet));
        has_named && (open || change.facets.iter().all(|facet| self.facets.contains(facet)))
    }
}

impl fmt::Display for ChangeLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.optional { "? " } else { "" };
        write!(f, "{mark}{} {} {} {}", self.what, self.rung, self.kind, self.symbol)?;
        self.was.iter().try_for_each(|was| write!(f, " was {was}"))?;
        self.from.iter().try_for_each(|from| write!(f, " from {from}"))?;
        if !self.facets.is_empty() {
            write!(f, " facets: {}", self.facets.join(" "))?;
        }
        Ok(())
    }
}

impl fmt::Display for LinkLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {} {}", self.id, self.verdict)
    }
}

/// The name that JSON gives it, which is the name in `expected`.
fn kebab(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<String>) {
    text.split_once(mark).map_or((text, None), |(head, tail)| (head.trim_end(), Some(tail.trim().to_owned())))
}

fn either(alternatives: &str, value: &str) -> bool {
    alternatives.split('|').any(|alternative| alternative == value)
}

fn optionally(pattern: &Option<String>, value: &Option<String>) -> bool {
    match (pattern, value) {
        (Some(pattern), Some(value)) => glob(pattern, value),
        (None, None) => true,
        _ => false,
    }
}

/// Whether `text` is `pattern`, in which `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text
            .strip_prefix(head)
            .is_some_and(|rest| (0..=rest.len()).any(|at| rest.is_char_boundary(at) && glob(tail, &rest[at..]))),
    }
}

#[test]
fn a_star_is_any_text() {
    assert!(glob("initM[*dive\"]", "initM[\"Probe.dive\"]"));
    assert!(glob("*", "x"));
    assert!(!glob("a*b", "ac"));
}

#[test]
fn a_line_is_read_as_it_is_written() {
    for line in [
        "modified semantic function torch::f facets: calls *",
        "? moved structure function a::b was c::b from x/y.cpp",
        "added semantic row t[\"a b\"] facets: attributes signature",
    ] {
        assert_eq!(ChangeLine::parse(line).unwrap().to_string(), line);
    }
}
