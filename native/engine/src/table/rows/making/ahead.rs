use std::sync::Arc;

use super::made::{Made, Making, Written};
use crate::error::{Code, Result};
use crate::format::Manifest;
use crate::table::change::CommitOptions;
use crate::table::created::Created;
use crate::table::handle::Table;
use crate::table::next::INLINE_BYTES;

/// What was made of each part of a write before it waits for the table, so that nobody waits while its files are written.
///
/// In its turn each part is looked at again, and made anew where it meets other rows than then.
#[derive(Debug, Default)]
pub(in crate::table::rows) struct Ahead {
    made: Vec<Arc<Made>>,
    /// The first row id that the version of then had not handed out.
    watermark: u64,
    files: Option<Created>,
}

/// Where rows stand in the manifest, so many bytes are still written with them, to one file: a file of their own and one for the rows
/// before them would take others as long to wait for.
const AHEAD_BYTES: usize = 1024 * 1024;

impl Ahead {
    /// Makes the parts, by what the newest version holds. Where that cannot be done, the turn of the write will say so: others may
    /// take out of its way what it meets now.
    ///
    /// # Errors
    /// The store's: in its turn the write would fail again, and as slowly.
    pub(in crate::table::rows) fn new(
        table: &Table,
        options: &CommitOptions,
        make: impl FnOnce(&mut Making<'_>) -> Result<Option<Vec<Arc<Made>>>>,
    ) -> Result<Self> {
        let Ok(snapshot) = table.known() else {
            return Ok(Self::default());
        };
        let is_refused = options.check_version(snapshot.version()).is_err();
        if is_refused || snapshot.state.manifest.check_writable().is_err() {
            return Ok(Self::default());
        }
        let in_memory = match snapshot.state.manifest.inline.is_empty() {
            true => INLINE_BYTES,
            false => AHEAD_BYTES,
        };
        let mut created = Created::new(&table.home);
        let made = make(&mut Making {
            table,
            snapshot: &snapshot,
            created: &mut created,
            in_memory,
        });
        match made {
            Ok(Some(made)) => {
                let (watermark, files) = (snapshot.watermark(), Some(created));
                Ok(Self {
                    made,
                    watermark,
                    files,
                })
            }
            Err(error) if error.code() == Code::Io && !table.has_moved(&snapshot.state)? => Err(error),
            _ => Ok(Self::default()),
        }
    }

    /// What was made of a part, where that is what would be made now.
    pub(in crate::table::rows) fn of(&self, part: usize, mark: u128) -> Option<Arc<Made>> {
        self.made.get(part).filter(|made| made.mark == mark).cloned()
    }

    /// The first id of rows that came since; none where nothing was made.
    pub(in crate::table::rows) fn until(&self) -> Option<u64> {
        self.files.as_ref().map(|_| self.watermark)
    }

    /// A file with all rows of a part, as they were given.
    pub(in crate::table::rows) fn file(&self, part: usize) -> Option<&Written> {
        self.made.get(part)?.whole_file()
    }

    /// The write was committed with a manifest, which names those of its files that it needs; or, where there is none, nobody knows.
    pub(in crate::table::rows) fn keep(&mut self, manifest: Option<&Manifest>) {
        match (&mut self.files, manifest) {
            (Some(files), Some(manifest)) => files.keep_named(manifest),
            (Some(files), None) => drop(files.keep()),
            (None, _) => {}
        }
    }
}
