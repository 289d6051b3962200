use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocSet, TERMINATED};

use super::super::files::TEXT_MAX;
use super::super::tail::Posting;

/// The place behind the last row of a list.
pub(crate) const NONE: u32 = TERMINATED;

/// Walks the list of a term forward, wherever it is kept.
pub(crate) enum Cursor<'a> {
    Segment(Box<SegmentPostings>),
    Tail {
        list: &'a [Posting],
        positions: &'a [u32],
    },
}

impl Cursor<'_> {
    /// The row at which it stands.
    #[inline]
    pub(crate) fn document(&self) -> u32 {
        match self {
            Self::Segment(list) => list.doc(),
            Self::Tail { list, .. } => list.first().map_or(NONE, |posting| posting.document),
        }
    }

    /// Goes on to the first row from `document` on, and returns it.
    #[inline]
    pub(crate) fn seek(&mut self, document: u32) -> u32 {
        if self.document() >= document {
            return self.document();
        }
        match self {
            Self::Segment(list) => {
                list.seek(document.min(NONE));
            }
            Self::Tail { list, .. } => {
                let before = list.partition_point(|posting| posting.document < document);
                *list = list.get(before..).unwrap_or_default();
            }
        }
        self.document()
    }

    /// How often the row holds the term.
    #[inline]
    pub(crate) fn frequency(&self) -> u32 {
        match self {
            Self::Segment(list) => list.term_freq(),
            Self::Tail { list, .. } => list.first().map_or(0, |posting| posting.frequency),
        }
    }

    /// At which positions the row holds the term, ascending; none where that cannot be.
    pub(crate) fn positions(&mut self, to: &mut Vec<u32>) -> Option<()> {
        to.clear();
        match self {
            Self::Segment(list) => {
                // No text that is searched has more words.
                if list.term_freq() as usize > TEXT_MAX {
                    return None;
                }
                list.append_positions_with_offset(0, to);
            }
            Self::Tail { list, positions } => {
                let posting = list.first()?;
                let first = posting.first as usize;
                to.extend_from_slice(positions.get(first..first + posting.frequency as usize)?);
            }
        }
        Some(())
    }
}

/// The lengths of rows in a field.
pub(crate) enum Codes<'a> {
    Segment(&'a FieldNormReader),
    Tail(&'a [u8]),
}

impl Codes<'_> {
    /// The length of a row, as it is kept.
    #[inline]
    pub(crate) fn of(&self, document: u32) -> u8 {
        match self {
            Self::Segment(codes) => codes.fieldnorm_id(document),
            Self::Tail(codes) => codes.get(document as usize).copied().unwrap_or(0),
        }
    }
}
