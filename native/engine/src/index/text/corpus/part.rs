use std::ops::Range;

use tantivy::schema::IndexRecordOption;

use super::cursor::{Codes, Cursor};
use crate::column::Bits;
use crate::error::{Error, Result};
use crate::index::text::files::Totals;
use crate::index::text::segment::TextIndex;
use crate::index::text::tail::{Kept, Tail};

/// A segment, and which of its rows a version sees.
#[derive(Clone, Copy, Debug)]
pub struct Covered<'a> {
    /// The segment.
    pub index: &'a TextIndex,
    /// The rows that are seen, by their places; none where it sees all of them.
    pub visible: Option<&'a Bits>,
}

/// Rows that no segment covers, and which of them a version sees.
#[derive(Clone, Debug)]
pub struct Rest<'a> {
    /// The rows.
    pub tail: &'a Tail,
    /// From which id on, because segments cover those before, and up to which, which is not seen any more.
    pub ids: Range<u64>,
    /// The rows that are seen of these, by their places in the tail; none where it sees all of them.
    pub visible: Option<&'a Bits>,
}

/// A part of what is searched, whose lists number its rows by their places.
pub(crate) enum Part<'a> {
    Segment(Covered<'a>),
    Tail {
        tail: &'a Tail,
        kept: &'a Kept,
        /// The places of the rows that count.
        rows: Range<u32>,
        visible: Option<&'a Bits>,
    },
}

impl<'a> Part<'a> {
    /// The rows that no segment covers.
    pub(super) fn of_rest(rest: &Rest<'a>, kept: &'a Kept) -> Self {
        Self::Tail {
            tail: rest.tail,
            kept,
            rows: kept.until(rest.ids.start)..kept.until(rest.ids.end),
            visible: rest.visible,
        }
    }

    /// The rows that may be found, by their places.
    pub(crate) fn rows(&self) -> Range<u32> {
        match self {
            Self::Segment(covered) => 0..covered.index.documents(),
            Self::Tail { rows, .. } => rows.clone(),
        }
    }

    /// Whether the version sees a row.
    #[inline]
    pub(crate) fn sees(&self, document: u32) -> bool {
        let visible = match self {
            Self::Segment(covered) => covered.visible,
            Self::Tail { visible, rows, .. } => {
                if !rows.contains(&document) {
                    return false;
                }
                *visible
            }
        };
        visible.is_none_or(|visible| visible.get(document as usize))
    }

    /// The id of a row.
    pub(crate) fn id(&self, document: u32) -> Result<u64> {
        match self {
            Self::Segment(covered) => covered.index.id(document),
            Self::Tail { kept, .. } => Ok(kept.id(document)),
        }
    }

    /// The place of the first row that has this id or a later one.
    pub(crate) fn document_from(&self, id: u64) -> Result<u32> {
        match self {
            Self::Segment(covered) => covered.index.document_from(id),
            Self::Tail { kept, .. } => Ok(kept.until(id)),
        }
    }

    /// The list of a term, where there is one.
    pub(crate) fn cursor(&self, field: u32, term: &str, positions: bool) -> Result<Option<Cursor<'a>>> {
        match self {
            Self::Segment(covered) => {
                let Some(place) = covered.index.place(field) else {
                    return Ok(None);
                };
                let Some(info) = covered.index.info(place, term)? else {
                    return Ok(None);
                };
                let option = if positions {
                    IndexRecordOption::WithFreqsAndPositions
                } else {
                    IndexRecordOption::WithFreqs
                };
                let list = covered
                    .index
                    .contain(|| covered.index.postings(place, &info, option))?;
                Ok(Some(Cursor::Segment(Box::new(list))))
            }
            Self::Tail { tail, kept, .. } => {
                let list = tail.place(field).and_then(|place| kept.list(place, term));
                Ok(list.map(|(list, positions)| Cursor::Tail { list, positions }))
            }
        }
    }

    /// The lengths of its rows in a field.
    pub(crate) fn codes(&self, field: u32) -> Result<Codes<'a>> {
        match self {
            Self::Segment(covered) => match covered.index.place(field) {
                Some(place) => Ok(Codes::Segment(&covered.index.lists(place)?.lengths)),
                None => Ok(Codes::Tail(&[])),
            },
            Self::Tail { tail, kept, .. } => Ok(Codes::Tail(
                tail.place(field).map_or(&[], |place| kept.codes(place)),
            )),
        }
    }

    /// How many rows that the version sees have a term in a field, and how long they are.
    pub(super) fn lengths(&self, field: u32) -> Result<Totals> {
        match self {
            Self::Segment(covered) => covered.index.lengths(field, covered.visible),
            Self::Tail { tail, kept, .. } => {
                let place = tail.place(field);
                Ok(place.map_or_else(Totals::default, |place| {
                    kept.lengths(place, |document| self.sees(document))
                }))
            }
        }
    }

    /// In how many rows that the version sees a field holds a term.
    pub(super) fn frequency(&self, field: u32, term: &str) -> Result<u64> {
        match self {
            Self::Segment(covered) => covered.index.frequency(field, term, covered.visible),
            Self::Tail { tail, kept, .. } => {
                let list = tail.place(field).and_then(|place| kept.list(place, term));
                let seen = |list: &[_]| self.count(list);
                Ok(list.map_or(0, |(list, _)| seen(list)))
            }
        }
    }

    /// How many rows of a list the version sees.
    pub(super) fn count(&self, list: &[crate::index::text::tail::Posting]) -> u64 {
        list.iter().filter(|posting| self.sees(posting.document)).count() as u64
    }

    /// Does what reads lists, so that a panic of the library ends here.
    pub(crate) fn contain<T>(&self, ask: impl FnOnce() -> Result<T>) -> Result<T> {
        match self {
            Self::Segment(covered) => covered.index.contain(ask),
            Self::Tail { .. } => ask(),
        }
    }

    /// The error of lists that hold nonsense.
    pub(crate) fn damaged(&self, what: &str) -> Error {
        match self {
            Self::Segment(covered) => covered.index.damaged(what),
            Self::Tail { .. } => Error::internal(what),
        }
    }
}
