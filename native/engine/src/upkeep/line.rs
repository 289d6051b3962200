//! Index segments that lie one behind the other: those of the vectors or the values of a column, and those of words.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::filter::Columns;
use crate::format::{Covers, IndexFile, Raw, TextColumn};
use crate::fragment::Segment;
use crate::index::vector::{self, Space};
use crate::schema::{DataType, Field};
use crate::snapshot::{OpenIndex, TableState};
use crate::table::Indexing;

/// Segments that lie one behind the other.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// Of a vector column: of the rows that have a vector.
    Vector { field: Field, space: Space },
    /// Of the words of all columns that are searched by them, of all rows.
    Text(Vec<TextColumn>),
    /// Of the values of a column, of all rows.
    Scalar {
        field: u32,
        /// Whether the column says that it is indexed.
        wanted: bool,
    },
}

/// Once there is a segment, what is enough for the first divided by this is enough for another: rows without one are looked at by
/// every search.
const FURTHER: usize = 4;

impl Line {
    /// All that a table has or wants.
    pub(super) fn all(state: &TableState) -> Vec<Self> {
        let vectors = state.fields.iter().filter_map(|field| match field.data_type {
            DataType::Vector { metric, .. } if vector::is_indexable(&field.data_type) => Some(Self::Vector {
                field: field.clone(),
                space: Space::new(metric),
            }),
            _ => None,
        });
        let text = Self::Text(
            state
                .searched()
                .iter()
                .map(|searched| searched.column())
                .collect(),
        );
        let wanted = !state.searched().is_empty() || !text.places(state).is_empty();
        vectors
            .chain(wanted.then_some(text))
            .chain(Self::scalars(state))
            .collect()
    }

    /// Those of values: of columns that are indexed, and of those that were.
    fn scalars(state: &TableState) -> impl Iterator<Item = Self> {
        let wanted = state.manifest.indexed_fields();
        let built = state.indexes.iter().filter_map(|open| match open.place.covers {
            Covers::Scalar(field) => Some(field),
            _ => None,
        });
        let fields: BTreeSet<u32> = wanted.iter().copied().chain(built).collect();
        fields.into_iter().map(move |field| Self::Scalar {
            field,
            wanted: wanted.contains(&field),
        })
    }

    /// What its segments are good for.
    pub(super) fn covers(&self) -> Covers {
        match self {
            Self::Vector { field, .. } => Covers::Vector(field.id),
            Self::Text(columns) => Covers::Text(columns.clone()),
            Self::Scalar { field, .. } => Covers::Scalar(*field),
        }
    }

