//! `drift graph`: what a symbol depends on, or what depends on it.

use anyhow::{Context, Result, bail};

use super::indexing::{Index, Indexed, Request};
use super::stages::Stages;
use super::world::World;
use super::{Exit, Session};
use crate::corpus::Side;
use crate::graph::{DependencyGraph, Direction, GraphFile, NodeId};
use crate::mapping::resolve::{Resolution, nearest_names, resolve};
use crate::mapping::selector::{self, pattern};
use crate::mapping::{Pattern, Scope, nearest};
use crate::report::{self, Drawing, GraphAnswer, IndexAnswer};
use crate::source::MISSING;
use crate::source::range::Range;
use crate::symbols::{Language, ParsedFile};

#[derive(Debug)]
pub struct Options {
    /// `path#symbol`, or a symbol anywhere in the scope; without one the index is summed up.
    pub selector: Option<String>,
    pub revision: String,
    pub direction: Direction,
    pub depth: u32,
    pub only_certain: bool,
    pub drawing: Option<Drawing>,
}

pub fn run(session: &Session, options: &Options) -> Result<Exit> {
    let mut stages = Stages::start();
    stages.begin("open");
    // Two equal sides: what is compared does not matter.
    let range = Range::TwoDot { before: options.revision.clone(), after: options.revision.clone() };
    let world = World::open(session, Some(&range))?;
    let scope = scope(session, &world)?;
    stages.begin("index");
    let wanted = options.selector.as_deref().map(Wanted::of).transpose()?;
    let named = wanted.as_ref().and_then(|wanted| wanted.path.as_deref());
    let request = Request { scope: &scope, named };
    let index = Index::of(&world.repository, &world.endpoints.after, &request, &session.cache);
    let index = index.and_then(Index::whole).map_err(|error| world.repository.lacking(&world.endpoints, &error))?;
    let answer = match &wanted {
        Some(wanted) => drawn(&world, &index, wanted, options, session, &mut stages)?,
        None => {
            let answer =
                IndexAnswer { at: world.endpoints.after.name(), files: summed(&index), skipped: &index.skipped };
            report::index(&answer, session.format)
        }
    };
    session.answer(&answer)?;
    let megabytes = index.fresh_bytes as f64 / 1e6;
    session.detail(&format!(
        "{}{} files, {} of them read anew ({megabytes:.1} MB)",
        stages.table(),
        index.files.len(),
        index.fresh
    ));
    session.cache.notes().iter().for_each(|note| session.detail(note));
    for skipped in &index.skipped {
        session.note(&format!("`{}` is not in the graph: {}", skipped.path, skipped.reason));
    }
    Ok(Exit::Clean)
}

/// The scope of the mapping that applies; everything where there is none.
fn scope(session: &Session, world: &World) -> Result<Scope> {
    match world.mapping(session) {
        Ok(applying) => Ok(applying.mapping.scope),
        Err(reason) if reason.to_string().contains(MISSING) => Err(reason),
        Err(reason) => {
            session.detail(&format!("the graph covers every file: {reason:#}"));
            Ok(Scope::default())
        }
    }
}

fn drawn(
    world: &World,
    index: &Index,
    wanted: &Wanted,
    options: &Options,
    session: &Session,
    stages: &mut Stages,
) -> Result<String> {
    stages.begin("resolve");
    let picked = wanted.pick(world, index)?;
    stages.begin("graph");
    let files = index.files.iter().map(GraphFile::from).collect();
    let graph = DependencyGraph::of(Vec::new(), files);
    stages.begin("follow");
    let find = |(path, symbol): &(String, usize)| graph.find(Side::After, path, *symbol);
    let mut starts: Vec<NodeId> = picked.iter().filter_map(find).collect();
    starts.sort_unstable();
    starts.dedup();
    let around = graph.neighbourhood(&starts, options.depth, options.direction, options.only_certain);
    stages.begin("report");
    let (at, selector, skipped) = (world.endpoints.after.name(), wanted.text.as_str(), index.skipped.as_slice());
    Ok(report::graph(&GraphAnswer { at, selector, around: &around, skipped }, session.format, options.drawing))
}

/// What the person asked for.
struct Wanted {
    text: String,
    path: Option<String>,
    pattern: Pattern,
}

