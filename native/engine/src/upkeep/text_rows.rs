use super::index_tasks::Task;
use crate::error::{Error, Result};
use crate::fragment::Segment;
use crate::index::text::Texts;
use crate::snapshot::TableState;

/// The rows of a task whose texts are indexed: all that there are.
pub(super) struct TextRows<'a> {
    state: &'a TableState,
    /// The fragments, each with the number of rows before its first, the position of that, and how many there are.
    pieces: Vec<(usize, &'a Segment, usize)>,
    len: usize,
}

impl<'a> TextRows<'a> {
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
        Self { state, pieces, len }
    }

    /// The fragment of a row, and its position there.
    fn at(&self, row: usize) -> Option<(&'a Segment, usize)> {
        let after = self.pieces.partition_point(|(first, ..)| *first <= row);
        let (first, segment, start) = self.pieces.get(after.checked_sub(1)?)?;
        (row < self.len).then(|| (*segment, start + row - first))
    }
}

impl Texts for TextRows<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn id(&self, row: usize) -> u64 {
        self.at(row)
            .map_or(u64::MAX, |(segment, position)| segment.rows().id(position))
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let found = self.at(row).zip(self.state.searched().get(field));
        let ((segment, position), searched) =
            found.ok_or_else(|| Error::internal("a row beyond those to index"))?;
        searched.read(segment, position, take)
    }
}
