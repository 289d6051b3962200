use super::index_tasks::Task;
use crate::column::{Column, vector_elements_into};
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::index::vector;
use crate::schema::{DataType, Element, Field};
use crate::snapshot::TableState;

/// The rows of a task that have a vector.
pub(super) struct IndexRows<'a> {
    field: u32,
    dimensions: usize,
    element: Element,
    from: u64,
    columns: Vec<&'a Column>,
    /// For each row: the id, counted from the first, the column, and the position in it.
    rows: Vec<(u32, u32, u32)>,
}

impl<'a> IndexRows<'a> {
    pub(super) fn new(state: &'a TableState, task: &Task, field: &Field) -> Result<Self> {
        let DataType::Vector {
            dimensions, element, ..
        } = field.data_type
        else {
            return Err(Error::internal("an index of a column that holds no vectors"));
        };
        let mut rows = Self {
            field: field.id,
            dimensions: dimensions as usize,
            element,
            from: task.from,
            columns: Vec::new(),
            rows: Vec::new(),
        };
        for (segment, count) in task.line.fragments(state, task.from) {
            let Some(column) = segment.column(field.id).filter(|_| count > 0) else {
                continue;
            };
            let at = rows.columns.len() as u32;
            rows.columns.push(column);
            for (position, id) in segment.rows().ids_from(task.from) {
                if id < task.until && !column.is_null(position)? {
                    let offset = u32::try_from(id - task.from).map_err(Error::internal)?;
                    rows.rows.push((offset, at, position as u32));
                }
            }
        }
        Ok(rows)
    }
}

impl IndexRows<'_> {
    /// Whether no other row of the task has a vector now: gaps may have been filled since `then`.
    pub(super) fn are_all(&self, then: &TableState, now: &TableState, task: &Task) -> Result<bool> {
        let known =
            |new: &crate::fragment::Segment| then.segments.iter().any(|old| std::ptr::eq(&**old, new));
        let fragments = task.line.fragments(now, task.from);
        for (segment, _) in fragments.filter(|(segment, _)| !known(segment)) {
            let Some(column) = segment.column(self.field) else {
                continue;
            };
            for (position, id) in segment.rows().ids_from(task.from) {
                let is_in = |offset: u32| self.rows.binary_search_by_key(&offset, |row| row.0).is_ok();
                let is_in = |id: u64| u32::try_from(id - task.from).is_ok_and(is_in);
                if id < task.until && !is_in(id) && !column.is_null(position)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

impl vector::Vectors for IndexRows<'_> {
    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.rows
            .get(row)
            .map_or(u64::MAX, |row| self.from + u64::from(row.0))
    }

    fn let_go(&self) {
        self.columns.iter().for_each(|column| column.let_go());
    }

    fn read(&self, row: usize, to: &mut [f32]) -> Result<()> {
        let found = self
            .rows
            .get(row)
            .and_then(|row| Some((self.columns.get(row.1 as usize)?, row.2)));
        let (column, position) = found.ok_or_else(|| Error::internal("a row beyond those to index"))?;
        vector_elements_into(column.fixed(position as usize)?, self.element, to);
        Ok(())
    }
}