impl Wanted {
    fn of(text: &str) -> Result<Wanted> {
        let is_path = text.contains('#') || Language::of_path(text).is_some();
        let (path, pattern) = if is_path {
            let parsed = selector::parse(text, 0, 0..text.len());
            let parsed = parsed.map_err(|error| anyhow::anyhow!("`{text}` is no selector: {}", error.message))?;
            if parsed.repository.is_some() {
                bail!("`{text}` is in another repository; the graph is of one");
            }
            (Some(parsed.path.to_string()), parsed.pattern)
        } else {
            let pattern = pattern(text);
            (None, pattern.map_err(|error| anyhow::anyhow!("`{text}` is no symbol: {}", error.message))?)
        };
        Ok(Wanted { text: text.to_owned(), path, pattern })
    }

    /// The symbols, by path and position.
    fn pick(&self, world: &World, index: &Index) -> Result<Vec<(String, usize)>> {
        match &self.path {
            Some(path) => {
                let file = index.files.iter().find(|file| **path == *file.path);
                let file = file.with_context(|| format!("there is no `{path}` in {}", world.endpoints.after.name()))?;
                self.pick_in(world, file)
            }
            None => self.pick_anywhere(index),
        }
    }

    fn pick_in(&self, world: &World, file: &Indexed) -> Result<Vec<(String, usize)>> {
        let source = world.repository.read(&world.endpoints.after, &file.path);
        let text = source.and_then(|source| source.content.ok()).unwrap_or_else(|| [].into());
        let parsed = ParsedFile::of_symbols(file.path.clone(), file.language, text, file.symbols.clone());
        let found = match resolve(&self.pattern, &parsed) {
            Resolution::Found(found) | Resolution::Ambiguous(found) => found,
            Resolution::Nothing => {
                let nearest = nearest_names(&self.pattern, &parsed);
                bail!("`{}` picks nothing{}", self.text, suggestion(&nearest))
            }
        };
        Ok(with_members(&parsed, found).into_iter().map(|at| (file.path.to_string(), at)).collect())
    }

    /// A symbol by its name alone, if one thing is called so.
    fn pick_anywhere(&self, index: &Index) -> Result<Vec<(String, usize)>> {
        let mut found = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for file in &index.files {
            let parsed = ParsedFile::of_symbols(file.path.clone(), file.language, [].into(), file.symbols.clone());
            if let Resolution::Found(picked) | Resolution::Ambiguous(picked) = resolve(&self.pattern, &parsed) {
                names.extend(picked.iter().map(|at| file.symbols[*at].name.clone()));
                let picked = with_members(&parsed, picked).into_iter();
                found.extend(picked.map(|at| (file.path.to_string(), at)));
            }
        }
        names.sort_unstable();
        names.dedup();
        match names.len() {
            0 => {
                let all = index.files.iter().flat_map(|file| file.symbols.iter()).map(|symbol| leaf(&symbol.name));
                let near: Vec<String> =
                    nearest::nearest(leaf(&self.text), all).into_iter().map(str::to_owned).collect();
                bail!("nothing in the scope is called `{}`{}", self.text, suggestion(&near))
            }
            1 => Ok(found),
            count => {
                let shown = names.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                bail!(
                    "`{}` could be {count} things, among them {shown}; name one, or its file: `path#symbol`",
                    self.text
                )
            }
        }
    }
}

fn leaf(name: &str) -> &str {
    name.rsplit([':', '.']).next().unwrap_or(name)
}

fn suggestion(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => format!("; the nearest names are {}", names.join(", ")),
    }
}

/// What lies in a symbol belongs to it.
fn with_members(file: &ParsedFile, roots: Vec<usize>) -> Vec<usize> {
    let mut inside = vec![false; file.symbols.len()];
    roots.into_iter().for_each(|root| inside[root] = true);
    for (at, symbol) in file.symbols.iter().enumerate() {
        inside[at] |= symbol.parent.is_some_and(|parent| parent < at && inside[parent]);
    }
    (0..inside.len()).filter(|at| inside[*at]).collect()
}

/// Files, symbols, mentions and symbols not read in full, by language.
fn summed(index: &Index) -> Vec<report::LanguageSum> {
    [Language::Cpp, Language::Python]
        .map(|language| {
            let files = || index.files.iter().filter(|file| file.language == language);
            let symbols = || files().flat_map(|file| file.symbols.iter());
            report::LanguageSum {
                language,
                files: files().count(),
                symbols: symbols().count(),
                mentions: symbols().map(|symbol| symbol.mentions.len()).sum(),
                damaged: symbols().filter(|symbol| symbol.damaged).count(),
            }
        })
        .into_iter()
        .filter(|sum| sum.files > 0)
        .collect()
}
