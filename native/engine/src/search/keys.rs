use std::collections::HashMap;

use super::exact::Hit;
use super::request::{Explained, Search, SearchOptions};
use crate::error::Result;
use crate::fragment::hash_key;
use crate::schema::Field;
use crate::snapshot::{Picked, Snapshot};
use crate::value::Value;

/// For each key that is wanted, this many rows are searched for in the first round; each further round multiplies it again.
const MORE: usize = 2;

impl Snapshot {
    /// A search that finds of all rows with one key the nearest.
    ///
    /// # Errors
    /// Those of [`Snapshot::search`]; [`crate::error::Code::NoPrimaryKey`].
    pub fn search_keys(&self, search: &Search<'_>, select: Vec<Field>) -> Result<Picked> {
        let (hits, _) = self.hits_of_keys(search)?;
        Ok(self.picked(hits, select))
    }

    /// Answers a search by keys, and tells how.
    ///
    /// # Errors
    /// As [`Snapshot::search_keys`].
    pub fn explain_keys(&self, search: &Search<'_>) -> Result<Explained> {
        let (_, explained) = self.hits_of_keys(search)?;
        self.complete(explained)
    }

    fn hits_of_keys(&self, search: &Search<'_>) -> Result<(Vec<Hit>, Explained)> {
        let key = self.key_field()?;
        let mut limit = search.options.limit.saturating_mul(MORE);
        let mut before = Explained::default();
        loop {
            let (hits, explained) = self.hits(&search.with(SearchOptions {
                limit,
                ..search.options
            }))?;
            let explained = explained.after(&before);
            let all = hits.len() < limit;
            let nearest = self.first_of_each_key(key, hits, search.options.limit)?;
            if all || nearest.len() == search.options.limit {
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
            let value = match self.column(hit.row.0, key.id) {
                Some(column) => column.value(&key.data_type, hit.row.1 as usize)?,
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
