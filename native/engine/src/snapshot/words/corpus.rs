//! The words that a version sees: which segments serve it, and which rows are in memory instead.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::searched::Searched;
use super::seen::SeenTail;
use super::tails::TailOf;
use crate::column::Bits;
use crate::error::{Code, Error, Result};
use crate::filter::Columns;
use crate::format::{Covers, TextColumn};
use crate::fragment::Segment;
use crate::index::text::{Corpus, Covered, Rest, TextIndex, Texts};
use crate::schema::Field;
use crate::snapshot::open_index::OpenIndex;
use crate::snapshot::state::{Snapshot, State};

/// Words of rows in memory take at most about so many bytes: of more rows none are searched until they have a segment.
const TAIL_MAX: usize = 1 << 30;

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

    /// Which rows of a segment the version sees; none where it sees all.
    fn mask_of(&self, open: &OpenIndex, index: &TextIndex) -> Result<Option<Bits>> {
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

    fn rest(&self, uncovered: &[Range<u64>]) -> Result<SeenTail> {
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

impl State {
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

    /// How many stored rows have ids of a range.
    fn rows_between(&self, ids: Range<u64>) -> usize {
        let first = self
            .segments
            .partition_point(|segment| segment.rows().last() < ids.start);
        let after = self.segments.iter().skip(first);
        let overlapping = after.take_while(|segment| segment.rows().first() < ids.end);
        let count = |segment: &Arc<Segment>| {
            let below = |id: u64| segment.rows().count_below(id);
            below(ids.end).saturating_sub(below(ids.start))
        };
        overlapping.map(count).sum()
    }

    /// Reads the rows that a tail lacks.
    fn feed(&self, kept: &TailOf) -> Result<()> {
        let mut fed = kept.fed.lock().unwrap_or_else(PoisonError::into_inner);
        let until = self.manifest.watermark;
        if *fed >= until {
            return Ok(());
        }
        let rows = Unread::new(self, kept.ids(), *fed);
        for piece in rows.pieces() {
            if kept.tail.bytes() > TAIL_MAX {
                let message = format!(
                    "The words of {} rows have no index yet, and are too many to be searched without.",
                    rows.len
                );
                return Err(Error::new(Code::Conflict, message)
                    .hint("Call optimize(), or wait until upkeep has built it."));
            }
            kept.tail.append(&piece)?;
        }
        *fed = until;
        Ok(())
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

/// How many stored rows have ids in these ranges, from an id on.
fn rows_in(state: &State, ids: &[Range<u64>], from: u64) -> usize {
    let in_range = |ids: &Range<u64>| state.rows_between(ids.start.max(from)..ids.end);
    ids.iter().map(in_range).sum()
}

/// Rows whose words are not in memory yet.
struct Unread<'a> {
    state: &'a State,
    /// Segments with the positions of rows in them.
    pieces: Vec<(&'a Segment, Range<usize>)>,
    len: usize,
}

/// Rows that are read before it is looked how much memory they take.
const AT_ONCE: usize = 1024;

impl<'a> Unread<'a> {
    fn new(state: &'a State, ids: &[Range<u64>], from: u64) -> Self {
        let mut pieces = Vec::new();
        for segment in &state.segments {
            for ids in ids {
                let below = |id: u64| segment.rows().count_below(id);
                let rows = below(ids.start.max(from))..below(ids.end);
                if !rows.is_empty() {
                    pieces.push((&**segment, rows));
                }
            }
        }
        let len = pieces.iter().map(|(_, rows)| rows.len()).sum();
        Self { state, pieces, len }
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'a>> + '_ {
        self.pieces.iter().flat_map(move |(segment, rows)| {
            let starts = rows.clone().step_by(AT_ONCE);
            starts.map(move |start| Piece {
                searched: self.state.searched(),
                segment,
                rows: start..rows.end.min(start + AT_ONCE),
            })
        })
    }
}

/// Rows of a segment that lie one behind the other.
struct Piece<'a> {
    searched: &'a [Searched],
    segment: &'a Segment,
    rows: Range<usize>,
}

impl Texts for Piece<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, row: usize) -> u64 {
        self.segment.rows().id(self.rows.start + row)
    }

    fn read(&self, row: usize, field: usize, take: &mut dyn FnMut(&str)) -> Result<()> {
        let searched = self.searched.get(field);
        let searched = searched.ok_or_else(|| Error::internal("a column beyond those to search"))?;
        searched.read(self.segment, self.rows.start + row, take)
    }
}
