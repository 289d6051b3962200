//! Which rows of a text segment, and of those in memory, a version sees: here a deleted row is left out of what words find.

use std::ops::Range;

use super::seen::SeenTail;
use super::unread::rows_in;
use crate::column::Bits;
use crate::error::Result;
use crate::index::text::TextIndex;
use crate::snapshot::open_index::OpenIndex;
use crate::snapshot::state::Snapshot;

impl Snapshot {
    /// Which rows of a segment the version sees; none where it sees all.
    pub(super) fn mask_of(&self, open: &OpenIndex, index: &TextIndex) -> Result<Option<Bits>> {
        let (ids, documents) = (open.place.from..open.place.until, index.documents() as usize);
        // As long as no row was dropped, its rows are those that are stored, in their order.
        if rows_in(&self.state, std::slice::from_ref(&ids), 0) != documents {
            return self.mask_by_ids(ids, index).map(Some);
        }
        let (mut seen, mut at, mut all) = (Bits::filled(documents, true), 0, true);
        for visible in self.segments() {
            let rows = visible.segment.rows();
            let (from, until) = (rows.count_below(ids.start), rows.count_below(ids.end));
            if let Some(mask) = &visible.mask {
                let mut hidden = (**mask).clone();
                hidden.not();
                for row in hidden
                    .ones()
                    .skip_while(|row| *row < from)
                    .take_while(|row| *row < until)
                {
                    seen.clear(at + row - from);
                    all = false;
                }
            }
            at += until - from;
        }
        // What was born later.
        seen.clear_from(at);
        Ok((!all || at < documents).then_some(seen))
    }

    /// Which rows of a segment the version sees and the table still has.
    fn mask_by_ids(&self, ids: Range<u64>, index: &TextIndex) -> Result<Bits> {
        let mut seen = Bits::filled(index.documents() as usize, false);
        for visible in self.segments() {
            let rows = visible.segment.rows();
            for row in rows.count_below(ids.start)..rows.count_below(ids.end) {
                let is_seen = visible.mask.as_ref().is_none_or(|mask| mask.get(row));
                if is_seen && let Some(document) = index.document(rows.id(row))? {
                    seen.set(document as usize);
                }
            }
        }
        Ok(seen)
    }

    /// The rows that no segment covers, in memory, and which of them the version sees.
    pub(super) fn rest(&self, uncovered: &[Range<u64>]) -> Result<SeenTail> {
        let state = &self.state;
        let kept = state.tails.of(state.searched(), uncovered);
        state.feed(&kept)?;
        let make = || {
            let masked = self.segments().any(|visible| {
                let rows = visible.segment.rows();
                let overlaps = |ids: &Range<u64>| ids.start <= rows.last() && rows.first() < ids.end;
                visible.mask.is_some() && uncovered.iter().any(overlaps)
            });
            let stored = rows_in(state, uncovered, 0);
            if !masked && kept.tail.rows() == stored {
                return None;
            }
            let ids = kept.tail.ids();
            let mut seen = Bits::filled(ids.len(), false);
            for (row, id) in ids.into_iter().enumerate() {
                if self.place(id).is_some() {
                    seen.set(row);
                }
            }
            Some(seen)
        };
        let mask = self.words_seen().rest(&kept, make);
        Ok((kept, mask))
    }
}
