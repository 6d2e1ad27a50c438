//! `drift map schema`: the format of mapping files as a JSON schema.

use anyhow::Result;

use super::super::{Exit, Session};
use crate::mapping::schema;

/// Prints the schema, the same in every format.
pub fn run(session: &Session) -> Result<Exit> {
    session.answer(&schema::text())?;
    Ok(Exit::Clean)
}
