use std::ops::Range;

use super::layout::{Header, Sections, TEXT_MAX};
use crate::column::{Bits, Buffer};
use crate::error::{Error, Result};
use crate::format::Span;

/// A segment that can be asked. Opening it reads its header and which values have bitmaps; its bytes are checked when they are touched.
#[derive(Debug)]
pub struct ScalarIndex {
    file: Buffer,
    header: Header,
    sections: Sections,
    /// The values that have a bitmap, ascending, each with how many pairs the bitmaps up to it hold.
    bitmapped: Vec<(u32, u32)>,
}

/// A value where it stands in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key<'a> {
    /// The key of a number.
    Number(u64),
    /// A text, or what all texts start with that have this entry.
    Text(&'a [u8]),
}

impl Key<'_> {
    /// Whether it may stand for several values.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        matches!(self, Self::Text(text) if text.len() >= TEXT_MAX)
    }
}

/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 4096;

impl ScalarIndex {
    /// Opens the bytes of a segment.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn open(file: Buffer) -> Result<Self> {
        let (header, sections) = Header::decode(&file)?;
        let mut index = Self {
            file,
            header,
            sections,
            bitmapped: Vec::with_capacity(header.bitmaps as usize),
        };
        let mut held: u32 = 0;
        for at in 0..header.bitmaps {
            let value = index.word(sections.bitmapped, at)?;
            let ascends = index.bitmapped.last().is_none_or(|(last, _)| *last < value);
            if !ascends || value >= header.values {
                return Err(index.damaged("its bitmaps are of other values than it has"));
            }
            let count = index.entries(value..value + 1)?.len() as u32;
            if count > header.span {
                return Err(index.damaged("a bitmap of it counts more rows than it has room for"));
            }
            held = held.saturating_add(count);
            index.bitmapped.push((value, held));
        }
        if held != header.in_bitmaps {
            return Err(index.damaged("its bitmaps hold other rows than it counts"));
        }
        Ok(index)
    }

    /// Checks that it names no rows but those of a range of ids, for which it stands.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn check_ids(&self, ids: &Range<u64>) -> Result<()> {
        let end = self.header.base.saturating_add(u64::from(self.header.span));
        if self.header.base < ids.start || end > ids.end {
            return Err(self.damaged("it covers other rows than the manifest says"));
        }
        Ok(())
    }

    /// How many different values it holds.
    #[must_use]
    pub fn values(&self) -> u32 {
        self.header.values
    }

    /// How many rows have no value.
    #[must_use]
    pub fn nulls(&self) -> u32 {
        self.header.nulls
    }

    /// Whether a row may have several values.
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.header.several
    }

    /// Whether its values are texts.
    pub(super) fn is_of_texts(&self) -> bool {
        self.header.texts
    }

    /// The value at a place in the order.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn key(&self, value: u32) -> Result<Key<'_>> {
        if value >= self.header.values {
            return Err(Error::internal("a value beyond those of a segment"));
        }
        if !self.header.texts {
            let start = self.sections.values.0 as usize + value as usize * 8;
            let bytes = self.file.get(start, 8)?.first_chunk();
            return Ok(Key::Number(bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))));
        }
        let start = match value.checked_sub(1) {
            Some(before) => self.word(self.sections.values, before)?,
            None => 0,
        };
        let end = self.word(self.sections.values, value)?;
        let Span(from, length) = self.sections.texts;
        if start > end || u64::from(end) > length || (end - start) as usize > TEXT_MAX {
            return Err(self.damaged("a text in it lies where none can"));
        }
        let bytes = self
            .file
            .get(from as usize + start as usize, (end - start) as usize)?;
        Ok(Key::Text(bytes))
    }

    /// The first place in the order, from one on, of which something is true that is true of all behind it.
    pub(super) fn first(&self, from: u32, holds: impl Fn(Key<'_>) -> bool) -> Result<u32> {
        let (mut low, mut high) = (from, self.header.values);
        while low < high {
            let middle = low.midpoint(high);
            if holds(self.key(middle)?) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// Where the pairs of some values stand among all; how many they are is how many rows have them, of a list with each value.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn entries(&self, values: Range<u32>) -> Result<Range<u32>> {
        let start = self.word(self.sections.starts, values.start)?;
        let end = self.word(self.sections.starts, values.end)?;
        if start > end || end > self.header.entries {
            return Err(self.damaged("its values do not ascend"));
        }
        Ok(start..end)
    }

    /// Hands out the ids of the rows that have one of some values: of each value ascending.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], and those of `take`.
    pub fn each_in(&self, values: Range<u32>, take: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
        let mut value = values.start;
        while value < values.end {
            let at = self.bitmapped.partition_point(|(known, _)| *known < value);
            let next = self.bitmapped.get(at).map_or(values.end, |(known, _)| *known);
            if next == value {
                self.some_of_bitmap(at, 0, u32::MAX, take)?;
                value += 1;
                continue;
            }
            let end = next.min(values.end);
            let entries = self.entries(value..end)?;
            let start = self.place_of(at, entries.start)?;
            self.each_of(
                self.sections.rows,
                start..start + (entries.end - entries.start),
                take,
            )?;
            value = end;
        }
        Ok(())
    }

    /// Hands out the ids of the rows that have a value, ascending, from a mark on and about so many; returns the mark of the rest, if
    /// there is one. Without a value those of the rows that have none. The first mark is 0.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], and those of `take`.
    pub fn some(
        &self,
        value: Option<u32>,
        mark: u32,
        most: u32,
        take: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Option<u32>> {
        let Some(value) = value else {
            let end = self.header.nulls.min(mark.saturating_add(most));
            self.each_of(self.sections.nulls, mark..end, take)?;
            return Ok((end < self.header.nulls).then_some(end));
        };
        let entries = self.entries(value..value.saturating_add(1))?;
        let at = self.bitmapped.partition_point(|(known, _)| *known < value);
        if self.bitmapped.get(at).is_some_and(|(known, _)| *known == value) {
            return self.some_of_bitmap(at, mark, most, take);
        }
        let start = self.place_of(at, entries.start)?;
        let count = entries.end - entries.start;
        let end = count.min(mark.saturating_add(most));
        self.each_of(self.sections.rows, start + mark.min(end)..start + end, take)?;
        Ok((end < count).then_some(end))
    }

    /// Where a pair stands that is not in a bitmap, where so many bitmaps are of values before it.
    fn place_of(&self, bitmaps: usize, entry: u32) -> Result<u32> {
        let last = bitmaps.checked_sub(1).and_then(|at| self.bitmapped.get(at));
        let place = entry.checked_sub(last.map_or(0, |(_, held)| *held));
        place.ok_or_else(|| self.damaged("its bitmaps hold more than there is"))
    }

    /// Hands out the ids of the rows that have no value, ascending.
    ///
    /// # Errors
    /// As of `each_in`.
    pub fn each_null(&self, take: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
        self.each_of(self.sections.nulls, 0..self.header.nulls, take)
    }

    fn each_of(
        &self,
        Span(start, length): Span,
        places: Range<u32>,
        take: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        if u64::from(places.end) * 4 > length {
            return Err(self.damaged("it names more rows than it has"));
        }
        for from in places.clone().step_by(ROWS_AT_ONCE) {
            let count = (places.end - from).min(ROWS_AT_ONCE as u32) as usize;
            let bytes = self.file.get(start as usize + from as usize * 4, count * 4)?;
            for row in bytes.as_chunks::<4>().0 {
                take(self.id(u32::from_le_bytes(*row))?)?;
            }
        }
        Ok(())
    }

    fn some_of_bitmap(
        &self,
        at: usize,
        mark: u32,
        most: u32,
        take: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Option<u32>> {
        let words = self.bitmap(at)?.iter().zip((0_u32..).step_by(64));
        let mut left = most;
        for (word, from) in words.skip(mark as usize / 64) {
            let mut rest = u64::from_le_bytes(*word);
            if from < mark {
                rest &= u64::MAX << (mark - from);
            }
            while rest != 0 {
                let row = from + rest.trailing_zeros();
                if left == 0 {
                    return Ok(Some(row));
                }
                left -= 1;
                take(self.id(row)?)?;
                rest &= rest - 1;
            }
        }
        Ok(None)
    }

    /// Marks the rows that have one of some values: bit for bit, where there are bitmaps. Bits are counted from an id on.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn mark(&self, values: Range<u32>, first: u64, bits: &mut Bits) -> Result<()> {
        let bitmaps = |value: u32| self.bitmapped.partition_point(|(known, _)| *known < value);
        let mut from = values.start;
        for at in bitmaps(values.start)..bitmaps(values.end) {
            let Some((value, _)) = self.bitmapped.get(at) else {
                break;
            };
            self.each_in(from..*value, &mut |id| {
                bits.set(id.saturating_sub(first) as usize);
                Ok(())
            })?;
            let start = self.header.base.saturating_sub(first) as usize;
            for (word, offset) in self.bitmap(at)?.iter().zip((0..).step_by(64)) {
                bits.or_word(start + offset, u64::from_le_bytes(*word));
            }
            from = value + 1;
        }
        self.each_in(from..values.end, &mut |id| {
            bits.set(id.saturating_sub(first) as usize);
            Ok(())
        })
    }

    fn bitmap(&self, at: usize) -> Result<&[[u8; 8]]> {
        let length = self.header.bitmap_bytes();
        let bytes = self
            .file
            .get(self.sections.bitmaps.0 as usize + at * length, length)?;
        Ok(bytes.as_chunks::<8>().0)
    }

    fn id(&self, row: u32) -> Result<u64> {
        if row >= self.header.span {
            return Err(self.damaged("it names a row beyond those that it covers"));
        }
        Ok(self.header.base + u64::from(row))
    }

    fn word(&self, Span(start, length): Span, at: u32) -> Result<u32> {
        if u64::from(at) * 4 + 4 > length {
            return Err(self.damaged("it has fewer values than it says"));
        }
        let bytes = self.file.get(start as usize + at as usize * 4, 4)?.first_chunk();
        Ok(bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    /// Reads all that can be asked for and checks that it is in order.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn check(&self) -> Result<()> {
        for value in 1..self.header.values {
            if self.key(value - 1)? >= self.key(value)? {
                return Err(self.damaged("its values do not ascend"));
            }
        }
        for value in 0..self.header.values {
            let (mut last, mut count) = (None, 0);
            self.each_in(value..value + 1, &mut |id| {
                if last.replace(id).is_some_and(|last| last >= id) {
                    return Err(self.damaged("the rows of a value do not ascend"));
                }
                count += 1;
                Ok(())
            })?;
            if count != self.entries(value..value + 1)?.len() {
                return Err(self.damaged("a value has other rows than it counts"));
            }
        }
        self.each_null(&mut |_| Ok(()))
    }

    /// Whether it holds the same rows for the same values as another one.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn holds_what(&self, other: &Self) -> Result<bool> {
        let ids = |index: &Self, value: Option<u32>| -> Result<Vec<u64>> {
            let mut ids = Vec::new();
            index.some(value, 0, u32::MAX, &mut |id| {
                ids.push(id);
                Ok(())
            })?;
            Ok(ids)
        };
        if self.values() != other.values() || ids(self, None)? != ids(other, None)? {
            return Ok(false);
        }
        for value in 0..self.values() {
            if self.key(value)? != other.key(value)? || ids(self, Some(value))? != ids(other, Some(value))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The error of a segment that holds nonsense.
    pub(super) fn damaged(&self, what: &str) -> Error {
        self.file.damaged(what)
    }
}
