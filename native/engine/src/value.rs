//! One value of one column, where columns are not worth it: defaults, keys, filter constants, rows inside a manifest.

/// A value of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A truth value.
    Boolean(bool),
    /// An integer, a timestamp in milliseconds or a date in days.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text, an enum's value, or JSON text.
    Text(String),
    /// Raw bytes; for a vector its elements, little-endian.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A struct's fields, in the schema's order.
    Struct(Vec<Value>),
}

impl Value {
    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Value {
    /// The bytes, if there are exactly `width`.
    pub(crate) fn of_width(self, width: usize) -> Option<Self> {
        match &self {
            Self::Bytes(bytes) if bytes.len() == width => Some(self),
            _ => None,
        }
    }
}
