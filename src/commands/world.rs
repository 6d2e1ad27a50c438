//! The world a command works on: a repository, two sides of it, and the mapping that applies.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use globset::GlobSet;

use super::{Rendered, Session};
use crate::cache::{Key, KeyBuilder};
use crate::finding::Finding;
use crate::finding::mapping::mapping_findings;
use crate::mapping::acks::Acks;
use crate::mapping::parse::parse;
use crate::mapping::rejected::{self, Rejected};
use crate::mapping::{Mapping, builtin};
use crate::report::broken_mapping;
use crate::source::git::{Endpoints, Repository, Request, Side};
use crate::source::range::Range;
use crate::source::{SnapshotPair, SourceFile};
use crate::suggest::{Sources, declares_operators};
use crate::symbols::Language;

/// A repository and the two sides compared.
pub struct World {
    pub repository: Repository,
    pub endpoints: Endpoints,
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
        let last = Range::Revision("HEAD".to_owned());
        let repository = Repository::open(&session.repository)?;
        let endpoints = repository.endpoints(range.unwrap_or(&last))?;
        let compared = format!("comparing {} → {}", endpoints.before.name(), endpoints.after.name());
        match range {
            None => session.note(&format!("{compared}: no range given, so the last commit")),
            Some(_) => session.detail(&compared),
        }
        Ok(World { repository, endpoints })
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
        let [before, after] = [&self.endpoints.before, &self.endpoints.after].map(|side| self.texts(side));
        let (before, after) = (before?, after?);
        if before.is_empty() && after.is_empty() { self.built_in() } else { Ok(MappingTexts::Kept { before, after }) }
    }

    /// What the judgement of both sides by this mapping is kept under; `None` where a side can change. Whatever a
    /// judgement depends on has to be in it.
    pub fn key(&self, texts: &MappingTexts, acks: &Acks) -> Option<Key> {
        let Endpoints { before, after } = &self.endpoints;
        let key = || Key::of("report").and(before.name().as_bytes()).and(after.name().as_bytes());
        // The day counts only where an ack ends on one.
        let today = if acks.acks.iter().any(|ack| ack.until.is_some()) { acks.today } else { None };
        let acks = format!("{:?}", Acks { today, ..acks.clone() });
        (before.is_fixed() && after.is_fixed()).then(|| texts.add_to(key().and(acks.as_bytes())).done())
    }

    /// Everything the judgement needs: what changes in the scope of the mapping, and the files that it names.
    pub fn snapshots(&self, mapping: &Mapping) -> Result<SnapshotPair> {
        let named = named_paths(mapping);
        let wants = |path: &str| named.binary_search_by(|name| (**name).cmp(path)).is_ok() || in_scope(mapping, path);
        self.load(&wants, &named)
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
        Rejected::parse(&text).map_err(|error| anyhow::anyhow!("`{name}`: {error}"))
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
        let fitting = if told { None } else { builtin::fitting(&has) };
        let fallback = fitting.map(|builtin| read_all(&[(builtin.title(), builtin.text.into())])).transpose()?;
        let scope = fallback.as_ref().map_or(&mapping.scope, |mapping| &mapping.scope);
        let packages: Vec<&str> = scope.python_globs.iter().filter_map(|glob| glob.split('/').next()).collect();
        let wants = |path: &str| match Language::of_path(path) {
            Some(Language::Cpp) => covers(&scope.cpp, path),
            // Names are followed through the packages that the twins are in.
            Some(Language::Python) => packages.is_empty() || packages.contains(&path.split('/').next().unwrap_or(path)),
            None => declares_operators(path),
        };
        let mut files = self.repository.whole(&self.endpoints.after, &wants)?;
        let mut sources = Sources { at: self.endpoints.after.name().to_owned(), ..Sources::default() };
        files.sort_by(|one, two| one.path.cmp(&two.path));
        for file in files {
            match Language::of_path(&file.path) {
                Some(Language::Cpp) | None => sources.cpp.push(file),
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

    /// The changed files that are wanted, and the named ones in any case.
    pub fn load(&self, wants: &(dyn Fn(&str) -> bool + Sync), named: &[Arc<str>]) -> Result<SnapshotPair> {
        self.repository.load(&self.endpoints, &Request { wants, named })
    }

    /// Names and texts of the mapping files of one side.
    fn texts(&self, side: &Side) -> Result<Vec<Named>> {
        let paths = self.repository.list(side, FOLDER);
        let mappings = paths.iter().filter(|path| path.ends_with(".toml") && !is_beside(path));
        mappings.filter_map(|path| self.repository.read(side, path)).map(text).collect()
    }

    fn built_in(&self) -> Result<MappingTexts> {
        let has = |path: &str| self.repository.exists(&self.endpoints.after, path);
        let Some(builtin) = builtin::fitting(&has) else { bail!("{}", self.no_mapping(&has)) };
        Ok(MappingTexts::BuiltIn((builtin.title(), builtin.text.into())))
    }

    fn no_mapping(&self, has: builtin::Exists<'_>) -> String {
        let lacking = match builtin::nearly_fitting(has) {
            Some((near, path)) => {
                format!("the {} needs `{path}`, which is not there in {}", near.title(), self.endpoints.after.name())
            }
            None => "no built-in mapping fits it".to_owned(),
        };
        format!(
            "no mapping: the repository has no `{FOLDER}/*.toml`, and {lacking}; write one (docs/mapping.md), look at an \
             example with `drift demo --keep demo`, or give one with `--mapping FILE`; `drift diff` needs none"
        )
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

fn in_scope(mapping: &Mapping, path: &str) -> bool {
    let globs = match Language::of_path(path) {
        Some(Language::Cpp) => &mapping.scope.cpp,
        Some(Language::Python) => &mapping.scope.python,
        None => return false,
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
    let bytes = file.content.map_err(|reason| anyhow::anyhow!("could not read mapping `{}`: {reason}", file.path))?;
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
    merged.map_err(|errors| Rendered(broken_mapping::render(&errors, files)).into())
}
