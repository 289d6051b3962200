use std::sync::Arc;

use super::made::Made;
use crate::error::Result;
use crate::filter::Filter;
use crate::snapshot::Snapshot;

/// What the rows of one commit do to others.
#[derive(Debug, Default)]
pub(in crate::table::rows) struct Outcome {
    /// The ids of the rows that end.
    pub(in crate::table::rows) ended: Vec<u64>,
    /// The ids of the rows that stay as they are, because a new row is equal.
    pub(in crate::table::rows) unchanged: Vec<u64>,
    /// How many rows have no vector yet.
    pub(in crate::table::rows) deferred: u64,
}

impl Outcome {
    pub(in crate::table::rows) fn of(made: &[Arc<Made>]) -> Self {
        let mut outcome = Self::default();
        for made in made {
            outcome.ended.extend(&made.ended);
            outcome.unchanged.extend(&made.unchanged);
            outcome.deferred += made.deferred;
        }
        outcome
    }

    /// Ends the other rows that a filter lets through.
    pub(in crate::table::rows) fn end_matching(
        &mut self,
        snapshot: &Snapshot,
        filter: &Filter,
    ) -> Result<()> {
        self.unchanged.sort_unstable();
        let places = snapshot.places(Some(filter))?.into_iter();
        let ids = places.map(|place| snapshot.id_of(place));
        let others = ids.filter(|id| self.unchanged.binary_search(id).is_err());
        self.ended.extend(others);
        self.ended.sort_unstable();
        self.ended.dedup();
        Ok(())
    }
}
