use super::index_tasks::Task;
use crate::error::{Error, Result};
use crate::fragment::Segment;
use crate::snapshot::TableState;

/// The rows of a task that fragments hold: all that there are.
pub(super) struct StoredRows<'a> {
    /// The fragments, each with the number of rows before its first, the position of that, and how many there are.
    pieces: Vec<(usize, &'a Segment, usize)>,
    len: usize,
}

impl<'a> StoredRows<'a> {
    pub(super) fn new(state: &'a TableState, task: &Task) -> Self {
        let (mut pieces, mut len) = (Vec::new(), 0);
        for (segment, _) in task.line.fragments(state, task.from) {
            let below = |id| segment.rows().count_below(id);
            let (start, end) = (below(task.from), below(task.until));
            if end > start {
                pieces.push((len, segment, start));
                len += end - start;
            }
        }
        Self { pieces, len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn id(&self, row: usize) -> u64 {
        self.at(row)
            .map_or(u64::MAX, |(segment, position)| segment.rows().id(position))
    }

    /// The fragment of a row, and its position there.
    pub(super) fn at(&self, row: usize) -> Result<(&'a Segment, usize)> {
        let after = self.pieces.partition_point(|(first, ..)| *first <= row);
        let piece = after.checked_sub(1).and_then(|at| self.pieces.get(at));
        let found = piece.filter(|_| row < self.len);
        let (first, segment, start) = found.ok_or_else(|| Error::internal("a row beyond those to index"))?;
        Ok((*segment, start + row - first))
    }
}
