//! Files that were fetched, in a folder of this machine. What they are called never changes what they hold, so that they are never out of
//! date; several processes may share the folder, and it may be removed at any time.

#![expect(
    clippy::disallowed_methods,
    reason = "this is a door to storage: of files that may be lost"
)]

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use varve_engine::{Bytes, Disk, Error, OsDisk, Result};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

/// What the name of a file starts with that is still being fetched.
const UNFINISHED: &str = ".fetching-";
/// One that is older was left behind by somebody who died.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
/// How many bytes a folder may hold unless something else is said.
pub(crate) const BUDGET: u64 = 8 << 30;
/// One part of so many is left free, so that the folder is not gone through at each copy.
const SHARE: u64 = 16;
/// For so long it is not looked again for the copies of other processes.
const LOOKED_FOR: Duration = Duration::from_secs(10);

/// The folder.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    budget: u64,
    disk: OsDisk,
    known: Mutex<Known>,
    number: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    /// The name of a file's copy, by what stands for its key.
    names: HashMap<String, String>,
    /// Copies whose bytes this process has seen to be right, or has written.
    checked: HashSet<String>,
    /// When copies of other processes were looked for.
    looked: Option<Instant>,
    /// How many bytes this process wrote since the folder was gone through; `None` before it was.
    written: Option<u64>,
}

