use tantivy::fieldnorm::FieldNormReader;

use super::layout::{Header, Sections, TOTALS_ROWS};
use crate::column::{Bits, Buffer};
use crate::error::Result;
use crate::format::Span;

/// Rows with a word, and how many words they have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows that have a term in the field.
    pub rows: u64,
    /// Their lengths in terms, each rounded as it is kept, in sum.
    pub length: u64,
}

impl Totals {
    /// Adds a row of a length.
    pub(crate) fn add(&mut self, length: u64) {
        self.rows += u64::from(length > 0);
        self.length += length;
    }

    /// Adds other rows.
    pub(crate) fn add_all(&mut self, other: Self) {
        self.rows += other.rows;
        self.length += other.length;
    }

    /// The mean length of the rows that have a term.
    pub(crate) fn average(&self) -> f64 {
        self.length as f64 / self.rows.max(1) as f64
    }
}

/// The length that a code stands for: each is kept as one byte, exact up to 40 and by steps of at most an eighth above.
pub(crate) fn length_of(code: u8) -> u64 {
    u64::from(FieldNormReader::id_to_fieldnorm(code))
}

/// The code of a length.
pub(crate) fn rounded(length: u32) -> u8 {
    FieldNormReader::fieldnorm_to_id(length)
}

/// The entries of a field: what all documents up to the end of each block have.
pub(super) fn encode(codes: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut all = Totals::default();
    let mut put = |all: Totals| {
        bytes.extend_from_slice(&all.length.to_le_bytes());
        bytes.extend_from_slice(&all.rows.to_le_bytes());
    };
    let mut count = 0;
    for code in codes {
        all.add(length_of(code));
        count += 1;
        if count % TOTALS_ROWS == 0 {
            put(all);
        }
    }
    if count % TOTALS_ROWS != 0 {
        put(all);
    }
    bytes
}

/// What the documents of the first `blocks` blocks have in a field.
fn until(
    file: &Buffer,
    (header, sections): (&Header, &Sections),
    field: usize,
    blocks: usize,
) -> Result<Totals> {
    let Some(last) = blocks.checked_sub(1) else {
        return Ok(Totals::default());
    };
    let Span(start, _) = sections.totals;
    let of_field = (header.documents as usize).div_ceil(TOTALS_ROWS);
    let bytes = file.get(start as usize + (field * of_field + last) * 16, 16)?;
    let (numbers, _) = bytes.as_chunks::<8>();
    let number = |i: usize| numbers.get(i).map_or(0, |bytes| u64::from_le_bytes(*bytes));
    Ok(Totals {
        length: number(0),
        rows: number(1),
    })
}

/// What the documents of a mask have in a field; all of them without one. Whole blocks cost nothing, so that a mask of the documents up to a
/// watermark is cheap.
pub(crate) fn under(
    file: &Buffer,
    parts: (&Header, &Sections),
    field: usize,
    mask: Option<&Bits>,
    codes: &FieldNormReader,
) -> Result<Totals> {
    let documents = parts.0.documents as usize;
    let blocks = documents.div_ceil(TOTALS_ROWS);
    let Some(mask) = mask else {
        return until(file, parts, field, blocks);
    };
    let mut totals = Totals::default();
    for (block, words) in mask.words().chunks(TOTALS_ROWS / 64).enumerate().take(blocks) {
        let rows = (documents - block * TOTALS_ROWS).min(TOTALS_ROWS);
        let set: u32 = words.iter().map(|word| word.count_ones()).sum();
        if set as usize == rows {
            let (before, after) = (
                until(file, parts, field, block)?,
                until(file, parts, field, block + 1)?,
            );
            totals.rows += after.rows.saturating_sub(before.rows);
            totals.length += after.length.saturating_sub(before.length);
        } else if set > 0 {
            for (at, word) in words.iter().enumerate() {
                let mut rest = *word;
                while rest != 0 {
                    let document = block * TOTALS_ROWS + at * 64 + rest.trailing_zeros() as usize;
                    if document < documents {
                        totals.add(length_of(codes.fieldnorm_id(document as u32)));
                    }
                    rest &= rest - 1;
                }
            }
        }
    }
    Ok(totals)
}
