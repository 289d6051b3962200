//! A column: values of one type, by physical layout.

use std::borrow::Cow;

use super::{Bits, Buffer};
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Element, Field};
use crate::value::Value;

/// Values of one type, one per row.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) len: usize,
    /// One bit a row, 1 = there is a value; none where every row has one.
    pub(super) validity: Option<Buffer>,
    pub(super) data: Data,
}

/// The bytes of a column, by physical layout.
#[derive(Clone, Debug)]
pub enum Data {
    /// One bit a row: booleans.
    Bits(Buffer),
    /// `width` bytes a row: numbers, dates, vectors.
    Fixed {
        /// Bytes of a row.
        width: usize,
        /// All rows.
        values: Buffer,
    },
    /// `len + 1` offsets (i32) into the bytes: text, JSON, enums, bytes.
    Variable {
        /// Where each row starts; the last is the end.
        offsets: Buffer,
        /// The bytes of all rows.
        values: Buffer,
    },
    /// `len + 1` offsets (i32) into the items.
    List {
        /// Where each row's items start; the last is the end.
        offsets: Buffer,
        /// The items of all rows.
        items: Box<Column>,
    },
    /// One column for each field.
    Struct(Vec<Column>),
}

/// Bytes of one value of a fixed-width type; `None` for the others.
#[must_use]
pub fn fixed_width(data_type: &DataType) -> Option<usize> {
    match data_type {
        DataType::Int | DataType::Timestamp => Some(8),
        DataType::Float { bits } => Some(usize::from(*bits) / 8),
        DataType::Date => Some(4),
        DataType::Vector {
            dimensions, element, ..
        } => Some(*dimensions as usize * element.size()),
        _ => None,
    }
}

impl Column {
    /// Puts a column together; the lengths of the buffers are checked when they are read.
    #[must_use]
    pub fn new(len: usize, validity: Option<Buffer>, data: Data) -> Self {
        Self { len, validity, data }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The validity bits, where any row may be null.
    #[must_use]
    pub fn validity(&self) -> Option<&Buffer> {
        self.validity.as_ref()
    }

    /// The bytes.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Whether the row has no value.
    ///
    /// # Errors
    /// [`Code::Corrupt`], as for every access.
    #[inline]
    pub fn is_null(&self, row: usize) -> Result<bool> {
        match &self.validity {
            None => Ok(false),
            Some(validity) => {
                let byte = validity.get(row / 8, 1)?;
                Ok(byte.first().is_none_or(|b| b >> (row % 8) & 1 == 0))
            }
        }
    }

    /// How many rows have no value.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn null_count(&self) -> Result<usize> {
        let Some(validity) = &self.validity else {
            return Ok(0);
        };
        let set = Bits::from_bytes(validity.all()?, self.len).count();
        Ok(self.len - set)
    }

    /// The bytes of a fixed-width row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    #[inline]
    pub fn fixed(&self, row: usize) -> Result<&[u8]> {
        match &self.data {
            Data::Fixed { width, values } => values.get(row * width, *width),
            _ => Err(Error::internal(
                "a column of another layout was read as fixed-width",
            )),
        }
    }

