//! `drift map`: what can be asked of a mapping, and done to it, without a change to judge. One file a subcommand.

pub mod add;
pub mod coverage;
mod files;
pub mod fix;
pub mod fmt;
pub mod init;
pub mod list;
pub mod parity;
pub mod prune;
pub mod remove;
pub mod rename;
pub mod schema;
pub mod show;
pub mod suggest;
pub mod verify;

use anyhow::{Result, bail};

use super::Session;
use super::world::World;
use crate::mapping::nearest::nearest;
use crate::mapping::{Link, Mapping};
use crate::source::range::Range;
use files::Files;

/// The mapping as it stands now: in the work tree, tracked or not; else in the last commit; else built in.
fn current(session: &Session) -> Result<Mapping> {
    match Files::find(session)? {
        Some(files) => files.mapping(),
        None => Ok(at(session, "HEAD")?.mapping(session)?.mapping),
    }
}

/// One revision as a world whose two sides are equal: nothing is changed, and every named file is read.
fn at(session: &Session, revision: &str) -> Result<World> {
    World::open(session, Some(&Range::TwoDot { before: revision.to_owned(), after: revision.to_owned() }))
}

/// The link of this name, or the nearest names.
pub(super) fn link<'m>(mapping: &'m Mapping, id: &str) -> Result<&'m Link> {
    let Some(link) = mapping.links.iter().find(|link| link.id == id) else { bail!("{}", unknown(mapping, id)) };
    Ok(link)
}

/// That there is no such link, and which come nearest.
fn unknown(mapping: &Mapping, id: &str) -> String {
    let near = nearest(id, mapping.links.iter().map(|link| link.id.as_str()));
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    match near.is_empty() {
        true => format!("no link is called `{id}`; `drift map list` shows all {}", mapping.links.len()),
        false => format!("no link is called `{id}`; did you mean {}?", near.join(" or ")),
    }
}
