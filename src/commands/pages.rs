//! `drift completions` and `drift man`: what packages install beside the binary.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Exit, Session, replace};

/// Prints the script of a shell, the same in every format.
pub fn completions(session: &Session, script: &str) -> Result<Exit> {
    session.answer(script)?;
    Ok(Exit::Clean)
}

/// Writes all pages to a folder, or prints the first one.
pub fn manual(session: &Session, folder: Option<&Path>, pages: io::Result<Vec<(String, String)>>) -> Result<Exit> {
    let pages = pages.context("could not make the manual")?;
    let Some(folder) = folder else {
        session.answer(pages.first().map_or("", |(_, text)| text))?;
        return Ok(Exit::Clean);
    };
    fs::create_dir_all(folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    for (name, text) in &pages {
        let path = folder.join(name);
        replace(&path, text).with_context(|| format!("could not write `{}`", path.display()))?;
    }
    session.note(&format!("{} pages in `{}`", pages.len(), folder.display()));
    Ok(Exit::Clean)
}
