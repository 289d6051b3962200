//! Columns that are searched by their words, and their texts.

use crate::column::Column;
use crate::error::Result;
use crate::filter::Columns;
use crate::format::{Manifest, TextColumn, default_of};
use crate::fragment::Segment;
use crate::schema::{DataType, Field, TextSearch};

/// A column that is searched by its words.
#[derive(Clone, Debug)]
pub(crate) struct Searched {
    pub(crate) field: Field,
    pub(crate) search: TextSearch,
    mark: String,
    /// What rows show that are older than it.
    default: Column,
}

impl Searched {
    /// All of a table, by their ids: what is said of a column holds in every version.
    pub(crate) fn all(manifest: &Manifest, fields: &[Field]) -> Vec<Self> {
        let searched = manifest.searched_texts().into_iter();
        let of = |(id, search): (u32, TextSearch)| {
            let field = fields.iter().find(|field| field.id == id)?.clone();
            // A manifest with a default that is none is refused.
            let default = Column::constant(&field.data_type, &default_of(&field).ok()?, 1).ok()?;
            let mark = search.mark();
            Some(Self {
                field,
                search,
                mark,
                default,
            })
        };
        searched.filter_map(of).collect()
    }

    /// How a segment of words names it.
    pub(crate) fn column(&self) -> TextColumn {
        TextColumn {
            field: self.field.id,
            analysis: self.mark.clone(),
        }
    }

    /// Whether rows that are older than it show no text.
    pub(crate) fn is_empty_by_default(&self) -> bool {
        self.default.is_null(0).unwrap_or(false)
    }

    /// Hands out the texts of a row, in their order.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn read(&self, segment: &Segment, row: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let (column, row) = match segment.column(self.field.id) {
            Some(column) => (column, row),
            None => (&self.default, 0),
        };
        self.texts((column, row), &self.field.data_type, &mut Vec::new(), take)
    }

    fn texts<'t>(
        &self,
        (column, row): (&Column, usize),
        data_type: &'t DataType,
        path: &mut Vec<&'t str>,
        take: &mut dyn FnMut(&str),
    ) -> Result<()> {
        if column.is_null(row)? {
            return Ok(());
        }
        match data_type {
            DataType::Text if self.search.takes(path) => take(column.text(row)?),
            DataType::List { item } => {
                let (items, range) = column.list(row)?;
                for row in range {
                    self.texts((items, row), &item.data_type, path, take)?;
                }
            }
            DataType::Struct { fields } => {
                for (part, field) in column.parts()?.iter().zip(fields) {
                    path.push(&field.name);
                    self.texts((part, row), &field.data_type, path, take)?;
                    path.pop();
                }
            }
            _ => {}
        }
        Ok(())
    }
}
