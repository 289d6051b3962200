use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::tails::TailOf;
use crate::column::Bits;
use crate::index::text::Statistics;

/// A tail, and which of its rows are seen; none where all are that have ids which count.
pub(super) type SeenTail = (Arc<TailOf>, Option<Arc<Bits>>);

/// What was found out of the words that a version sees, to be kept as long as it is read.
#[derive(Debug, Default)]
pub(crate) struct WordsSeen {
    /// What was counted of them.
    pub(crate) statistics: Statistics,
    /// Which rows of each segment it sees, by its file; none inside where it sees all.
    masks: Mutex<HashMap<String, Option<Arc<Bits>>>>,
    /// Which rows of a tail it sees.
    rest: Mutex<Option<SeenTail>>,
}

impl WordsSeen {
    pub(super) fn mask<E>(
        &self,
        file: &str,
        make: impl FnOnce() -> Result<Option<Bits>, E>,
    ) -> Result<Option<Arc<Bits>>, E> {
        let mut masks = self.masks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mask) = masks.get(file) {
            return Ok(mask.clone());
        }
        let mask = make()?.map(Arc::new);
        masks.insert(file.to_owned(), mask.clone());
        Ok(mask)
    }

    pub(super) fn rest(&self, tail: &Arc<TailOf>, make: impl FnOnce() -> Option<Bits>) -> Option<Arc<Bits>> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*rest {
            Some((known, mask)) if Arc::ptr_eq(known, tail) => mask.clone(),
            _ => {
                let mask = make().map(Arc::new);
                *rest = Some((Arc::clone(tail), mask.clone()));
                mask
            }
        }
    }
}