    /// All rows of a fixed-width column, end to end, verified.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn fixed_all(&self) -> Result<&[u8]> {
        match &self.data {
            Data::Fixed { width, values } => {
                let bytes = values.all()?;
                let wanted = self.len * width;
                bytes.get(..wanted).ok_or_else(|| values.short(wanted))
            }
            _ => Err(Error::internal(
                "a column of another layout was read as fixed-width",
            )),
        }
    }

    /// A column of which only the rows at some positions are verified.
    ///
    /// # Errors
    /// [`Code::Corrupt`], also where there is no row at a position.
    pub fn fixed_at(&self, positions: &[u32]) -> Result<&[u8]> {
        match &self.data {
            Data::Fixed { width, values } => {
                values.at(positions.iter().map(|&row| (row as usize * width, *width)))
            }
            _ => Err(Error::internal(
                "a column of another layout was read as fixed-width",
            )),
        }
    }

    /// The bytes of a variable-width row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    #[inline]
    pub fn variable(&self, row: usize) -> Result<&[u8]> {
        match &self.data {
            Data::Variable { offsets, values } => {
                let (start, end) = offset_pair(offsets, row)?;
                values.get(start, end - start)
            }
            _ => Err(Error::internal(
                "a column of another layout was read as variable-width",
            )),
        }
    }

    /// The text of a row.
    ///
    /// # Errors
    /// [`Code::Corrupt`], also where the bytes are not UTF-8.
    #[inline]
    pub fn text(&self, row: usize) -> Result<&str> {
        let bytes = self.variable(row)?;
        std::str::from_utf8(bytes).map_err(|_| match &self.data {
            Data::Variable { values, .. } => values.damaged("a text is not UTF-8"),
            _ => Error::internal("text in a column of another layout"),
        })
    }

    /// Asks the memory for the first bytes of a row, without waiting for them.
    pub(crate) fn touch(&self, row: usize) {
        let bytes = match &self.data {
            Data::Fixed { .. } => self.fixed(row),
            Data::Variable { .. } => self.variable(row),
            Data::Bits(_) | Data::List { .. } | Data::Struct(_) => return,
        };
        // What is damaged is an error where it is read for its value.
        std::hint::black_box(bytes.ok().and_then(|bytes| bytes.first().copied()));
    }

    /// The truth value of a row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    #[inline]
    pub fn boolean(&self, row: usize) -> Result<bool> {
        match &self.data {
            Data::Bits(bits) => Ok(bits
                .get(row / 8, 1)?
                .first()
                .is_some_and(|b| b >> (row % 8) & 1 == 1)),
            _ => Err(Error::internal("a column of another layout was read as boolean")),
        }
    }

    /// The 64-bit integer of a row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    #[inline]
    pub fn int(&self, row: usize) -> Result<i64> {
        match self.fixed(row)? {
            bytes if bytes.len() == 8 => Ok(i64::from_le_bytes(array(bytes)?)),
            bytes => Ok(i64::from(i32::from_le_bytes(array(bytes)?))),
        }
    }

    /// The floating-point number of a row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    #[inline]
    pub fn float(&self, row: usize) -> Result<f64> {
        match self.fixed(row)? {
            bytes if bytes.len() == 8 => Ok(f64::from_le_bytes(array(bytes)?)),
            bytes => Ok(f64::from(f32::from_le_bytes(array(bytes)?))),
        }
    }

    /// The items of a list row: the column of all items, and the range of this row.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn list(&self, row: usize) -> Result<(&Self, std::ops::Range<usize>)> {
        match &self.data {
            Data::List { offsets, items } => {
                let (start, end) = offset_pair(offsets, row)?;
                if end > items.len {
                    return Err(offsets.damaged("a list reaches beyond its items"));
                }
                Ok((items, start..end))
            }
            _ => Err(Error::internal("a column of another layout was read as list")),
        }
    }

    /// The columns of a struct.
    ///
    /// # Errors
    /// [`Code::Internal`]: it is no struct.
    pub fn parts(&self) -> Result<&[Self]> {
        match &self.data {
            Data::Struct(parts) => Ok(parts),
            _ => Err(Error::internal("a column of another layout was read as struct")),
        }
    }

    /// The value of a row, of any type.
    ///
    /// # Errors
    /// [`Code::Corrupt`].
    pub fn value(&self, data_type: &DataType, row: usize) -> Result<Value> {
        if self.is_null(row)? {
            return Ok(Value::Null);
        }
        Ok(match data_type {
            DataType::Text | DataType::Enum { .. } | DataType::Json => {
                Value::Text(self.text(row)?.to_owned())
            }
            DataType::Int | DataType::Timestamp | DataType::Date => Value::Int(self.int(row)?),
            DataType::Float { .. } => Value::Float(self.float(row)?),
            DataType::Boolean => Value::Boolean(self.boolean(row)?),
            DataType::Bytes => Value::Bytes(self.variable(row)?.to_vec()),
            DataType::Vector { .. } => Value::Bytes(self.fixed(row)?.to_vec()),
            DataType::List { item } => {
                let (items, range) = self.list(row)?;
                let values = range.map(|i| items.value(&item.data_type, i));
                Value::List(values.collect::<Result<_>>()?)
            }
            DataType::Struct { fields } => {
                let parts = self.parts()?.iter().zip(fields);
                Value::Struct(
                    parts
                        .map(|(part, field)| part.value(&field.data_type, row))
                        .collect::<Result<_>>()?,
                )
            }
        })
    }

    /// Says that the values will not be read soon, so that mapped files do not count as memory of this process any longer than
    /// they are read.
    pub(crate) fn let_go(&self) {
        match &self.data {
            Data::Bits(values) | Data::Fixed { values, .. } => values.let_go(),
            Data::Variable { offsets, values } => {
                offsets.let_go();
                values.let_go();
            }
            Data::List { offsets, items } => {
                offsets.let_go();
                items.let_go();
            }
            Data::Struct(parts) => parts.iter().for_each(Self::let_go),
        }
    }

    /// About how many bytes the column takes.
    #[must_use]
    pub fn byte_size(&self) -> usize {
        let validity = self.validity.as_ref().map_or(0, Buffer::len);
        validity
            + match &self.data {
                Data::Bits(values) | Data::Fixed { values, .. } => values.len(),
                Data::Variable { offsets, values } => offsets.len() + values.len(),
                Data::List { offsets, items } => offsets.len() + items.byte_size(),
                Data::Struct(parts) => parts.iter().map(Self::byte_size).sum(),
            }
    }
}

