//! Files that were fetched, in a folder of this machine. What they are called never changes what they hold, so that they are never out of
//! date; several processes may share the folder, and it may be removed at any time.

#![expect(
    clippy::disallowed_methods,
    reason = "this is a door to storage: of files that may be lost"
)]

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use varve_engine::{Bytes, Disk, Error, OsDisk, Result};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

/// What the name of a file starts with that is still being fetched.
const UNFINISHED: &str = ".fetching-";
/// The file that says, by what it holds, that all copies were dropped: what was being fetched then must not stay either.
const DROPPED: &str = ".dropped";
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
    /// Copies that are being made, by their numbers: what stands for the key, and whether the file was removed meanwhile.
    begun: HashMap<u64, (String, bool)>,
}

/// A copy that is being made. It is known from before its file is asked for, so that whoever removes the file meanwhile finds it.
pub(crate) struct Copy<'c> {
    cache: &'c Cache,
    number: u64,
    key: String,
    /// What the folder said of copies that were dropped.
    dropped: Option<Vec<u8>>,
    /// Where it is written, from the first bytes on.
    written: Option<(PathBuf, File)>,
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

    /// Removes the copy of a file that was removed, and of one that is being made by this process sees to it that it does not stay. One that
    /// another process made a moment ago may be missed: it goes when room is made.
    pub(crate) fn remove(&self, of: &str) {
        let key = key(of);
        let mut known = self.known();
        let begun = known.begun.values_mut().filter(|(begun, _)| *begun == key);
        begun.for_each(|(_, is_removed)| *is_removed = true);
        let name = known.names.get(&key).cloned();
        drop(known);
        if let Some(name) = name.or_else(|| self.look_for(&key)) {
            self.forget(&key, &name);
            // Who shares the folder may have done it already.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }

    /// Drops all copies, whoever made them and of whatever files, those included that are being made. Returns how many the system keeps,
    /// because somebody has them open.
    pub(crate) fn drop_all(&self) -> Result<u64> {
        let failed = |error| Error::io("drop what was kept in", self.folder.to_string_lossy(), &error);
        match fs::create_dir_all(&self.folder) {
            // A folder that cannot be made holds nothing, and will hold nothing.
            Err(_) if !self.folder.exists() => return Ok(0),
            made => made.map_err(failed)?,
        }
        let id = getrandom::u64().map_err(|_| Error::internal("the system has no randomness"))?;
        // Before they are looked for: who ends a copy looks here afterwards.
        fs::write(self.folder.join(DROPPED), format!("{id:016x}")).map_err(failed)?;
        let mut known = self.known();
        known.names.clear();
        known.checked.clear();
        drop(known);
        let mut kept = 0;
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_copy(&name) || name.starts_with(UNFINISHED) {
                let removed = fs::remove_file(entry.path());
                kept += u64::from(removed.is_err_and(|error| error.kind() != io::ErrorKind::NotFound));
            }
        }
        Ok(kept)
    }

    /// What the folder says of copies that were dropped.
    fn dropped(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.join(DROPPED)).ok()
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

    /// Begins a copy, before anything of its file was asked for.
    pub(crate) fn copy(&self, of: &str) -> Copy<'_> {
        let (number, key) = (self.number.fetch_add(1, Ordering::Relaxed), key(of));
        self.known().begun.insert(number, (key.clone(), false));
        Copy {
            cache: self,
            number,
            key,
            dropped: self.dropped(),
            written: None,
            hash: Xxh3::new(),
        }
    }

    fn create(&self) -> Result<(PathBuf, File)> {
        fs::create_dir_all(&self.folder).map_err(|error| self.failed(&error))?;
        loop {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let path = self
                .folder
                .join(format!("{UNFINISHED}{}-{number}", std::process::id()));
            let mut options = OpenOptions::new();
            match options.read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((path, file)),
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
        let (_, file) = match &mut self.written {
            Some(written) => written,
            None => self.written.insert(self.cache.create()?),
        };
        file.write_all(bytes).map_err(|error| self.cache.failed(&error))
    }

    /// Ends the copy, and opens it. Where its file was removed meanwhile, or all copies were dropped, its bytes are in memory and nothing
    /// stays.
    pub(crate) fn finish(mut self) -> Result<Bytes> {
        let Some((unfinished, file)) = self.written.take() else {
            return Ok(Bytes::from(Vec::new()));
        };
        let name = name(&self.key, self.hash.digest());
        let path = self.cache.folder.join(&name);
        if let Err(error) = fs::rename(&unfinished, &path) {
            let _ = fs::remove_file(&unfinished);
            if error.kind() == io::ErrorKind::NotFound {
                // It was dropped.
                return self.in_memory(file);
            }
            // Some systems put nothing in the place of what another process has open, which has the same bytes.
            self.cache.known().names.insert(self.key.clone(), name);
            return self
                .cache
                .open_key(&self.key)
                .ok_or_else(|| self.cache.failed(&error));
        }
        if self.is_unwanted(&name) {
            let _ = fs::remove_file(&path);
            return self.in_memory(file);
        }
        let Ok(bytes) = self.cache.disk.open(&path) else {
            // Somebody made room.
            self.cache.forget(&self.key, &name);
            return self.in_memory(file);
        };
        self.cache.wrote(bytes.len() as u64);
        Ok(bytes)
    }

    /// Whether its file was removed since it was begun, or all copies were dropped. Otherwise it is known from here on to who removes the
    /// file.
    fn is_unwanted(&self, name: &str) -> bool {
        let mut known = self.cache.known();
        let is_removed = known.begun.get(&self.number).is_some_and(|(_, removed)| *removed);
        if is_removed || self.cache.dropped() != self.dropped {
            return true;
        }
        known.names.insert(self.key.clone(), name.to_owned());
        known.checked.insert(name.to_owned());
        false
    }

    /// What was written, of a file whose name may be gone.
    fn in_memory(&self, mut file: File) -> Result<Bytes> {
        let mut bytes = Vec::new();
        let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
        read.map_err(|error| self.cache.failed(&error))?;
        Ok(Bytes::from(bytes))
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        self.cache.known().begun.remove(&self.number);
        if let Some((path, file)) = self.written.take() {
            drop(file);
            let _ = fs::remove_file(path);
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
        let mut copy = cache.copy(of);
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
    fn copies_of_other_processes_are_not_looked_for_at_each_removal() {
        let folder = tempfile::tempdir().unwrap();
        let [cache, other] = [(); 2].map(|()| Cache::new(folder.path().to_owned(), BUDGET));
        cache.remove("b");
        put(&other, "a", &[7; 100]);
        cache.remove("a");
        assert_eq!(files(folder.path()).len(), 1);
        cache.known().looked = Instant::now().checked_sub(LOOKED_FOR);
        cache.remove("a");
        assert_eq!(files(folder.path()).len(), 0);
    }

    #[test]
    fn a_copy_that_is_made_while_its_file_is_removed_does_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), BUDGET);
        let (early, mut late) = (cache.copy("a"), cache.copy("a"));
        late.write(&[7; 100]).unwrap();
        cache.remove("a");
        for mut copy in [early, late] {
            copy.write(&[8; 100]).unwrap();
            assert!(copy.finish().unwrap().ends_with(&[8; 100]));
        }
        assert_eq!(files(folder.path()).len(), 0);
        assert!(cache.open("a").is_none());
        // A later one does.
        put(&cache, "a", &[7; 100]);
        assert!(cache.open("a").is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_has_no_copies() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), []).unwrap();
        let cache = Cache::new(folder.path().join("file/in"), BUDGET);
        assert_eq!(cache.drop_all().unwrap(), 0);
    }

    #[test]
    fn all_copies_are_dropped_and_those_of_other_processes_that_are_being_made() {
        let folder = tempfile::tempdir().unwrap();
        let [cache, other] = [(); 2].map(|()| Cache::new(folder.path().join("in"), BUDGET));
        // Before there is a folder.
        let early = other.copy("c");
        assert_eq!(cache.drop_all().unwrap(), 0);
        for of in ["a", "b"] {
            put(&other, of, &[7; 100]);
        }
        fs::write(folder.path().join("in/mine"), [0; 10]).unwrap();
        let mut half = other.copy("d");
        half.write(&[1; 50]).unwrap();
        let kept = cache.open("a").unwrap();
        let marked = ["mine", DROPPED].map(str::to_owned);
        assert_eq!(cache.drop_all().unwrap(), 0);
        for mut copy in [early, half] {
            copy.write(&[2; 50]).unwrap();
            assert!(copy.finish().unwrap().ends_with(&[2; 50]));
        }
        let mut left = files(&folder.path().join("in"));
        left.sort_by_key(|name| name.starts_with('.'));
        assert_eq!(left, marked);
        assert_eq!(&*kept, &[7; 100]);
        assert!(cache.open("a").is_none() && other.open("b").is_none());
        put(&other, "a", &[7; 100]);
        assert!(other.open("a").is_some());
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
            let mut copy = cache.copy("a");
            copy.write(content).unwrap();
            copy
        };
        let lost = begin(&[7; 100]);
        put(&cache, "a", &[7; 100]);
        fs::remove_file(&lost.written.as_ref().unwrap().0).unwrap();
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
        let mut copy = cache.copy("a");
        copy.write(&[1; 10]).unwrap();
        drop(copy);
        put(&cache, "b", &[2; 100]);
        assert_eq!(files(folder.path()), ["mine"]);
    }
}
