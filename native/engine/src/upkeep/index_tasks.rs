//! Which index segments of vector columns are to be built, and which of the old ones they replace.

use std::sync::Arc;

use crate::filter::Columns;
use crate::format::IndexFile;
use crate::index::vector::{self, Space};
use crate::schema::{DataType, Field};
use crate::snapshot::{OpenIndex, State};
use crate::table::Table;

/// Once a column has a segment, `Indexing::from` divided by this is enough for another: rows without one are scanned by every search.
const FURTHER: usize = 4;
/// A new segment takes in the one before it, unless that is at least this many times its size.
pub(super) const MERGED: usize = 2;
/// When everything is to be brought into its best shape, larger ones are taken in as well.
pub(super) const MERGED_THOROUGHLY: usize = 10;

/// A segment to be built.
pub(super) struct Task {
    pub(super) field: Field,
    pub(super) space: Space,
    pub(super) from: u64,
    pub(super) until: u64,
    /// The segments that it replaces, the last of their field.
    pub(super) replaced: Vec<IndexFile>,
}

impl Table {
    /// What is due. Segments are merged as they are built: one takes in those before it that are not `merged` times its size, so
    /// that a row is indexed some log n times, and there are never more than some log n segments.
    pub(super) fn index_tasks(&self, state: &State, merged: usize) -> Vec<Task> {
        let most = self.indexing().most;
        let mut tasks = Vec::new();
        for field in state
            .fields
            .iter()
            .filter(|field| vector::is_indexable(&field.data_type))
        {
            let DataType::Vector { metric, .. } = field.data_type else {
                continue;
            };
            let mut replaced: Vec<IndexFile> = Vec::new();
            let of_field = state.indexes.iter().filter(|open| open.place.field == field.id);
            let mut before: Vec<&Arc<OpenIndex>> = of_field.collect();
            let mut rows = uncovered(state, field.id);
            let thorough = merged == MERGED_THOROUGHLY;
            let useless = |open: &Arc<OpenIndex>| {
                open.is_damaged() || thorough && outlived(open.place.rows, stored(state, &open.place))
            };
            let damaged = before.iter().position(|open| useless(open));
            let enough = self.enough(before.is_empty());
            let is_due = rows >= enough.max(1) || damaged.is_some();
            if !is_due && merged == MERGED {
                continue;
            }
            while let Some(last) = before.last() {
                let size = last.place.rows as usize;
                // Where nothing is new, the last may take in others.
                let is_last = !is_due && replaced.is_empty();
                let merges =
                    (is_last || size < merged * rows) && holds_all(state, field.id, last.place.from, most);
                if !merges && damaged.is_none_or(|at| at >= before.len()) {
                    break;
                }
                rows += last.place.rows as usize;
                replaced.insert(0, last.place.clone());
                before.pop();
            }
            if !is_due && replaced.len() < 2 {
                continue;
            }
            let from = before.last().map_or(0, |open| open.place.until);
            let Some(until) = end_of(state, field.id, from, most) else {
                continue;
            };
            tasks.push(Task {
                field: field.clone(),
                space: Space::new(metric),
                from,
                until,
                replaced,
            });
        }
        tasks
    }

    /// How many rows are worth a segment: the first of a column, or a further one.
    pub(super) fn enough(&self, first: bool) -> usize {
        let from = self.indexing().from;
        if first { from } else { from / FURTHER }
    }
}

/// Whether most of the rows that a segment was made of are gone.
pub(super) fn outlived(covered: u64, stored: usize) -> bool {
    stored as u64 * 2 < covered
}

/// How many rows of fragments lie where a segment does.
fn stored(state: &State, place: &IndexFile) -> usize {
    let from = |id: u64| {
        fragments(state, place.field, id)
            .map(|(_, rows)| rows)
            .sum::<usize>()
    };
    from(place.from).saturating_sub(from(place.until))
}

/// Where the segments of a field end.
pub(super) fn covered_until(state: &State, field: u32) -> u64 {
    let of_field = state.indexes.iter().filter(|open| open.place.field == field);
    of_field.map(|open| open.place.until).max().unwrap_or(0)
}

/// The fragments that have a field, each with the number of its rows from an id on.
pub(super) fn fragments(
    state: &State,
    field: u32,
    from: u64,
) -> impl Iterator<Item = (&crate::fragment::Segment, usize)> {
    let fragments = state.segments.iter().take(state.manifest.fragments.len());
    let with = fragments.filter(move |segment| segment.column(field).is_some());
    with.map(move |segment| (&**segment, segment.len() - segment.rows().count_below(from)))
}

/// How many rows of fragments no segment covers.
pub(super) fn uncovered(state: &State, field: u32) -> usize {
    fragments(state, field, covered_until(state, field))
        .map(|(_, rows)| rows)
        .sum()
}

/// Where a segment ends that starts at an id: behind the last fragment, or where it is large enough.
fn end_of(state: &State, field: u32, from: u64, most: usize) -> Option<u64> {
    let (mut sum, mut end) = (0, None);
    for (segment, rows) in fragments(state, field, from).filter(|(_, rows)| *rows > 0) {
        sum += rows;
        if sum > most && end.is_some() || segment.rows().last().saturating_sub(from) > u64::from(u32::MAX) {
            break;
        }
        end = Some(segment.rows().last() + 1);
    }
    end
}

/// Whether one segment from an id on takes in all that is there: one that did not would leave rows out that had a segment before,
/// and be merged again and again.
fn holds_all(state: &State, field: u32, from: u64, most: usize) -> bool {
    let all = fragments(state, field, from).filter(|(_, rows)| *rows > 0);
    end_of(state, field, from, most) == all.last().map(|(segment, _)| segment.rows().last() + 1)
}
