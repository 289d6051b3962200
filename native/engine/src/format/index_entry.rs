//! Index segments, as the manifest lists them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The kinds of the indexes that this build knows.
const VECTOR: &str = "vector";
const TEXT: &str = "text";
const SCALAR: &str = "scalar";

/// An index segment. Nothing but time depends on one, so that a kind which a build does not know is passed over by who reads, and kept
/// by who writes: its entry as it stands, its file in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum IndexEntry {
    /// Of a kind that this build knows.
    Known(IndexFile),
    /// Of a kind that this build does not know.
    Unknown(UnknownIndex),
}

/// An index segment of a kind that this build knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "WrittenIndex")]
pub struct IndexFile {
    /// What it is good for.
    pub covers: Covers,
    /// It covers the rows from this id on that were there when it was built, dead ones included, of a vector column those that had a
    /// vector,
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

/// What an index segment is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Candidates for the nearest rows: the id of the field.
    Vector(u32),
    /// The words of columns.
    Text(Vec<TextColumn>),
    /// The rows that have some values: the id of the field.
    Scalar(u32),
}

/// A column of a segment of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextColumn {
    /// The id of the field.
    pub field: u32,
    /// Tells how its texts became terms: a segment whose mark is another than the column's serves it no longer.
    pub analysis: String,
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

/// An index segment, key by key.
#[derive(Serialize, Deserialize)]
struct WrittenIndex {
    kind: String,
    fields: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    analyses: Vec<String>,
    from: u64,
    until: u64,
    rows: u64,
    file: String,
    length: u64,
    checksums: u64,
    seal: String,
}

impl Covers {
    /// The ids of the fields.
    pub fn fields(&self) -> Vec<u32> {
        match self {
            Self::Vector(field) | Self::Scalar(field) => vec![*field],
            Self::Text(columns) => columns.iter().map(|column| column.field).collect(),
        }
    }

    /// Whether segments of these two lie one behind the other: those of the vectors or the values of a column do, and all of words.
    pub fn is_beside(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Vector(one), Self::Vector(other)) | (Self::Scalar(one), Self::Scalar(other)) => {
                one == other
            }
            (Self::Text(_), Self::Text(_)) => true,
            _ => false,
        }
    }
}

impl IndexEntry {
    /// Its name in `index/`.
    pub fn file(&self) -> &str {
        match self {
            Self::Known(index) => &index.file,
            Self::Unknown(index) => &index.file,
        }
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Known(index) => index.length,
            Self::Unknown(index) => index.length,
        }
    }

    /// The ids of its fields.
    pub fn fields(&self) -> Vec<u32> {
        match self {
            Self::Known(index) => index.covers.fields(),
            Self::Unknown(index) => index.fields.clone(),
        }
    }

    /// The segment, where it is of a kind that this build knows.
    pub fn known(&self) -> Option<&IndexFile> {
        match self {
            Self::Known(index) => Some(index),
            Self::Unknown(_) => None,
        }
    }
}

impl From<IndexFile> for WrittenIndex {
    fn from(index: IndexFile) -> Self {
        let fields = index.covers.fields();
        let (kind, analyses) = match index.covers {
            Covers::Vector(_) => (VECTOR, Vec::new()),
            Covers::Scalar(_) => (SCALAR, Vec::new()),
            Covers::Text(columns) => (TEXT, columns.into_iter().map(|column| column.analysis).collect()),
        };
        Self {
            kind: kind.to_owned(),
            fields,
            analyses,
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

impl TryFrom<WrittenIndex> for IndexFile {
    type Error = &'static str;

    fn try_from(index: WrittenIndex) -> Result<Self, Self::Error> {
        let covers = match index.fields.as_slice() {
            [field] if index.kind == VECTOR => Covers::Vector(*field),
            [field] if index.kind == SCALAR => Covers::Scalar(*field),
            fields if index.kind == TEXT && fields.len() == index.analyses.len() && !fields.is_empty() => {
                let columns = fields.iter().copied().zip(index.analyses);
                Covers::Text(
                    columns
                        .map(|(field, analysis)| TextColumn { field, analysis })
                        .collect(),
                )
            }
            _ => return Err("an index segment has other fields than its kind"),
        };
        Ok(Self {
            covers,
            from: index.from,
            until: index.until,
            rows: index.rows,
            file: index.file,
            length: index.length,
            checksums: index.checksums,
            seal: index.seal,
        })
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
        if !matches!(
            entry.get("kind").and_then(Value::as_str),
            Some(VECTOR | TEXT | SCALAR)
        ) {
            return serde_json::from_value(entry)
                .map(Self::Unknown)
                .map_err(D::Error::custom);
        }
        let index: WrittenIndex = serde_json::from_value(entry).map_err(D::Error::custom)?;
        IndexFile::try_from(index)
            .map(Self::Known)
            .map_err(D::Error::custom)
    }
}
