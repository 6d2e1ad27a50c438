//! The cache: answers that were worked out before, in a folder of small files. It is never needed: what is missing,
//! damaged or cannot be written is worked out again, and the answer is the same.
//!
//! Any number of processes may share the folder. A file is written beside its place and moved there whole, its name says
//! what it answers, and its first bytes are a checksum of the rest. Nothing is ever changed in place, so there is nothing
//! to lock, and a killed process leaves at most a temporary file that is swept up later.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// What is in the cache was made by exactly this code.
const BUILT_FROM: &str = env!("DRIFT_BUILT_FROM");

/// The folder inside a cache folder that is ours: nothing else is ever deleted.
const HOME: &str = "drift-1";

/// After sweeping, so much of the limit is in use.
const SWEPT_TO: u64 = 80;

/// Reading an entry makes it young again, but not more often than this: a read should not cost a write.
const YOUTH: Duration = Duration::from_secs(24 * 60 * 60);

/// A temporary file this old belongs to nobody.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A folder of answers, or none.
#[derive(Debug, Default)]
pub struct Cache {
    folder: Option<PathBuf>,
    limit: u64,
    /// Set by the first write that failed: there will be no better luck with the next.
    is_closed: AtomicBool,
    written: AtomicU64,
    notes: Mutex<Vec<String>>,
}

/// What an entry answers: a question of a kind, asked of this very build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u128);

/// Puts a key together.
pub struct KeyBuilder(Xxh3);

impl Key {
    /// Begins a key for a kind of question.
    pub fn of(kind: &str) -> KeyBuilder {
        KeyBuilder(Xxh3::new()).and(BUILT_FROM.as_bytes()).and(kind.as_bytes())
    }
}

impl KeyBuilder {
    /// Adds something that the answer depends on.
    pub fn and(mut self, part: &[u8]) -> KeyBuilder {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub fn done(self) -> Key {
        Key(self.0.digest128())
    }
}

impl Cache {
    /// A cache that remembers nothing.
    pub fn none() -> Cache {
        Cache::default()
    }

    /// The cache in a folder, which need not exist yet.
    pub fn at(folder: &Path, limit: u64) -> Cache {
        Cache { folder: Some(folder.join(HOME)), limit, ..Cache::default() }
    }

    /// The cache in the folder where programs of this user keep theirs; none where there is no such folder.
    pub fn of_user(limit: u64) -> Cache {
        use etcetera::BaseStrategy;
        match etcetera::choose_base_strategy() {
            Ok(folders) => Cache::at(&folders.cache_dir().join("drift"), limit),
            Err(_) => Cache::none(),
        }
    }

    pub fn is_on(&self) -> bool {
        self.folder.is_some()
    }

