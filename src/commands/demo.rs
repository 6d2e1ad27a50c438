//! `drift demo`: a small repository made on the spot, and `check` on it.

use std::path::Path;

use anyhow::{Result, bail};

use super::{Exit, Session};

pub fn run(_session: &Session, _keep: Option<&Path>) -> Result<Exit> {
    bail!("not yet")
}
