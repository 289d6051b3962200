use super::handle::Table;
use crate::error::{Code, Error, Result};
use crate::history::AsOf;
use crate::schema::Field;
use crate::snapshot::{KeyHistory, Lifetime, Moment, Picked, Snapshot};
use crate::value::Value;

impl Table {
    /// What was visible at any moment from `from` to `to`, under the schema of `to`: a mask like that of a single version, at the
    /// same cost.
    ///
    /// # Errors
    /// Those of [`Table::as_of`]; [`Code::InvalidArgument`]: `from` comes after `to`; [`Code::VersionExpired`]: rows of versions
    /// between them were dropped.
    pub fn during(&self, from: &AsOf, to: &AsOf) -> Result<Snapshot> {
        Self::between(&self.as_of(from)?, &self.as_of(to)?)
    }

    /// What was visible at any moment from one snapshot to another.
    pub(super) fn between(from: &Snapshot, to: &Snapshot) -> Result<Snapshot> {
        if from.version() > to.version() {
            let message = format!(
                "The span ends before it starts: from is version {}, to is version {}.",
                from.version(),
                to.version()
            );
            return Err(Error::new(Code::InvalidArgument, message).hint("Swap from and to."));
        }
        let oldest = to.state.manifest.oldest;
        if from.version() < oldest && from.version() < to.version() {
            let message = format!(
                "Versions between {} and {} are older than the retention keeps; the oldest is {oldest}.",
                from.version(),
                to.version()
            );
            return Err(Error::new(Code::VersionExpired, message).hint("Start the span at a later version."));
        }
        to.since(from.version())
    }

    /// All rows that had a key by the version of a snapshot, each with its lifetime as far as that version knows it. Of rows that died, those
    /// that the retention or a tag keeps. The cost grows with the changes of the row, not with the table.
    ///
    /// # Errors
    /// Those of [`Snapshot::get`].
    pub fn history_of(&self, snapshot: &Snapshot, key: &Value, select: Vec<Field>) -> Result<KeyHistory> {
        let (mut rows, compared) = snapshot.rows_of_key(snapshot.field_of_key(key)?, key)?;
        let gone = self.gone(&snapshot.state)?;
        rows.retain(|place| !gone(snapshot.id_of(*place)));
        let rows = Picked::new(snapshot.clone(), select, rows);
        Ok(KeyHistory {
            lifetimes: self.lifetimes(&rows, snapshot.version())?,
            rows,
            compared,
        })
    }

    /// The lifetimes of rows, in order, as far as version `until` knows them.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn lifetimes(&self, picked: &Picked, until: u64) -> Result<Vec<Lifetime>> {
        let state = &picked.snapshot().state;
        let log = &state.manifest.log;
        let moment = |version: u64| -> Result<Moment> {
            let commit = self.log.commit(log, version)?;
            let committed_at = commit.get().committed_at;
            Ok(Moment {
                version,
                committed_at,
            })
        };
        let lifetime = |id: u64| {
            let (mut low, mut high) = (1, state.manifest.version);
            while low < high {
                let middle = low + (high - low) / 2;
                if self.log.commit(log, middle)?.get().watermark > id {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            let died = state.deaths.died(id).filter(|died| *died <= until);
            Ok(Lifetime {
                from: moment(low)?,
                to: died.map(moment).transpose()?,
            })
        };
        picked.ids().map(lifetime).collect()
    }
}
