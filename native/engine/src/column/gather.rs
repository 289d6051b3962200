//! Rows picked out of columns, and columns put one behind the other.

use super::{Bits, Buffer, Column, Data};
use crate::error::{Code, Error, Result};

impl Column {
    /// The rows at the given positions, in that order.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn take(&self, rows: &[u32]) -> Result<Self> {
        let validity = match &self.validity {
            None => None,
            Some(_) => {
                let mut bits = Bits::filled(rows.len(), false);
                for (i, &row) in rows.iter().enumerate() {
                    if !self.is_null(row as usize)? {
                        bits.set(i);
                    }
                }
                Some(Buffer::from(bits.to_bytes()))
            }
        };
        let data = match &self.data {
            Data::Bits(_) => {
                let mut bits = Bits::filled(rows.len(), false);
                for (i, &row) in rows.iter().enumerate() {
                    if self.boolean(row as usize)? {
                        bits.set(i);
                    }
                }
                Data::Bits(Buffer::from(bits.to_bytes()))
            }
            Data::Fixed { width, .. } => {
                let mut values = Vec::with_capacity(rows.len() * width);
                for &row in rows {
                    values.extend_from_slice(self.fixed(row as usize)?);
                }
                Data::Fixed {
                    width: *width,
                    values: Buffer::from(values),
                }
            }
            Data::Variable { .. } => self.take_variable(rows)?,
            Data::List { .. } => self.take_list(rows)?,
            Data::Struct(parts) => {
                Data::Struct(parts.iter().map(|part| part.take(rows)).collect::<Result<_>>()?)
            }
        };
        Ok(Self {
            len: rows.len(),
            validity,
            data,
        })
    }

    /// A run of rows of a fixed-width column, without a copy of their values.
    ///
    /// # Errors
    /// [`Code::Corrupt`]; [`Code::Internal`] for a column of another layout.
    pub fn run(&self, start: usize, len: usize) -> Result<Self> {
        let Data::Fixed { width, values } = &self.data else {
            return Err(Error::internal("a run of a column that is not fixed-width"));
        };
        let validity = match &self.validity {
            None => None,
            Some(_) => {
                let mut bits = Bits::filled(0, false);
                for row in start..start + len {
                    bits.push(!self.is_null(row)?);
                }
                (bits.count() < len).then(|| Buffer::from(bits.to_bytes()))
            }
        };
        let values = values.part(start * width, len * width);
        let data = Data::Fixed {
            width: *width,
            values,
        };
        Ok(Self { len, validity, data })
    }

    fn take_variable(&self, rows: &[u32]) -> Result<Data> {
        let mut offsets = Offsets::with_capacity(rows.len());
        let mut values = Vec::new();
        for &row in rows {
            let bytes = self.variable(row as usize)?;
            values.extend_from_slice(bytes);
            offsets.push(bytes.len())?;
        }
        Ok(Data::Variable {
            offsets: offsets.finish(),
            values: Buffer::from(values),
        })
    }

    fn take_list(&self, rows: &[u32]) -> Result<Data> {
        let mut offsets = Offsets::with_capacity(rows.len());
        let mut wanted = Vec::new();
        let mut all = self;
        for &row in rows {
            let (items, range) = self.list(row as usize)?;
            all = items;
            offsets.push(range.len())?;
            let end = u32::try_from(range.end).map_err(|_| too_long())?;
            wanted.extend(u32::try_from(range.start).map_err(|_| too_long())?..end);
        }
        let items = match &self.data {
            Data::List { items, .. } if wanted.is_empty() => items.take(&[])?,
            _ => all.take(&wanted)?,
        };
        Ok(Data::List {
            offsets: offsets.finish(),
            items: Box::new(items),
        })
    }

    /// All rows of the columns, one column behind the other. They must be of one type and at least one.
    ///
    /// # Errors
    /// [`Code::Corrupt`]; [`Code::InvalidRow`] where the result would hold more than 2 GiB.
    pub fn concat(columns: &[&Self]) -> Result<Self> {
        let Some(first) = columns.first() else {
            return Err(Error::internal("nothing to concatenate"));
        };
        let len = columns.iter().map(|c| c.len).sum();
        let data = match &first.data {
            Data::Bits(_) => Data::Bits(join_bits(columns, |column, row| column.boolean(row))?),
            Data::Fixed { width, .. } => {
                let mut values = Vec::with_capacity(len * width);
                for column in columns {
                    values.extend_from_slice(column.fixed_all()?);
                }
                Data::Fixed {
                    width: *width,
                    values: Buffer::from(values),
                }
            }
            Data::Variable { .. } => {
                let mut offsets = Offsets::with_capacity(len);
                let mut values = Vec::new();
                for column in columns {
                    for row in 0..column.len {
                        let bytes = column.variable(row)?;
                        values.extend_from_slice(bytes);
                        offsets.push(bytes.len())?;
                    }
                }
                Data::Variable {
                    offsets: offsets.finish(),
                    values: Buffer::from(values),
                }
            }
            Data::List { .. } => Self::concat_lists(columns, len)?,
            Data::Struct(parts) => {
                let part = |i: usize| {
                    let all: Result<Vec<&Self>> = columns.iter().map(|c| part_of(c, i)).collect();
                    Self::concat(&all?)
                };
                Data::Struct((0..parts.len()).map(part).collect::<Result<_>>()?)
            }
        };
        let has_nulls = columns.iter().any(|c| c.validity.is_some());
        let validity = has_nulls
            .then(|| join_bits(columns, |column, row| Ok(!column.is_null(row)?)))
            .transpose()?;
        Ok(Self { len, validity, data })
    }

    fn concat_lists(columns: &[&Self], len: usize) -> Result<Data> {
        let mut offsets = Offsets::with_capacity(len);
        let mut parts = Vec::new();
        for column in columns {
            let mut wanted = Vec::new();
            for row in 0..column.len {
                let (_, range) = column.list(row)?;
                offsets.push(range.len())?;
                let end = u32::try_from(range.end).map_err(|_| too_long())?;
                wanted.extend(u32::try_from(range.start).map_err(|_| too_long())?..end);
            }
            if let Data::List { items, .. } = &column.data {
                parts.push(items.take(&wanted)?);
            }
        }
        let items = Self::concat(&parts.iter().collect::<Vec<_>>())?;
        Ok(Data::List {
            offsets: offsets.finish(),
            items: Box::new(items),
        })
    }
}

