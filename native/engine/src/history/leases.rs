use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dates::CLOCKS_DIFFER_MS;
use crate::error::{Code, Error, Result};
use crate::format::{open_json, seal_json};
use crate::store::{PutOutcome, Store};

/// What the name of a lease ends with. They lie among the tags, which earlier builds do not take them for.
const ENDING: &str = ".lease";
/// How many digits its name has before that.
const DIGITS: usize = 32;

/// A version that somebody reads: until a moment the retention does not end it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// The version.
    pub(crate) version: u64,
    /// Until when it is kept, in milliseconds, by the clock of who reads.
    pub(crate) until: i64,
}

/// The leases of a table, one file each.
#[derive(Debug)]
pub(crate) struct Leases {
    store: Arc<dyn Store>,
    directory: String,
}

impl Leases {
    pub(crate) fn new(store: Arc<dyn Store>, directory: String) -> Self {
        Self { store, directory }
    }

    /// Puts a lease under a name that nobody else has.
    pub(crate) fn create(&self, id: &str, lease: &Lease) -> Result<()> {
        let path = self.path(id)?;
        let bytes = seal_json(lease)?;
        match self.store.put_if_absent(&path, &bytes) {
            Ok(PutOutcome::Created) => Ok(()),
            Ok(PutOutcome::Exists) => Err(Error::internal("two leases of one name")),
            // Only the answer was lost where it is there.
            Err(_) if self.read(id)?.as_ref() == Some(lease) => self.store.confirm(&path),
            Err(error) => Err(error),
        }
    }

    /// Removes a lease, if it is there.
    pub(crate) fn remove(&self, id: &str) -> Result<()> {
        self.store.remove(&self.path(id)?)
    }

    /// The versions that are kept at a moment.
    pub(crate) fn kept(&self, now: i64) -> Result<Vec<u64>> {
        let mut versions = Vec::new();
        for entry in self.store.list(&self.directory)? {
            let lease = match id_of(&entry.name) {
                Some(id) => self.read(id)?,
                None => None,
            };
            versions.extend(
                lease
                    .filter(|lease| !lease.is_over(now))
                    .map(|lease| lease.version),
            );
        }
        Ok(versions)
    }

    /// Whether a file among the tags is a lease that is over.
    pub(crate) fn is_over(&self, name: &str, now: i64) -> Result<bool> {
        let Some(id) = id_of(name) else {
            return Ok(false);
        };
        Ok(self.read(id)?.is_some_and(|lease| lease.is_over(now)))
    }

    /// One that is damaged keeps nothing, and is over.
    fn read(&self, id: &str) -> Result<Option<Lease>> {
        let path = self.path(id)?;
        let Some(blob) = self.store.open(&path)? else {
            return Ok(None);
        };
        match open_json(&blob.map()?, &path) {
            Err(error) if error.code() == Code::Corrupt => Ok(Some(Lease {
                version: 0,
                until: i64::MIN,
            })),
            lease => lease.map(Some),
        }
    }

    fn path(&self, id: &str) -> Result<String> {
        if !is_id(id) {
            let message = "This is no id of a pin.";
            return Err(Error::new(Code::InvalidArgument, message).hint("Give the id that pinning answered."));
        }
        Ok(format!("{}/{id}{ENDING}", self.directory))
    }
}

impl Lease {
    /// Whether it has ended by the clocks of all machines.
    fn is_over(&self, now: i64) -> bool {
        self.until.saturating_add(CLOCKS_DIFFER_MS) <= now
    }
}

fn id_of(name: &str) -> Option<&str> {
    name.strip_suffix(ENDING).filter(|id| is_id(id))
}

fn is_id(id: &str) -> bool {
    id.len() == DIGITS
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
