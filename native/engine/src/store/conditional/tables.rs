use std::sync::Arc;

use super::ended::{ended, is_ended};
use super::log::ConditionalLog;
use crate::error::{Code, Error, Result};
use crate::store::{PutOutcome, Store};

/// How often a drop is tried while others commit.
const TRIES: usize = 100;
/// The sequence of the first manifest of a name's first table.
const FIRST: u64 = 1;
const MANIFESTS: &str = "_manifests";
/// The one folder whose files have names that a next table may give again.
const TAGS: &str = "_tags";

/// Tables in a store that has nothing but put-if-absent.
///
/// A table is made by its first manifest, and dropped by a last one that says so and stays: a later table of the name goes on behind it.
/// So the manifests of all tables that ever had a name are one row of sequences, and who puts the next one is first.
#[derive(Debug)]
pub struct ConditionalTables {
    store: Arc<dyn Store>,
}

impl ConditionalTables {
    /// The tables of a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    fn log(&self, table: &str) -> ConditionalLog {
        ConditionalLog::new(Arc::clone(&self.store), table)
    }

    /// [`crate::Catalog::first_sequence`].
    ///
    /// # Errors
    /// What the store says.
    pub fn first_sequence(&self, table: &str) -> Result<u64> {
        Ok(self
            .log(table)
            .last()?
            .map_or(FIRST, |last| last.saturating_add(1)))
    }

    /// [`crate::Catalog::create_table`], with a sequence that [`ConditionalTables::first_sequence`] gave.
    ///
    /// # Errors
    /// An error says nothing about whether it is there: read the manifest back.
    pub fn create(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome> {
        let log = self.log(table);
        let last = log.last()?;
        if let Some(last) = last {
            let bytes = log.bytes(last)?;
            let is_behind = last.checked_add(1) == Some(sequence);
            if !is_behind || !bytes.is_some_and(|bytes| is_ended(&bytes, last)) {
                return Ok(PutOutcome::Exists);
            }
            self.clear(&log, table, last)?;
        } else if sequence != FIRST {
            return Ok(PutOutcome::Exists);
        }
        let path = log.path(sequence);
        if self.store.put_if_absent(&path, manifest)? == PutOutcome::Exists {
            return Ok(PutOutcome::Exists);
        }
        // Whoever slept before the put may have made a name anew that was there and gone.
        let is_first = match last {
            Some(last) => self.store.exists(&log.path(last))?,
            None => self.is_life_of(&log, sequence, manifest)?,
        };
        if is_first {
            return Ok(PutOutcome::Created);
        }
        self.store.remove(&path)?;
        Ok(PutOutcome::Exists)
    }

    /// Whether the newest manifest is of the life that a first one begins.
    fn is_life_of(&self, log: &ConditionalLog, sequence: u64, first: &[u8]) -> Result<bool> {
        let newest = log.last()?;
        if newest == Some(sequence) {
            return Ok(true);
        }
        let bytes = newest.map(|newest| log.bytes(newest)).transpose()?.flatten();
        let life = bytes.as_deref().and_then(incarnation);
        Ok(life.is_some() && life == incarnation(first))
    }

    /// [`crate::Catalog::drop_table`].
    ///
    /// # Errors
    /// What the store says.
    pub fn drop(&self, table: &str) -> Result<()> {
        let log = self.log(table);
        for _ in 0..TRIES {
            let Some(last) = log.last()? else {
                return Ok(());
            };
            if log.bytes(last)?.is_some_and(|bytes| is_ended(&bytes, last)) {
                return self.clear(&log, table, last);
            }
            let Some(end) = last.checked_add(1) else {
                break;
            };
            match self.store.put_if_absent(&log.path(end), &ended(end)) {
                // As with a commit: as long as the one before stands, this name was never there.
                Ok(PutOutcome::Created) if !self.store.exists(&log.path(last))? => {
                    self.store.remove(&log.path(end))?;
                }
                Ok(_) => {}
                // Only the answer was lost where it is there.
                Err(error) if log.bytes(end)?.is_none() => return Err(error),
                Err(_) => {}
            }
        }
        let message =
            format!("Other writers were faster each of the {TRIES} times that {table} was to be removed.");
        Err(Error::new(Code::Conflict, message)
            .hint("Try again when fewer others write; nothing was changed."))
    }

    /// Removes what is left over of the tables that a manifest ended, which stays. What a next table has put by now is not touched: files are
    /// listed before it is looked whether there is one. Tags alone are called the same in both, so that it is looked again before each.
    fn clear(&self, log: &ConditionalLog, table: &str, end: u64) -> Result<()> {
        let (mut tags, mut files) = (Vec::new(), Vec::new());
        for folder in self.store.list(table)? {
            if folder.name == MANIFESTS {
                continue;
            }
            let found = if folder.name == TAGS {
                &mut tags
            } else {
                &mut files
            };
            let folder = format!("{table}/{}", folder.name);
            let entries = self.store.list(&folder)?.into_iter();
            found.extend(entries.map(|entry| format!("{folder}/{}", entry.name)));
        }
        let mut older = log.sequences()?;
        if older.iter().max() != Some(&end) {
            return Ok(());
        }
        for tag in &tags {
            // Who falls asleep right here may still remove one of the next table: no store removes on a condition.
            if log.last()? != Some(end) {
                return Ok(());
            }
            self.store.remove(tag)?;
        }
        files.iter().try_for_each(|file| self.store.remove(file))?;
        older.retain(|older| *older < end);
        older.sort_unstable();
        older
            .into_iter()
            .try_for_each(|older| self.store.remove(&log.path(older)))
    }
}

