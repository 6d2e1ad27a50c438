//! The world a command works on: a repository, two sides of it, and the mapping that applies.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use globset::GlobSet;

use super::{Location, Rendered, Session};
use crate::cache::{Key, KeyBuilder};
use crate::finding::Finding;
use crate::finding::mapping::mapping_findings;
use crate::mapping::acks::Acks;
use crate::mapping::elsewhere::{HOME, place_in};
use crate::mapping::parse::parse;
use crate::mapping::rejected::{self, Rejected};
use crate::mapping::{Mapping, builtin};
use crate::parity::may_give_names;
use crate::source::git::{Endpoints, Repository, Request, Side};
use crate::source::range::Range;
use crate::source::{SnapshotPair, SourceFile, Unreadable};
use crate::suggest::{Sources, declares_operators};
use crate::symbols::Language;

/// The repository that changes and the two sides compared, and the others at one revision each.
pub struct World {
    pub repository: Repository,
    pub endpoints: Endpoints,
    /// What the mapping calls the changing repository, if that is not its own.
    changing: Option<String>,
    /// Where the mapping lives, if not in the changing repository.
    home: Option<Fixed>,
    others: Vec<Fixed>,
}

/// A repository that does not change.
struct Fixed {
    name: String,
    repository: Repository,
    endpoints: Endpoints,
}

/// The texts of the mapping that applies, and where they are from.
pub enum MappingTexts {
    Given(Vec<Named>),
    /// Kept in the repository, on each side.
    Kept {
        before: Vec<Named>,
        after: Vec<Named>,
    },
    BuiltIn(Named),
}

/// The name of a mapping file, and its text.
type Named = (String, Arc<str>);

/// The mapping that applies, and what the range does to it.
pub struct Applying {
    pub mapping: Mapping,
    /// Links that the range removes or weakens.
    pub findings: Vec<Finding>,
}

/// Where a repository keeps its mapping.
pub const FOLDER: &str = ".drift";

/// Lives beside the mapping, and is none.
pub const ACKS: &str = ".drift/acks.toml";

impl World {
    /// Opens the repository and finds both sides. Without a range the last commit is compared, and said so.
    pub fn open(session: &Session, range: Option<&Range>) -> Result<World> {
        let others = session.locations.iter().map(Fixed::open).collect::<Result<_>>()?;
        World::between(session, Repository::open(&session.repository)?, range).map(|world| World { others, ..world })
    }

    /// As [`open`](World::open), where another repository than that of the mapping changes: the one that the mapping calls
    /// `name`. The mapping, and the ends in its own repository, are those of `revision`.
    pub fn open_in(session: &Session, name: &str, range: Option<&Range>, revision: &str) -> Result<World> {
        let is_changing = |location: &&Location| location.name == name;
        let Some(changing) = session.locations.iter().find(is_changing) else {
            bail!("where `{name}` is was not said; give `--repository {name}=PATH`")
        };
        if let Some(revision) = &changing.revision {
            bail!("`{name}` changes, so it has no revision `{revision}`; give `--repository {name}=PATH` and a range")
        }
        let home = (HOME.to_owned(), session.repository.clone(), Some(revision.to_owned()));
        let home = Fixed::open(&Location { name: home.0, path: home.1, revision: home.2 })?;
        let others = session.locations.iter().filter(|location| !is_changing(location)).map(Fixed::open);
        let others = others.collect::<Result<_>>()?;
        let world = World::between(session, Repository::open(&changing.path)?, range)?;
        Ok(World { changing: Some(name.to_owned()), home: Some(home), others, ..world })
    }

    fn between(session: &Session, repository: Repository, range: Option<&Range>) -> Result<World> {
        let last = Range::Revision("HEAD".to_owned());
        let endpoints = repository.endpoints(range.unwrap_or(&last))?;
        let compared = format!("comparing {} → {}", endpoints.before.name(), endpoints.after.name());
        match range {
            None => session.note(&format!("{compared}: no range given, so the last commit")),
            Some(_) => session.detail(&compared),
        }
        Ok(World { repository, endpoints, changing: None, home: None, others: Vec::new() })
    }

    /// The mapping that applies: given by hand, kept in the repository, or built in.
    pub fn mapping(&self, session: &Session) -> Result<Applying> {
        self.mapping_texts(session)?.read(session)
    }

    /// The texts of that mapping, not yet understood.
    pub fn mapping_texts(&self, session: &Session) -> Result<MappingTexts> {
        if !session.mappings.is_empty() {
            return Ok(MappingTexts::Given(given(&session.mappings)?));
        }
        let (repository, endpoints) = self.of_mapping();
        let [before, after] = [&endpoints.before, &endpoints.after].map(|side| texts(repository, side));
        let texts = before.and_then(|before| Ok((before, after?)));
        let (before, after) = texts.map_err(|error| repository.lacking(endpoints, &error))?;
        if before.is_empty() && after.is_empty() { self.built_in() } else { Ok(MappingTexts::Kept { before, after }) }
    }

