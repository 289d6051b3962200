//! What a table's rows look like: fields with stable ids, and the rules for a schema.

mod sources;
mod widening;

pub(crate) use widening::Widening;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};

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

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The stable id; never given to another column of the table. 0 means not assigned yet.
    #[serde(default)]
    pub id: u32,
    /// The name, unique in the schema.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Whether a row may have no value.
    #[serde(default)]
    pub nullable: bool,
    /// What rows written before the column existed show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// How the value is derived from other columns; the engine keeps it and does not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embed: Option<serde_json::Value>,
}

impl Field {
    /// The error for who knows another column by its name.
    #[must_use]
    pub fn is_another(&self) -> Error {
        let message = format!(
            "The column \"{}\" is another one than when the table was opened.",
            self.name
        );
        Error::new(Code::Conflict, message)
            .hint("Open the table again.")
            .column(self.name.clone())
    }
}

/// The columns of a table at some version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The number of the schema within the table.
    #[serde(default)]
    pub id: u32,
    /// The name of the key column.
    #[serde(default)]
    pub primary_key: Option<String>,
    /// The columns, in order.
    pub fields: Vec<Field>,
}

/// The most columns a table may have.
pub(crate) const FIELDS_MAX: usize = 1_000;
/// The most elements a vector may have.
pub(crate) const DIMENSIONS_MAX: u32 = 65_535;
/// How deep lists and structs may nest.
pub(crate) const NESTING_MAX: usize = 16;

impl Schema {
    /// The column of that name.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`], naming the columns that there are.
    pub fn field(&self, name: &str) -> Result<&Field> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| {
                let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
                Error::new(
                    Code::ColumnNotFound,
                    format!("The table has no column \"{name}\"."),
                )
                .hint(format!("Its columns are {}.", names.join(", ")))
                .column(name)
            })
    }

    /// The key column, where the table has one.
    #[must_use]
    pub fn key(&self) -> Option<&Field> {
        let name = self.primary_key.as_deref()?;
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether it is the same but for its number.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        self.fields == other.fields && self.primary_key == other.primary_key
    }

    /// Puts a field in the place of another, under the name that this has, where it has that.
    pub(crate) fn replace(&mut self, old: u32, field: &Field) {
        for known in self.fields.iter_mut().filter(|known| known.id == old) {
            let name = std::mem::take(&mut known.name);
            known.clone_from(field);
            known.name = name;
        }
    }

    /// Gives ids to the fields that have none, from `next` on, and returns the first id not given.
    pub fn assign_ids(&mut self, mut next: u32) -> u32 {
        for field in &mut self.fields {
            if field.id == 0 {
                field.id = next;
                next += 1;
            }
        }
        next
    }

    /// Checks every rule for a schema.
    ///
    /// # Errors
    /// [`Code::InvalidSchema`] or [`Code::InvalidName`], naming the column.
    pub fn check(&self) -> Result<()> {
        if self.fields.is_empty() || self.fields.len() > FIELDS_MAX {
            let message = format!(
                "A table has 1 to {FIELDS_MAX} columns; {} were given.",
                self.fields.len()
            );
            return Err(Error::new(Code::InvalidSchema, message));
        }
        let mut names = HashSet::new();
        for field in &self.fields {
            check_column_name(&field.name)?;
            if !names.insert(field.name.as_str()) {
                return Err(invalid(&field.name, "its name is used twice"));
            }
            check_type(&field.data_type, &field.name, 0)?;
        }
        self.check_key()
    }

    fn check_key(&self) -> Result<()> {
        let Some(name) = &self.primary_key else {
            return Ok(());
        };
        let Some(key) = self.key() else {
            return Err(invalid(
                name,
                "it is named as the primary key, and there is no such column",
            ));
        };
        if key.nullable {
            return Err(invalid(name, "a primary key cannot be nullable"));
        }
        match key.data_type {
            DataType::Text | DataType::Int => Ok(()),
            _ => Err(invalid(name, "a primary key is a text or an int column")),
        }
    }
}

fn invalid(column: &str, why: &str) -> Error {
    Error::new(
        Code::InvalidSchema,
        format!("The column \"{column}\" cannot exist: {why}."),
    )
    .column(column)
}

fn check_column_name(name: &str) -> Result<()> {
    let bad =
        name.is_empty() || name.len() > 128 || name.starts_with('_') || name.chars().any(char::is_control);
    if !bad {
        return Ok(());
    }
    let shown: String = name.chars().take(40).flat_map(char::escape_default).collect();
    Err(Error::new(
        Code::InvalidName,
        format!("\"{shown}\" cannot be the name of a column."),
    )
    .hint(
        "A column's name has 1 to 128 bytes, no control characters, and does not start with an underscore.",
    ))
}

fn check_type(data_type: &DataType, column: &str, depth: usize) -> Result<()> {
    if depth > NESTING_MAX {
        return Err(invalid(column, "its type is nested too deeply"));
    }
    match data_type {
        DataType::Enum { values } if values.is_empty() => {
            Err(invalid(column, "an enum needs at least one value"))
        }
        DataType::Float { bits } if !matches!(bits, 32 | 64) => {
            Err(invalid(column, "a float has 32 or 64 bits"))
        }
        DataType::Vector { .. } if depth > 0 => {
            Err(invalid(column, "a vector cannot lie inside a list or a struct"))
        }
        DataType::Vector { dimensions, .. } if *dimensions == 0 || *dimensions > DIMENSIONS_MAX => {
            Err(invalid(
                column,
                &format!("a vector has 1 to {DIMENSIONS_MAX} dimensions, not {dimensions}"),
            ))
        }
        DataType::List { item } => check_type(&item.data_type, column, depth + 1),
        DataType::Struct { fields } => {
            if fields.is_empty() {
                return Err(invalid(column, "a struct needs at least one field"));
            }
            let mut names = HashSet::new();
            for field in fields {
                if field.name.is_empty() || !names.insert(field.name.as_str()) {
                    return Err(invalid(column, "the fields of a struct need distinct names"));
                }
                check_type(&field.data_type, column, depth + 1)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
