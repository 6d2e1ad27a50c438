//! The subcommands, one file each: read the world, call the core, write the answer.

pub mod ack;
mod acks;
pub mod asking;
pub mod check;
pub mod demo;
pub mod diff;
pub mod explain;
pub mod graph;
mod indexing;
mod judging;
pub mod map;
pub mod pages;
mod progress;
mod remembering;
pub mod replay;
pub mod report;
pub mod review;
mod reviewing;
mod stages;
mod world;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::mapping::selector::is_repository_name;
use crate::report::{Detail, Format, Rendering, style};
use crate::source::{SnapshotPair, SourceFile, Unreadable};

/// What every subcommand is told.
#[derive(Debug, Clone)]
pub struct Session {
    pub repository: PathBuf,
    /// Where the other repositories of the mapping are.
    pub locations: Vec<Location>,
    /// Mapping files given by hand; empty where the repository is to say.
    pub mappings: Vec<PathBuf>,
    pub format: Format,
    /// The same for the commands that know more formats than every command does.
    pub rendering: Rendering,
    /// Where the answer goes; stdout if `None`.
    pub output: Option<PathBuf>,
    pub color: ColorChoice,
    pub detail: Detail,
    /// What earlier runs found out.
    pub cache: Arc<Cache>,
}

/// Where a repository of the mapping is on this machine: `NAME=PATH` or `NAME=PATH@REV`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub name: String,
    pub path: PathBuf,
    /// The revision at which it is looked into; `HEAD` where not given.
    pub revision: Option<String>,
}

impl Location {
    /// The error is a phrase for the person.
    pub fn parse(text: &str) -> Result<Location, String> {
        let Some((name, place)) = text.split_once('=').filter(|(name, _)| is_repository_name(name)) else {
            return Err(format!("`{text}` says no name; write `NAME=PATH` or `NAME=PATH@REV`"));
        };
        // A folder may have an `@` in its name.
        let revision = place.rsplit_once('@').filter(|_| !Path::new(place).exists());
        let (path, revision) = revision.map_or((place, None), |(path, revision)| (path, Some(revision.to_owned())));
        if path.is_empty() || revision.as_deref() == Some("") {
            return Err(format!("`{text}` is not complete; write `NAME=PATH` or `NAME=PATH@REV`"));
        }
        Ok(Location { name: name.to_owned(), path: path.into(), revision })
    }
}

/// How `drift` ends. The values are its exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to do.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Could not judge, or bad usage.
    Undecided = 2,
}

/// An error that has been rendered in full, to be shown as it is.
#[derive(Debug)]
pub struct Rendered(pub String);

/// Shows why a command could not do its work.
pub fn failed(session: &Session, error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<Rendered>() {
        Some(Rendered(text)) => session.say(text),
        None => session.say(&format!("{}: {error:#}", style::severity_word("error"))),
    }
    Exit::Undecided
}

impl Session {
    /// The same for work that is done many times: what is to be said once is not said each time.
    fn quiet(&self) -> Session {
        Session { detail: Detail::Quiet, ..self.clone() }
    }

    /// Writes the answer of a command: to stdout, or whole or not at all to the file of `--output`.
    pub fn answer(&self, text: &str) -> Result<()> {
        match &self.output {
            Some(path) => self.to_file(path, text).with_context(|| format!("could not write `{}`", path.display())),
            None => self.to_stdout(text).context("could not write to stdout"),
        }
    }

    /// How many columns the answer has, where somebody looks at it.
    pub fn width(&self) -> Option<usize> {
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let looked_at = self.output.is_none();
        told.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).filter(|_| looked_at)
    }

    /// Tells the person something beside the answer, on stderr.
    pub fn note(&self, text: &str) {
        if self.detail != Detail::Quiet {
            self.say(text);
        }
    }

    /// As [`note`](Self::note), but only with `-v`.
    pub fn detail(&self, text: &str) {
        if self.detail == Detail::Verbose {
            self.say(text);
        }
    }

    /// Says which command brings what is missing.
    fn tell_missing(&self, pair: &SnapshotPair) {
        let is_missing = |file: &&SourceFile| matches!(file.content, Err(Unreadable::Missing { .. }));
        let count = pair.files().filter(is_missing).count();
        if let Some(command) = &pair.remedy {
            let files = if count == 1 { "1 version of a file is" } else { &format!("{count} versions of files are") };
            self.say(&format!(
                "{}: {files} missing from the repository; `{command}` brings what lacks",
                style::severity_word("help")
            ));
        }
    }

    /// Nobody is left to be told when stderr is closed.
    fn say(&self, text: &str) {
        let _ = writeln!(AutoStream::new(io::stderr().lock(), self.color), "{}", text.trim_end());
    }

    /// A reader that has seen enough is not an error.
    fn to_stdout(&self, text: &str) -> io::Result<()> {
        let mut stream = AutoStream::new(io::stdout().lock(), self.color);
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn to_file(&self, path: &Path, text: &str) -> Result<()> {
        let plain = match self.color {
            ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
            _ => strip_str(text).to_string(),
        };
        match fs::metadata(path) {
            // A device or a pipe cannot be replaced, and has no halves.
            Ok(target) if !target.is_file() => Ok(File::create(path)?.write_all(plain.as_bytes())?),
            _ => replace(path, &plain),
        }
    }
}

/// Writes beside the file and moves into place, so that no reader ever sees a half. A link to a file stays a link.
fn replace(path: &Path, text: &str) -> Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = beside(folder)?;
    if let Ok(replaced) = fs::metadata(path) {
        file.as_file().set_permissions(replaced.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    // Temporary files are private; an answer is as readable as any file the person makes.
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

impl std::fmt::Display for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Rendered {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.txt");
        let mut session = Session { output: Some(path.clone()), ..session() };
        session.answer("\u{1b}[1mbold\u{1b}[0m\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "bold\n");
        session.output = Some(folder.path().join("absent/answer.txt"));
        assert!(session.answer("x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_device_is_written_to_not_replaced() {
        let session = Session { output: Some("/dev/null".into()), ..session() };
        session.answer("x").unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    fn session() -> Session {
        Session {
            repository: ".".into(),
            locations: Vec::new(),
            mappings: Vec::new(),
            format: Format::Human,
            rendering: Rendering::Human,
            output: None,
            color: ColorChoice::Auto,
            detail: Detail::Normal,
            cache: Arc::default(),
        }
    }
}
