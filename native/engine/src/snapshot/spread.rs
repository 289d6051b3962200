use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;

/// How far apart the vectors of a column lie, in a sample of the rows that a version sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The mean cosine of two rows.
    pub(crate) mean: f64,
    /// The median cosine of a row and the row that is nearest to it.
    pub(crate) near: f64,
}

/// What was measured of a column; none inside where there are too few rows, or no differences.
type Measured = Arc<Mutex<Option<Option<Spread>>>>;

/// The spreads of a version, by the ids of their columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Spreads(Arc<Mutex<HashMap<u32, Measured>>>);

impl Spreads {
    fn of(&self, field: u32) -> Measured {
        let mut columns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(columns.entry(field).or_default())
    }

    /// Whether the spread of a column can be had without measuring it, or waiting for somebody who does.
    pub(super) fn is_known(&self, field: u32) -> bool {
        self.of(field).try_lock().is_ok_and(|known| known.is_some())
    }

    /// The spread of a column, measured once, however many ask for it.
    pub(super) fn get(
        &self,
        field: u32,
        measure: impl FnOnce() -> Result<Option<Spread>>,
    ) -> Result<Option<Spread>> {
        let column = self.of(field);
        let mut known = column.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some(spread) => Ok(spread),
            None => {
                let spread = measure()?;
                *known = Some(spread);
                Ok(spread)
            }
        }
    }
}
