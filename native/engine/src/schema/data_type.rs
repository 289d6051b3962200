use serde::{Deserialize, Serialize};

/// How far apart two vectors are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// 1 - cosine of the angle; a zero vector is at distance 1 from everything.
    #[default]
    Cosine,
    /// Euclidean distance.
    L2,
    /// The negated dot product.
    Dot,
}

/// How a vector's elements are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Element {
    /// 32-bit floats.
    #[default]
    F32,
    /// 16-bit floats.
    F16,
}

impl Element {
    /// Bytes of one element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum DataType {
    /// UTF-8 text.
    Text,
    /// One of a closed set of texts.
    Enum {
        /// The allowed values.
        values: Vec<String>,
    },
    /// Any JSON value, kept as its text.
    Json,
    /// A signed 64-bit integer.
    Int,
    /// A floating-point number of 64 or 32 bits.
    Float {
        /// 64 or 32.
        bits: u8,
    },
    /// True or false.
    Boolean,
    /// Milliseconds since 1970-01-01 UTC.
    Timestamp,
    /// Days since 1970-01-01.
    Date,
    /// Raw bytes.
    Bytes,
    /// A vector of fixed length.
    Vector {
        /// How many elements.
        dimensions: u32,
        /// How they are stored.
        #[serde(default)]
        element: Element,
        /// How two of them are compared.
        #[serde(default)]
        metric: Metric,
    },
    /// A list of values of one type.
    List {
        /// The type of its items.
        item: Box<Nested>,
    },
    /// Named parts.
    Struct {
        /// The parts, in order.
        fields: Vec<NamedField>,
    },
}

impl DataType {
    /// The type of the values that a cell holds: of a list that of its items, otherwise this one.
    #[must_use]
    pub fn item_or_self(&self) -> &Self {
        match self {
            Self::List { item } => &item.data_type,
            own => own,
        }
    }

    /// Whether its values, or those in its lists, can have an index.
    #[must_use]
    pub(crate) fn is_indexable(&self) -> bool {
        matches!(
            self.item_or_self(),
            Self::Text
                | Self::Enum { .. }
                | Self::Int
                | Self::Float { .. }
                | Self::Boolean
                | Self::Timestamp
                | Self::Date
        )
    }
}

/// The type of a list's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nested {
    /// The type.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Whether an item may be null.
    #[serde(default)]
    pub nullable: bool,
}

/// A part of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedField {
    /// Its name, unique in the struct.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Whether it may be null.
    #[serde(default)]
    pub nullable: bool,
}
