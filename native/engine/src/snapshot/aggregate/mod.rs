//! Numbers about rows, group by group.
//!
//! - `asked`: what is computed of which groups, and what comes of it.
//! - `cells`: the values of a column, segment by segment.
//! - `accumulator`: a number that is computed value by value.
//! - `groups`: the groups that were met so far, and their order.

mod accumulator;
mod asked;
mod cells;
mod groups;

pub use asked::{AggregateFunction, Aggregation, Group, GroupKey, GroupOrder, Measure, Measured};

pub(crate) use cells::Source;

use self::cells::Cells;
use self::groups::Groups;
use super::state::Snapshot;
use crate::error::Result;

impl Snapshot {
    /// Numbers of the rows that match, group by group. Sums of integers are exact; those of floating-point numbers are summed in the order
    /// of the row ids with compensation (Neumaier), so that they do not depend on how the table is kept. Linear in the rows.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a column of which that cannot be computed, and for more than 1,000,000 groups; [`Code::Corrupt`].
    pub fn aggregate(&self, asked: &Aggregation) -> Result<Vec<Group>> {
        asked.check()?;
        let grouped = asked.by.iter().map(Source::of).collect::<Result<Vec<_>>>()?;
        let measured = asked
            .measures
            .iter()
            .map(|measure| Source::of(&measure.field))
            .collect::<Result<Vec<_>>>()?;
        if let Some(filter) = &asked.filter {
            self.mark_matching(filter)?;
        }
        let mut groups = Groups::new(asked);
        for matched in self.matching(asked.filter.as_ref()) {
            let (visible, bits) = matched?;
            let of = |source: &'_ Source<'_>| self.column(visible.index, source.field.id);
            let keys: Vec<Cells<'_>> = grouped.iter().map(|source| source.cells(of(source))).collect();
            let cells: Vec<Cells<'_>> = measured.iter().map(|source| source.cells(of(source))).collect();
            let mut take = |row: usize| groups.take(&keys, &cells, row);
            match bits {
                None => (0..visible.segment.len()).try_for_each(&mut take)?,
                Some(bits) => bits.ones().try_for_each(&mut take)?,
            }
        }
        Ok(groups.ordered(asked))
    }
}
