//! Rows whose words are not in memory yet, and how they get there.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::searched::Searched;
use super::tails::TailOf;
use crate::error::{Code, Error, Result};
use crate::fragment::Segment;
use crate::index::text::Texts;
use crate::snapshot::state::TableState;

/// Words of rows in memory take at most about so many bytes: of more rows none are searched until they have a segment.
const TAIL_MAX: usize = 1 << 30;

impl TableState {
    /// How many stored rows have ids of a range.
    pub(in crate::snapshot) fn rows_between(&self, ids: Range<u64>) -> usize {
        let first = self
            .segments
            .partition_point(|segment| segment.rows().last() < ids.start);
        let after = self.segments.iter().skip(first);
        let overlapping = after.take_while(|segment| segment.rows().first() < ids.end);
        let count = |segment: &Arc<Segment>| {
            let below = |id: u64| segment.rows().count_below(id);
            below(ids.end).saturating_sub(below(ids.start))
        };
        overlapping.map(count).sum()
    }

    /// Reads the rows that a tail lacks.
    pub(super) fn feed(&self, kept: &TailOf) -> Result<()> {
        let mut fed = kept.fed.lock().unwrap_or_else(PoisonError::into_inner);
        let until = self.manifest.watermark;
        if *fed >= until {
            return Ok(());
        }
        let rows = Unread::new(self, kept.ids(), *fed);
        for piece in rows.pieces() {
            if kept.tail.bytes() > TAIL_MAX {
                let message = format!(
                    "The words of {} rows have no index yet, and are too many to be searched without.",
                    rows.len
                );
                return Err(Error::new(Code::Conflict, message)
                    .hint("Call optimize(), or wait until upkeep has built it."));
            }
            kept.tail.append(&piece)?;
        }
        *fed = until;
        Ok(())
    }
}

/// How many stored rows have ids in these ranges, from an id on.
pub(super) fn rows_in(state: &TableState, ids: &[Range<u64>], from: u64) -> usize {
    let in_range = |ids: &Range<u64>| state.rows_between(ids.start.max(from)..ids.end);
    ids.iter().map(in_range).sum()
}

/// Rows whose words are not in memory yet.
struct Unread<'a> {
    state: &'a TableState,
    /// Segments with the positions of rows in them.
    pieces: Vec<(&'a Segment, Range<usize>)>,
    len: usize,
}

/// Rows that are read before it is looked how much memory they take.
const AT_ONCE: usize = 1024;

impl<'a> Unread<'a> {
    fn new(state: &'a TableState, ids: &[Range<u64>], from: u64) -> Self {
        let mut pieces = Vec::new();
        for segment in &state.segments {
            for ids in ids {
                let below = |id: u64| segment.rows().count_below(id);
                let rows = below(ids.start.max(from))..below(ids.end);
                if !rows.is_empty() {
                    pieces.push((&**segment, rows));
                }
            }
        }
        let len = pieces.iter().map(|(_, rows)| rows.len()).sum();
        Self { state, pieces, len }
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'a>> + '_ {
        self.pieces.iter().flat_map(move |(segment, rows)| {
            let starts = rows.clone().step_by(AT_ONCE);
            starts.map(move |start| Piece {
                searched: self.state.searched(),
                segment,
                rows: start..rows.end.min(start + AT_ONCE),
            })
        })
    }
}

/// Rows of a segment that lie one behind the other.
struct Piece<'a> {
    searched: &'a [Searched],
    segment: &'a Segment,
    rows: Range<usize>,
}

impl Texts for Piece<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.segment.rows().id(self.rows.start + row)
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let searched = self.searched.get(field);
        let searched = searched.ok_or_else(|| Error::internal("a column beyond those to search"))?;
        searched.read(self.segment, self.rows.start + row, take)
    }
}
