//! Which index segments are to be built, and which of the old ones they replace.

use super::line::Line;
use crate::format::IndexFile;
use crate::snapshot::TableState;
use crate::table::Table;

/// A new segment takes in the one before it, unless that is at least this many times its size.
pub(super) const MERGED: usize = 2;
/// When everything is to be brought into its best shape, larger ones are taken in as well.
pub(super) const MERGED_THOROUGHLY: usize = 10;

/// A segment to be built.
pub(super) struct Task {
    pub(super) line: Line,
    pub(super) from: u64,
    pub(super) until: u64,
    /// The segments that it replaces: the last of their line, or one that it is in place of.
    pub(super) replaced: Vec<IndexFile>,
    /// Whether it takes the place of one segment, wherever that is.
    pub(super) renews: bool,
}

impl Table {
    /// What is due. Segments are merged as they are built: one takes in those before it that are not `merged` times its size, so
    /// that a row is indexed some log n times, and there are never more than some log n segments.
    pub(super) fn index_tasks(&self, state: &TableState, merged: usize) -> Vec<Task> {
        let lines = Line::all(state).into_iter();
        lines
            .filter_map(|line| {
                let renewal = self.renewal(state, &line);
                renewal.or_else(|| self.extension(state, line, merged))
            })
            .collect()
    }

    /// A segment of words or values that is to be made anew where it is: its columns are searched in another way now, or rows of it
    /// were dropped.
    fn renewal(&self, state: &TableState, line: &Line) -> Option<Task> {
        if !line.holds_values() {
            return None;
        }
        let places = line.places(state);
        let is_due = |place: &IndexFile| line.is_over() || !outlived(place.rows, line.stored(state, place));
        let stale = places.into_iter().find(|open| line.is_stale(state, open))?;
        let place = is_due(&stale.place).then(|| stale.place.clone())?;
        Some(Task {
            line: line.clone(),
            from: place.from,
            until: place.until,
            replaced: vec![place],
            renews: true,
        })
    }

    /// A segment at the end of a line.
    fn extension(&self, state: &TableState, line: Line, merged: usize) -> Option<Task> {
        let indexing = self.indexing();
        let mut replaced: Vec<IndexFile> = Vec::new();
        let mut before = line.places(state);
        let mut rows = line.uncovered(state);
        let thorough = merged == MERGED_THOROUGHLY;
        let useless = before.iter().position(|open| {
            line.is_stale(state, open)
                || thorough && outlived(open.place.rows, line.stored(state, &open.place))
        });
        let enough = line.enough(&indexing, before.is_empty());
        let is_due = rows >= enough.max(1) || useless.is_some();
        if !is_due && merged == MERGED {
            return None;
        }
        while let Some(last) = before.last() {
            let size = last.place.rows as usize;
            // Where nothing is new, the last may take in others.
            let is_last = !is_due && replaced.is_empty();
            let merges =
                (is_last || size < merged * rows) && line.holds_all(state, last.place.from, &indexing);
            if !merges && useless.is_none_or(|at| at >= before.len()) {
                break;
            }
            rows += last.place.rows as usize;
            replaced.insert(0, last.place.clone());
            before.pop();
        }
        if !is_due && replaced.len() < 2 {
            return None;
        }
        let from = before.last().map_or(0, |open| open.place.until);
        // Where no row is left, the segments go.
        let until = line
            .end_of(state, from, &indexing)
            .or(replaced.last().map(|place| place.until))?;
        Some(Task {
            line,
            from,
            until,
            replaced,
            renews: false,
        })
    }
}

/// Whether most of the rows that a segment was made of are gone.
pub(super) fn outlived(covered: u64, stored: usize) -> bool {
    stored as u64 * 2 < covered
}