    /// What a kind of judgement of both sides by this mapping is kept under; `None` where a side can change. Whatever a
    /// judgement depends on has to be in it.
    pub fn key(&self, kind: &str, texts: &MappingTexts, acks: &Acks) -> Option<Key> {
        let Endpoints { before, after } = &self.endpoints;
        let fixed = self.home.iter().chain(&self.others);
        let fixed: Vec<String> =
            fixed.map(|fixed| format!("{}={}", fixed.name, fixed.endpoints.after.name())).collect();
        let others = format!("{:?} {}", self.changing, fixed.join(" "));
        let sides = || Key::of(kind).and(before.name().as_bytes()).and(after.name().as_bytes());
        let key = || sides().and(others.as_bytes());
        // The day counts only where an ack ends on one.
        let today = if acks.acks.iter().any(|ack| ack.until.is_some()) { acks.today } else { None };
        let acks = format!("{:?}", Acks { today, ..acks.clone() });
        (before.is_fixed() && after.is_fixed()).then(|| texts.add_to(key().and(acks.as_bytes())).done())
    }

    /// Everything the judgement needs: what changes in the scope of the mapping, and the files that it names.
    pub fn snapshots(&self, mapping: &Mapping) -> Result<SnapshotPair> {
        let named = named_paths(mapping);
        let wants = |path: &str| named.binary_search_by(|name| (**name).cmp(path)).is_ok() || in_scope(mapping, path);
        let mut pair = self.load(&wants, &named)?;
        let elsewhere = mapping.elsewhere();
        for fixed in self.home.iter().chain(&self.others) {
            let paths = elsewhere.get(&*fixed.name).into_iter().flatten();
            pair.unchanged.extend(paths.filter_map(|path| fixed.read(path)));
            pair.fixed.insert(fixed.name.clone(), fixed.endpoints.after.name().to_owned());
        }
        Ok(pair)
    }

    /// Says which links cannot be judged, because nobody said where one of their ends is.
    pub fn tell_unknown(&self, session: &Session, mapping: &Mapping) {
        let known = |name: &str| self.home.iter().chain(&self.others).any(|fixed| fixed.name == name);
        for (name, _) in mapping.elsewhere().into_iter().filter(|(name, _)| !known(name)) {
            let count = mapping.links_into(name);
            let links = if count == 1 { "link" } else { "links" };
            session.note(&format!("{count} {links} into `{name}` not judged: give `--repository {name}=PATH`"));
        }
    }

    /// What was suggested and is no link.
    pub fn rejected(&self, session: &Session) -> Result<Rejected> {
        let on_disk = self.rejections(session).ok().filter(|path| path.exists());
        let (name, text) = match on_disk {
            Some(path) => {
                let text = fs::read_to_string(&path).with_context(|| format!("could not read `{}`", path.display()))?;
                (path.display().to_string(), text)
            }
            None => match self.repository.read(&self.endpoints.after, &format!("{FOLDER}/{}", rejected::FILE)) {
                Some(file) => text(file).map(|(name, text)| (name, text.to_string()))?,
                None => return Ok(Rejected::default()),
            },
        };
        Rejected::parse(&text).map_err(|error| anyhow!("`{name}`: {error}"))
    }

    /// The file in which rejections are kept: beside the mapping.
    pub fn rejections(&self, session: &Session) -> Result<PathBuf> {
        if let Some(mapping) = session.mappings.first() {
            return Ok(mapping.with_file_name(rejected::FILE));
        }
        match self.repository.work_tree() {
            Some(root) => Ok(root.join(FOLDER).join(rejected::FILE)),
            None => bail!(
                "a bare repository has no place for `{FOLDER}/{}`; name a mapping with `--mapping FILE`",
                rejected::FILE
            ),
        }
    }

