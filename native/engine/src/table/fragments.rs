//! Writes rows and columns to files.

use super::handle::Table;
use crate::column::{Batch, Column};
use crate::error::{Error, Result};
use crate::format::{Fragment, GroupFile, default_of};
use crate::fragment::{FragmentWriter, Pieces};
use crate::schema::Field;

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

    /// Writes a column to a file of its own, whose path is added to `created`.
    pub(super) fn write_column(
        &self,
        rows: usize,
        field: &Field,
        pieces: &[Column],
        created: &mut Vec<String>,
    ) -> Result<GroupFile> {
        let columns = [(field, pieces.iter().collect())];
        let fragment = self.or_gone(self.write_fragment(rows, &columns))?;
        let directory = self.home.path("data");
        created.extend(fragment.files().map(|file| format!("{directory}/{file}")));
        let group = fragment.groups.into_iter().next();
        group.ok_or_else(|| Error::internal("a column that made no file"))
    }

    /// Writes rows to one fragment; none where there are no rows.
    pub(super) fn write_batches(
        &self,
        batches: &[Batch],
        fields: &[Field],
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
        Ok(Some((fragment, u32::try_from(rows).map_err(Error::internal)?)))
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
