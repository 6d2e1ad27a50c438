//! The acks that apply to a range: those kept in the repository, those beside a mapping given by hand, and trailers.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::world::{self, ACKS, World};
use super::{Rendered, Session};
use crate::mapping::acks::{self, Acks, Date};
use crate::source::git::Side;

/// Reads the acks that apply. What is checked out counts even where the range is older: an ack is about content, and may
/// come after what it is about.
pub fn applying(session: &Session, world: &World) -> Result<Acks> {
    let (repository, endpoints) = world.of_mapping();
    let on = |side: &Side| {
        let read = repository.read(side, ACKS).map(world::text).transpose();
        read.map_err(|error| repository.lacking(endpoints, &error))
    };
    let then = on(&endpoints.after)?;
    let now = match repository.work_tree() {
        Some(folder) => on_disk(&folder.join(ACKS), ACKS.to_owned())?,
        None => repository.head().and_then(|head| on(&head).transpose()).transpose()?,
    };
    let mut given = Vec::new();
    for mapping in &session.mappings {
        let path = beside(mapping);
        given.extend(on_disk(&path, path.display().to_string())?);
    }
    // What is broken before the range only tells which acks are new.
    let before = on(&endpoints.before).and_then(|text| read_all(text.as_slice())).unwrap_or_default();
    let then = read_all(then.as_slice())?.compared_with(&before);
    let others: Vec<Text> = now.into_iter().chain(given).collect();
    let messages = world.repository.messages(&world.endpoints).unwrap_or_else(|| {
        let command = world.repository.unshallow().unwrap_or_else(|| "git fetch".to_owned());
        session.note(&format!(
            "the history is cut off, so `Drift-Ack:` lines in the messages of the range were not read: `{command}` brings them"
        ));
        Vec::new()
    });
    let trailers = messages.iter().flat_map(|(commit, message)| acks::trailers(commit, message)).collect();
    Ok(Acks { trailers, today: Some(today()), ..Acks::joined(vec![then, read_all(&others)?]) })
}

/// The acks of a mapping that is given by hand.
pub fn beside(mapping: &Path) -> PathBuf {
    mapping.with_file_name("acks.toml")
}

/// The acks in one file, as they are today; `None` where there is no such file.
pub fn of_mapping(path: Option<PathBuf>) -> Result<Option<(PathBuf, Acks)>> {
    let Some(path) = path else { return Ok(None) };
    let Some(text) = on_disk(&path, path.display().to_string())? else { return Ok(None) };
    let acks = read_all(&[text])?;
    Ok(Some((path, Acks { today: Some(today()), ..acks })))
}

type Text = (String, Arc<str>);

fn on_disk(path: &Path, name: String) -> Result<Option<Text>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some((name, text.into()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read acks `{}`", path.display())),
    }
}

fn read_all(texts: &[Text]) -> Result<Acks> {
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for (name, text) in texts {
        match acks::parse(name, text, 0) {
            Ok(acks) => read.push(acks),
            Err(found) => errors.extend(found),
        }
    }
    match errors.is_empty() {
        true => Ok(Acks::joined(read)),
        false => Err(Rendered::of(&errors, texts).into()),
    }
}

fn today() -> Date {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let part = |number: i8| u8::try_from(number).expect("months and days are counted from 1");
    Date { year: u16::try_from(today.year()).unwrap_or(0), month: part(today.month()), day: part(today.day()) }
}
