//! Rows leave every version, and with them all that was made of them.

use std::sync::Arc;

use super::draft::NextManifest;
use crate::error::Result;
use crate::format::{LastPurge, PURGED, Raw};
use crate::fragment::Segment;
use crate::table::handle::Table;
use crate::table::purge::LeftOut;

impl NextManifest {
    /// Leaves rows out of every version. What held them retires with this manifest, and the purge is to be finished.
    pub(in crate::table) fn leave_out(&mut self, table: &Table, left_out: &LeftOut) -> Result<()> {
        self.drop_indexes(|index| left_out.are_indexed_by(index))?;
        let in_memory = self.known.segments.split_off(self.manifest.fragments.len());
        self.exchange_fragments(table, left_out)?;
        self.put_together(table, in_memory, left_out)?;
        let mut deaths = self.known.deaths.all();
        let before = deaths.len();
        deaths.retain(|(id, _)| left_out.rows.position(*id).is_none());
        if deaths.len() < before {
            self.replace_deaths(table, deaths)?;
        }
        self.known.tails = Arc::default();
        self.manifest.purge = Some(LastPurge {
            sequence: self.manifest.sequence,
            pending: true,
            copied: None,
        });
        let features = &mut self.manifest.writer_features;
        if !features.iter().any(|feature| feature == PURGED) {
            features.push(PURGED.to_owned());
        }
        Ok(())
    }

    /// Puts what is left of fragments in their places.
    fn exchange_fragments(&mut self, table: &Table, left_out: &LeftOut) -> Result<()> {
        let fields = self.manifest.all_fields();
        let old = std::mem::take(&mut self.manifest.fragments).into_iter();
        let segments = std::mem::take(&mut self.known.segments);
        for (fragment, segment) in old.zip(segments) {
            if !left_out.are_in(&fragment.get().rows) {
                self.manifest.fragments.push(fragment);
                self.known.segments.push(segment);
                continue;
            }
            for file in fragment.get().files() {
                self.retire("data", file.to_owned())?;
            }
            let Some(ready) = left_out.in_place_of(fragment.get())? else {
                continue;
            };
            let segment = Segment::open(&table.home.store, &table.home.path("data"), ready, &fields)?;
            self.known.segments.push(Arc::new(segment));
            self.manifest.fragments.push(Raw::new(ready.clone())?);
        }
        Ok(())
    }

    /// Puts the rows of the manifest behind the fragments. Where some of them leave, the others become a fragment: rows in the manifest
    /// are known by the first of their ids, and must not become others under it.
    fn put_together(&mut self, table: &Table, rows: Vec<Arc<Segment>>, left_out: &LeftOut) -> Result<()> {
        if !rows.iter().any(|segment| left_out.are_in(segment.rows())) {
            self.known.segments.extend(rows);
            return Ok(());
        }
        let sources = rows
            .iter()
            .map(|segment| (&**segment, left_out.others_in(segment)));
        let sources = sources.filter(|(_, others)| !others.is_empty());
        let sources: Vec<(&Segment, Option<Vec<u32>>)> =
            sources.map(|(segment, others)| (segment, Some(others))).collect();
        self.manifest.inline.clear();
        if sources.is_empty() {
            return Ok(());
        }
        let fields = self.manifest.all_fields();
        let fragment = table.write_anew(&sources, &fields, &mut self.created)?;
        let segment = Segment::open(&table.home.store, &table.home.path("data"), &fragment, &fields)?;
        self.known.segments.push(Arc::new(segment));
        self.manifest.fragments.push(Raw::new(fragment)?);
        self.spilled = true;
        Ok(())
    }
}
