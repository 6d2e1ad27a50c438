//! `drift map fmt`: the mapping files in canonical form.

use anyhow::Result;

use super::super::{Exit, Session};
use super::files::{self, Files, refused};
use crate::mapping::edit;
use crate::report::{self, Formatted};

/// Writes the files in canonical form, or with `check` says which are not.
pub fn run(session: &Session, check: bool) -> Result<Exit> {
    let files = Files::open(session)?;
    files.mapping()?;
    let mut formatted = Vec::new();
    for file in &files.files {
        let text = edit::format(&file.source).map_err(|refusal| refused(file, refusal))?;
        formatted.push(Formatted { file: file.source.name.clone(), before: file.source.text.to_string(), after: text });
    }
    if !check {
        let edits: Vec<_> =
            files.files.iter().zip(&formatted).map(|(file, formatted)| (file, &*formatted.after)).collect();
        files::write(&edits)?;
    }
    session.answer(&report::formatted(&formatted, check, session.format, session.detail))?;
    let canonical = formatted.iter().all(Formatted::is_canonical);
    Ok(if check && !canonical { Exit::Findings } else { Exit::Clean })
}
