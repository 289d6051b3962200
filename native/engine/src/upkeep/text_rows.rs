use super::index_tasks::Task;
use super::stored_rows::StoredRows;
use crate::error::{Error, Result};
use crate::index::text::Texts;
use crate::snapshot::TableState;

/// The rows of a task whose texts are indexed.
pub(super) struct TextRows<'a> {
    state: &'a TableState,
    rows: StoredRows<'a>,
}

impl<'a> TextRows<'a> {
    pub(super) fn new(state: &'a TableState, task: &Task) -> Self {
        let rows = StoredRows::new(state, task);
        Self { state, rows }
    }
}

impl Texts for TextRows<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.rows.id(row)
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let (segment, position) = self.rows.at(row)?;
        let searched = self.state.searched().get(field);
        let searched = searched.ok_or_else(|| Error::internal("a column beyond those to index"))?;
        searched.read(segment, position, take)
    }
}
