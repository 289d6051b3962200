use std::sync::atomic::{AtomicBool, Ordering};

use super::layout::{BITMAPS_MAX, Header, TEXT_MAX};
use crate::column::{Bits, float_key, int_key};
use crate::error::{Code, Error, Result};
use crate::index::Built;

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A whole number, a date or a truth value.
    Int(i64),
    /// A number of floating point.
    Float(f64),
    /// A text.
    Text(&'a [u8]),
}

/// The rows that are indexed.
pub trait Scalars {
    /// How many rows there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The id of a row. Ids ascend.
    fn id(&self, row: usize) -> u64;
    /// Hands out the values of a row: one, or those of a list. Returns whether it has none, which an empty list has.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    fn read<'s>(&'s self, row: usize, take: &mut dyn FnMut(Scalar<'s>)) -> Result<bool>;
}

/// How a segment is built.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Whether values are texts.
    pub texts: bool,
    /// Whether a row may have several.
    pub several: bool,
    /// Set by whoever wants it to end early.
    pub stop: &'a AtomicBool,
}

/// The most values of all rows, which bounds the memory that building takes: 24 bytes for each text, 16 for each number, as much as the
/// segment has, of which the texts are at most [`TEXTS_MAX`], and what vectors that grow take beside that: below 1 GiB.
const ENTRIES_MAX: usize = 8 * 1024 * 1024;
/// The most bytes of all texts, each cut where segments cut them: less than what 32 bits count.
const TEXTS_MAX: usize = 256 * 1024 * 1024;
/// Rows between two looks at whether it is to end.
const ROWS_AT_ONCE: usize = 1024;

/// Builds a segment of as many rows as the limits allow, at least of one.
///
/// Most of the time goes into sorting. There must be a row.
///
/// # Errors
/// [`crate::error::Code::Corrupt`]; [`crate::error::Code::Closed`] where it was stopped.
pub fn build(rows: &dyn Scalars, plan: &Plan<'_>) -> Result<Built> {
    let base = rows.id(0);
    let mut numbers: Vec<(u64, u32)> = Vec::new();
    let mut texts: Vec<(&[u8], u32)> = Vec::new();
    let (mut nulls, mut bytes, mut covered, mut span) = (Vec::new(), 0, 0, 0);
    for row in 0..rows.len() {
        if row % ROWS_AT_ONCE == 0 && plan.stop.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Closed, "Building a scalar index was stopped."));
        }
        let full = numbers.len() + texts.len() >= ENTRIES_MAX || bytes >= TEXTS_MAX;
        let offset = rows
            .id(row)
            .checked_sub(base)
            .and_then(|offset| u32::try_from(offset).ok());
        let Some(offset) = offset.filter(|offset| *offset < u32::MAX && !(full && row > 0)) else {
            break;
        };
        let is_null = rows.read(row, &mut |value| match value {
            Scalar::Int(int) => numbers.push((int_key(int), offset)),
            Scalar::Float(float) => numbers.push((float_key(float), offset)),
            Scalar::Text(text) => {
                let text = text.get(..TEXT_MAX).unwrap_or(text);
                bytes += text.len();
                texts.push((text, offset));
            }
        })?;
        if is_null {
            nulls.push(offset);
        }
        (covered, span) = (row + 1, offset + 1);
    }
    let header = Header {
        base,
        span,
        texts: plan.texts,
        several: plan.several,
        ..Header::default()
    };
    if plan.texts {
        texts.sort_unstable();
        texts.dedup();
        written(covered, header, &texts, &nulls)
    } else {
        numbers.sort_unstable();
        numbers.dedup();
        written(covered, header, &numbers, &nulls)
    }
}

/// A value as it is written.
trait Written: Copy + Ord {
    /// Writes it behind those before it: itself or where it ends, and its text.
    fn write(self, values: &mut Vec<u8>, texts: &mut Vec<u8>);
}

impl Written for u64 {
    fn write(self, values: &mut Vec<u8>, _: &mut Vec<u8>) {
        values.extend_from_slice(&self.to_le_bytes());
    }
}

impl Written for &[u8] {
    fn write(self, values: &mut Vec<u8>, texts: &mut Vec<u8>) {
        texts.extend_from_slice(self);
        values.extend_from_slice(&(texts.len() as u32).to_le_bytes());
    }
}

/// The segment of these pairs, which ascend.
fn written<V: Written>(
    covered: usize,
    mut header: Header,
    pairs: &[(V, u32)],
    nulls: &[u32],
) -> Result<Built> {
    let (mut values, mut texts, mut starts, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut bitmapped, mut bitmaps) = (Vec::new(), Vec::new());
    let mut before: u32 = 0;
    for group in pairs.chunk_by(|a, b| a.0 == b.0) {
        let Some((value, _)) = group.first() else { continue };
        value.write(&mut values, &mut texts);
        starts.extend_from_slice(&before.to_le_bytes());
        before = u32::try_from(group.len())
            .ok()
            .and_then(|count| before.checked_add(count))
            .ok_or_else(|| Error::internal("more values than a segment counts"))?;
        // A bitmap is written where it is the smaller.
        if group.len() * 4 > header.bitmap_bytes() && (header.bitmaps as usize) < BITMAPS_MAX {
            bitmapped.extend_from_slice(&header.values.to_le_bytes());
            let mut bits = Bits::filled(header.bitmap_bytes() * 8, false);
            group.iter().for_each(|(_, row)| bits.set(*row as usize));
            bitmaps.extend_from_slice(&bits.to_bytes());
            header.bitmaps += 1;
            header.in_bitmaps += group.len() as u32;
        } else {
            group
                .iter()
                .for_each(|(_, row)| rows.extend_from_slice(&row.to_le_bytes()));
        }
        header.values += 1;
    }
    starts.extend_from_slice(&before.to_le_bytes());
    header.entries = before;
    header.nulls = nulls.len() as u32;
    header.text_bytes = texts.len() as u64;
    let nulls = nulls.iter().flat_map(|row| row.to_le_bytes()).collect();
    let sections = [values, texts, starts, rows, nulls, bitmapped, bitmaps];
    Ok(Built::new(covered, header.encode(), sections))
}
