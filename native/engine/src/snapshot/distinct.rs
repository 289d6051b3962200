use std::cmp::Ordering;

use crate::column::Column;
use crate::error::Result;
use crate::schema::DataType;
use crate::value::Value;

/// A value where it stands, to be told from others and put in order: null first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Distinct<'a> {
    Null,
    Boolean(bool),
    Int(i64),
    /// Bits in the order of the numbers.
    Float(i64),
    Text(&'a str),
}

impl<'a> Distinct<'a> {
    /// Whether values of a type can be told from each other: texts, numbers, dates and truth values.
    pub(crate) fn is_of(data_type: &DataType) -> bool {
        matches!(
            data_type,
            DataType::Text
                | DataType::Enum { .. }
                | DataType::Int
                | DataType::Timestamp
                | DataType::Date
                | DataType::Float { .. }
                | DataType::Boolean
        )
    }

    /// The value of a row. The two zeros are one value, and so are all that are no numbers.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn at(column: &'a Column, data_type: &DataType, row: usize) -> Result<Self> {
        if column.is_null(row)? {
            return Ok(Self::Null);
        }
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(column.boolean(row)?),
            DataType::Int | DataType::Timestamp | DataType::Date => Self::Int(column.int(row)?),
            DataType::Float { .. } => Self::float(column.float(row)?),
            _ => Self::Text(column.text(row)?),
        })
    }

    fn float(float: f64) -> Self {
        let one = if float.is_nan() { f64::NAN } else { float + 0.0 };
        Self::Float(in_order(one.to_bits().cast_signed()))
    }

    /// Which of two comes first; nulls come last in either direction.
    pub(crate) fn placed(self, other: Self, descending: bool) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Greater,
            (_, Self::Null) => Ordering::Less,
            (a, b) => turned(a.cmp(&b), descending),
        }
    }

    /// The number that it is, of floating point.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Float(bits) => Some(f64::from_bits(in_order(bits).cast_unsigned())),
            _ => None,
        }
    }

    /// The value on its own.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(b) => Value::Boolean(b),
            Self::Int(int) => Value::Int(int),
            Self::Float(bits) => Value::Float(f64::from_bits(in_order(bits).cast_unsigned())),
            Self::Text(text) => Value::Text(text.to_owned()),
        }
    }
}

/// Bits of a number, so that they are in the order of the numbers as integers; of such the bits.
fn in_order(bits: i64) -> i64 {
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

/// The other way round where the greatest comes first.
pub(crate) fn turned(ordering: Ordering, descending: bool) -> Ordering {
    if descending { ordering.reverse() } else { ordering }
}
