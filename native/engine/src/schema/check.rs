//! The rules for a schema.

use std::collections::HashSet;

use super::{DataType, Rules, Schema};
use crate::error::{Code, Error, Result};

/// The most columns a table may have.
const FIELDS_MAX: usize = 1_000;
/// The most elements a vector may have.
const DIMENSIONS_MAX: u32 = 65_535;
/// How deep lists and structs may nest.
const NESTING_MAX: usize = 16;

impl Schema {
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
        if !Rules::of(&key.data_type).key {
            return Err(invalid(name, &Rules::of_keys()));
        }
        Ok(())
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
