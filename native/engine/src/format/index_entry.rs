//! Index segments, as the manifest lists them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The kind of the indexes that this build knows.
const VECTOR: &str = "vector";

/// An index segment. Nothing but time depends on one, so that a kind which a build does not know is passed over by who reads, and kept
/// by who writes: its entry as it stands, its file in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum IndexEntry {
    /// Candidates for the nearest rows.
    Vector(IndexFile),
    /// Of a kind that this build does not know.
    Unknown(UnknownIndex),
}

/// An index segment of a vector column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "WrittenIndex")]
pub struct IndexFile {
    /// The id of the field.
    pub field: u32,
    /// It covers the rows from this id on that had a vector when it was built, dead ones included,
    pub from: u64,
    /// up to this id, which it does not cover.
    pub until: u64,
    /// How many rows that are.
    pub rows: u64,
    /// Its name in `index/`.
    pub file: String,
    /// Its length in bytes.
    pub length: u64,
    /// Where the checksums of the blocks start; they are sealed by `seal`.
    pub checksums: u64,
    /// The xxh3 of everything from `checksums` to the end, 16 hexadecimal digits.
    pub seal: String,
}

/// What an index segment of any kind says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownIndex {
    /// What it is good for.
    pub kind: String,
    /// The ids of its fields.
    pub fields: Vec<u32>,
    /// Its name in `index/`.
    pub file: String,
    /// Its length in bytes.
    pub length: u64,
}

/// An index segment of a vector column, key by key.
#[derive(Serialize, Deserialize)]
struct WrittenIndex {
    kind: String,
    fields: [u32; 1],
    from: u64,
    until: u64,
    rows: u64,
    file: String,
    length: u64,
    checksums: u64,
    seal: String,
}

impl IndexEntry {
    /// Its name in `index/`.
    pub fn file(&self) -> &str {
        match self {
            Self::Vector(index) => &index.file,
            Self::Unknown(index) => &index.file,
        }
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Vector(index) => index.length,
            Self::Unknown(index) => index.length,
        }
    }

    /// The ids of its fields.
    pub fn fields(&self) -> &[u32] {
        match self {
            Self::Vector(index) => std::slice::from_ref(&index.field),
            Self::Unknown(index) => &index.fields,
        }
    }

    /// The segment, where it is one of a vector column.
    pub fn vector(&self) -> Option<&IndexFile> {
        match self {
            Self::Vector(index) => Some(index),
            Self::Unknown(_) => None,
        }
    }
}

impl From<IndexFile> for WrittenIndex {
    fn from(index: IndexFile) -> Self {
        Self {
            kind: VECTOR.to_owned(),
            fields: [index.field],
            from: index.from,
            until: index.until,
            rows: index.rows,
            file: index.file,
            length: index.length,
            checksums: index.checksums,
            seal: index.seal,
        }
    }
}

impl<'de> Deserialize<'de> for IndexEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entry = Value::deserialize(deserializer)?;
        // Before there were other kinds, an entry had the one field of its vectors.
        if let Some(entry) = entry.as_object_mut()
            && !entry.contains_key("kind")
            && let Some(field) = entry.remove("field")
        {
            entry.insert("kind".to_owned(), VECTOR.into());
            entry.insert("fields".to_owned(), vec![field].into());
        }
        if entry.get("kind").and_then(Value::as_str) != Some(VECTOR) {
            return serde_json::from_value(entry)
                .map(Self::Unknown)
                .map_err(D::Error::custom);
        }
        let index: WrittenIndex = serde_json::from_value(entry).map_err(D::Error::custom)?;
        let [field] = index.fields;
        Ok(Self::Vector(IndexFile {
            field,
            from: index.from,
            until: index.until,
            rows: index.rows,
            file: index.file,
            length: index.length,
            checksums: index.checksums,
            seal: index.seal,
        }))
    }
}