/// The name of a table's life, as its manifests write it among their first keys.
fn incarnation(manifest: &[u8]) -> Option<&[u8]> {
    const KEY: &[u8] = b"\"incarnation\":\"";
    let head = manifest.get(..1024).unwrap_or(manifest);
    let at = head.windows(KEY.len()).position(|part| part == KEY)? + KEY.len();
    let rest = head.get(at..)?;
    rest.get(..rest.iter().position(|byte| *byte == b'"')?)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::store::{Blob, Catalog, Entry, MemoryStore, Sink};

    /// Somebody else does something before a file is removed.
    #[derive(Debug)]
    struct Interrupted {
        store: MemoryStore,
        before: Mutex<Option<&'static str>>,
        other: fn(&MemoryStore),
    }

    impl Store for Interrupted {
        fn put_if_absent(&self, path: &str, bytes: &[u8]) -> Result<PutOutcome> {
            self.store.put_if_absent(path, bytes)
        }

        fn create(&self, path: &str) -> Result<Box<dyn Sink>> {
            self.store.create(path)
        }

        fn create_whole(&self, path: &str) -> Result<Box<dyn Sink>> {
            self.store.create_whole(path)
        }

        fn open(&self, path: &str) -> Result<Option<Box<dyn Blob>>> {
            self.store.open(path)
        }

        fn list(&self, directory: &str) -> Result<Vec<Entry>> {
            self.store.list(directory)
        }

        fn remove(&self, path: &str) -> Result<()> {
            if self
                .before
                .lock()
                .unwrap()
                .take_if(|before| before == &path)
                .is_some()
            {
                (self.other)(&self.store);
            }
            self.store.remove(path)
        }
    }

    fn tables(store: &MemoryStore) -> ConditionalTables {
        ConditionalTables::new(Arc::new(store.clone()))
    }

    #[test]
    fn whoever_clears_up_too_late_leaves_the_tags_of_the_next_table() {
        let store = MemoryStore::new();
        assert_eq!(store.create_table("t", 1, b"{}").unwrap(), PutOutcome::Created);
        tables(&store).drop("t").unwrap();
        // What a drop that was cut short left.
        for tag in ["t/_tags/a.json", "t/_tags/b.json"] {
            store.put_if_absent(tag, b"old").unwrap();
        }
        let late = Interrupted {
            store: store.clone(),
            before: Mutex::new(Some("t/_tags/a.json")),
            other: |store| {
                assert_eq!(tables(store).create("t", 3, b"{}").unwrap(), PutOutcome::Created);
                store.put_if_absent("t/_tags/b.json", b"new").unwrap();
            },
        };
        let outcome = ConditionalTables::new(Arc::new(late)).create("t", 3, b"{ }");
        assert_eq!(outcome.unwrap(), PutOutcome::Exists);
        let tag = store.open("t/_tags/b.json").unwrap().unwrap().map().unwrap();
        assert_eq!(&*tag, b"new");
    }
}
