use std::collections::HashMap;

use super::search::{Explained, Hit, Search};
use super::{Picked, Snapshot, Table};
use crate::error::{Code, Error, Result};
use crate::fragment::hash_key;
use crate::history::AsOf;
use crate::schema::Field;
use crate::value::Value;

/// A version and when it was committed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The version.
    pub version: u64,
    /// The date of its commit.
    pub committed_at: i64,
}

/// From which version on a row was visible, and the first at which it was not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The commit that wrote it.
    pub from: Moment,
    /// The commit that ended it; none where it still holds.
    pub to: Option<Moment>,
}

/// Of so many hits a wanted one, the first of its key is looked for at first.
const MORE: usize = 2;

impl Table {
    /// What was visible at any moment from `from` to `to`, under the schema of `to`: a mask like that of a single version, at the
    /// same cost.
    ///
    /// # Errors
    /// Those of [`Table::as_of`]; [`Code::InvalidArgument`]: `from` comes after `to`; [`Code::VersionExpired`]: rows of versions
    /// between them were dropped.
    pub fn during(&self, from: &AsOf, to: &AsOf) -> Result<Snapshot> {
        let (from, to) = (self.as_of(from)?, self.as_of(to)?);
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

impl Snapshot {
    /// A search that finds of all rows with one key the nearest.
    ///
    /// # Errors
    /// Those of [`Snapshot::search`]; [`Code::NoPrimaryKey`].
    pub fn search_keys(&self, search: &Search<'_>, select: Vec<Field>) -> Result<Picked> {
        let (hits, _) = self.hits_of_keys(search)?;
        Ok(self.picked(hits, select))
    }

    /// How such a search is answered, found out by answering it.
    ///
    /// # Errors
    /// As [`Snapshot::search_keys`].
    pub fn explain_keys(&self, search: &Search<'_>) -> Result<Explained> {
        let (_, explained) = self.hits_of_keys(search)?;
        self.complete(explained)
    }

    fn hits_of_keys(&self, search: &Search<'_>) -> Result<(Vec<Hit>, Explained)> {
        let key = self.key_field()?;
        let mut limit = search.limit.saturating_mul(MORE);
        let mut before = Explained::default();
        loop {
            let (hits, explained) = self.hits(&Search { limit, ..*search })?;
            let explained = explained.after(&before);
            let all = hits.len() < limit;
            let nearest = self.first_of_each_key(key, hits, search.limit)?;
            if all || nearest.len() == search.limit {
                return Ok((nearest, explained));
            }
            before = explained;
            limit = limit.saturating_mul(MORE);
        }
    }

    fn first_of_each_key(&self, key: &Field, hits: Vec<Hit>, limit: usize) -> Result<Vec<Hit>> {
        let mut known: HashMap<u64, Vec<Value>> = HashMap::new();
        let mut kept = Vec::new();
        for hit in hits {
            if kept.len() == limit {
                break;
            }
            let value = match self.column(hit.0, key.id) {
                Some(column) => column.value(&key.data_type, hit.1 as usize)?,
                None => continue,
            };
            let alike = known.entry(hash_key(&value)).or_default();
            if !alike.contains(&value) {
                alike.push(value);
                kept.push(hit);
            }
        }
        Ok(kept)
    }
}
