use std::sync::{Arc, Mutex, PoisonError};

use super::ended::is_ended;
use super::old::Old;
use crate::error::{Code, Result};
use crate::store::asked::Asked;
use crate::store::{Bytes, Entry, ManifestLog, PutOutcome, Store, manifest_name, manifest_sequence};

/// How often a manifest is put of which the store does not say whether it landed, where the store does not try again by itself.
const TRIES: usize = 3;

/// Manifests in any store whose put-if-absent decides who is first, such as an object store.
///
/// Their names run backwards, so that the first one listed is the newest. One that ends the table stands for none.
#[derive(Debug)]
pub struct ConditionalLog {
    store: Arc<dyn Store>,
    directory: String,
    asked: Asked<String>,
    old: Mutex<Old>,
}

impl ConditionalLog {
    /// The manifests of a table.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, table: &str) -> Self {
        Self {
            store,
            directory: format!("{table}/_manifests"),
            asked: Asked::default(),
            old: Mutex::default(),
        }
    }

    pub(super) fn path(&self, sequence: u64) -> String {
        format!("{}/{}", self.directory, manifest_name(sequence))
    }

    pub(super) fn sequences(&self) -> Result<Vec<u64>> {
        Ok(self
            .entries()?
            .into_iter()
            .map(|(sequence, _)| sequence)
            .collect())
    }

    fn entries(&self) -> Result<Vec<(u64, Entry)>> {
        let entries = self.store.list(&self.directory)?.into_iter();
        Ok(entries
            .filter_map(|entry| Some((manifest_sequence(&entry.name)?, entry)))
            .collect())
    }

    /// The newest sequence, also where it ends the table.
    pub(super) fn last(&self) -> Result<Option<u64>> {
        let Some(first) = self.store.first(&self.directory)? else {
            return Ok(None);
        };
        match manifest_sequence(&first) {
            Some(newest) => Ok(Some(newest)),
            // Something else lies there.
            None => Ok(self.sequences()?.into_iter().max()),
        }
    }

    /// What stands under a sequence, also where it ends the table.
    pub(super) fn bytes(&self, sequence: u64) -> Result<Option<Bytes>> {
        let blob = self.store.open(&self.path(sequence))?;
        blob.map(|blob| blob.map()).transpose()
    }
}

impl ManifestLog for ConditionalLog {
    fn newest(&self) -> Result<Option<u64>> {
        Ok(self.newest_with_bytes()?.map(|(newest, _)| newest))
    }

    fn newest_with_bytes(&self) -> Result<Option<(u64, Option<Bytes>)>> {
        let Some(newest) = self.last()? else {
            return Ok(None);
        };
        // What was removed since it was listed says nothing: who reads looks again.
        let bytes = self.bytes(newest)?;
        match bytes.as_deref().is_some_and(|bytes| is_ended(bytes, newest)) {
            true => Ok(None),
            false => Ok(Some((newest, bytes))),
        }
    }

    fn read(&self, sequence: u64) -> Result<Option<Bytes>> {
        let bytes = self.bytes(sequence)?;
        Ok(bytes.filter(|bytes| !is_ended(bytes, sequence)))
    }

    fn append(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        let path = self.path(sequence);
        let most = if self.store.tries_again() { 1 } else { TRIES };
        let mut tries = 1;
        loop {
            match self.store.put_if_absent(&path, bytes) {
                // It may have landed: then the next try finds its own manifest, which the caller knows by its id.
                Err(error) if tries < most && error.code() == Code::Io => tries += 1,
                put => return put,
            }
        }
    }

    fn is_newest(&self, sequence: u64) -> Result<bool> {
        let asked = self.asked.of(sequence, |sequence| self.path(sequence));
        self.store.is_last(&asked.own, &asked.next)
    }

    fn newest_is_known(&self, sequence: u64) -> Result<Option<bool>> {
        match self.store.is_near() {
            true => self.is_newest(sequence).map(Some),
            false => Ok(None),
        }
    }

    fn forget_before(&self, sequence: u64) -> Result<u64> {
        let remove = |older: u64| self.store.remove(&self.path(older));
        let kept_ms = self.store.kept_ms();
        if kept_ms > 0 {
            let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
            return old.forget_before(sequence, kept_ms, || self.entries(), remove);
        }
        let mut older = self.sequences()?;
        older.retain(|older| *older < sequence);
        older.sort_unstable();
        older.into_iter().try_for_each(remove)?;
        Ok(sequence)
    }

    fn erase_before(&self, sequence: u64) -> Result<()> {
        let mut older = self.sequences()?;
        older.retain(|older| *older < sequence);
        older.sort_unstable();
        older
            .into_iter()
            .try_for_each(|older| self.store.remove(&self.path(older)))
    }

    fn withdraw(&self, sequence: u64) -> Result<()> {
        self.store.remove(&self.path(sequence))
    }
}
