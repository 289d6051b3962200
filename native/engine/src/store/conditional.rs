use std::sync::Arc;

use super::asked::Asked;
use super::{Bytes, ManifestLog, PutOutcome, Store, manifest_name, manifest_sequence};
use crate::error::Result;

/// How often a manifest is put of which the store does not say whether it landed.
const TRIES: usize = 3;

/// Manifests in any store whose put-if-absent decides who is first, such as an object store.
///
/// Their names run backwards, so that the first one listed is the newest.
#[derive(Debug)]
pub struct ConditionalLog {
    store: Arc<dyn Store>,
    directory: String,
    asked: Asked<String>,
}

impl ConditionalLog {
    /// The manifests of a table.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, table: &str) -> Self {
        Self {
            store,
            directory: format!("{table}/_manifests"),
            asked: Asked::default(),
        }
    }

    fn path(&self, sequence: u64) -> String {
        format!("{}/{}", self.directory, manifest_name(sequence))
    }

    fn sequences(&self) -> Result<Vec<u64>> {
        let entries = self.store.list(&self.directory)?;
        Ok(entries
            .iter()
            .filter_map(|entry| manifest_sequence(&entry.name))
            .collect())
    }
}

impl ManifestLog for ConditionalLog {
    fn newest(&self) -> Result<Option<u64>> {
        let Some(first) = self.store.first(&self.directory)? else {
            return Ok(None);
        };
        match manifest_sequence(&first) {
            Some(newest) => Ok(Some(newest)),
            // Something else lies there.
            None => Ok(self.sequences()?.into_iter().max()),
        }
    }

    fn read(&self, sequence: u64) -> Result<Option<Bytes>> {
        let blob = self.store.open(&self.path(sequence))?;
        blob.map(|blob| blob.map()).transpose()
    }

    fn append(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome> {
        let path = self.path(sequence);
        let mut tries = 1;
        loop {
            match self.store.put_if_absent(&path, bytes) {
                // It may have landed: then the next try finds its own manifest, which the caller knows by its id.
                Err(_) if tries < TRIES => tries += 1,
                put => return put,
            }
        }
    }

    fn is_newest(&self, sequence: u64) -> Result<bool> {
        let asked = self.asked.of(sequence, |sequence| self.path(sequence));
        Ok(!self.store.exists(&asked.next)? && self.store.exists(&asked.own)?)
    }

    fn newest_is_known(&self, sequence: u64) -> Result<Option<bool>> {
        match self.store.is_near() {
            true => self.is_newest(sequence).map(Some),
            false => Ok(None),
        }
    }

    fn forget_before(&self, sequence: u64) -> Result<()> {
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
