use std::path::PathBuf;
use std::sync::Arc;

use super::{ManifestLog, PutOutcome, Store};
use crate::error::Result;

/// A store that holds tables. They come, get another name and go as a whole: whoever looks finds all of one or nothing.
///
/// A table is known by what the paths of its files begin with.
pub trait Catalog: Store {
    /// What may be tables: names with which paths begin, in no order.
    ///
    /// # Errors
    /// What the store says.
    fn tables(&self) -> Result<Vec<String>>;
    /// The manifests of a table, whether it is there or not.
    fn manifests(&self, table: &str) -> Arc<dyn ManifestLog>;
    /// The sequence that the first manifest of a table must have, where the catalog does not leave it to its caller.
    ///
    /// # Errors
    /// What the store says.
    fn first_sequence(&self, _table: &str, proposed: u64) -> Result<u64> {
        Ok(proposed)
    }
    /// Makes a table of its first manifest if there is none of that name, durably.
    ///
    /// # Errors
    /// An error says nothing about whether it is there: read the manifest back.
    fn create_table(&self, table: &str, sequence: u64, manifest: &[u8]) -> Result<PutOutcome>;
    /// Gives a table another name if that is free, durably.
    ///
    /// # Errors
    /// An error says nothing about which name it has: look.
    fn rename_table(&self, from: &str, to: &str) -> Result<PutOutcome>;
    /// Removes a table and all its files, durably.
    ///
    /// # Errors
    /// What the store says.
    fn drop_table(&self, table: &str) -> Result<()>;
    /// Whether the tables that are made in it may get a journal for their manifests.
    fn journals(&self) -> bool {
        false
    }
    /// Where on this machine the files lie, under the one name that tells it from any other place; none where there is no such name.
    fn place(&self) -> Option<PathBuf> {
        None
    }
}
