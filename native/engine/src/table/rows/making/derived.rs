//! Vectors of derived columns on their way in, by what they were made of: whoever embeds is asked for what is missing, and a commit
//! finds the vector of a row by the row's sources, whatever the row was when it was embedded.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3;

use crate::column::{Batch, CellAt, Column, Data};
use crate::error::{Error, Result};
use crate::schema::{Field, Schema};

/// The vectors of some derived columns.
#[derive(Debug, Default)]
pub(in crate::table::rows) struct DerivedVectors {
    fields: HashMap<u32, OfField>,
}

#[derive(Debug, Default)]
struct OfField {
    known: HashMap<u128, Vector>,
    columns: Vec<Column>,
    /// What was asked for and is not there yet.
    asked: Vec<u128>,
}

/// What is known of the vector for some sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::table::rows) enum Vector {
    /// It stands in a column, at a row.
    At(u32, u32),
    /// There is none: the function has nothing to say.
    Nothing,
    /// There is none yet: the function failed.
    Deferred,
}

impl DerivedVectors {
    pub(in crate::table::rows) fn of(&self, field: u32, sources: u128) -> Option<Vector> {
        self.fields.get(&field)?.known.get(&sources).copied()
    }

    /// The cell of a vector that stands in a column.
    pub(in crate::table::rows) fn cell(&self, field: u32, column: u32, row: u32) -> Result<CellAt<'_>> {
        let columns = self.fields.get(&field).map(|field| &field.columns);
        let column = columns.and_then(|columns| columns.get(column as usize));
        let column = column.ok_or_else(|| Error::internal("a vector that nobody gave"))?;
        Ok((column, row as usize))
    }

    /// Says for what vectors will come next.
    pub(in crate::table::rows) fn ask(&mut self, field: u32, sources: Vec<u128>) {
        self.fields.entry(field).or_default().asked = sources;
    }

    /// Takes the vectors that were asked for last: one column, in which a kept cell stands for a vector that is deferred. Returns how
    /// many bytes they take.
    pub(in crate::table::rows) fn fill(&mut self, field: &Field, bytes: &[u8]) -> Result<usize> {
        let schema = Schema {
            id: 0,
            primary_key: None,
            fields: vec![field.clone()],
        };
        let batch = Batch::decode(bytes, &schema)?;
        let column = batch.column(field.id).cloned();
        let column = column.ok_or_else(|| Error::internal("a batch without its vectors"))?;
        let of = self.fields.entry(field.id).or_default();
        let asked = std::mem::take(&mut of.asked);
        if asked.len() != column.len() {
            return Err(Error::internal("another number of vectors than was asked for"));
        }
        let number = u32::try_from(of.columns.len()).map_err(Error::internal)?;
        let kept = batch.kept(field.id);
        for (row, sources) in asked.into_iter().enumerate() {
            let vector = match column.is_null(row)? {
                _ if kept.is_some_and(|kept| kept.get(row)) => Vector::Deferred,
                true => Vector::Nothing,
                false => Vector::At(number, u32::try_from(row).map_err(Error::internal)?),
            };
            of.known.insert(sources, vector);
        }
        let size = column.byte_size();
        of.columns.push(column);
        Ok(size)
    }

    /// Forgets the vectors but those for some sources. That there is none stays known.
    pub(in crate::table::rows) fn retain(
        &mut self,
        field: &Field,
        sources: &dyn Fn(u128) -> bool,
    ) -> Result<()> {
        let Some(of) = self.fields.get_mut(&field.id) else {
            return Ok(());
        };
        of.known
            .retain(|known, vector| !matches!(vector, Vector::At(..)) || sources(*known));
        let mut cells = Vec::new();
        for vector in of.known.values_mut() {
            if let Vector::At(column, row) = vector
                && let Some(from) = of.columns.get(*column as usize)
            {
                cells.push((from, *row as usize));
                let at = u32::try_from(cells.len() - 1).map_err(Error::internal)?;
                (*column, *row) = (0, at);
            }
        }
        of.columns = vec![Column::of_cells(&field.data_type, &cells)?];
        Ok(())
    }
}

/// Stands for the values of some cells. Of 128 bits, so that two values of one hash need not be thought of.
pub(in crate::table::rows) fn hash_of(cells: &[CellAt<'_>]) -> Result<u128> {
    let mut hash = Xxh3::new();
    for (column, row) in cells {
        if column.is_null(*row)? {
            hash.update(&[0]);
            continue;
        }
        let bytes = match column.data() {
            Data::Fixed { .. } => column.fixed(*row)?,
            _ => column.variable(*row)?,
        };
        hash.update(&[1]);
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hash.digest128())
}
