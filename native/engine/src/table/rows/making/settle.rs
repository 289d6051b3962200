//! New rows meet the rows that they replace: which of those stay as they are, what the others keep, and which vectors are missing.

use std::collections::{HashMap, HashSet};

use super::derived::{DerivedVectors, Vector, hash_of};
use crate::column::{Batch, Bits, CellAt, Column};
use crate::error::{Code, Error, Result};
use crate::format::default_of;
use crate::schema::{Field, Schema};
use crate::snapshot::{RowPlace, Snapshot};

/// Rows of a batch beside those that they replace.
pub(in crate::table::rows) struct Meeting<'a> {
    pub(in crate::table::rows) snapshot: &'a Snapshot,
    pub(in crate::table::rows) batch: &'a Batch,
    /// For each row the one that it replaces.
    pub(in crate::table::rows) replaced: Vec<Option<RowPlace>>,
    /// Rows of the batch that are not written.
    pub(in crate::table::rows) left_out: Option<&'a Bits>,
    /// The number of the first row in messages; none where rows have no numbers.
    pub(in crate::table::rows) base: Option<usize>,
    pub(in crate::table::rows) derived: &'a DerivedVectors,
    /// The derived columns of which the writer gives every vector.
    pub(in crate::table::rows) wanted: &'a [u32],
}

/// What becomes of the rows.
#[derive(Debug)]
pub(in crate::table::rows) enum Settled {
    /// All vectors are there.
    Rows(SettledRows),
    /// Vectors are missing.
    Missing(Vec<Missing>),
}

/// Rows as they are written.
#[derive(Debug)]
pub(in crate::table::rows) struct SettledRows {
    /// The rows; none where they are those of the batch, unchanged.
    pub(in crate::table::rows) rows: Option<Batch>,
    /// How many they are.
    pub(in crate::table::rows) count: usize,
    /// The ids of the rows that they replace.
    pub(in crate::table::rows) ended: Vec<u64>,
    /// The ids of the rows that stay as they are, because a new row is equal.
    pub(in crate::table::rows) unchanged: Vec<u64>,
    /// How many rows of both kinds have no vector yet, because it was deferred.
    pub(in crate::table::rows) deferred: u64,
}

/// A vector that nobody gave.
#[derive(Clone, Copy, Debug)]
pub(in crate::table::rows) struct Missing {
    pub(in crate::table::rows) field: u32,
    pub(in crate::table::rows) row: usize,
    pub(in crate::table::rows) sources: u128,
}

/// Where the vector of a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pick {
    Given,
    Replaced,
    Filled(u32, u32),
    Nothing,
    Deferred,
}

/// A column of the table with what the batch has of it.
struct Side<'a> {
    field: &'a Field,
    given: Option<&'a Column>,
    kept: Option<&'a Bits>,
    /// One cell: what a row shows that brings nothing.
    default: Column,
    /// Of a derived column: the columns that it is computed from.
    sources: Vec<usize>,
    /// Of a derived column that is not given as a whole: where each row's vector comes from.
    picks: Option<Vec<Pick>>,
}

impl Side<'_> {
    fn is_given(&self, row: usize) -> bool {
        self.given.is_some() && !self.kept.is_some_and(|kept| kept.get(row))
    }

    /// Whether the batch's column is written as it is.
    fn is_whole(&self) -> bool {
        self.given.is_some() && self.kept.is_none()
    }
}

impl<'a> Meeting<'a> {
    /// Decides. With `skip_equal` a row that is equal to the one that it would replace is not written.
    pub(in crate::table::rows) fn settle(&self, skip_equal: bool) -> Result<Settled> {
        let mut sides = self.sides()?;
        let mut same = if skip_equal {
            self.same(&sides)?
        } else {
            Bits::filled(self.batch.rows(), false)
        };
        let mut missing = Vec::new();
        for at in 0..sides.len() {
            let picks = self.picks(&sides, at, &mut same, &mut missing)?;
            if let Some(side) = sides.get_mut(at) {
                side.picks = picks;
            }
        }
        if !missing.is_empty() {
            return Ok(Settled::Missing(missing));
        }
        self.rows(&sides, &same).map(Settled::Rows)
    }

    /// The values that some rows have in a plain column once they are written.
    pub(in crate::table::rows) fn cells_of(&self, field: &Field, rows: &[usize]) -> Result<Column> {
        let side = self.side(field)?;
        let cells = rows.iter().map(|row| self.cell(&side, *row));
        Column::of_cells(&field.data_type, &cells.collect::<Result<Vec<_>>>()?)
    }

