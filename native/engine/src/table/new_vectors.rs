use super::created::Created;
use super::fragments::FLUSH_BYTES;
use super::handle::Table;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::format::{Fragment, GroupFile, Rows};
use crate::fragment::Segment;
use crate::schema::Field;
use crate::value::Value;

/// Vectors of a new column by the ids of their rows, ascending: the newest in memory, the others in files of their own.
#[derive(Clone, Debug)]
pub(super) struct NewVectors {
    field: Field,
    pieces: Vec<Piece>,
    /// The pieces from here on are in memory.
    flushed: usize,
    waiting_bytes: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    rows: Rows,
    column: Column,
}

impl NewVectors {
    pub(crate) fn new(field: Field) -> Self {
        Self {
            field,
            pieces: Vec::new(),
            flushed: 0,
            waiting_bytes: 0,
        }
    }

    /// Whether there is any for a row from `first` to `last`.
    pub(super) fn touch(&self, rows: &Rows) -> bool {
        let mut pieces = self.pieces.iter().map(|piece| &piece.rows);
        pieces.any(|piece| piece.first() <= rows.last() && rows.first() <= piece.last())
    }

    /// Adds vectors for rows behind all others. Files that are written for them are added to `spool`.
    pub(super) fn push(
        &mut self,
        table: &Table,
        rows: Rows,
        column: Column,
        spool: &mut Created,
    ) -> Result<()> {
        if rows.len() != column.len() {
            return Err(Error::internal("another number of vectors than of rows"));
        }
        self.waiting_bytes += column.byte_size();
        self.pieces.push(Piece { rows, column });
        if self.waiting_bytes >= FLUSH_BYTES {
            self.flush(table, spool)?;
        }
        Ok(())
    }

    fn flush(&mut self, table: &Table, spool: &mut Created) -> Result<()> {
        let waiting = self.pieces.get(self.flushed..).unwrap_or_default();
        let mut rows = Rows::default();
        waiting.iter().for_each(|piece| rows.extend(&piece.rows));
        let columns = waiting.iter().map(|piece| &piece.column).collect();
        let fragment = table.or_gone(table.write_fragment(rows.len(), &[(&self.field, columns)]))?;
        spool.add_fragment(&table.home, &fragment);
        let groups = fragment.groups;
        let fragment = Fragment { rows, groups };
        let fields = std::slice::from_ref(&self.field);
        let segment = table.or_gone(Segment::open(
            &table.home.store,
            &table.home.path("data"),
            &fragment,
            fields,
        ))?;
        let column = segment.column(self.field.id).cloned();
        let column = column.ok_or_else(|| Error::internal("a file of vectors without them"))?;
        self.pieces.truncate(self.flushed);
        let rows = fragment.rows;
        self.pieces.push(Piece { rows, column });
        self.flushed = self.pieces.len();
        self.waiting_bytes = 0;
        Ok(())
    }

    /// The column of some rows in pieces: what was added, else what the rows have already, else null.
    pub(super) fn column_of(&self, rows: &Rows, had: Option<&Column>) -> Result<Vec<Column>> {
        let mut pieces = Vec::new();
        for run in self.runs(rows) {
            pieces.push(match (self.pieces.get(run.piece), had) {
                (Some(piece), _) => piece.column.run(run.start, run.len)?,
                (None, Some(column)) => column.run(run.start, run.len)?,
                (None, None) => Column::constant(&self.field.data_type, &Value::Null, run.len)?,
            });
        }
        Ok(pieces)
    }

    /// Where the rows have their vectors, as runs. The rows that have none are runs of their own positions.
    fn runs(&self, rows: &Rows) -> Vec<Run> {
        let start = self
            .pieces
            .partition_point(|piece| piece.rows.last() < rows.first());
        let known = self
            .pieces
            .iter()
            .enumerate()
            .skip(start)
            .flat_map(|(at, piece)| {
                let ids = piece.rows.ids_from(rows.first());
                ids.map(move |(position, id)| (id, at, position))
            });
        let mut known = known.peekable();
        let mut runs: Vec<Run> = Vec::new();
        for (position, id) in rows.ids_from(0) {
            while known.next_if(|(known, ..)| *known < id).is_some() {}
            let (piece, start) = match known.next_if(|(known, ..)| *known == id) {
                Some((_, piece, position)) => (piece, position),
                None => (usize::MAX, position),
            };
            match runs.last_mut() {
                Some(run) if run.piece == piece && run.start + run.len == start => run.len += 1,
                _ => runs.push(Run { piece, start, len: 1 }),
            }
        }
        runs
    }

    /// Writes the column of some rows to a file, which is added to `created`.
    pub(super) fn write(
        &self,
        table: &Table,
        rows: &Rows,
        had: Option<&Column>,
        created: &mut Created,
    ) -> Result<GroupFile> {
        let pieces = self.column_of(rows, had)?;
        table.write_column(rows.len(), &self.field, &pieces, created)
    }

    /// Forgets all vectors.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.field.clone());
    }
}

/// A run of rows that lie together: in a piece, or beyond all pieces, where nothing was added for them.
struct Run {
    piece: usize,
    start: usize,
    len: usize,
}
