use serde::{Deserialize, Serialize};

use super::{DataType, TextSetting};
use crate::error::{Code, Error, Result};

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
    /// Whether and how it is searched by its words, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<TextSetting>>,
    /// Whether its values have an index, where that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexed: Option<bool>,
}

impl Field {
    /// Refuses an index that cannot be. Asked where a column is declared: what a manifest says of a type that a newer version knows is
    /// passed over.
    ///
    /// # Errors
    /// [`Code::InvalidSchema`].
    pub(crate) fn check_indexed(&self) -> Result<()> {
        if self.indexed != Some(true) || self.data_type.is_indexable() {
            return Ok(());
        }
        let message = format!("The column \"{}\" cannot be indexed by its values.", self.name);
        Err(Error::new(Code::InvalidSchema, message)
            .hint("Text, enums, numbers, booleans, timestamps and dates can, and lists of them.")
            .column(self.name.clone()))
    }

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