    /// The batch with the vectors that are known for rows which bring all of their sources. What other rows need is noted in `needed`.
    pub(in crate::table::rows) fn with_vectors(
        &self,
        needed: &mut HashMap<u32, HashSet<u128>>,
    ) -> Result<Batch> {
        let mut batch = self.batch.clone();
        for side in self.sides()? {
            if side.is_whole() || !self.wanted.contains(&side.field.id) {
                continue;
            }
            let sources = self.snapshot.schema().sources_of(side.field).into_iter();
            let sources = sources
                .map(|field| self.side(field))
                .collect::<Result<Vec<_>>>()?;
            let (mut cells, mut kept) = (Vec::new(), Bits::filled(0, false));
            for row in 0..batch.rows() {
                let parts = sources.iter().map(|source| self.cell(source, row));
                let hash = hash_of(&parts.collect::<Result<Vec<_>>>()?)?;
                let cell = match self.derived.of(side.field.id, hash) {
                    _ if side.is_given(row) => side.given.map(|column| (column, row)),
                    Some(Vector::At(column, at)) if sources.iter().all(|source| source.is_given(row)) => {
                        Some(self.derived.cell(side.field.id, column, at)?)
                    }
                    Some(_) => {
                        needed.entry(side.field.id).or_default().insert(hash);
                        None
                    }
                    None => None,
                };
                kept.push(cell.is_none());
                cells.push(cell.unwrap_or((&side.default, 0)));
            }
            if kept.count() < batch.rows() {
                let column = Column::of_cells(&side.field.data_type, &cells)?;
                batch = batch.without(side.field.id);
                batch.push(side.field.id, column, Some(kept));
            }
        }
        Ok(batch)
    }

