//! The subcommands, one file each: read the world, call the core, write the answer.

pub mod ack;
mod acks;
pub mod asking;
mod briefing;
pub mod check;
pub mod demo;
pub mod diff;
pub mod explain;
pub mod graph;
pub mod hook;
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
use std::time::Duration;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::mapping::parse::MappingError;
use crate::mapping::selector::is_repository_name;
use crate::report::{Detail, Failure, Format, Rendering, View, broken_mapping, style};
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
    /// The files that the answer is written to.
    pub outputs: Vec<Output>,
    pub color: ColorChoice,
    pub detail: Detail,
    /// What earlier runs found out.
    pub cache: Arc<Cache>,
    /// The job of a workflow that shows what was found, where this is one.
    pub job: Option<Job>,
}

/// A job of GitHub Actions: it shows annotations, and a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The file that the summary is added to.
    pub summary: Option<PathBuf>,
}

/// Where a repository of the mapping is on this machine: `NAME=PATH` or `NAME=PATH@REV`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub name: String,
    pub path: PathBuf,
    /// The revision at which it is looked into; `HEAD` where not given.
    pub revision: Option<String>,
}

/// A file for the answer: `FILE`, or `FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub path: PathBuf,
    /// The format of this file alone, beside the answer; where none is given, the answer goes here and not to stdout.
    pub rendering: Option<Rendering>,
}

impl Output {
    /// The error is a phrase for the person.
    pub fn parse(text: &str) -> Result<Output, String> {
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        match text.split_once('=').filter(|(name, _)| is_name(name)) {
            None => Ok(Output { path: text.into(), rendering: None }),
            Some((_, "")) => Err(format!("`{text}` names no file; write `FORMAT=FILE`")),
            Some((name, path)) => match Rendering::named(name) {
                Some(rendering) => Ok(Output { path: path.into(), rendering: Some(rendering) }),
                None => Err(format!("there is no format `{name}`; for a file of that name write `./{text}`")),
            },
        }
    }
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
pub struct Rendered {
    text: String,
    /// The same for programs.
    failure: Failure,
}

impl Rendered {
    /// What is wrong with mapping files; `texts` are the files by name.
    pub fn of(errors: &[MappingError], texts: &[(String, Arc<str>)]) -> Rendered {
        Rendered { text: broken_mapping::render(errors, texts), failure: broken_mapping::failure(errors) }
    }
}

/// Shows why a command was not even begun.
pub fn refused(session: &Session, error: &anyhow::Error) -> Exit {
    session.say(&format!("{}: {error:#}", style::severity_word("error")));
    Exit::Undecided
}

/// Shows why a command could not do its work: a person on stderr, a program where it reads the answer.
pub fn failed(session: &Session, error: &anyhow::Error) -> Exit {
    let failure = match error.downcast_ref::<Rendered>() {
        Some(Rendered { text, failure }) => {
            session.say(text);
            failure.clone()
        }
        None => {
            session.say(&format!("{}: {error:#}", style::severity_word("error")));
            Failure { message: format!("{error:#}"), mistakes: Vec::new() }
        }
    };
    if let Err(error) = session.answer_in(&|rendering| crate::report::failure(&failure, rendering)) {
        session.say(&format!("{}: {error:#}", style::severity_word("error")));
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
        self.answer_in(&|rendering| (rendering == self.rendering).then(|| text.to_owned()))
    }

    /// The same in each format that is asked for, as far as there is an answer in it. Every answer is there before the
    /// first is written.
    pub fn answer_in(&self, write: &dyn Fn(Rendering) -> Option<String>) -> Result<()> {
        let files = self.outputs.iter().map(|output| (output, output.rendering.unwrap_or(self.rendering)));
        let files: Vec<_> = files.filter_map(|(output, rendering)| Some((&output.path, write(rendering)?))).collect();
        let answer =
            if self.outputs.iter().all(|output| output.rendering.is_some()) { write(self.rendering) } else { None };
        for (path, text) in files {
            self.to_file(path, &text).with_context(|| format!("could not write `{}`", path.display()))?;
        }
        answer.map_or(Ok(()), |text| self.to_stdout(&text)).context("could not write to stdout")?;
        self.job.as_ref().map_or(Ok(()), |job| self.tell(job, write))
    }

    /// Annotations go to stderr, where a workflow reads them too: stdout may be for a program.
    fn tell(&self, job: &Job, write: &dyn Fn(Rendering) -> Option<String>) -> Result<()> {
        if let Some(annotations) = write(Rendering::Github).filter(|_| self.rendering != Rendering::Github) {
            self.say(&annotations);
        }
        let (Some(path), Some(text)) = (&job.summary, write(Rendering::Markdown)) else { return Ok(()) };
        let told = || format!("could not add to the summary of the job, `{}`", path.display());
        let mut file = File::options().append(true).create(true).open(path).with_context(told)?;
        file.write_all(text.as_bytes()).with_context(told)
    }

    /// The formats that were asked for.
    pub fn renderings(&self) -> impl Iterator<Item = Rendering> + '_ {
        [self.rendering].into_iter().chain(self.outputs.iter().filter_map(|output| output.rendering))
    }

    /// What an answer has to know beside what it says.
    pub fn view(&self, elapsed: Duration) -> View<'static> {
        View { detail: self.detail, elapsed, width: self.width(), ..View::default() }
    }

    /// How many columns the answer has, where somebody looks at it.
    pub fn width(&self) -> Option<usize> {
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let looked_at = self.outputs.iter().all(|output| output.rendering.is_some());
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
        let mut stream: Box<dyn Write> = match self.rendering {
            Rendering::Human => Box::new(AutoStream::new(io::stdout().lock(), self.color)),
            // A program wants every byte.
            _ => Box::new(io::stdout().lock()),
        };
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
        f.write_str(&self.text)
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
        let to = |path: PathBuf| vec![Output { path, rendering: None }];
        let mut session = Session { outputs: to(path.clone()), ..session() };
        session.answer("\u{1b}[1mbold\u{1b}[0m\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "bold\n");
        session.outputs = to(folder.path().join("absent/answer.txt"));
        assert!(session.answer("x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_output_says_its_format_or_none() {
        let parsed = |text: &str| Output::parse(text).map(|output| (output.path, output.rendering));
        assert_eq!(parsed("a.txt"), Ok(("a.txt".into(), None)));
        assert_eq!(parsed("sarif=a=b.sarif"), Ok(("a=b.sarif".into(), Some(Rendering::Sarif))));
        assert_eq!(parsed("./sarif=x"), Ok(("./sarif=x".into(), None)));
        assert!(parsed("sarfi=x").is_err_and(|error| error.contains("`./sarfi=x`")));
        assert!(parsed("json=").is_err());
    }

    #[test]
    fn one_run_writes_several_formats() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        let output = |path: &PathBuf, rendering| Output { path: path.clone(), rendering };
        let outputs = vec![output(&one, Some(Rendering::Sarif)), output(&two, None)];
        let session = Session { outputs, ..session() };
        session.answer_in(&|rendering| Some(rendering.name().to_owned())).unwrap();
        assert_eq!(fs::read_to_string(&one).unwrap(), "sarif");
        assert_eq!(fs::read_to_string(&two).unwrap(), "human");
    }

    #[test]
    fn a_device_is_written_to_not_replaced() {
        let session = Session { outputs: vec![Output::parse("/dev/null").unwrap()], ..session() };
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
            outputs: Vec::new(),
            color: ColorChoice::Auto,
            detail: Detail::Normal,
            cache: Arc::default(),
            job: None,
        }
    }
}
