//! Writes rows and columns to files.

use super::created::Created;
use super::handle::Table;
use crate::column::{Batch, Column};
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::format::{Fragment, GroupFile, Rows, default_of};
use crate::fragment::{FragmentWriter, Pieces, Segment};
use crate::schema::Field;

/// Bytes of rows or vectors that are held in memory before they go to a file.
pub(super) const FLUSH_BYTES: usize = 32 * 1024 * 1024;

impl Table {
    pub(super) fn write_fragment(&self, rows: usize, columns: &[Pieces<'_>]) -> Result<Fragment> {
        let key = self
            .current()
            .manifest
            .current_schema()?
            .key()
            .map(|field| field.id);
        let directory = self.home.path("data");
        let uuid = self.home.environment.uuid()?;
        FragmentWriter {
            store: &*self.home.store,
            directory: &directory,
            uuid,
            key,
            shadow_from: self.indexing().shadow_from,
        }
        .write(rows, columns)
    }

    /// Writes a column to a file of its own, which is added to `created`.
    pub(super) fn write_column(
        &self,
        rows: usize,
        field: &Field,
        pieces: &[Column],
        created: &mut Created,
    ) -> Result<GroupFile> {
        let columns = [(field, pieces.iter().collect())];
        let fragment = self.or_gone(self.write_fragment(rows, &columns))?;
        created.add_fragment(&self.home, &fragment);
        let group = fragment.groups.into_iter().next();
        group.ok_or_else(|| Error::internal("a column that made no file"))
    }

    /// Writes rows to one fragment, which is added to `created`; none where there are no rows.
    pub(super) fn write_batches(
        &self,
        batches: &[Batch],
        fields: &[Field],
        created: &mut Created,
    ) -> Result<Option<(Fragment, u32)>> {
        let rows: usize = batches.iter().map(Batch::rows).sum();
        if rows == 0 {
            return Ok(None);
        }
        let columns = aligned(batches, fields)?;
        let pieces: Vec<Pieces<'_>> = columns
            .iter()
            .map(|(field, columns)| (*field, columns.iter().collect()))
            .collect();
        let fragment = self.or_gone(self.write_fragment(rows, &pieces))?;
        created.add_fragment(&self.home, &fragment);
        Ok(Some((fragment, u32::try_from(rows).map_err(Error::internal)?)))
    }

    /// Writes one fragment from the rows of segments, or from those picked out of them. Its files are added to `created`.
    pub(crate) fn write_anew(
        &self,
        sources: &[(&Segment, Option<Vec<u32>>)],
        fields: &[Field],
        created: &mut Created,
    ) -> Result<Fragment> {
        let mut rows = Rows::default();
        let mut columns: Vec<(&Field, Vec<Column>)> = Vec::new();
        for field in fields {
            if sources
                .iter()
                .all(|(segment, _)| segment.column(field.id).is_none())
            {
                continue;
            }
            let pieces = sources
                .iter()
                .map(|(segment, picked)| piece(segment, picked.as_deref(), field));
            columns.push((field, pieces.collect::<Result<_>>()?));
        }
        for (segment, picked) in sources {
            match picked {
                None => rows.extend(segment.rows()),
                Some(picked) => picked
                    .iter()
                    .for_each(|&row| rows.add(segment.rows().id(row as usize))),
            }
        }
        let pieces: Vec<Pieces<'_>> = columns
            .iter()
            .map(|(field, columns)| (*field, columns.iter().collect()))
            .collect();
        let fragment = self.write_fragment(rows.len(), &pieces)?;
        created.add_fragment(&self.home, &fragment);
        Ok(Fragment {
            rows,
            groups: fragment.groups,
        })
    }
}

/// The column of a field in a segment, or what rows older than the field show.
fn piece(segment: &Segment, picked: Option<&[u32]>, field: &Field) -> Result<Column> {
    match (segment.column(field.id), picked) {
        (Some(column), None) => Ok(column.clone()),
        (Some(column), Some(rows)) => column.take(rows),
        (None, picked) => Column::constant(
            &field.data_type,
            &default_of(field)?,
            picked.map_or(segment.len(), <[u32]>::len),
        ),
    }
}

/// The columns of every field that some batch has, one for each batch.
pub(super) fn aligned<'f>(batches: &[Batch], fields: &'f [Field]) -> Result<Vec<(&'f Field, Vec<Column>)>> {
    let mut all = Vec::new();
    for field in fields {
        if batches.iter().all(|batch| batch.column(field.id).is_none()) {
            continue;
        }
        let column = |batch: &Batch| match batch.column(field.id) {
            Some(column) => Ok(column.clone()),
            None => Column::constant(&field.data_type, &default_of(field)?, batch.rows()),
        };
        all.push((field, batches.iter().map(column).collect::<Result<_>>()?));
    }
    Ok(all)
}

/// A fragment with one more file, and the files that it does not need any more.
pub(super) fn with_group(fragment: &Fragment, without: u32, group: GroupFile) -> (Fragment, Vec<String>) {
    let added = group.columns.first().map(|place| place.field);
    let unneeded = |known: &GroupFile| {
        known
            .columns
            .iter()
            .all(|place| place.field == without || Some(place.field) == added)
    };
    let (old, mut groups): (Vec<GroupFile>, Vec<GroupFile>) =
        fragment.groups.iter().cloned().partition(unneeded);
    groups.push(group);
    let rows = fragment.rows.clone();
    (
        Fragment { rows, groups },
        old.into_iter().map(|group| group.file).collect(),
    )
}

/// The files of a fragment as a key.
pub(super) fn name_of(fragment: &Fragment) -> Vec<String> {
    fragment.files().map(str::to_owned).collect()
}
