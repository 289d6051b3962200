//! What a segment says of itself; `docs/file-format.md` defines it.

use crate::column::Buffer;
use crate::error::Result;
use crate::format::Span;
use crate::index::layout::{Numbers, Placing};

const MAGIC: &[u8; 8] = b"varvesx1";
pub(super) const HEADER: usize = 64;
/// Of a text that is at least so long, this many bytes stand in a segment, and stand for all texts that start with them.
pub(super) const TEXT_MAX: usize = 256;
/// The most values that have a bitmap.
pub(super) const BITMAPS_MAX: usize = 256;

/// The numbers at the start of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// What ids are counted from.
    pub(super) base: u64,
    /// Bytes of all texts.
    pub(super) text_bytes: u64,
    /// All ids are less than `base` and this.
    pub(super) span: u32,
    /// How many rows have no value.
    pub(super) nulls: u32,
    /// How many values there are.
    pub(super) values: u32,
    /// How many pairs of a value and a row.
    pub(super) entries: u32,
    /// How many of these pairs stand in bitmaps.
    pub(super) in_bitmaps: u32,
    /// How many values have a bitmap.
    pub(super) bitmaps: u32,
    /// Whether values are texts; otherwise they are keys of numbers.
    pub(super) texts: bool,
    /// Whether a row may have several values.
    pub(super) several: bool,
}

/// Where the sections lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections {
    /// Keys of 8 bytes, or where each text ends.
    pub(super) values: Span,
    pub(super) texts: Span,
    /// How many pairs stand before those of each value, and how many there are.
    pub(super) starts: Span,
    pub(super) rows: Span,
    pub(super) nulls: Span,
    /// Which values have a bitmap.
    pub(super) bitmapped: Span,
    pub(super) bitmaps: Span,
    end: u64,
}

impl Header {
    /// Bytes of a bitmap.
    pub(super) fn bitmap_bytes(&self) -> usize {
        self.span.div_ceil(64) as usize * 8
    }

    /// Where the sections lie; none where that cannot be.
    pub(super) fn sections(&self) -> Option<Sections> {
        let mut placing = Placing::behind(HEADER);
        let mut next = |length| placing.next(length);
        let width = if self.texts { 4 } else { 8 };
        let values = u64::from(self.values);
        let in_rows = self.entries.checked_sub(self.in_bitmaps)?;
        let sections = Sections {
            values: next(values * width)?,
            texts: next(self.text_bytes)?,
            starts: next((values + 1) * 4)?,
            rows: next(u64::from(in_rows) * 4)?,
            nulls: next(u64::from(self.nulls) * 4)?,
            bitmapped: next(u64::from(self.bitmaps) * 4)?,
            bitmaps: next(u64::from(self.bitmaps) * self.bitmap_bytes() as u64)?,
            end: 0,
        };
        Some(Sections {
            end: placing.end,
            ..sections
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        [self.base, self.text_bytes]
            .iter()
            .for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        let numbers = [
            self.span,
            self.nulls,
            self.values,
            self.entries,
            self.in_bitmaps,
            self.bitmaps,
            u32::from(self.texts),
            u32::from(self.several),
        ];
        numbers
            .iter()
            .for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.resize(HEADER, 0);
        bytes
    }

    /// Reads the header of a file and checks that it is as long as it announces.
    pub(super) fn decode(file: &Buffer) -> Result<(Self, Sections)> {
        let bytes = file.get(0, HEADER)?;
        if bytes.get(..8) != Some(MAGIC) {
            return Err(file.damaged("it is no scalar index of this format"));
        }
        let numbers = Numbers(bytes);
        let header = Self {
            base: numbers.long(8),
            text_bytes: numbers.long(16),
            span: numbers.short(24),
            nulls: numbers.short(28),
            values: numbers.short(32),
            entries: numbers.short(36),
            in_bitmaps: numbers.short(40),
            bitmaps: numbers.short(44),
            texts: numbers.short(48) == 1,
            several: numbers.short(52) == 1,
        };
        let sound = numbers.short(48) <= 1
            && numbers.short(52) <= 1
            && header.bitmaps as usize <= BITMAPS_MAX
            && header.bitmaps <= header.values
            && header.values <= header.entries
            && header.nulls <= header.span
            && header.base.checked_add(u64::from(u32::MAX)).is_some();
        let sections = header
            .sections()
            .filter(|sections| sections.end == file.len() as u64);
        match sections.filter(|_| sound) {
            Some(sections) => Ok((header, sections)),
            None => Err(file.damaged("it is not as long as it says")),
        }
    }
}