/// The start and the end of a row in a buffer of i32 offsets.
pub(crate) fn offset_pair(offsets: &Buffer, row: usize) -> Result<(usize, usize)> {
    let bytes = offsets.get(row * 4, 8)?;
    let (start, end) = bytes.split_at(4);
    let (start, end) = (i32::from_le_bytes(array(start)?), i32::from_le_bytes(array(end)?));
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end => Ok((start, end)),
        _ => Err(offsets.damaged("its offsets run backwards")),
    }
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes
        .try_into()
        .map_err(|_| Error::internal("a value of unexpected width"))
}

/// Little-endian bytes as 32-bit floats, without a copy where they are aligned.
#[must_use]
pub(crate) fn as_f32s(bytes: &[u8]) -> Cow<'_, [f32]> {
    // SAFETY: every bit pattern is a valid f32; `align_to` takes care of alignment and bounds.
    let (before, floats, after) = unsafe { bytes.align_to::<f32>() };
    if cfg!(target_endian = "little") && before.is_empty() && after.is_empty() {
        return Cow::Borrowed(floats);
    }
    let floats = bytes
        .chunks_exact(4)
        .map(|c| f32::from_le_bytes(c.try_into().unwrap_or_default()));
    Cow::Owned(floats.collect())
}

/// The elements of a vector's bytes as 32-bit floats.
#[must_use]
pub fn vector_elements(bytes: &[u8], element: Element) -> Vec<f32> {
    match element {
        Element::F32 => as_f32s(bytes).into_owned(),
        Element::F16 => {
            let halves = bytes
                .chunks_exact(2)
                .map(|c| u16::from_le_bytes(c.try_into().unwrap_or_default()));
            halves.map(varve_kernels::f16_to_f32).collect()
        }
    }
}

/// Writes the elements of a vector's bytes as 32-bit floats.
pub(crate) fn vector_elements_into(bytes: &[u8], element: Element, to: &mut [f32]) {
    match element {
        Element::F32 => {
            let floats = bytes.as_chunks::<4>().0.iter();
            to.iter_mut()
                .zip(floats)
                .for_each(|(to, four)| *to = f32::from_le_bytes(*four));
        }
        Element::F16 => {
            let halves = bytes.as_chunks::<2>().0.iter();
            let halves: Vec<u16> = halves.map(|two| u16::from_le_bytes(*two)).collect();
            varve_kernels::f16_to_f32_slice(&halves, to);
        }
    }
}

/// The error for a value that does not fit its column.
pub(crate) fn misfit(field: &Field, row: usize, what: &str) -> Error {
    Error::new(
        Code::InvalidRow,
        format!("Row {row}, column \"{}\": {what}.", field.name),
    )
    .column(field.name.clone())
    .row(row)
}
