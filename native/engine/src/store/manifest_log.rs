use std::fmt::Debug;

use super::{Bytes, PutOutcome};
use crate::error::Result;

/// The manifests of one table, by their sequences. Whoever appends a sequence that nobody has makes the next state of the table.
///
/// Files that were finished in the table before are durable when a manifest is. The log does not know what stands in a manifest.
pub trait ManifestLog: Send + Sync + Debug {
    /// The newest sequence; `None` where the table is not there.
    ///
    /// # Errors
    /// What the store says; [`crate::Code::Corrupt`] where manifests are lost.
    fn newest(&self) -> Result<Option<u64>>;
    /// The newest sequence with its manifest, where that is no further request. What was listed may be gone when it is read.
    ///
    /// # Errors
    /// As [`ManifestLog::newest`] and [`ManifestLog::read`].
    fn newest_with_bytes(&self) -> Result<Option<(u64, Option<Bytes>)>> {
        let Some(newest) = self.newest()? else {
            return Ok(None);
        };
        Ok(Some((newest, self.read(newest)?)))
    }
    /// The manifest of a sequence; `None` where there is none.
    ///
    /// # Errors
    /// What the store says; [`crate::Code::Corrupt`] where it is damaged.
    fn read(&self, sequence: u64) -> Result<Option<Bytes>>;
    /// A manifest of which only the first bytes are needed. There may be more, and they are not checked.
    ///
    /// # Errors
    /// What the store says.
    fn read_start(&self, sequence: u64, _length: usize) -> Result<Option<Bytes>> {
        self.read(sequence)
    }
    /// Puts a manifest if its sequence is free. On [`PutOutcome::Created`] it is durable, with all files of the table that were
    /// finished before.
    ///
    /// # Errors
    /// An error says nothing about whether it is there: read it back. [`PutOutcome::Exists`] may also mean that this very manifest
    /// was put before.
    fn append(&self, sequence: u64, bytes: &[u8]) -> Result<PutOutcome>;
    /// Whether the last [`ManifestLog::append`] of this log put a manifest of this sequence right behind one that it had put itself, under a
    /// lock that nobody else can have had. Then neither was ever removed, and nobody else had the sequence.
    fn is_behind_own(&self, _sequence: u64) -> bool {
        false
    }
    /// Whether an append would not have to wait for another writer, as far as can be seen.
    fn is_free(&self) -> bool {
        true
    }
    /// Whether a manifest is there, and none after it. One look-up where that is so.
    ///
    /// # Errors
    /// What the store says.
    fn is_newest(&self, sequence: u64) -> Result<bool>;
    /// The answer of [`ManifestLog::is_newest`] where it is had without waiting for anything far away; `None` before anything was
    /// asked where it is not.
    ///
    /// # Errors
    /// What the store says.
    fn newest_is_known(&self, _sequence: u64) -> Result<Option<bool>> {
        Ok(None)
    }
    /// Removes the manifests before a sequence, in ascending order: as long as one stands, none after it was removed. Returns the first
    /// that may still be there, at most `sequence`: a store may keep some for readers.
    ///
    /// # Errors
    /// What the store says.
    fn forget_before(&self, sequence: u64) -> Result<u64>;
    /// Removes the manifests before a sequence at once and for good, whoever goes by one of them, with all that is left of them where they
    /// stood. There must be one after that sequence, so that nobody asks for one before.
    ///
    /// # Errors
    /// What the store says.
    fn erase_before(&self, sequence: u64) -> Result<()>;
    /// Removes a manifest that its writer put too late.
    ///
    /// # Errors
    /// What the store says.
    fn withdraw(&self, sequence: u64) -> Result<()>;
    /// Makes durable what stands in the log: where an answer was lost, it was not said.
    ///
    /// # Errors
    /// What the store says.
    fn confirm(&self) -> Result<()> {
        Ok(())
    }
}