    fn side(&self, field: &'a Field) -> Result<Side<'a>> {
        Ok(Side {
            field,
            given: self.batch.column(field.id),
            kept: self.batch.kept(field.id),
            default: Column::constant(&field.data_type, &default_of(field)?, 1)?,
            sources: Vec::new(),
            picks: None,
        })
    }

    fn sides(&self) -> Result<Vec<Side<'a>>> {
        let schema: &'a Schema = self.snapshot.schema();
        let side = |field: &'a Field| {
            let sources = schema.sources_of(field).into_iter();
            let place = |source: &Field| schema.fields.iter().position(|known| known.id == source.id);
            let sources = sources.filter_map(place).collect();
            Ok(Side {
                sources,
                ..self.side(field)?
            })
        };
        schema.fields.iter().map(side).collect()
    }

    fn writes(&self, row: usize) -> bool {
        !self.left_out.is_some_and(|left_out| left_out.get(row))
    }

    /// The rows whose plain columns are those of the row that they would replace.
    fn same(&self, sides: &[Side<'a>]) -> Result<Bits> {
        let replaced = self.replaced.iter().enumerate();
        let mut same: Vec<(usize, RowPlace)> = replaced
            .filter(|(row, _)| self.writes(*row))
            .filter_map(|(row, place)| Some((row, (*place)?)))
            .collect();
        for side in sides {
            let Some(column) = side.given else { continue };
            let mut rest = Vec::with_capacity(same.len());
            for (row, place) in same {
                if !side.is_given(row) || column.equals(row, self.old(side, place))? {
                    rest.push((row, place));
                }
            }
            same = rest;
        }
        let mut bits = Bits::filled(self.batch.rows(), false);
        same.iter().for_each(|(row, _)| bits.set(*row));
        Ok(bits)
    }

    /// The cell of a row that is in the table.
    fn old<'s>(&'s self, side: &'s Side<'a>, (segment, row): RowPlace) -> CellAt<'s> {
        match self.snapshot.column(segment, side.field.id) {
            Some(column) => (column, row as usize),
            None => (&side.default, 0),
        }
    }

    fn replaced(&self, row: usize) -> Option<RowPlace> {
        self.replaced.get(row).copied().flatten()
    }

    /// The cell that a row has once it is written.
    fn cell<'s>(&'s self, side: &'s Side<'a>, row: usize) -> Result<CellAt<'s>> {
        let pick = side.picks.as_ref().and_then(|picks| picks.get(row));
        match (pick, side.given, self.replaced(row)) {
            (Some(Pick::Filled(column, at)), ..) => self.derived.cell(side.field.id, *column, *at),
            (Some(Pick::Nothing | Pick::Deferred), ..) => Ok((&side.default, 0)),
            (Some(Pick::Given) | None, Some(column), _) if side.is_given(row) => Ok((column, row)),
            (_, _, Some(place)) => Ok(self.old(side, place)),
            // A new row takes what the batch has for new rows.
            (_, Some(column), None) if !column.is_null(row)? => Ok((column, row)),
            _ => Ok((&side.default, 0)),
        }
    }

    /// Where the vectors of a derived column come from; none where they are given, or where it is not derived.
    fn picks(
        &self,
        sides: &[Side<'a>],
        at: usize,
        same: &mut Bits,
        missing: &mut Vec<Missing>,
    ) -> Result<Option<Vec<Pick>>> {
        let Some(side) = sides
            .get(at)
            .filter(|side| !side.sources.is_empty() && !side.is_whole())
        else {
            return Ok(None);
        };
        let sources: Vec<&Side<'a>> = side.sources.iter().filter_map(|at| sides.get(*at)).collect();
        let wanted = self.wanted.contains(&side.field.id);
        let mut picks = Vec::with_capacity(self.batch.rows());
        for row in 0..self.batch.rows() {
            if !self.writes(row) {
                picks.push(Pick::Nothing);
                continue;
            }
            let (kept, is_old) = self.kept_vector(side, &sources, row, same.get(row))?;
            let pick = match kept {
                Some(pick) if pick == Pick::Given || is_old || !wanted => pick,
                _ => {
                    let cells = sources.iter().map(|source| self.cell(source, row));
                    let sources = hash_of(&cells.collect::<Result<Vec<_>>>()?)?;
                    let field = side.field.id;
                    match self.derived.of(field, sources) {
                        Some(Vector::At(column, at)) => Pick::Filled(column, at),
                        Some(Vector::Nothing) => Pick::Nothing,
                        Some(Vector::Deferred) => Pick::Deferred,
                        None => {
                            missing.push(Missing { field, row, sources });
                            Pick::Nothing
                        }
                    }
                }
            };
            if matches!(pick, Pick::Filled(..)) {
                same.clear(row);
            }
            picks.push(pick);
        }
        Ok(Some(picks))
    }

    /// What a row's vector is where nobody computes it, and whether that is the vector of its sources.
    fn kept_vector(
        &self,
        side: &Side<'a>,
        sources: &[&Side<'a>],
        row: usize,
        same: bool,
    ) -> Result<(Option<Pick>, bool)> {
        if side.is_given(row) {
            return Ok((Some(Pick::Given), true));
        }
        let Some(place) = self.replaced(row) else {
            return Ok((Some(Pick::Nothing), false));
        };
        let mut equal = true;
        if !same {
            for source in sources {
                let (column, at) = self.cell(source, row)?;
                equal = equal && column.equals(at, self.old(source, place))?;
            }
        }
        let (column, at) = self.old(side, place);
        Ok(match equal {
            true => (Some(Pick::Replaced), !column.is_null(at)?),
            // A vector of other sources would be a lie.
            false => (Some(Pick::Nothing), false),
        })
    }

    fn rows(&self, sides: &[Side<'a>], same: &Bits) -> Result<SettledRows> {
        let rows: Vec<usize> = (0..self.batch.rows())
            .filter(|row| self.writes(*row) && !same.get(*row))
            .collect();
        let ids = |rows: &mut dyn Iterator<Item = usize>| -> Vec<u64> {
            let places = rows.filter_map(|row| self.replaced(row));
            places.map(|place| self.snapshot.id_of(place)).collect()
        };
        let all = rows.len() == self.batch.rows();
        let mut columns = Vec::new();
        let mut whole = all;
        for side in sides {
            let column = self.column(side, &rows, all)?;
            whole &= side.is_whole() || side.given.is_none() && column.is_none();
            columns.extend(column.map(|column| (side.field.id, column)));
        }
        let count = rows.len();
        Ok(SettledRows {
            rows: (!whole).then(|| Batch::new(count, columns)),
            count,
            ended: ids(&mut rows.iter().copied()),
            unchanged: ids(&mut same.ones()),
            deferred: self.deferred(sides) as u64,
        })
    }

    /// The column that is written; none where every row shows the default anyway.
    fn column(&self, side: &Side<'a>, rows: &[usize], all: bool) -> Result<Option<Column>> {
        if let Some(column) = side.given.filter(|_| side.is_whole()) {
            if all {
                return Ok(Some(column.clone()));
            }
            let rows = rows
                .iter()
                .map(|row| u32::try_from(*row).map_err(Error::internal));
            return column.take(&rows.collect::<Result<Vec<_>>>()?).map(Some);
        }
        let mut cells = Vec::with_capacity(rows.len());
        let mut defaults = 0;
        for row in rows {
            let cell = self.cell(side, *row)?;
            if std::ptr::eq(cell.0, &raw const side.default) {
                defaults += 1;
                if !side.field.nullable && cell.0.is_null(0)? {
                    return Err(self.needs(side, *row));
                }
            }
            cells.push(cell);
        }
        if defaults == cells.len() {
            return Ok(None);
        }
        Column::of_cells(&side.field.data_type, &cells).map(Some)
    }

    fn needs(&self, side: &Side<'a>, row: usize) -> Error {
        let name = &side.field.name;
        let subject = match self.base {
            Some(base) => format!("Row {} is new and", base + row),
            None => "A row".to_owned(),
        };
        let message = format!("{subject} has no value for the column \"{name}\", which needs one.");
        let hint = match side.given {
            None => "Open the table again with this column declared, and give it a value.",
            Some(_) => "Give the column a value, or change only rows that are there already.",
        };
        let error = Error::new(Code::InvalidRow, message)
            .hint(hint)
            .column(name.clone());
        match self.base {
            Some(base) => error.row(base + row),
            None => error,
        }
    }

    fn deferred(&self, sides: &[Side<'a>]) -> usize {
        let mut rows = Bits::filled(self.batch.rows(), false);
        for picks in sides.iter().filter_map(|side| side.picks.as_ref()) {
            let deferred = picks
                .iter()
                .enumerate()
                .filter(|(_, pick)| **pick == Pick::Deferred);
            deferred.for_each(|(row, _)| rows.set(row));
        }
        rows.count()
    }
}
