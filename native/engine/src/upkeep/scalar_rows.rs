use super::index_tasks::Task;
use super::line::Line;
use super::stored_rows::StoredRows;
use crate::column::{Buffer, Column};
use crate::environment::Stop;
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::format::{Covers, default_of};
use crate::index::scalar::{Plan, Scalar, ScalarIndex, Scalars, build};
use crate::schema::{DataType, Field};
use crate::snapshot::{OpenIndex, TableState};

/// The rows of a task whose values are indexed.
pub(super) struct ScalarRows<'a> {
    field: &'a Field,
    /// What rows show that are older than the column.
    default: Column,
    rows: StoredRows<'a>,
}

impl<'a> ScalarRows<'a> {
    pub(super) fn new(state: &'a TableState, task: &Task, field: u32) -> Result<Self> {
        let field = state.fields.iter().find(|known| known.id == field);
        let field = field.ok_or_else(|| Error::internal("an index of a column that is not there"))?;
        Ok(Self {
            field,
            default: Column::constant(&field.data_type, &default_of(field)?, 1)?,
            rows: StoredRows::new(state, task),
        })
    }

    /// How their segment is built.
    pub(super) fn plan<'s>(&self, stop: &'s Stop) -> Plan<'s> {
        let item = self.field.data_type.item_or_self();
        Plan {
            texts: matches!(item, DataType::Text | DataType::Enum { .. }),
            several: matches!(self.field.data_type, DataType::List { .. }),
            stop: stop.flag(),
        }
    }
}

impl Scalars for ScalarRows<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.rows.id(row)
    }

    fn read<'s>(&'s self, row: usize, take: &mut dyn FnMut(Scalar<'s>)) -> Result<bool> {
        let (segment, position) = self.rows.at(row)?;
        let (column, row): (&'s Column, usize) = match segment.column(self.field.id) {
            Some(column) => (column, position),
            None => (&self.default, 0),
        };
        if column.is_null(row)? {
            return Ok(true);
        }
        if let DataType::List { item } = &self.field.data_type {
            let (items, range) = column.list(row)?;
            for row in range {
                if !items.is_null(row)? {
                    take(value(items, &item.data_type, row)?);
                }
            }
            return Ok(false);
        }
        take(value(column, &self.field.data_type, row)?);
        Ok(false)
    }
}

/// Compares a segment with one that is made of the rows as they are. One that still holds rows which were dropped is passed over.
///
/// # Errors
/// [`Code::Corrupt`], naming the file.
pub(super) fn check_values(state: &TableState, open: &OpenIndex) -> Result<()> {
    let place = &open.place;
    let Covers::Scalar(field) = place.covers else {
        return Ok(());
    };
    let task = Task {
        line: Line::Scalar { field, wanted: true },
        from: place.from,
        until: place.until,
        replaced: Vec::new(),
        renews: true,
    };
    let rows = ScalarRows::new(state, &task, field)?;
    let Some(index) = open
        .values()?
        .filter(|_| rows.len() as u64 == place.rows && !rows.is_empty())
    else {
        return Ok(());
    };
    let built = build(&rows, &rows.plan(&Stop::default()))?;
    index.check()?;
    // Another version may have put more rows in one than this one does.
    if built.rows < rows.len() || index.holds_what(&ScalarIndex::open(Buffer::from(built.concat()))?)? {
        return Ok(());
    }
    let file = format!("index/{}", place.file);
    Err(Error::corrupt(file, "its values are not those of the rows"))
}

/// The value of a cell that has one.
fn value<'c>(column: &'c Column, data_type: &DataType, row: usize) -> Result<Scalar<'c>> {
    Ok(match data_type {
        DataType::Int | DataType::Timestamp | DataType::Date => Scalar::Int(column.int(row)?),
        DataType::Boolean => Scalar::Int(i64::from(column.boolean(row)?)),
        DataType::Float { .. } => Scalar::Float(column.float(row)?),
        DataType::Text | DataType::Enum { .. } => Scalar::Text(column.variable(row)?),
        _ => return Err(Error::internal("an index of values that have no order")),
    })
}
