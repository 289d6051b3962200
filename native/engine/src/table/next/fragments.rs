use std::sync::Arc;

use super::deaths::DEATHS;
use super::draft::NextManifest;
use crate::error::Result;
use crate::format::{Fragment, Manifest, Raw};
use crate::fragment::Segment;
use crate::history::CHUNK;
use crate::schema::Field;
use crate::table::handle::Table;

/// Rows up to this size travel in the manifest, all of them together.
pub(in crate::table) const INLINE_BYTES: usize = 64 * 1024;
/// Commits whose rows travel in the manifest, at most.
const INLINE_COMMITS: usize = 64;

/// The least bytes of a row that replaces another.
const ROW_BYTES: usize = 8;

/// Whether a change that adds so many bytes of rows is a matter of the manifest alone: no rows, no deaths and no part of the log become files.
/// As text, rows take up to twice as much.
pub(in crate::table) fn has_room_for_one(manifest: &Manifest, bytes: usize) -> bool {
    let used: usize = manifest.inline.iter().map(Raw::text_len).sum();
    let ended: usize = manifest.deaths.tail.iter().map(|deaths| deaths.get().len()).sum();
    manifest.inline.len() < INLINE_COMMITS
        && used + 2 * bytes <= INLINE_BYTES
        && ended + bytes / ROW_BYTES <= DEATHS
        && manifest.log.tail.len() < CHUNK
}

impl NextManifest {
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
        let fragment = table.write_anew(&sources, &fields, &mut self.created)?;
        let segment = Segment::open(&table.home.store, &table.home.path("data"), &fragment, &fields)?;
        self.known.segments.push(Arc::new(segment));
        self.manifest.fragments.push(Raw::new(fragment)?);
        self.manifest.inline.clear();
        self.spilled = true;
        Ok(())
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
