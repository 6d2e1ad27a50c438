//! Judging changes with a memory of earlier runs: whole answers, and the symbols of files.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use rustc_hash::FxHashMap;

use super::world::{Applying, MappingTexts, World};
use crate::cache::{Cache, Key};
use crate::corpus::{Afresh, ReadSymbols};
use crate::impact::DEFAULT_DEPTH;
use crate::mapping::Mapping;
use crate::mapping::acks::Acks;
use crate::source::SourceFile;
use crate::symbols::stored::Stored;
use crate::symbols::{Language, ParsedFile};
use crate::verdict::Report;

/// Text whose symbols and trees are held while one change after the other is judged; trees take twenty times as much.
const HELD_BYTES: usize = 6 << 20;

/// Judges, and remembers.
pub struct Judge<'a> {
    cache: &'a Cache,
    /// How far links look that do not say it themselves.
    depth: u32,
    reader: Remembering<'a>,
}

impl<'a> Judge<'a> {
    /// For one change: files are kept for later runs.
    pub fn of_one(cache: &'a Cache) -> Judge<'a> {
        Judge { cache, depth: DEFAULT_DEPTH, reader: Remembering { cache, held: None } }
    }

    /// For one change after the other: files are held in memory, and only answers are kept. The answers are
    /// [brief](Report::brief).
    pub fn of_many(cache: &'a Cache) -> Judge<'a> {
        Judge { cache, depth: DEFAULT_DEPTH, reader: Remembering { cache, held: Some(Mutex::default()) } }
    }

    /// The same, but links that do not say how far they look through callees look so far.
    pub fn looking(self, depth: u32) -> Judge<'a> {
        Judge { depth, ..self }
    }

    /// The judgement of what the world compares, worked out or remembered.
    pub fn judge(
        &self,
        world: &World,
        texts: &MappingTexts,
        applying: &Applying,
        acks: Acks,
        on_stage: &mut dyn FnMut(&'static str),
    ) -> Result<Report> {
        on_stage("recall");
        let is_brief = self.reader.held.is_some();
        let kind = format!("{} {}", if is_brief { "brief report" } else { "report" }, self.depth);
        let key = world.key(&kind, texts, &acks);
        if let Some(report) = key.and_then(|key| self.cache.read(key)) {
            return Ok(report);
        }
        on_stage("read");
        let mut mapping = Mapping { acks, ..applying.mapping.clone() };
        mapping.links.iter_mut().for_each(|link| link.depth = link.depth.or(Some(self.depth)));
        let pair = world.snapshots(&mapping)?;
        let report = crate::check_by(&mapping, &pair, &self.reader, on_stage).without_idle_changes();
        let report = report.with_findings(applying.findings.clone());
        let report = if is_brief { report.brief() } else { report };
        if let Some(key) = key.filter(|_| pair.is_whole()) {
            on_stage("keep");
            self.cache.write(key, &report);
        }
        Ok(report)
    }
}

/// Reads files into symbols, or gives what was read before.
struct Remembering<'a> {
    cache: &'a Cache,
    held: Option<Mutex<Held>>,
}

impl ReadSymbols for Remembering<'_> {
    fn read(&self, file: &SourceFile) -> Option<ParsedFile> {
        let (text, language) = (file.content.as_ref().ok()?, Language::of_path(&file.path)?);
        let key = Key::of("symbols").and(language.name().as_bytes()).and(text).done();
        match &self.held {
            Some(held) => {
                let lock = || held.lock().unwrap_or_else(PoisonError::into_inner);
                let known = lock().get(key);
                if let Some(known) = known {
                    return Some(known.at(file.path.clone()));
                }
                let parsed = Afresh.read(file)?;
                lock().hold(key, &parsed);
                Some(parsed)
            }
            None => {
                let known = self.cache.read::<Stored>(key).and_then(Stored::symbols);
                if let Some(symbols) = known {
                    return Some(ParsedFile::of_symbols(file.path.clone(), language, text.clone(), symbols));
                }
                let parsed = Afresh.read(file)?;
                if self.cache.is_on() {
                    self.cache.write(key, &Stored::of(&parsed.symbols));
                }
                Some(parsed)
            }
        }
    }
}

/// Two generations of files: when the young ones are too many they become the old, which lose their trees, and the old
/// ones go.
#[derive(Default)]
struct Held {
    young: FxHashMap<Key, ParsedFile>,
    old: FxHashMap<Key, ParsedFile>,
    young_bytes: usize,
}

impl Held {
    fn get(&mut self, key: Key) -> Option<ParsedFile> {
        if let Some(file) = self.young.get(&key) {
            return Some(file.clone());
        }
        let file = self.old.remove(&key)?;
        self.hold(key, &file);
        Some(file)
    }

    fn hold(&mut self, key: Key, file: &ParsedFile) {
        if self.young_bytes > HELD_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
            self.old.values().for_each(ParsedFile::rest);
        }
        self.young_bytes += file.text().len();
        self.young.insert(key, file.clone());
    }
}
