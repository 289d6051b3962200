use std::sync::Arc;

use super::draft::Next;
use crate::column::Column;
use crate::error::Result;
use crate::filter::Columns;
use crate::format::{Fragment, Raw, Rows, default_of};
use crate::fragment::{Pieces, Segment};
use crate::schema::Field;
use crate::table::handle::Table;

/// Rows up to this size travel in the manifest, all of them together.
pub(super) const INLINE_BYTES: usize = 64 * 1024;
/// Commits whose rows travel in the manifest, at most.
const INLINE_COMMITS: usize = 64;

impl Next {
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let used: usize = self.manifest.inline.iter().map(Raw::text_len).sum();
        used + bytes <= INLINE_BYTES && self.manifest.inline.len() < INLINE_COMMITS
    }

    /// Writes the rows that are in memory as a fragment.
    pub(crate) fn spill(&mut self, table: &Table) -> Result<()> {
        let inline = self.known.segments.split_off(self.manifest.fragments.len());
        let fields = self.manifest.all_fields();
        let sources: Vec<(&Segment, Option<Vec<u32>>)> =
            inline.iter().map(|segment| (&**segment, None)).collect();
        let fragment = self.write(table, &sources, &fields)?;
        let segment = Segment::open(&table.home.store, &table.home.path("data"), &fragment, &fields)?;
        self.known.segments.push(Arc::new(segment));
        self.manifest.fragments.push(Raw::new(fragment)?);
        self.manifest.inline.clear();
        Ok(())
    }

    /// Writes one fragment from the rows of segments, or from those picked out of them.
    pub(crate) fn write(
        &mut self,
        table: &Table,
        sources: &[(&Segment, Option<Vec<u32>>)],
        fields: &[Field],
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
                    .for_each(|&row| rows.extend(&Rows::run(segment.rows().id(row as usize), 1))),
            }
        }
        let pieces: Vec<Pieces<'_>> = columns
            .iter()
            .map(|(field, columns)| (*field, columns.iter().collect()))
            .collect();
        let fragment = table.write_fragment(rows.len(), &pieces)?;
        let files = fragment
            .groups
            .iter()
            .map(|group| table.home.path(&format!("data/{}", group.file)));
        self.created.extend(files);
        Ok(Fragment {
            rows,
            groups: fragment.groups,
        })
    }

    /// Puts a fragment in the place of one that holds the same rows; the files that it does not need retire.
    pub(crate) fn exchange(
        &mut self,
        table: &Table,
        at: usize,
        (fragment, retired): (Fragment, Vec<String>),
        fields: &[Field],
    ) -> Result<()> {
        let segment = Segment::open(&table.home.store, &table.home.path("data"), &fragment, fields)?;
        if let Some(known) = self.known.segments.get_mut(at) {
            *known = Arc::new(segment);
        }
        if let Some(known) = self.manifest.fragments.get_mut(at) {
            *known = Raw::new(fragment)?;
        }
        retired.into_iter().try_for_each(|file| self.retire("data", file))
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
