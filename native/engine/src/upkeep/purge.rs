use std::collections::HashSet;

use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::schema::Schema;
use crate::table::{CommitOptions, Removed, Table};

/// What a purge removed, or would remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// The version that it made; the newest one where no row matched.
    pub version: u64,
    /// When that version was committed; none for version 0.
    pub committed_at: Option<i64>,
    /// How many rows it removed: those of the newest version, and the states in which earlier versions showed them.
    pub rows: u64,
    /// How many of them the newest version showed.
    pub current: u64,
    /// How many files of rows and indexes held some of them, or something of rows that were dropped before. What else was in them is written
    /// anew.
    pub files: u64,
    /// How many bytes these files had.
    pub bytes: u64,
    /// How many files are left that may hold some of them: those that the system keeps because somebody has them open, and those that
    /// no manifest names: of writes that are under way, and of writers that died within the last day. The next [`Table::optimize`] or
    /// purge tries again.
    pub left: u64,
}

impl From<Removed> for Purged {
    fn from(removed: Removed) -> Self {
        Self {
            version: removed.version,
            committed_at: removed.committed_at,
            rows: removed.rows,
            current: removed.current,
            files: removed.files,
            bytes: removed.bytes,
            left: 0,
        }
    }
}

impl Table {
    /// Removes the rows that match from every version, past and present, and every byte of them from all files of the table: afterwards it
    /// is as if they had never been written. Each state of a row is asked by itself; to remove all that was ever known under a key, ask for
    /// the key. All rows where there is no filter.
    ///
    /// It is one commit, with how many rows it removed. Whoever has a version open goes on reading the files that he has open. In a far
    /// store that ends with an error where a file was not read before.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the version is another one than expected; [`Code::Corrupt`]; what the store says. Where the rows are gone
    /// and their files are not, the error says so: [`Table::optimize`] goes on from there, and so does another purge.
    pub fn purge(&self, filter: Option<&Filter>, options: &CommitOptions) -> Result<Purged> {
        let _maintaining = Self::lock(&self.maintaining);
        self.refresh()?.manifest.check_writable()?;
        let removed = self.take_out(filter, options)?;
        let finish = || {
            let kept = match self.finish_purge()? {
                Some(kept) => kept,
                // Another process was faster, and knows nothing of the copies of this one.
                None => self.home.store.forget_copies()?,
            };
            self.remove_orphans()?;
            Ok(kept + self.unnamed()?)
        };
        let left = finish().map_err(|error| unfinished(removed.version, &error))?;
        Ok(Purged {
            left,
            ..removed.into()
        })
    }

    /// [`Table::purge`] in all lines of the table: in this one, and then in the table and all of its branches, which may share the files of the
    /// rows. `filter` makes the filter for the columns of a line. What it says of rows, files and bytes is said of this line.
    ///
    /// # Errors
    /// Those of [`Table::purge`] and of `filter`, of which all are asked before anything is removed.
    pub fn purge_in_all_lines(
        &self,
        filter: &dyn Fn(&Schema) -> Result<Filter>,
        options: &CommitOptions,
    ) -> Result<Purged> {
        let of = |line: &Self| -> Result<Filter> {
            filter(line.snapshot()?.schema()).map_err(|error| error.table(line.name()))
        };
        self.other_lines()?
            .iter()
            .try_for_each(|line| of(line).map(|_| ()))?;
        let mut purged = self.purge(Some(&of(self)?), options)?;
        let options = CommitOptions {
            if_version: None,
            ..options.clone()
        };
        let mut done = HashSet::from([self.incarnation()]);
        loop {
            // A line that began meanwhile may have taken the rows along.
            let mut others = self.other_lines()?;
            others.retain(|line| !done.contains(&line.incarnation()));
            if others.is_empty() {
                return Ok(purged);
            }
            for line in others {
                purged.left = line.purge(Some(&of(&line)?), &options)?.left;
                done.insert(line.incarnation());
            }
        }
    }

    /// The table and its branches, without this one.
    fn other_lines(&self) -> Result<Vec<Self>> {
        let manifest = &self.refresh()?.manifest;
        let mut lines = Vec::new();
        for home in self.home.other_lines(manifest)? {
            match Self::open(home) {
                // It was removed meanwhile.
                Err(error) if error.code() == Code::TableNotFound => {}
                line => lines.push(line?),
            }
        }
        Ok(lines)
    }

    /// What [`Table::purge`] would remove now. Nothing is changed.
    ///
    /// # Errors
    /// [`Code::Corrupt`]; what the store says.
    pub fn would_purge(&self, filter: Option<&Filter>) -> Result<Purged> {
        self.would_leave(filter).map(Purged::from)
    }
}

/// The error for a purge whose rows are in no version any more, and yet in files.
pub(super) fn unfinished(version: u64, error: &Error) -> Error {
    let message = format!(
        "No version shows the rows any more, but not all files that held them are gone: {}",
        error.message()
    );
    let hint = format!(
        "They left with version {version} at the latest. Call optimize() when the cause is removed: it goes on where this ended."
    );
    Error::new(Code::Io, message).hint(hint)
}
