use super::handle::Table;
use crate::error::{Code, Error, Result};
use crate::history::AsOf;
use crate::snapshot::{Lifetime, Moment, Picked, Snapshot};

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
