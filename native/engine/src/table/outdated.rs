//! Snapshots that need a file which is gone.

use super::created::{last_part, named_in};
use super::handle::Table;
use crate::error::{Code, Error, Result};
use crate::history::AsOf;
use crate::snapshot::{Scan, Snapshot};

impl Table {
    /// Reads a snapshot of this table. Where that fails because a file is gone that a store which is far had when the snapshot was made, it is
    /// made anew and read again, once.
    ///
    /// # Errors
    /// Those of both; [`Code::VersionExpired`] where files go faster than they are read.
    pub fn read<T>(
        &self,
        snapshot: impl Fn(&Self) -> Result<Snapshot>,
        read: impl Fn(&Snapshot) -> Result<T>,
    ) -> Result<T> {
        let first = snapshot(self)?;
        match read(&first) {
            Err(error) if self.outdated(&first, &error).is_some() => {
                let second = snapshot(self)?;
                self.or_outdated(&second, read(&second))
            }
            result => result,
        }
    }

    /// What reading a snapshot of this table came to. Where it failed because a file is gone that a store which is far had when the snapshot
    /// was made, the failure is [`Code::VersionExpired`] and says why: nothing is damaged.
    ///
    /// # Errors
    /// That of the result, or the one that takes its place.
    pub fn or_outdated<T>(&self, snapshot: &Snapshot, result: Result<T>) -> Result<T> {
        result.map_err(|error| self.outdated(snapshot, &error).unwrap_or(error))
    }

    /// Lets a scan go on after a failure, if that was because a file is gone that a store which is far had when the scan began: by what the
    /// table is now, behind the last row that somebody has.
    ///
    /// # Errors
    /// The failure; that of [`Table::or_outdated`] after a purge, and where the columns are not what they were; [`Code::VersionExpired`].
    pub fn go_on(&self, scan: &mut Scan, failure: Error) -> Result<()> {
        let Some(outdated) = self.outdated(scan.snapshot(), &failure) else {
            return Err(failure);
        };
        let now = self.as_of(&AsOf::Version(scan.snapshot().version()))?;
        let before = scan.snapshot();
        let is_purged = now.state.manifest.purged_at() > before.state.manifest.purged_at();
        if is_purged || now.schema() != before.schema() {
            return Err(outdated);
        }
        scan.move_to(now);
        Ok(())
    }

    /// The error for a file that no manifest names any more.
    fn outdated(&self, snapshot: &Snapshot, error: &Error) -> Option<Error> {
        let store = &self.home.store;
        let file = error.place().file.as_deref()?;
        if error.code() != Code::Corrupt || store.is_near() || store.exists(file).ok()? {
            return None;
        }
        let newest = self.refresh().ok()?;
        if named_in(&newest.manifest).contains(last_part(file)) {
            return None;
        }
        let version = snapshot.version();
        let is_purged = newest.manifest.purged_at() > snapshot.state.manifest.purged_at();
        let message = match is_purged {
            true => format!("A purge removed the file {file} while version {version} was being read."),
            false => format!(
                "The file {file} was replaced by another and removed while version {version} was being read."
            ),
        };
        let hint = match is_purged {
            true => "Read it again: the version is there, without the rows that were purged.",
            false => "Read it again: the version is there.",
        };
        Some(
            Error::new(Code::VersionExpired, message)
                .hint(hint)
                .table(self.name())
                .file(file),
        )
    }
}
