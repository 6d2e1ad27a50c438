//! `drift map rename`: another id for a link.

use anyhow::{Result, bail};

use super::super::world::ACKS;
use super::super::{Exit, Session};
use super::files::{self, Files, refused};
use crate::mapping::edit;
use crate::report::{self, Deed, EditReport};

/// Gives a link another id, in the file that defines it.
pub fn run(session: &Session, from: &str, to: &str) -> Result<Exit> {
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    let file = files.holding(&mapping, from)?;
    if let Some(taken) = mapping.links.iter().find(|link| link.id == to) {
        let place = &files.files[taken.origin.0].source.name;
        bail!("there is a link `{to}` already, in `{place}`; choose another id");
    }
    let text = edit::rename(&file.source, from, to).map_err(|refusal| refused(file, refusal))?;
    files::write(&[(file, &text)])?;
    let acks = format!("`{ACKS}` names `{from}`: an ack counts for the link it names, so rename it there too");
    let notes = if files.acks_name(from) { vec![acks] } else { Vec::new() };
    let links = vec![(to.to_owned(), file.source.name.clone())];
    let told = EditReport { deed: Deed::Renamed { from: from.to_owned() }, links, notes };
    session.answer(&report::edit(&told, session.format, session.detail))?;
    Ok(Exit::Clean)
}