    /// The answer that was kept for this key, if it is there and whole.
    pub fn read<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        let path = self.path(key)?;
        let content = match read_file(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.note(format!("the cache at `{}` cannot be read: {error}", self.shown()));
                return None;
            }
        };
        let body = verified(key, &content).and_then(|body| lz4_flex::decompress_size_prepended(body).ok());
        let answer = body.and_then(|body| postcard::from_bytes(&body).ok());
        if answer.is_none() {
            self.note(format!("the cache at `{}` was damaged; what was lost is worked out again", self.shown()));
            let _ = fs::remove_file(&path);
        }
        answer
    }

    /// Keeps an answer. Where that is not possible the run goes on without.
    pub fn write<T: Serialize>(&self, key: Key, answer: &T) {
        let Some(path) = self.path(key).filter(|_| !self.is_closed.load(Ordering::Relaxed)) else { return };
        let Ok(body) = postcard::to_stdvec(answer) else { return };
        let body = lz4_flex::compress_prepend_size(&body);
        match write_file(&path, &sealed(key, &body)) {
            Ok(()) => self.count(body.len() as u64),
            Err(error) => {
                self.is_closed.store(true, Ordering::Relaxed);
                self.note(format!("nothing can be kept in the cache at `{}`: {error}", self.shown()));
            }
        }
    }

    /// What a person should know about the cache, each thing once.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes the entries that were not used for longest until the folder is below its limit.
    pub fn sweep(&self) {
        let Some(folder) = &self.folder else { return };
        let mut entries = entries(folder);
        let now = SystemTime::now();
        let age = |time: SystemTime| now.duration_since(time).unwrap_or_default();
        entries.retain(|entry| {
            let is_abandoned = entry.is_temporary && age(entry.used) > ABANDONED;
            !(is_abandoned && fs::remove_file(&entry.path).is_ok())
        });
        let mut size: u64 = entries.iter().map(|entry| entry.size).sum();
        if size <= self.limit {
            return;
        }
        entries.sort_by(|one, two| (one.used, &one.path).cmp(&(two.used, &two.path)));
        for entry in entries.iter().filter(|entry| !entry.is_temporary) {
            if size <= self.limit / 100 * SWEPT_TO {
                return;
            }
            if fs::remove_file(&entry.path).is_ok() {
                size -= entry.size;
            }
        }
    }

    /// Now and then a process that writes looks whether there is too much.
    fn count(&self, bytes: u64) {
        let before = self.written.fetch_add(bytes, Ordering::Relaxed);
        let step = (self.limit / 8).max(1);
        if before / step != (before + bytes) / step || (before == 0 && self.is_due()) {
            self.sweep();
        }
    }

    /// Nobody has looked for a day.
    fn is_due(&self) -> bool {
        let Some(folder) = &self.folder else { return false };
        let stamp = folder.join("swept");
        let swept = fs::metadata(&stamp).and_then(|metadata| metadata.modified()).ok();
        let is_due = swept.and_then(|time| time.elapsed().ok()).is_none_or(|age| age > YOUTH);
        is_due && fs::write(&stamp, b"").is_ok()
    }

    fn path(&self, key: Key) -> Option<PathBuf> {
        let name = format!("{:032x}", key.0);
        Some(self.folder.as_ref()?.join(&name[..2]).join(&name[2..]))
    }

    fn shown(&self) -> String {
        self.folder.as_ref().map_or_else(String::new, |folder| folder.display().to_string())
    }

    fn note(&self, text: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&text) {
            notes.push(text);
        }
    }
}

/// A file of the cache.
struct Entry {
    path: PathBuf,
    size: u64,
    used: SystemTime,
    is_temporary: bool,
}

const CHECKSUM: usize = size_of::<u128>();

fn checksum(key: Key, body: &[u8]) -> [u8; CHECKSUM] {
    (xxh3_128(body) ^ key.0.rotate_left(64)).to_le_bytes()
}

fn sealed(key: Key, body: &[u8]) -> Vec<u8> {
    [&checksum(key, body)[..], body].concat()
}

fn verified(key: Key, content: &[u8]) -> Option<&[u8]> {
    let (sum, body) = content.split_at_checked(CHECKSUM)?;
    (sum == checksum(key, body)).then_some(body)
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > YOUTH) {
        // A file of a folder that is read only stays as old as it looks.
        let _ = file.set_modified(SystemTime::now());
    }
    let mut content = Vec::with_capacity(metadata.len() as usize);
    file.read_to_end(&mut content)?;
    Ok(content)
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("an entry lies in a folder");
    let temporary = || tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder);
    let mut file = match temporary() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            temporary()?
        }
        other => other?,
    };
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

const TEMPORARY: &str = ".new-";

