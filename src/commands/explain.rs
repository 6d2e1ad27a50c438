//! `drift explain`: what a rule, a rung or a facet means, what a function promises, or what a link says.

use anyhow::{Result, bail};

use super::world::World;
use super::{Exit, Rendered, Session};
use crate::ladder::explained::{self, FACETS, RUNGS};
use crate::mapping::{Mapping, builtin, parse};
use crate::report;
use crate::review;
use crate::review::contracts::Contracts;
use crate::rules::{self, RULES, Rule};
use crate::source::range::Range;

pub fn run(session: &Session, subject: Option<&str>) -> Result<Exit> {
    session.answer(&answer(session, subject)?)?;
    Ok(Exit::Clean)
}

fn answer(session: &Session, subject: Option<&str>) -> Result<String> {
    let Some(name) = subject else {
        let rules: Vec<&Rule> = RULES.iter().copied().chain(review::checks::all()).collect();
        return Ok(report::rules(&rules, session.format));
    };
    if let Some(rule) = rules::named(name).or_else(|| review::checks::named(name)) {
        return Ok(report::rule(rule, session.format));
    }
    if let Some(contract) = Contracts::built_in().named(name) {
        return Ok(report::contract(contract, session.format));
    }
    if let Some(row) = explained::rung(name) {
        return Ok(report::rung(row, session.format));
    }
    if let Some(row) = explained::facet(name) {
        return Ok(report::facet(row, session.format));
    }
    // All these can be explained anywhere; only a link needs a mapping.
    let applying = applying(session);
    let built_in = builtin::BUILTINS.iter().filter_map(|builtin| parse(&builtin.title(), builtin.text, 0).ok());
    for mapping in applying.iter().cloned().chain(built_in) {
        if let Some(link) = mapping.links.iter().find(|link| link.id == name) {
            return Ok(report::link(link, &mapping.sources, session.format));
        }
    }
    unknown(name, applying)
}

/// The mapping as the person sees it now: that of the work tree, or of the last commit where there is none.
fn applying(session: &Session) -> Result<Mapping> {
    let at = |range: Range| World::open(session, Some(&range))?.mapping(session).map(|applying| applying.mapping);
    match at(Range::Worktree) {
        Err(reason) if !reason.is::<Rendered>() => at(Range::Revision("HEAD".to_owned())),
        found => found,
    }
}

fn unknown(name: &str, mapping: Result<Mapping>) -> Result<String> {
    let rungs = RUNGS.iter().map(|row| row.rung.name());
    let facets = FACETS.iter().map(|row| row.facet.name());
    let review = review::checks::all().map(|rule| rule.id).chain(Contracts::built_in().names());
    let mut known: Vec<&str> = Vec::new();
    known.extend(RULES.iter().map(|rule| rule.id).chain(review).chain(rungs).chain(facets));
    match mapping {
        Ok(mapping) => {
            known.extend(mapping.links.iter().map(|link| link.id.as_str()));
            bail!("no rule, rung, facet or link is called `{name}`{}", suggestion(name, known.into_iter()))
        }
        Err(reason) if reason.is::<Rendered>() => Err(reason),
        Err(reason) => {
            let hint = suggestion(name, known.into_iter());
            bail!("no rule, rung or facet is called `{name}`{hint}\nlinks could not be read: {reason:#}")
        }
    }
}

/// The nearest names, best first, and the command that lists all.
fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut near: Vec<_> = known.map(|other| (strsim::jaro_winkler(name, other), other)).collect();
    near.retain(|(likeness, other)| *likeness > 0.75 || other.contains(name));
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let names: Vec<_> = near.iter().take(3).map(|(_, other)| format!("`{other}`")).collect();
    match names.is_empty() {
        true => "; `drift explain` lists the rules".to_owned(),
        false => format!("; did you mean {}?", names.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["drifted-link", "removed-link", "unused-ack"];
        assert_eq!(suggestion("drifted-lnk", known.into_iter()), "; did you mean `drifted-link`?");
        assert_eq!(suggestion("zzz", known.into_iter()), "; `drift explain` lists the rules");
    }
}
