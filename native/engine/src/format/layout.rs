//! Where a fragment's bytes lie, as the manifest says it.

use serde::{Deserialize, Serialize};

use super::Rows;

/// A run of bytes in a file: `[offset, length]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span(pub u64, pub u64);

/// The file of one column group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFile {
    /// Its name in `data/`.
    pub file: String,
    /// Its length in bytes.
    pub length: u64,
    /// Where the checksums of the blocks start; they and all that follows are sealed by `seal`.
    pub checksums: u64,
    /// The xxh3 of everything from `checksums` to the end, 16 hexadecimal digits.
    pub seal: String,
    /// The key index, in the group that holds the key column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Span>,
    /// The columns in it.
    pub columns: Vec<ColumnPlace>,
}

/// Where the buffers of one column lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnPlace {
    /// The id of the field.
    pub field: u32,
    /// The buffers, depth first: validity (empty where nothing is null), then the buffers of the layout.
    pub buffers: Vec<Span>,
    /// How many items each list in the column has in all, depth first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u64>,
    /// The shadow of a vector column, in the encoding that the name says.
    #[serde(rename = "shadow4", default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Span>,
    /// Nulls, least and greatest value.
    #[serde(flatten)]
    pub stats: ColumnStats,
}

/// A fragment, as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fragment {
    /// The ids of its rows; empty until the commit gives them.
    pub rows: Rows,
    /// Its files, one a column group.
    pub groups: Vec<GroupFile>,
}

impl Fragment {
    /// The names of its files: together they tell one fragment from another, also where columns were put beside the old.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| group.file.as_str())
    }
}

/// The least or the greatest value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// Of integers, timestamps and dates.
    Int(i64),
    /// Of floating-point numbers.
    Float(f64),
    /// Of texts.
    Text(String),
}

/// What is known of a column without reading it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnStats {
    /// Rows without a value.
    pub nulls: u64,
    /// The least value; left out where the type has no order, there is no value, or a text is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// The greatest value, left out under the same conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
}
