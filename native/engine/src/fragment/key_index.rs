use xxhash_rust::xxh3::xxh3_64;

use crate::column::{Buffer, Column, array};
use crate::error::Result;
use crate::schema::DataType;
use crate::value::Value;

/// The hash of a key, the same on every machine.
#[must_use]
pub(crate) fn hash_key(key: &Value) -> u64 {
    match key {
        Value::Int(int) => xxh3_64(&int.to_le_bytes()),
        Value::Text(text) => xxh3_64(text.as_bytes()),
        _ => 0,
    }
}

/// Finds rows by the hash of their key: `n` hashes (u64) ascending, then the `n` rows (u32) they belong to; rows of equal
/// hash ascend.
///
/// Hashes are uniform, so a look-up guesses the place and walks: about three cache lines, whatever the size.
#[derive(Clone, Debug)]
pub(crate) struct KeyIndex {
    rows: usize,
    hashes: Buffer,
    offsets: Buffer,
}

impl KeyIndex {
    /// The bytes of one row in the index.
    pub(crate) const ROW: usize = 12;

    /// Reads an index of `rows` rows.
    #[must_use]
    pub(crate) fn new(rows: usize, hashes: Buffer, offsets: Buffer) -> Self {
        Self {
            rows,
            hashes,
            offsets,
        }
    }

    /// Builds the bytes of an index over a key column, given in pieces.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn build(data_type: &DataType, columns: &[&Column]) -> Result<Vec<u8>> {
        let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(columns.iter().map(|c| c.len()).sum());
        let mut row = 0_u32;
        for column in columns {
            for i in 0..column.len() {
                let hash = match data_type {
                    DataType::Int => xxh3_64(column.fixed(i)?),
                    _ => xxh3_64(column.variable(i)?),
                };
                pairs.push((hash, row));
                row += 1;
            }
        }
        pairs.sort_unstable();
        let mut bytes = Vec::with_capacity(pairs.len() * Self::ROW);
        pairs
            .iter()
            .for_each(|(hash, _)| bytes.extend_from_slice(&hash.to_le_bytes()));
        pairs
            .iter()
            .for_each(|(_, row)| bytes.extend_from_slice(&row.to_le_bytes()));
        Ok(bytes)
    }

    /// An index in memory, over the key column of a few rows.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn in_memory(data_type: &DataType, column: &Column) -> Result<Self> {
        let mut hashes = Self::build(data_type, &[column])?;
        let offsets = hashes.split_off(column.len() * 8);
        Ok(Self::new(
            column.len(),
            Buffer::from(hashes),
            Buffer::from(offsets),
        ))
    }

    /// The rows whose key has this hash, the newest first.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn find(&self, hash: u64, mut accept: impl FnMut(u32) -> Result<bool>) -> Result<Option<u32>> {
        let mut at = self.first_after(hash)?;
        while at > 0 && self.hash(at - 1)? == hash {
            at -= 1;
            let row = u32::from_le_bytes(array(self.offsets.get(at * 4, 4)?)?);
            if accept(row)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The first position whose hash is greater.
    fn first_after(&self, hash: u64) -> Result<usize> {
        let (mut low, mut high) = (0, self.rows);
        let guess = ((u128::from(hash) * self.rows as u128) >> 64) as usize;
        // Gallop from the guess until the place is enclosed, then bisect.
        let mut step = 8;
        if guess < self.rows {
            if self.hash(guess)? <= hash {
                low = guess + 1;
                while low + step < self.rows && self.hash(low + step)? <= hash {
                    low += step + 1;
                    step *= 2;
                }
                high = self.rows.min(low + step);
            } else {
                high = guess;
                while high > step && self.hash(high - step)? > hash {
                    high -= step;
                    step *= 2;
                }
                low = high.saturating_sub(step);
            }
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.hash(middle)? <= hash {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    #[inline]
    fn hash(&self, at: usize) -> Result<u64> {
        Ok(u64::from_le_bytes(array(self.hashes.get(at * 8, 8)?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::ColumnBuilder;

    #[test]
    fn every_key_is_found_and_the_newest_first() {
        for rows in [0_i64, 1, 2, 7, 100, 5_000] {
            let mut builder = ColumnBuilder::new(&DataType::Int);
            for i in 0..rows {
                builder.push(&Value::Int(i / 3)).unwrap();
            }
            let index = KeyIndex::in_memory(&DataType::Int, &builder.finish()).unwrap();
            for key in 0..(rows + 2) / 3 {
                let mut seen = Vec::new();
                let hash = hash_key(&Value::Int(key));
                index
                    .find(hash, |row| {
                        seen.push(i64::from(row));
                        Ok(false)
                    })
                    .unwrap();
                let expected: Vec<i64> = (key * 3..rows.min(key * 3 + 3)).rev().collect();
                assert_eq!(seen, expected);
            }
            assert_eq!(index.find(hash_key(&Value::Int(-1)), |_| Ok(true)).unwrap(), None);
        }
    }
}
