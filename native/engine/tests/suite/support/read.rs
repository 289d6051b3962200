//! What a snapshot shows, as values.

use varve_engine::{Picked, Value};

/// The rows that were picked: their ids, and their values in the order of the fields.
pub(crate) fn rows_of(picked: &Picked) -> Vec<(u64, Vec<Value>)> {
    let row = |row: usize| {
        let values = picked
            .fields()
            .iter()
            .map(|field| picked.value(field, row).unwrap());
        (picked.id(row), values.collect())
    };
    (0..picked.len()).map(row).collect()
}