fn part_of(column: &Column, index: usize) -> Result<&Column> {
    column
        .parts()?
        .get(index)
        .ok_or_else(|| Error::internal("structs of different shape"))
}

fn join_bits(columns: &[&Column], get: impl Fn(&Column, usize) -> Result<bool>) -> Result<Buffer> {
    let mut bits = Bits::filled(0, false);
    for column in columns {
        for row in 0..column.len {
            bits.push(get(column, row)?);
        }
    }
    Ok(Buffer::from(bits.to_bytes()))
}

fn too_long() -> Error {
    Error::new(Code::InvalidRow, "A column would hold more than 2 GiB.").hint("Write fewer rows at once.")
}

/// Growing i32 offsets.
pub(super) struct Offsets {
    bytes: Vec<u8>,
    end: i32,
}

impl Offsets {
    pub(super) fn with_capacity(rows: usize) -> Self {
        let mut bytes = Vec::with_capacity((rows + 1) * 4);
        bytes.extend_from_slice(&0_i32.to_le_bytes());
        Self { bytes, end: 0 }
    }

    pub(super) fn push(&mut self, len: usize) -> Result<()> {
        let len = i32::try_from(len).map_err(|_| too_long())?;
        self.end = self.end.checked_add(len).ok_or_else(too_long)?;
        self.bytes.extend_from_slice(&self.end.to_le_bytes());
        Ok(())
    }

    pub(super) fn finish(self) -> Buffer {
        Buffer::from(self.bytes)
    }
}
