use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How far apart the vectors of a column lie, in a sample of the rows that a version sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The mean cosine of two rows.
    pub(crate) mean: f64,
    /// The median cosine of a row and the row that is nearest to it.
    pub(crate) near: f64,
}

/// The spreads that were measured, by the ids of their columns; none inside where there are too few rows, or no differences.
#[derive(Debug, Default)]
pub(super) struct Spreads(Mutex<HashMap<u32, Option<Spread>>>);

impl Spreads {
    pub(super) fn known(&self, field: u32) -> Option<Option<Spread>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&field).copied()
    }

    pub(super) fn keep(&self, field: u32, spread: Option<Spread>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(field, spread);
    }
}
