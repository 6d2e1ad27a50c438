//! What a run remembers of the files that it read: their symbols in the cache, and where one change after the other is
//! judged, also in memory, with their trees and the words in them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cache::{Cache, Key};
use crate::corpus::{Afresh, ReadSymbols, identifiers};
use crate::source::SourceFile;
use crate::symbols::stored::Stored;
use crate::symbols::{Language, ParsedFile};

/// Text whose trees are held while one change after the other is judged; trees take twenty times as much.
const TREES_OF: usize = 8 << 20;

/// Text whose symbols are held; they take a few times as much.
const SYMBOLS_OF: usize = 32 << 20;

/// So many texts may have their words held before those that nobody else holds any more are let go.
const HELD_TEXTS: usize = 1024;

/// Reads files into symbols, or gives what was read before.
pub struct Remembering<'a> {
    cache: &'a Cache,
    /// Where one change after the other is judged.
    memory: Option<Memory>,
}

/// What is held of the files of a run.
#[derive(Default)]
struct Memory {
    files: Mutex<Held>,
    words: Mutex<FxHashMap<usize, Arc<Words>>>,
}

impl<'a> Remembering<'a> {
    /// Files are kept for later runs.
    pub fn of_one(cache: &'a Cache) -> Remembering<'a> {
        Remembering { cache, memory: None }
    }

    /// Files are held in memory.
    pub fn of_many(cache: &'a Cache) -> Remembering<'a> {
        Remembering { cache, memory: Some(Memory::default()) }
    }

    pub fn holds_files(&self) -> bool {
        self.memory.is_some()
    }

    fn read_kept(&self, key: Key, file: &SourceFile, text: &Arc<[u8]>, language: Language) -> Option<ParsedFile> {
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

impl Memory {
    fn read(&self, key: Key, file: &SourceFile) -> Option<ParsedFile> {
        let known = lock(&self.files).get(key);
        if let Some(known) = known {
            return Some(known.at(file.path.clone()));
        }
        let parsed = Afresh.read(file)?.minded();
        lock(&self.files).hold(key, &parsed);
        Some(parsed)
    }

    /// The words of a text, counted once: one text is held in one place as long as anybody asks for it.
    fn words_of(&self, text: &Arc<[u8]>) -> Arc<Words> {
        let mut all = lock(&self.words);
        if all.len() > HELD_TEXTS {
            all.retain(|_, words| Arc::strong_count(&words.text) > 1);
        }
        // The address means this text for as long as the words hold it.
        all.entry(text.as_ptr() as usize).or_insert_with(|| Arc::new(Words::of(text.clone()))).clone()
    }
}

impl ReadSymbols for Remembering<'_> {
    fn read(&self, file: &SourceFile) -> Option<ParsedFile> {
        let (text, language) = (file.content.as_ref().ok()?, Language::of_path(&file.path)?);
        let key = Key::of("symbols").and(language.name().as_bytes()).and(text).done();
        match &self.memory {
            Some(memory) => memory.read(key, file),
            None => self.read_kept(key, file, text, language),
        }
    }

    fn mentions(&self, text: &Arc<[u8]>, names: &FxHashSet<String>) -> bool {
        let Some(memory) = &self.memory else { return Afresh.mentions(text, names) };
        let words = memory.words_of(text);
        names.iter().any(|name| words.mention(name))
    }

    fn holds(&self, text: &Arc<[u8]>, needle: &str) -> bool {
        self.memory.as_ref().map_or_else(|| Afresh.holds(text, needle), |memory| memory.words_of(text).hold(needle))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The words in a text, and what was searched in it.
struct Words {
    text: Arc<[u8]>,
    /// Hashes of the identifiers.
    identifiers: FxHashSet<u64>,
    /// What is none of them, and whether it is there as a part of one or otherwise.
    searched: Mutex<FxHashMap<String, bool>>,
}

impl Words {
    fn of(text: Arc<[u8]>) -> Words {
        let identifiers = identifiers(&text).map(hash).collect();
        Words { text, identifiers, searched: Mutex::default() }
    }

    /// As a whole identifier.
    fn mention(&self, name: &str) -> bool {
        self.identifiers.contains(&hash(name)) && identifiers(&self.text).any(|word| word == name)
    }

    /// Anywhere.
    fn hold(&self, needle: &str) -> bool {
        if let Some(known) = lock(&self.searched).get(needle) {
            return *known;
        }
        let held = Afresh.holds(&self.text, needle);
        lock(&self.searched).insert(needle.to_owned(), held);
        held
    }
}

fn hash(word: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(word.as_bytes())
}

/// Two generations of files: when the young ones are too many they lose their trees and join the old ones, and when those
/// are too many all of them go.
#[derive(Default)]
struct Held {
    young: FxHashMap<Key, ParsedFile>,
    young_bytes: usize,
    old: FxHashMap<Key, ParsedFile>,
    old_bytes: usize,
}

impl Held {
    fn get(&mut self, key: Key) -> Option<ParsedFile> {
        if let Some(file) = self.young.get(&key) {
            return Some(file.clone());
        }
        let file = self.old.remove(&key)?;
        self.old_bytes -= file.text().len();
        self.hold(key, &file);
        Some(file)
    }

    fn hold(&mut self, key: Key, file: &ParsedFile) {
        if self.young_bytes > TREES_OF {
            self.grow_old();
        }
        self.young_bytes += file.bytes_of_tree();
        self.young.insert(key, file.clone());
    }

    fn grow_old(&mut self) {
        if self.old_bytes > SYMBOLS_OF {
            (self.old, self.old_bytes) = Default::default();
        }
        self.young.values().for_each(ParsedFile::rest);
        self.old_bytes += self.young.values().map(|file| file.text().len()).sum::<usize>();
        self.old.extend(self.young.drain());
        self.young_bytes = 0;
    }
}
