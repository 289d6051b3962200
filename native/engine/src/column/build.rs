use super::{Bits, Buffer, Column, Data, fixed_width};
use crate::error::{Code, Error, Result};
use crate::schema::DataType;
use crate::value::Value;

/// Builds a column value by value.
#[derive(Debug)]
pub struct ColumnBuilder {
    validity: Bits,
    nulls: usize,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    Bits(Bits),
    Fixed {
        data_type: DataType,
        width: usize,
        values: Vec<u8>,
    },
    Variable {
        offsets: Vec<u8>,
        values: Vec<u8>,
    },
    List {
        offsets: Vec<u8>,
        items: Box<ColumnBuilder>,
        count: usize,
    },
    Struct(Vec<ColumnBuilder>),
}

impl Column {
    /// A column of `len` times the same value.
    ///
    /// # Errors
    /// [`Code::InvalidRow`]: the value is not of the type.
    pub fn constant(data_type: &DataType, value: &Value, len: usize) -> Result<Self> {
        let mut builder = ColumnBuilder::new(data_type);
        for _ in 0..len {
            builder.push(value)?;
        }
        Ok(builder.finish())
    }
}

impl ColumnBuilder {
    /// An empty column of the type.
    #[must_use]
    pub fn new(data_type: &DataType) -> Self {
        let zero = || 0_i32.to_le_bytes().to_vec();
        let parts = match data_type {
            DataType::Boolean => Parts::Bits(Bits::filled(0, false)),
            DataType::List { item } => Parts::List {
                offsets: zero(),
                items: Box::new(Self::new(&item.data_type)),
                count: 0,
            },
            DataType::Struct { fields } => {
                Parts::Struct(fields.iter().map(|f| Self::new(&f.data_type)).collect())
            }
            other => match fixed_width(other) {
                Some(width) => Parts::Fixed {
                    data_type: other.clone(),
                    width,
                    values: Vec::new(),
                },
                None => Parts::Variable {
                    offsets: zero(),
                    values: Vec::new(),
                },
            },
        };
        Self {
            validity: Bits::filled(0, false),
            nulls: 0,
            parts,
        }
    }

    /// Appends a value.
    ///
    /// # Errors
    /// [`Code::InvalidRow`]: the value is of another type.
    pub fn push(&mut self, value: &Value) -> Result<()> {
        self.validity.push(!value.is_null());
        self.nulls += usize::from(value.is_null());
        match (&mut self.parts, value) {
            (Parts::Bits(bits), Value::Boolean(b)) => bits.push(*b),
            (Parts::Bits(bits), Value::Null) => bits.push(false),
            (Parts::Fixed { width, values, .. }, Value::Null) => values.resize(values.len() + *width, 0),
            (
                Parts::Fixed {
                    data_type,
                    width,
                    values,
                },
                value,
            ) => push_fixed(data_type, *width, values, value)?,
            (Parts::Variable { offsets, values }, Value::Text(_) | Value::Bytes(_) | Value::Null) => {
                match value {
                    Value::Text(text) => values.extend_from_slice(text.as_bytes()),
                    Value::Bytes(bytes) => values.extend_from_slice(bytes),
                    _ => {}
                }
                offsets.extend_from_slice(&offset(values.len())?);
            }
            (
                Parts::List {
                    offsets,
                    items,
                    count,
                },
                Value::List(_) | Value::Null,
            ) => {
                if let Value::List(list) = value {
                    list.iter().try_for_each(|item| items.push(item))?;
                    *count += list.len();
                }
                offsets.extend_from_slice(&offset(*count)?);
            }
            (Parts::Struct(parts), Value::Struct(values)) if parts.len() == values.len() => {
                parts
                    .iter_mut()
                    .zip(values)
                    .try_for_each(|(part, value)| part.push(value))?;
            }
            (Parts::Struct(parts), Value::Null) => {
                parts.iter_mut().try_for_each(|part| part.push(&Value::Null))?
            }
            _ => {
                return Err(Error::new(
                    Code::InvalidRow,
                    "A value is not of its column's type.",
                ));
            }
        }
        Ok(())
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Column {
        let len = self.validity.len();
        let validity = (self.nulls > 0).then(|| Buffer::from(self.validity.to_bytes()));
        let data = match self.parts {
            Parts::Bits(bits) => Data::Bits(Buffer::from(bits.to_bytes())),
            Parts::Fixed { width, values, .. } => Data::Fixed {
                width,
                values: Buffer::from(values),
            },
            Parts::Variable { offsets, values } => Data::Variable {
                offsets: Buffer::from(offsets),
                values: Buffer::from(values),
            },
            Parts::List { offsets, items, .. } => Data::List {
                offsets: Buffer::from(offsets),
                items: Box::new(items.finish()),
            },
            Parts::Struct(parts) => Data::Struct(parts.into_iter().map(Self::finish).collect()),
        };
        Column::new(len, validity, data)
    }
}

fn push_fixed(data_type: &DataType, width: usize, values: &mut Vec<u8>, value: &Value) -> Result<()> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a 32-bit float column rounds, as its users asked"
    )]
    match (data_type, value) {
        (DataType::Float { bits: 32 }, Value::Float(x)) => {
            values.extend_from_slice(&(*x as f32).to_le_bytes())
        }
        (DataType::Float { .. }, Value::Float(x)) => values.extend_from_slice(&x.to_le_bytes()),
        (DataType::Int | DataType::Timestamp, Value::Int(x)) => values.extend_from_slice(&x.to_le_bytes()),
        (DataType::Date, Value::Int(x)) => {
            let days =
                i32::try_from(*x).map_err(|_| Error::new(Code::InvalidRow, "A date is out of range."))?;
            values.extend_from_slice(&days.to_le_bytes());
        }
        (DataType::Vector { .. }, Value::Bytes(bytes)) if bytes.len() == width => {
            values.extend_from_slice(bytes)
        }
        _ => {
            return Err(Error::new(
                Code::InvalidRow,
                "A value is not of its column's type.",
            ));
        }
    }
    Ok(())
}

fn offset(position: usize) -> Result<[u8; 4]> {
    let position = i32::try_from(position).map_err(|_| {
        Error::new(Code::InvalidRow, "One column of one write holds more than 2 GiB.")
            .hint("Write it in several parts.")
    })?;
    Ok(position.to_le_bytes())
}
