//! Which segments serve a version, and the words that it sees in them and in memory.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::searched::Searched;
use super::seen::SeenTail;
use super::unread::rows_in;
use crate::column::Bits;
use crate::error::{Error, Result};
use crate::filter::Columns;
use crate::format::{Covers, TextColumn};
use crate::index::text::{Corpus, Covered, Rest, TextIndex};
use crate::schema::Field;
use crate::snapshot::open_index::OpenIndex;
use crate::snapshot::state::{Snapshot, TableState};

/// The words that a version sees, and where they lie.
pub(crate) struct Words<'a> {
    snapshot: &'a Snapshot,
    segments: Vec<(&'a TextIndex, Option<Arc<Bits>>)>,
    rest: Option<SeenTail>,
}

/// The segments that serve, with their files open, and the ids that none of them covers.
struct Serving<'a> {
    segments: Vec<(&'a OpenIndex, &'a TextIndex)>,
    uncovered: Vec<Range<u64>>,
}

impl Snapshot {
    /// The columns of the version that are searched by their words.
    #[must_use]
    pub fn texts(&self) -> Vec<&Field> {
        let searched = self.state.searched();
        let is_searched = |field: &&Field| searched.iter().any(|searched| searched.field.id == field.id);
        self.schema().fields.iter().filter(is_searched).collect()
    }

    /// How a column is searched by its words.
    pub(crate) fn searched(&self, field: &Field) -> Option<&Searched> {
        let mut searched = self.state.searched().iter();
        searched.find(|searched| searched.field.id == field.id)
    }

    /// How many rows must be read and split before words are searched.
    pub(crate) fn unread_rows(&self) -> Result<usize> {
        let Serving { uncovered, .. } = self.serving()?;
        let tail = self.state.tails.of(self.state.searched(), &uncovered);
        let fed = *tail.fed.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(rows_in(&self.state, &uncovered, fed))
    }

    /// Leaves a segment aside that an error says is damaged, as long as the table is open. Returns whether that is news.
    pub(crate) fn give_up_segment(&self, error: &Error) -> bool {
        let file = error.place().file.as_deref().unwrap_or_default();
        let named = |open: &&Arc<OpenIndex>| !file.is_empty() && file.ends_with(&open.place.file);
        let mut segments = self.state.indexes.iter();
        segments.find(named).is_some_and(|open| open.give_up())
    }

    /// The words, after what has to be read for them was read.
    pub(crate) fn words(&self) -> Result<Words<'_>> {
        let (serving, watermark) = (self.serving()?, self.watermark());
        let mut segments = Vec::new();
        for (open, index) in serving
            .segments
            .iter()
            .filter(|(open, _)| open.place.from < watermark)
        {
            let mask = self
                .words_seen()
                .mask(&open.place.file, || self.mask_of(open, index))?;
            segments.push((*index, mask));
        }
        let is_wanted = serving
            .uncovered
            .iter()
            .any(|ids| rows_in(&self.state, std::slice::from_ref(ids), 0) > 0);
        let rest = is_wanted.then(|| self.rest(&serving.uncovered)).transpose()?;
        Ok(Words {
            snapshot: self,
            segments,
            rest,
        })
    }

    /// The segments that serve, and the ids that none of them covers.
    fn serving(&self) -> Result<Serving<'_>> {
        let (mut segments, mut uncovered, mut end) = (Vec::new(), Vec::new(), 0);
        for open in &self.state.indexes {
            let Covers::Text(columns) = &open.place.covers else {
                continue;
            };
            if !self.state.serves(open, columns) {
                continue;
            }
            let Some(index) = open.texts()? else { continue };
            if open.place.from > end {
                uncovered.push(end..open.place.from);
            }
            end = open.place.until;
            segments.push((&**open, index));
        }
        uncovered.push(end..u64::MAX);
        Ok(Serving { segments, uncovered })
    }
}

impl TableState {
    /// Whether a segment holds the words of all columns that are searched, as they are searched now.
    fn serves(&self, open: &OpenIndex, columns: &[TextColumn]) -> bool {
        let serves = |searched: &Searched| {
            let wanted = searched.column();
            match columns.iter().find(|column| column.field == wanted.field) {
                Some(column) => *column == wanted,
                None => {
                    searched.is_empty_by_default()
                        && !self.holds_any(&searched.field, open.place.from..open.place.until)
                }
            }
        };
        self.searched().iter().all(serves)
    }

    /// Whether a fragment with rows of these ids may hold a value of a field.
    fn holds_any(&self, field: &Field, ids: Range<u64>) -> bool {
        self.segments.iter().any(|segment| {
            let rows = segment.rows();
            let overlaps = rows.first() < ids.end && ids.start <= rows.last();
            let nulls = segment.stats(field.id).map(|stats| stats.nulls);
            overlaps && segment.column(field.id).is_some() && nulls != Some(segment.len() as u64)
        })
    }
}

impl Words<'_> {
    /// Asks of all words at once.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&Corpus<'_>) -> Result<T>) -> Result<T> {
        let segments: Vec<Covered<'_>> = self
            .segments
            .iter()
            .map(|(index, mask)| Covered {
                index,
                visible: mask.as_deref(),
            })
            .collect();
        let rest = self.rest.as_ref().map(|(kept, mask)| Rest {
            tail: &kept.tail,
            ids: kept.ids().first().map_or(0, |ids| ids.start)..self.snapshot.watermark(),
            visible: mask.as_deref(),
        });
        ask(&Corpus::new(
            &segments,
            rest,
            &self.snapshot.words_seen().statistics,
        ))
    }

    /// How many rows its segments hold, and how many are in memory.
    pub(crate) fn rows(&self) -> (u64, u64) {
        let covered = self
            .segments
            .iter()
            .map(|(index, _)| u64::from(index.documents()));
        let rest = self.rest.as_ref().map_or(0, |(kept, _)| kept.tail.rows() as u64);
        (covered.sum(), rest)
    }

    /// How many segments there are.
    pub(crate) fn segments(&self) -> usize {
        self.segments.len()
    }
}
