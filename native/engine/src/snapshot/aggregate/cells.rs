use super::super::distinct::Distinct;
use crate::column::{Column, Data};
use crate::error::Result;
use crate::format::default_of;
use crate::schema::{DataType, Field};

/// A column that is read, and what stands where a segment does not have it.
pub(crate) struct Source<'a> {
    pub(super) field: &'a Field,
    default: Column,
}

impl<'a> Source<'a> {
    pub(crate) fn of(field: &'a Field) -> Result<Self> {
        let default = Column::constant(&field.data_type, &default_of(field)?, 1)?;
        Ok(Self { field, default })
    }

    pub(crate) fn cells<'b>(&'b self, column: Option<&'b Column>) -> Cells<'b> {
        Cells {
            data_type: self.field.data_type.item_or_self(),
            column: column.unwrap_or(&self.default),
            constant: column.is_none(),
        }
    }
}

/// The values of a column in one segment.
pub(crate) struct Cells<'a> {
    /// The type of the values; of a list that of its items.
    data_type: &'a DataType,
    column: &'a Column,
    /// Whether its one value stands for those of all rows.
    constant: bool,
}

impl<'a> Cells<'a> {
    /// The value of a row, which is no list.
    pub(super) fn value(&self, row: usize) -> Result<Distinct<'a>> {
        Distinct::at(self.column, self.data_type, self.row(row))
    }

    fn row(&self, row: usize) -> usize {
        if self.constant { 0 } else { row }
    }

    /// The value of a row, or those in its list; none where the list is empty.
    pub(crate) fn each(&self, row: usize, mut take: impl FnMut(Distinct<'a>)) -> Result<()> {
        let row = self.row(row);
        if !matches!(self.column.data(), Data::List { .. }) || self.column.is_null(row)? {
            take(Distinct::at(self.column, self.data_type, row)?);
            return Ok(());
        }
        let (items, mut range) = self.column.list(row)?;
        range.try_for_each(|at| {
            take(Distinct::at(items, self.data_type, at)?);
            Ok(())
        })
    }
}
