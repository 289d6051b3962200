//! All that a snapshot shows.

use varve_engine::{Find, Snapshot, Value};

use super::read::rows_of;

/// All rows of a snapshot, all columns, by row id.
pub(crate) fn all_rows(snapshot: &Snapshot) -> Vec<(u64, Vec<Value>)> {
    let fields = snapshot.schema().fields.clone();
    rows_of(&snapshot.find(&Find::default(), fields).unwrap())
}
