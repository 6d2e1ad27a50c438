//! `drift map remove`: links that are no longer wanted.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::{Exit, Session};
use super::files::{self, Files, MappingFile, refused};
use crate::mapping::{Mapping, edit};
use crate::report::{self, Deed, EditReport};

/// Removes links, each from the file that defines it; all of them or none.
pub fn run(session: &Session, ids: &[String]) -> Result<Exit> {
    let files = Files::open(session)?;
    let mapping = files.mapping()?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let edits = without(&files, &mapping, &ids)?;
    write(&edits)?;
    session.answer(&report::edit(&told(&edits, Deed::Removed), session.format, session.detail))?;
    Ok(Exit::Clean)
}

/// A file without some of its links.
pub struct Removal<'f> {
    pub file: &'f MappingFile,
    pub links: Vec<String>,
    pub text: String,
}

/// What becomes of the files without these links.
pub fn without<'f>(files: &'f Files, mapping: &Mapping, ids: &[&str]) -> Result<Vec<Removal<'f>>> {
    let mut by_file: BTreeMap<&str, (&MappingFile, Vec<&str>)> = BTreeMap::new();
    for id in ids {
        let file = files.holding(mapping, id)?;
        let links = &mut by_file.entry(&file.source.name).or_insert((file, Vec::new())).1;
        if !links.contains(id) {
            links.push(id);
        }
    }
    let edits = by_file.into_values().map(|(file, ids)| {
        let text = edit::remove(&file.source, &ids).map_err(|refusal| refused(file, refusal))?;
        Ok(Removal { file, links: ids.into_iter().map(str::to_owned).collect(), text })
    });
    edits.collect()
}

pub fn write(edits: &[Removal<'_>]) -> Result<()> {
    files::write(&edits.iter().map(|edit| (edit.file, &*edit.text)).collect::<Vec<_>>())
}

pub fn told(edits: &[Removal<'_>], deed: Deed) -> EditReport {
    let links = edits.iter().flat_map(|edit| edit.links.iter().map(|id| (id.clone(), edit.file.source.name.clone())));
    EditReport { deed, links: links.collect(), notes: Vec::new() }
}