/// A copy that is being written.
pub(crate) struct Copy<'c> {
    cache: &'c Cache,
    key: String,
    path: PathBuf,
    file: Option<File>,
    hash: Xxh3,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf, budget: u64) -> Self {
        Self {
            folder,
            budget,
            disk: OsDisk::default(),
            known: Mutex::default(),
            number: AtomicU64::new(0),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The copy of a file, where there is a whole one. Nothing of it is believed before its checksum was found right, once a process.
    pub(crate) fn open(&self, of: &str) -> Option<Bytes> {
        self.open_key(&key(of))
    }

    fn open_key(&self, key: &str) -> Option<Bytes> {
        let known = self.known().names.get(key).cloned();
        let name = known.or_else(|| self.look_for(key))?;
        let path = self.folder.join(&name);
        let bytes = match self.disk.open(&path) {
            Ok(bytes) => bytes,
            Err(_) => {
                self.forget(key, &name);
                return None;
            }
        };
        let is_checked = self.known().checked.contains(&name);
        if !is_checked {
            if self::name(key, xxh3_64(&bytes)) != name {
                self.forget(key, &name);
                let _ = fs::remove_file(&path);
                return None;
            }
            self.known().checked.insert(name);
        }
        // What was used last goes last.
        let touched = OpenOptions::new().append(true).open(&path);
        let _ = touched.and_then(|file| file.set_modified(SystemTime::now()));
        Some(bytes)
    }

    fn forget(&self, key: &str, name: &str) {
        let mut known = self.known();
        known.names.remove(key);
        known.checked.remove(name);
    }

    /// Removes the copy of a file that was removed, whichever process made it.
    pub(crate) fn remove(&self, of: &str) {
        let key = key(of);
        let known = self.known().names.get(&key).cloned();
        if let Some(name) = known.or_else(|| self.look(&key)) {
            self.forget(&key, &name);
            // Who shares the folder may have done it already.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }

    /// A copy that another process made. One that it made a moment ago may be missed, and is then fetched as well.
    fn look_for(&self, key: &str) -> Option<String> {
        let mut known = self.known();
        if known.looked.is_some_and(|then| then.elapsed() < LOOKED_FOR) {
            return None;
        }
        known.looked = Some(Instant::now());
        drop(known);
        self.look(key)
    }

    fn look(&self, key: &str) -> Option<String> {
        let names = fs::read_dir(&self.folder).ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let (key, _) = name.split_once('-').filter(|(key, _)| !key.is_empty())?;
            Some((key.to_owned(), name))
        });
        let mut known = self.known();
        known.names.extend(names);
        known.names.get(key).cloned()
    }

    /// Begins a copy.
    pub(crate) fn copy(&self, of: &str) -> Result<Copy<'_>> {
        fs::create_dir_all(&self.folder).map_err(|error| self.failed(&error))?;
        loop {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let path = self
                .folder
                .join(format!("{UNFINISHED}{}-{number}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Copy {
                        cache: self,
                        key: key(of),
                        path,
                        file: Some(file),
                        hash: Xxh3::new(),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::io("write the cache in", self.folder.to_string_lossy(), error)
            .hint("Give connect a cacheDir that can be written, or cache: \"memory\".")
    }

    /// Counts what was written, and makes room where that may have filled what was left free. Processes that share the folder do so each
    /// for itself.
    fn wrote(&self, length: u64) {
        let mut known = self.known();
        let written = known
            .written
            .map_or(u64::MAX, |written| written.saturating_add(length));
        let is_due = written >= self.budget / SHARE;
        known.written = Some(if is_due { 0 } else { written });
        drop(known);
        if is_due {
            self.make_room();
        }
    }

    /// Removes the copies that were used longest ago, until the others fit and a share is free. Who has one mapped keeps its bytes.
    fn make_room(&self) {
        let room = self.budget - self.budget / SHARE;
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let mut copies: Vec<(Duration, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                let age = metadata.modified().ok()?.elapsed().unwrap_or_default();
                let name = entry.file_name();
                let is_copy = is_copy(&name.to_string_lossy());
                let is_abandoned = name.to_string_lossy().starts_with(UNFINISHED) && age > ABANDONED;
                (is_copy || is_abandoned).then(|| (age, metadata.len(), entry.path()))
            })
            .collect();
        copies.sort_unstable();
        let mut total: u64 = 0;
        for (age, length, path) in copies {
            total = total.saturating_add(length);
            let is_unfinished =
                age > ABANDONED && !is_copy(&path.file_name().unwrap_or_default().to_string_lossy());
            if total > room || is_unfinished {
                let _ = fs::remove_file(path);
            }
        }
    }
}

impl Copy<'_> {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| self.cache.failed(&error))
    }

    /// Ends the copy, and opens it.
    pub(crate) fn finish(mut self) -> Result<Bytes> {
        drop(self.file.take());
        let name = name(&self.key, self.hash.digest());
        let path = self.cache.folder.join(&name);
        if let Err(error) = fs::rename(&self.path, &path) {
            let _ = fs::remove_file(&self.path);
            // Some systems put nothing in the place of what another process has open, which has the same bytes.
            self.cache.known().names.insert(self.key.clone(), name);
            return self
                .cache
                .open_key(&self.key)
                .ok_or_else(|| self.cache.failed(&error));
        }
        let opened = self.cache.disk.open(&path);
        let bytes = opened.map_err(|error| self.cache.failed(&error))?;
        let mut known = self.cache.known();
        known.names.insert(self.key.clone(), name.clone());
        known.checked.insert(name);
        drop(known);
        self.cache.wrote(bytes.len() as u64);
        Ok(bytes)
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What stands for a file of a bucket: names of tables are not fit for every file system.
fn key(of: &str) -> String {
    format!("{:032x}", xxh3_128(of.as_bytes()))
}

fn name(key: &str, hash: u64) -> String {
    format!("{key}-{hash:016x}")
}

fn is_copy(name: &str) -> bool {
    let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    name.split_once('-')
        .is_some_and(|(key, hash)| is_hex(key, 32) && is_hex(hash, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &std::path::Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn put(cache: &Cache, of: &str, content: &[u8]) -> Bytes {
        let mut copy = cache.copy(of).unwrap();
        content.chunks(1000).for_each(|part| copy.write(part).unwrap());
        copy.finish().unwrap()
    }

    #[test]
    fn a_copy_is_found_again_also_by_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), BUDGET);
        assert!(cache.open("a").is_none());
        let content = vec![7; 100_000];
        assert_eq!(&*put(&cache, "a", &content), &content[..]);
        assert_eq!(&*cache.open("a").unwrap(), &content[..]);
        assert!(cache.open("b").is_none());
        let other = Cache::new(folder.path().to_owned(), BUDGET);
        assert_eq!(&*other.open("a").unwrap(), &content[..]);
    }

    #[test]
    fn a_copy_goes_with_its_file_whoever_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), BUDGET);
        let kept = put(&cache, "a", &[7; 100_000]);
        put(&cache, "b", &[8; 100_000]);
        cache.remove("a");
        assert!(cache.open("a").is_none());
        assert_eq!(files(folder.path()).len(), 1);
        assert_eq!(&*kept, &[7; 100_000]);
        Cache::new(folder.path().to_owned(), BUDGET).remove("b");
        assert!(cache.open("b").is_none());
        cache.remove("c");
        assert_eq!(files(folder.path()).len(), 0);
    }

    #[test]
    fn a_copy_that_was_changed_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        put(&Cache::new(folder.path().to_owned(), BUDGET), "a", &[7; 100_000]);
        let path = folder.path().join(&files(folder.path())[0]);
        for damaged in [vec![], vec![7; 99_999], vec![8; 100_000]] {
            fs::write(&path, &damaged).unwrap();
            let cache = Cache::new(folder.path().to_owned(), BUDGET);
            assert!(cache.open("a").is_none());
            assert!(!path.exists());
            put(&cache, "a", &[7; 100_000]);
            assert!(cache.open("a").is_some());
        }
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_stays_readable() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), 250_000);
        let old = |of: &str, seconds: u64| {
            let path = folder.path().join(cache.known().names.get(&key(of)).unwrap());
            let file = OpenOptions::new().append(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(seconds))
                .unwrap();
        };
        let a = put(&cache, "a", &[1; 100_000]);
        put(&cache, "b", &[2; 100_000]);
        old("a", 20);
        old("b", 10);
        // It is used.
        assert!(cache.open("a").is_some());
        put(&cache, "c", &[3; 100_000]);
        assert!(cache.open("b").is_none());
        assert!(cache.open("a").is_some() && cache.open("c").is_some());
        old("a", 20);
        put(&cache, "d", &[4; 200_000]);
        assert!(cache.open("a").is_none());
        assert_eq!(&*a, &[1; 100_000]);
    }

    #[test]
    fn copies_of_other_processes_are_not_looked_for_at_each_miss() {
        let folder = tempfile::tempdir().unwrap();
        let [cache, other] = [(); 2].map(|()| Cache::new(folder.path().to_owned(), BUDGET));
        assert!(cache.open("a").is_none());
        put(&other, "a", &[7; 100]);
        assert!(cache.open("a").is_none());
        let then = Instant::now().checked_sub(LOOKED_FOR).unwrap();
        cache.known().looked = Some(then);
        assert_eq!(&*cache.open("a").unwrap(), &[7; 100]);
    }

    #[test]
    fn a_folder_is_gone_through_once_for_many_copies() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), 160_000);
        put(&cache, "a", &[1; 100]);
        // Another process fills it.
        let other = folder.path().join(name(&key("b"), 1));
        fs::write(&other, vec![2; 160_000]).unwrap();
        let file = OpenOptions::new().append(true).open(&other).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(10))
            .unwrap();
        for of in 0..99 {
            put(&cache, &of.to_string(), &[3; 100]);
        }
        assert_eq!(files(folder.path()).len(), 101);
        put(&cache, "c", &[4; 100]);
        assert_eq!(files(folder.path()).len(), 101);
        assert!(cache.open("a").is_some() && cache.open("c").is_some());
        assert!(!other.exists());
    }

    #[test]
    fn a_copy_that_cannot_be_put_in_its_place_leaves_nothing_and_what_stands_there_does() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), BUDGET);
        let begin = |content: &[u8]| {
            let mut copy = cache.copy("a").unwrap();
            copy.write(content).unwrap();
            copy
        };
        let lost = begin(&[7; 100]);
        put(&cache, "a", &[7; 100]);
        fs::remove_file(&lost.path).unwrap();
        assert_eq!(&*lost.finish().unwrap(), &[7; 100]);
        // Nothing can be put over a folder.
        let place = folder.path().join(name(&key("a"), xxh3_64(&[8; 100])));
        fs::create_dir(&place).unwrap();
        assert!(begin(&[8; 100]).finish().is_err());
        fs::remove_dir(&place).unwrap();
        assert_eq!(files(folder.path()), [name(&key("a"), xxh3_64(&[7; 100]))]);
    }

    #[test]
    fn what_is_no_copy_is_left_alone_and_a_copy_that_failed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), [0; 1000]).unwrap();
        let cache = Cache::new(folder.path().to_owned(), 1);
        let mut copy = cache.copy("a").unwrap();
        copy.write(&[1; 10]).unwrap();
        drop(copy);
        put(&cache, "b", &[2; 100]);
        assert_eq!(files(folder.path()), ["mine"]);
    }
}