    /// Its segments, in their order.
    pub(super) fn places<'s>(&self, state: &'s TableState) -> Vec<&'s Arc<OpenIndex>> {
        let covers = self.covers();
        let of_line = state
            .indexes
            .iter()
            .filter(|open| open.place.covers.is_beside(&covers));
        of_line.collect()
    }

    /// Whether there is nothing that it could be made of.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Vector { .. } => false,
            Self::Text(columns) => columns.is_empty(),
            Self::Scalar { wanted, .. } => !wanted,
        }
    }

    /// Whether its segments hold what rows hold, so that nothing of dropped rows may stay in them; codes of vectors say little of one.
    pub(super) fn holds_values(&self) -> bool {
        !matches!(self, Self::Vector { .. })
    }

    /// Whether a segment is of no use any more, or holds what nobody may find: words or values of rows that were dropped.
    pub(super) fn is_stale(&self, state: &TableState, open: &OpenIndex) -> bool {
        let outdated = || {
            open.place.covers != self.covers() || open.place.rows != self.stored(state, &open.place) as u64
        };
        open.is_damaged() || self.is_over() || self.holds_values() && outdated()
    }

    /// How many rows are worth a segment: the first, or a further one.
    pub(super) fn enough(&self, indexing: &Indexing, first: bool) -> usize {
        let from = match self {
            Self::Vector { .. } => indexing.from,
            Self::Text(_) => indexing.text_from,
            Self::Scalar { .. } => indexing.scalar_from,
        };
        if first { from } else { from / FURTHER }
    }

    /// The fragments that have what it is made of, each with the number of its rows from an id on and their bytes.
    fn pieces<'s>(&self, state: &'s TableState, from: u64) -> impl Iterator<Item = Piece<'s>> {
        let covers = self.covers();
        let segments = state
            .segments
            .iter()
            .zip(state.manifest.fragments.iter().map(Raw::get));
        segments.filter_map(move |(segment, fragment)| {
            let (has, bytes) = match &covers {
                Covers::Vector(field) => (segment.column(*field).is_some(), 0),
                Covers::Text(columns) => {
                    let of = |field| columns.iter().any(|column| column.field == field);
                    let groups = fragment
                        .groups
                        .iter()
                        .filter(|group| group.columns.iter().any(|place| of(place.field)));
                    (true, groups.map(|group| group.length).sum())
                }
                Covers::Scalar(field) => {
                    let columns = fragment.groups.iter().flat_map(|group| &group.columns);
                    let buffers = columns
                        .filter(|place| place.field == *field)
                        .flat_map(|place| &place.buffers);
                    (true, buffers.map(|span| span.1).sum())
                }
            };
            let rows = segment.len() - segment.rows().count_below(from);
            has.then_some(Piece { segment, rows, bytes })
        })
    }

    /// The fragments that have what it is made of, each with the number of its rows from an id on.
    pub(super) fn fragments<'s>(
        &self,
        state: &'s TableState,
        from: u64,
    ) -> impl Iterator<Item = (&'s Segment, usize)> {
        self.pieces(state, from).map(|piece| (piece.segment, piece.rows))
    }

    /// How many rows of fragments lie where a segment does.
    pub(super) fn stored(&self, state: &TableState, place: &IndexFile) -> usize {
        self.stored_in(state, place.from..place.until)
    }

    /// How many rows of fragments have ids of a range.
    pub(super) fn stored_in(&self, state: &TableState, ids: Range<u64>) -> usize {
        let fragments = state
            .segments
            .get(..state.manifest.fragments.len())
            .unwrap_or_default();
        let first = fragments.partition_point(|segment| segment.rows().last() < ids.start);
        let after = fragments.iter().skip(first);
        let overlapping = after.take_while(|segment| segment.rows().first() < ids.end);
        let has = |segment: &&Arc<Segment>| match self {
            Self::Vector { field, .. } => segment.column(field.id).is_some(),
            Self::Text(_) | Self::Scalar { .. } => true,
        };
        let count = |segment: &Arc<Segment>| {
            let below = |id: u64| segment.rows().count_below(id);
            below(ids.end).saturating_sub(below(ids.start))
        };
        overlapping.filter(has).map(count).sum()
    }

    /// Where its segments end.
    pub(super) fn covered_until(&self, state: &TableState) -> u64 {
        self.places(state).last().map_or(0, |open| open.place.until)
    }

    /// How many rows of fragments no segment covers.
    pub(super) fn uncovered(&self, state: &TableState) -> usize {
        let rows = self
            .fragments(state, self.covered_until(state))
            .map(|(_, rows)| rows);
        rows.sum()
    }

    /// Where a segment ends that starts at an id: behind the last fragment, or where it is large enough.
    pub(super) fn end_of(&self, state: &TableState, from: u64, indexing: &Indexing) -> Option<u64> {
        let (mut rows, mut bytes, mut end) = (0, 0, None);
        for piece in self.pieces(state, from).filter(|piece| piece.rows > 0) {
            rows += piece.rows;
            bytes += piece.share();
            let too_much = rows > indexing.most || bytes > indexing.text_most;
            if too_much && end.is_some()
                || piece.segment.rows().last().saturating_sub(from) > u64::from(u32::MAX)
            {
                break;
            }
            end = Some(piece.segment.rows().last() + 1);
        }
        end
    }

    /// Whether one segment from an id on takes in all that is there: one that did not would leave rows out that had a segment
    /// before, and be merged again and again.
    pub(super) fn holds_all(&self, state: &TableState, from: u64, indexing: &Indexing) -> bool {
        let all = self.fragments(state, from).filter(|(_, rows)| *rows > 0);
        self.end_of(state, from, indexing) == all.last().map(|(segment, _)| segment.rows().last() + 1)
    }
}

/// A fragment, from an id on.
struct Piece<'s> {
    segment: &'s Segment,
    rows: usize,
    /// Bytes of the files with the columns, or of the column with the values, of all rows.
    bytes: u64,
}

impl Piece<'_> {
    /// The bytes of its rows, about.
    fn share(&self) -> u64 {
        let share = self.rows as f64 / self.segment.len().max(1) as f64;
        (self.bytes as f64 * share) as u64
    }
}
