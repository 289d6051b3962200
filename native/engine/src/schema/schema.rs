use serde::{Deserialize, Serialize};

use super::Field;
use crate::error::{Code, Error, Result};

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
}