    /// Everything that links could be found in, on the after side. A mapping without a scope gets that of the built-in
    /// mapping that fits.
    pub fn sources(&self, mapping: &Mapping) -> Result<Sources> {
        let has = |path: &str| self.repository.exists(&self.endpoints.after, path);
        let told = !mapping.scope.cpp.is_empty() || !mapping.scope.python.is_empty();
        let fitting = if told { None } else { builtin::fitting(&has)? };
        let fallback = fitting.map(|builtin| read_all(&[(builtin.title(), builtin.text.into())])).transpose()?;
        let scope = fallback.as_ref().map_or(&mapping.scope, |mapping| &mapping.scope);
        let packages: Vec<&str> = scope.python_globs.iter().filter_map(|glob| glob.split('/').next()).collect();
        let wants = |path: &str| match Language::of_path(path) {
            Some(Language::Cpp) => covers(&scope.cpp, path),
            // Names are followed through the packages that the twins are in.
            Some(Language::Python) => packages.is_empty() || packages.contains(&path.split('/').next().unwrap_or(path)),
            Some(Language::Yaml) | None => declares_operators(path),
        };
        let mut files = self.whole(&wants)?;
        let mut sources = Sources { at: self.endpoints.after.name().to_owned(), ..Sources::default() };
        files.sort_by(|one, two| one.path.cmp(&two.path));
        for file in files {
            match Language::of_path(&file.path) {
                Some(Language::Cpp | Language::Yaml) | None => sources.cpp.push(file),
                Some(Language::Python) => {
                    if covers(&scope.python, &file.path) {
                        sources.twins.push(file.clone());
                    }
                    sources.python.push(file);
                }
            }
        }
        Ok(sources)
    }

    /// Files outside of the scope that may give names to Python.
    pub fn name_givers(&self, sources: &Sources) -> Result<Vec<SourceFile>> {
        let known: BTreeSet<&str> = sources.cpp.iter().map(|file| &*file.path).collect();
        let wants = |path: &str| may_give_names(path) && !known.contains(path);
        self.whole(&wants)
    }

    /// Every wanted file of the after side; an error where one is missing.
    pub fn whole(&self, wants: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<SourceFile>> {
        let files = self.repository.whole(&self.endpoints.after, wants)?;
        let missing = files.iter().find(|file| matches!(file.content, Err(Unreadable::Missing { .. })));
        match missing.cloned().map(text) {
            Some(Err(error)) => Err(self.repository.lacking(&self.endpoints, &error)),
            _ => Ok(files),
        }
    }

    /// The changed files that are wanted, and the named ones in any case.
    pub fn load(&self, wants: &(dyn Fn(&str) -> bool + Sync), named: &[Arc<str>]) -> Result<SnapshotPair> {
        self.repository.load(&self.endpoints, &Request { wants, named })
    }

    /// The repository that the mapping lives in, and its sides.
    pub fn of_mapping(&self) -> (&Repository, &Endpoints) {
        match &self.home {
            Some(home) => (&home.repository, &home.endpoints),
            None => (&self.repository, &self.endpoints),
        }
    }

    fn built_in(&self) -> Result<MappingTexts> {
        let (repository, endpoints) = self.of_mapping();
        let has = |path: &str| {
            let found = repository.exists(&endpoints.after, path);
            found.map_err(|error| repository.lacking(endpoints, &error))
        };
        let Some(builtin) = builtin::fitting(&has)? else { bail!("{}", self.no_mapping(&has)?) };
        Ok(MappingTexts::BuiltIn((builtin.title(), builtin.text.into())))
    }

    fn no_mapping(&self, has: builtin::Exists<'_>) -> Result<String> {
        let lacking = match builtin::nearly_fitting(has)? {
            Some((near, path)) => {
                format!(
                    "the {} needs `{path}`, which is not there in {}",
                    near.title(),
                    self.of_mapping().1.after.name()
                )
            }
            None => "no built-in mapping fits it".to_owned(),
        };
        Ok(format!(
            "no mapping: the repository has no `{FOLDER}/*.toml`, and {lacking}; write one (docs/mapping.md), look at an \
             example with `drift demo --keep demo`, or give one with `--mapping FILE`; `drift diff` needs none"
        ))
    }
}

impl MappingTexts {
    /// Understands the texts.
    pub fn read(&self, session: &Session) -> Result<Applying> {
        match self {
            MappingTexts::Given(texts) => Applying::plain(texts),
            MappingTexts::Kept { before, after } => kept(before, after, session),
            MappingTexts::BuiltIn(text) => {
                session.detail(&format!("using the {}", text.0));
                Applying::plain(std::slice::from_ref(text))
            }
        }
    }

    /// Adds everything that they say to a key.
    fn add_to(&self, key: KeyBuilder) -> KeyBuilder {
        let (name, texts): (&str, [&[Named]; 2]) = match self {
            MappingTexts::Given(texts) => ("given", [texts, &[]]),
            MappingTexts::Kept { before, after } => ("kept", [before, after]),
            MappingTexts::BuiltIn(text) => ("built in", [std::slice::from_ref(text), &[]]),
        };
        let sides = texts.map(|texts| texts.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]));
        let [before, after] = sides;
        let key = before.fold(key.and(name.as_bytes()), KeyBuilder::and);
        after.fold(key.and(b"after"), KeyBuilder::and)
    }

    /// The key of these texts alone.
    pub fn key(&self) -> Key {
        self.add_to(Key::of("mapping")).done()
    }
}

