//! Sets of values as places in the order of a segment.

use std::ops::Range;

use super::layout::TEXT_MAX;
use super::segment::{Key, ScalarIndex};
use crate::error::Result;
use crate::filter::{Accepted, Ends, Spans};

/// What of a set stands in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Places in the order of the values; they ascend and do not overlap, and none is empty.
    pub(crate) values: Vec<Range<u32>>,
    /// Whether rows without a value are in it.
    pub(crate) nulls: bool,
    /// Whether all rows with these values are in the set, and not only may be.
    pub(crate) exact: bool,
    /// How many rows that are, of a list with each value.
    pub(crate) rows: u64,
}

impl ScalarIndex {
    /// Looks values up.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn find(&self, accepted: &Accepted) -> Result<Found> {
        let mut found = Found {
            nulls: accepted.nulls,
            exact: accepted.exact,
            ..Found::default()
        };
        match &accepted.spans {
            _ if accepted.any => found.push(0..self.values()),
            None => {}
            Some(Spans::Numbers(runs)) => {
                for (low, high) in runs {
                    let from = found.values.last().map_or(0, |range| range.end);
                    let start = self.first(from, |key| key >= Key::Number(*low))?;
                    let end = self.first(start, |key| key > Key::Number(*high))?;
                    found.push(start..end);
                }
            }
            Some(Spans::Texts(runs)) => {
                for ends in runs {
                    let (range, exact) = self.between(ends)?;
                    // What two runs both may hold is looked at once.
                    let from = found.values.last().map_or(0, |range| range.end);
                    found.push(range.start.max(from)..range.end.max(from));
                    found.exact &= exact;
                }
            }
        }
        let is_of_other_type = matches!(&accepted.spans, Some(Spans::Texts(_))) != self.is_of_texts();
        if accepted.spans.is_some() && is_of_other_type && self.values() > 0 {
            return Err(self.damaged("its values are of another type than its column"));
        }
        for range in &found.values {
            found.rows += self.entries(range.clone())?.len() as u64;
        }
        found.rows += if found.nulls { u64::from(self.nulls()) } else { 0 };
        Ok(found)
    }

    /// The values between two texts, and whether all of them surely are: one that is cut may be on either side of an end that starts
    /// with it.
    fn between(&self, ends: &Ends) -> Result<(Range<u32>, bool)> {
        let mut exact = true;
        let mut cut = |at: u32, text: &[u8]| -> Result<()> {
            exact &= at >= self.values() || self.key(at)? != Key::Text(text);
            Ok(())
        };
        let start = match &ends.low {
            None => 0,
            Some((low, inclusive)) => match low.get(..TEXT_MAX) {
                Some(start) => {
                    let at = self.first(0, |key| key >= Key::Text(start))?;
                    cut(at, start)?;
                    at
                }
                None if *inclusive => self.first(0, |key| key >= Key::Text(low))?,
                None => self.first(0, |key| key > Key::Text(low))?,
            },
        };
        let end = match &ends.high {
            None => self.values(),
            Some((high, inclusive)) => match high.get(..TEXT_MAX) {
                Some(end) => {
                    let at = self.first(start, |key| key > Key::Text(end))?;
                    cut(at.saturating_sub(1), end)?;
                    at
                }
                None if *inclusive => self.first(start, |key| key > Key::Text(high))?,
                None => self.first(start, |key| key >= Key::Text(high))?,
            },
        };
        Ok((start..end.max(start), exact))
    }
}

impl Found {
    /// Adds what was found of another set.
    pub(crate) fn add(&mut self, other: Self) {
        self.values.extend(other.values);
        self.values = united(std::mem::take(&mut self.values));
        self.nulls |= other.nulls;
        self.rows += other.rows;
    }

    fn push(&mut self, range: Range<u32>) {
        if !range.is_empty() {
            self.values.push(range);
        }
    }
}

/// Ranges that ascend and do not touch, of what is in any of these.
pub(crate) fn united<T: Ord + Copy>(mut ranges: Vec<Range<T>>) -> Vec<Range<T>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut united: Vec<Range<T>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match united.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => united.push(range),
        }
    }
    united
}
