//! How often each value of a column stands among the rows that match.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::schema::Field;
use crate::snapshot::{Distinct, Snapshot, Source};
use crate::value::Value;

/// The most values of a column that are told: the most frequent.
const VALUES_MAX: usize = 100;

/// A value, and in how many rows it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueCount {
    /// The value; of a list one of its items.
    pub value: Value,
    /// The number of rows.
    pub count: u64,
}

/// For each value the number of rows, and the last of these.
type Counts<'a> = HashMap<Distinct<'a>, (u64, u64)>;

impl Snapshot {
    /// How often each value of a column stands in the rows that a filter leaves: the 100 most frequent, the most frequent first, and of
    /// equally frequent ones the smallest. Items of a list count one by one, and once for each row; rows without a value count as null.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a column of another type, [`Code::Corrupt`].
    pub fn facets(&self, filter: Option<&Filter>, field: &Field) -> Result<Vec<ValueCount>> {
        check_counted(field)?;
        let source = Source::of(field)?;
        if let Some(filter) = filter {
            self.mark_matching(filter)?;
        }
        let (mut counts, mut row) = (Counts::new(), 0);
        for matched in self.matching(filter) {
            let (visible, bits) = matched?;
            let cells = source.cells(self.column(visible.index, field.id));
            let mut count = |position: usize| {
                row += 1;
                cells.each(position, |value| {
                    let (count, last) = counts.entry(value).or_insert((0, 0));
                    if *last != row {
                        (*count, *last) = (*count + 1, row);
                    }
                })
            };
            match bits {
                None => (0..visible.segment.len()).try_for_each(&mut count)?,
                Some(bits) => bits.ones().try_for_each(&mut count)?,
            }
        }
        Ok(most_frequent(counts))
    }
}

fn check_counted(field: &Field) -> Result<()> {
    if Distinct::is_of(field.data_type.item_or_self()) {
        return Ok(());
    }
    let message = format!("The values of the column \"{}\" cannot be counted.", field.name);
    let hint = "Facets are counts of texts, numbers, dates and truth values, and of lists of these.";
    Err(Error::new(Code::InvalidArgument, message)
        .hint(hint)
        .column(field.name.clone()))
}

fn most_frequent(counts: Counts<'_>) -> Vec<ValueCount> {
    let mut found: Vec<(Reverse<u64>, Distinct<'_>)> = counts
        .into_iter()
        .map(|(key, (count, _))| (Reverse(count), key))
        .collect();
    found.sort_unstable();
    found.truncate(VALUES_MAX);
    let told = |(Reverse(count), key): (Reverse<u64>, Distinct<'_>)| ValueCount {
        value: key.value(),
        count,
    };
    found.into_iter().map(told).collect()
}
