use std::collections::HashMap;

use super::exact::Hit;
use crate::error::Result;
use crate::format::default_of;
use crate::fragment::hash_key;
use crate::schema::Field;
use crate::snapshot::Snapshot;
use crate::value::Value;

/// The values of groups, by their hashes, each with the place of its best row.
type Groups = HashMap<u64, Vec<(Value, usize)>>;

impl Snapshot {
    /// Of the rows with one value of a column the first, which knows how many there are; the rows without a value are a group as well.
    pub(super) fn best_of_groups(&self, field: &Field, hits: Vec<Hit>) -> Result<Vec<Hit>> {
        let mut groups = Groups::new();
        let mut best: Vec<Hit> = Vec::new();
        for hit in hits {
            let value = match self.column(hit.row.0, field.id) {
                Some(column) => column.value(&field.data_type, hit.row.1 as usize)?,
                None => default_of(field)?,
            };
            let alike = groups.entry(hash_key(&value)).or_default();
            if let Some((_, first)) = alike.iter().find(|(known, _)| *known == value) {
                if let Some(first) = best.get_mut(*first) {
                    first.count += 1;
                }
                continue;
            }
            alike.push((value, best.len()));
            best.push(Hit { count: 1, ..hit });
        }
        Ok(best)
    }
}
