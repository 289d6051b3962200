//! What the files of words and of values have in common: a header of numbers, and sections behind it.

use crate::format::Span;

/// Sections start at multiples of this.
pub(super) const ALIGNED: u64 = 64;

/// The numbers of a header.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'b>(pub(super) &'b [u8]);

impl Numbers<'_> {
    /// The number of 64 bits at a byte; 0 behind the end.
    pub(super) fn long(self, at: usize) -> u64 {
        let bytes = self.0.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// The number of 32 bits at a byte; 0 behind the end.
    pub(super) fn short(self, at: usize) -> u32 {
        let bytes = self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    }
}

/// Sections one behind the other.
pub(super) struct Placing {
    /// Where the last one ends.
    pub(super) end: u64,
}

impl Placing {
    pub(super) fn behind(header: usize) -> Self {
        Self { end: header as u64 }
    }

    /// Where the next section lies; none where that cannot be.
    pub(super) fn next(&mut self, length: u64) -> Option<Span> {
        let start = self.end.checked_next_multiple_of(ALIGNED)?;
        self.end = start.checked_add(length)?;
        Some(Span(start, length))
    }
}