/// The mapping of both sides together: a change cannot silence its own alarm by deleting a link.
fn kept(before: &[Named], after: &[Named], session: &Session) -> Result<Applying> {
    let now = read_all(after)?;
    if before == after {
        return Ok(Applying { mapping: now, findings: Vec::new() });
    }
    // Only what is broken now is in the way: a range that repairs the mapping must be judgeable.
    let Ok(then) = read_all(before) else {
        session.note("the mapping before the change is broken: judging by the one after it");
        return Ok(Applying { mapping: now, findings: Vec::new() });
    };
    Ok(Applying { findings: mapping_findings(&then, &now), mapping: Mapping::union(then, now) })
}

impl Applying {
    fn plain(files: &[Named]) -> Result<Applying> {
        Ok(Applying { mapping: read_all(files)?, findings: Vec::new() })
    }
}

/// Files that live beside the mapping.
pub fn is_beside(path: &str) -> bool {
    path == ACKS || path.strip_prefix(FOLDER).is_some_and(|name| name.trim_start_matches('/') == rejected::FILE)
}

fn covers(globs: &GlobSet, path: &str) -> bool {
    globs.is_empty() || globs.is_match(path)
}

/// Whether the mapping knows all repositories that were located.
pub fn declared<'n>(mapping: &Mapping, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
    let known: Vec<&str> = mapping.repositories.iter().map(|repository| repository.name.as_str()).collect();
    if let Some(name) = names.into_iter().find(|name| !known.contains(name)) {
        let declares = if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
        bail!("the mapping declares no repository `{name}`; it declares {declares} with `[repository.NAME]`");
    }
    Ok(())
}

impl Fixed {
    fn open(location: &Location) -> Result<Fixed> {
        let Location { name, path, revision } = location;
        let told = || format!("the repository `{name}`");
        let repository = Repository::open(path).with_context(told)?;
        let revision = revision.as_deref().unwrap_or("HEAD").to_owned();
        let range = Range::TwoDot { before: revision.clone(), after: revision };
        let endpoints = repository.endpoints(&range).with_context(told)?;
        Ok(Fixed { name: name.clone(), repository, endpoints })
    }

    /// A file, under the name by which it stands beside those of the changing repository.
    fn read(&self, path: &str) -> Option<(Arc<str>, SourceFile)> {
        let file = self.repository.read(&self.endpoints.after, path)?;
        let place = place_in(&self.name, path);
        Some((place.clone(), SourceFile { path: place, ..file }))
    }
}

/// Names and texts of the mapping files of one side.
fn texts(repository: &Repository, side: &Side) -> Result<Vec<Named>> {
    let paths = repository.list(side, FOLDER)?;
    let mappings = paths.iter().filter(|path| path.ends_with(".toml") && !is_beside(path));
    let files = mappings.filter_map(|path| repository.read(side, path));
    files.map(text).collect()
}

fn in_scope(mapping: &Mapping, path: &str) -> bool {
    let globs = match Language::of_path(path) {
        Some(Language::Cpp) => &mapping.scope.cpp,
        Some(Language::Python) => &mapping.scope.python,
        // Only where a link names it.
        Some(Language::Yaml) | None => return false,
    };
    globs.is_empty() || globs.is_match(path)
}

/// Paths of the selectors into the checked repository, sorted.
fn named_paths(mapping: &Mapping) -> Vec<Arc<str>> {
    let selectors = mapping.links.iter().flat_map(|link| link.cpp.iter().chain(&link.python));
    let mut paths: Vec<_> =
        selectors.filter(|selector| selector.repository.is_none()).map(|selector| selector.path.clone()).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn given(paths: &[PathBuf]) -> Result<Vec<Named>> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).with_context(|| format!("could not read mapping `{}`", path.display()))?;
        Ok((path.display().to_string(), text.into()))
    };
    paths.iter().map(read).collect()
}

pub(super) fn text(file: SourceFile) -> Result<Named> {
    let bytes = file.content.map_err(|reason| anyhow!("could not read `{}`: {reason}", file.path))?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("mapping `{}` is not UTF-8", file.path))?;
    Ok((file.path.to_string(), text.into()))
}

/// Reads all files, or shows what is wrong in any of them.
pub fn read_all(files: &[Named]) -> Result<Mapping> {
    let mut mappings = Vec::new();
    let mut errors = Vec::new();
    for (index, (name, text)) in files.iter().enumerate() {
        match parse(name, text, index) {
            Ok(mapping) => mappings.push(mapping),
            Err(found) => errors.extend(found),
        }
    }
    let merged = if errors.is_empty() { Mapping::merge(mappings) } else { Err(errors) };
    merged.map_err(|errors| Rendered::of(&errors, files).into())
}