fn entries(folder: &Path) -> Vec<Entry> {
    let files = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let shelves = files(folder).filter(|shelf| shelf.file_type().is_ok_and(|kind| kind.is_dir()));
    let all = shelves.flat_map(|shelf| files(&shelf.path())).filter_map(|entry| {
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let is_temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        Some(Entry { path: entry.path(), size: metadata.len(), used: metadata.modified().ok()?, is_temporary })
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT_LIMIT: u64 = 1 << 30;

    fn key(name: &str) -> Key {
        Key::of("test").and(name.as_bytes()).done()
    }

    /// What cannot be compressed.
    fn noise() -> Vec<u8> {
        (0..4000_u32).flat_map(|at| xxh3_128(&at.to_le_bytes()).to_le_bytes()).take(60_000).collect()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        entries(&folder.join(HOME)).into_iter().map(|entry| entry.path).collect()
    }

    #[test]
    fn what_is_kept_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path(), DEFAULT_LIMIT);
        assert_eq!(cache.read::<String>(key("a")), None);
        cache.write(key("a"), &"answer".to_owned());
        assert_eq!(cache.read::<String>(key("a")).as_deref(), Some("answer"));
        assert_eq!(cache.read::<String>(key("b")), None);
        assert_eq!(Cache::none().read::<String>(key("a")), None);
        assert!(cache.notes().is_empty());
    }

    #[test]
    fn parts_of_a_key_do_not_run_together() {
        let of = |parts: [&str; 2]| Key::of("x").and(parts[0].as_bytes()).and(parts[1].as_bytes()).done();
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_ne!(Key::of("x").done(), Key::of("y").done());
    }

    #[test]
    fn damage_is_noticed_told_once_and_repaired() {
        let folder = tempfile::tempdir().unwrap();
        for damage in [&b""[..], b"short", b"garbage that is longer than a checksum, but nothing else"] {
            let cache = Cache::at(folder.path(), DEFAULT_LIMIT);
            cache.write(key("a"), &7_u32);
            fs::write(&files(folder.path())[0], damage).unwrap();
            assert_eq!(cache.read::<u32>(key("a")), None);
            assert_eq!(cache.notes().len(), 1, "{:?}", cache.notes());
            assert!(files(folder.path()).is_empty());
            cache.write(key("a"), &7_u32);
            assert_eq!(cache.read::<u32>(key("a")), Some(7));
        }
    }

    #[test]
    fn a_flipped_bit_or_a_swapped_file_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path(), DEFAULT_LIMIT);
        cache.write(key("a"), &1_u32);
        cache.write(key("b"), &2_u32);
        let [one, two] = [key("a"), key("b")].map(|key| cache.path(key).unwrap());
        fs::copy(&one, &two).unwrap();
        assert_eq!(cache.read::<u32>(key("b")), None);
        let mut content = fs::read(&one).unwrap();
        *content.last_mut().unwrap() ^= 1;
        fs::write(&one, content).unwrap();
        assert_eq!(cache.read::<u32>(key("a")), None);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"in the way").unwrap();
        let cache = Cache::at(&file, DEFAULT_LIMIT);
        cache.write(key("a"), &1_u32);
        cache.write(key("b"), &1_u32);
        assert_eq!(cache.notes().len(), 1, "{:?}", cache.notes());
        assert_eq!(fs::read(&file).unwrap(), b"in the way");
    }

    #[test]
    fn the_oldest_go_first_and_strangers_stay() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path(), 100_000);
        let stranger = folder.path().join("stranger");
        fs::write(&stranger, vec![0; 200_000]).unwrap();
        for (name, days) in [("old", 3), ("new", 1)] {
            cache.write(key(name), &noise());
            let file = File::options().write(true).open(cache.path(key(name)).unwrap()).unwrap();
            file.set_modified(SystemTime::now() - YOUTH * days).unwrap();
        }
        cache.sweep();
        assert!(cache.read::<Vec<u8>>(key("old")).is_none());
        assert!(cache.read::<Vec<u8>>(key("new")).is_some() && stranger.exists());
    }

    #[test]
    fn what_a_killed_process_left_is_swept_up() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path(), DEFAULT_LIMIT);
        cache.write(key("a"), &1_u32);
        let left = files(folder.path())[0].with_file_name(format!("{TEMPORARY}x"));
        fs::write(&left, b"half").unwrap();
        cache.sweep();
        assert!(left.exists(), "it may still be written");
        File::options().write(true).open(&left).unwrap().set_modified(SystemTime::now() - ABANDONED * 2).unwrap();
        cache.sweep();
        assert!(!left.exists() && cache.read::<u32>(key("a")) == Some(1));
    }
}
