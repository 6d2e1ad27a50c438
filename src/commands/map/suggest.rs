//! `drift map suggest`: links that the mapping may lack, as a list or one after the other.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use anstream::AutoStream;
use anyhow::{Context, Result, bail};

use super::super::progress::Progress;
use super::super::stages::Stages;
use super::super::world::World;
use super::super::{Exit, Session};
use super::{add, at};
use crate::mapping::rejected::Rejected;
use crate::mapping::{Resolution, resolve, selector};
use crate::report::{self, Format};
use crate::suggest::{Sources, Suggestion, Suggestions, suggest};
use crate::symbols::{Language, ParsedFile};

/// What to suggest.
#[derive(Debug, Clone)]
pub struct Options {
    pub revision: String,
    pub limit: Option<usize>,
    /// From 0 to 1.
    pub min_score: f32,
    /// Only links with an end below one of these paths.
    pub paths: Vec<String>,
    /// Ask about one after the other.
    pub review: bool,
}

/// So many a person is shown where no limit is given.
const SHOWN: usize = 20;

/// So many lines of each end are shown when asking.
const LINES: u32 = 24;

/// Reads the scope of the mapping at one revision, and ranks what it may lack.
pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    if options.review && session.format != Format::Human {
        bail!("`--review` asks a person; leave `--format` out");
    }
    let mut stages = Stages::start();
    let progress = Progress::of(session);
    let mut on_stage = |name: &'static str| {
        progress.stage(name, None);
        stages.begin(name);
    };
    on_stage("load");
    let world = at(session, &options.revision)?;
    let applying = world.mapping(session)?;
    let rejected = world.rejected(session)?;
    let sources = world.sources(&applying.mapping)?;
    let mut found = suggest(&sources, &applying.mapping, &mut on_stage);
    found.shown.retain(|one| options.wants(one) && !rejected.holds(&one.cpp, &one.python));
    found.found = found.shown.len();
    drop(progress);
    session.detail(&stages.table());
    if options.review {
        return review(session, &world, &sources, &found, options);
    }
    let limit = options.limit.or((session.format == Format::Human).then_some(SHOWN));
    found.shown.truncate(limit.unwrap_or(usize::MAX));
    session.answer(&report::suggestions(&found, session.format, session.detail))?;
    Ok(Exit::Clean)
}

impl Options {
    fn wants(&self, suggestion: &Suggestion) -> bool {
        let below = |path: &String| [&suggestion.cpp, &suggestion.python].iter().any(|end| is_below(end, path));
        suggestion.score >= self.min_score && (self.paths.is_empty() || self.paths.iter().any(below))
    }
}

fn is_below(selector: &str, path: &str) -> bool {
    let file = selector.split('#').next().unwrap_or(selector);
    let path = path.trim_end_matches('/');
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What somebody says to a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Skip,
    Quit,
}

/// Shows one suggestion after the other with the code of both ends, and does what is answered.
fn review(session: &Session, world: &World, sources: &Sources, found: &Suggestions, options: &Options) -> Result<Exit> {
    let rejections = world.rejections(session).context("`--review` remembers what is rejected")?;
    let mut input = io::stdin().lock();
    let mut out = AutoStream::new(io::stdout().lock(), session.color);
    let mut counts = [0usize; 3];
    for suggestion in found.shown.iter().take(options.limit.unwrap_or(usize::MAX)) {
        write!(out, "{}", report::suggestion_in_full(suggestion, &code(sources, suggestion)))?;
        match ask(&mut input, &mut out)? {
            Answer::Yes => {
                counts[0] += usize::from(accept(session, options, suggestion, &mut input, &mut out)?);
            }
            Answer::No => {
                reject(&rejections, suggestion)?;
                counts[1] += 1;
            }
            Answer::Skip => counts[2] += 1,
            Answer::Quit => break,
        }
    }
    let [accepted, refused, skipped] = counts;
    writeln!(out, "{accepted} accepted, {refused} rejected, {skipped} skipped")?;
    Ok(Exit::Clean)
}

fn ask(input: &mut impl BufRead, out: &mut impl Write) -> Result<Answer> {
    loop {
        write!(out, "link them? [y]es [n]o, never again [s]kip [q]uit: ")?;
        out.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line).context("could not read the answer")? == 0 {
            writeln!(out)?;
            return Ok(Answer::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Yes),
            "n" | "no" => return Ok(Answer::No),
            "s" | "skip" | "" => return Ok(Answer::Skip),
            "q" | "quit" => return Ok(Answer::Quit),
            other => writeln!(out, "`{other}` is none of y, n, s, q")?,
        }
    }
}

/// Adds the link as `drift map add` does; what stands in the way is told, and nothing is written.
fn accept(
    session: &Session,
    options: &Options,
    suggestion: &Suggestion,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<bool> {
    write!(out, "what do both share, in words? (empty: as a comment says) ")?;
    out.flush()?;
    let mut why = String::new();
    input.read_line(&mut why).context("could not read the answer")?;
    let why = Some(why.trim().to_owned()).filter(|why| !why.is_empty());
    let link = add::Options {
        id: suggestion.id(),
        relation: suggestion.relation(),
        cpp: std::iter::once(&suggestion.cpp).chain(&suggestion.also).cloned().collect(),
        python: vec![suggestion.python.clone()],
        names: suggestion.names.clone(),
        why,
        file: None,
        revision: options.revision.clone(),
        dry_run: false,
    };
    match add::run(session, &link) {
        Ok(_) => Ok(true),
        Err(error) => {
            writeln!(out, "not added: {error:#}\n  {}", suggestion.command())?;
            Ok(false)
        }
    }
}

fn reject(file: &Path, suggestion: &Suggestion) -> Result<()> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("could not read `{}`", file.display())),
    };
    let text = Rejected::with(&text, &suggestion.cpp, &suggestion.python);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    }
    super::super::replace(file, &text).with_context(|| format!("could not write `{}`", file.display()))
}

/// The first lines of both ends.
fn code(sources: &Sources, suggestion: &Suggestion) -> Vec<(String, Vec<(u32, String)>)> {
    let ends = [(&suggestion.cpp, &sources.cpp), (&suggestion.python, &sources.twins)];
    let shown = ends.into_iter().filter_map(|(end, files)| {
        let path = end.split('#').next().unwrap_or(end);
        let file = files.iter().find(|file| *file.path == *path)?;
        let text = file.content.as_ref().ok()?;
        let language = Language::of_path(path)?;
        let parsed = ParsedFile::parse(file.path.clone(), language, text.clone());
        let pattern = selector::parse(end, 0, 0..0).ok()?.pattern;
        let Resolution::Found(picked) = resolve(&pattern, &parsed) else { return None };
        let mut lines = parsed.symbols[*picked.first()?].lines;
        lines.end = lines.end.min(lines.start + LINES);
        Some((end.clone(), parsed.lines(lines)))
    });
    shown.collect()
}
