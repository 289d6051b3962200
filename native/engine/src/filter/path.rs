//! Paths from the name of a column to what a condition looks at.

use serde_json::Value as Json;

use super::constant::{cut, shown, type_name};
use super::json_path::Key;
use crate::error::{Code, Error, Result};
use crate::schema::{DataType, Field, Rules, Schema};

/// The longest path.
const STEPS_MAX: usize = 64;

/// What a path leads to.
pub(super) struct Target<'a> {
    pub(super) field: &'a Field,
    /// The positions of struct fields, from the outermost in.
    pub(super) parts: Vec<usize>,
    /// The path inside a JSON column.
    pub(super) keys: Vec<Key>,
    /// The type at the end of the parts.
    pub(super) data_type: &'a DataType,
    /// The path as errors show it.
    pub(super) name: String,
}

impl<'a> Target<'a> {
    /// Where a path leads. With `known`, the id that whoever asks knows the column by: another column that has its name now is
    /// not meant.
    pub(super) fn resolve(path: Option<&Json>, known: Option<&Json>, schema: &'a Schema) -> Result<Self> {
        let names = names(path)?;
        let Some((first, mut rest)) = names.split_first() else {
            return Err(no_path(path));
        };
        let field = schema.field(first)?;
        if known
            .and_then(Json::as_u64)
            .is_some_and(|id| id != u64::from(field.id))
        {
            return Err(field.is_another());
        }
        let (mut data_type, mut parts, mut keys) = (&field.data_type, Vec::new(), Vec::new());
        while let Some((name, after)) = rest.split_first() {
            match data_type {
                DataType::Json => {
                    keys = rest.iter().map(|name| Key::new(name)).collect();
                    break;
                }
                DataType::Struct { fields } => {
                    let found = fields.iter().enumerate().find(|(_, part)| part.name == *name);
                    let Some((position, part)) = found else {
                        let parts: Vec<&str> = fields.iter().map(|part| part.name.as_str()).collect();
                        let message = format!("The column \"{first}\" has no part \"{}\".", cut(name));
                        let hint = format!("Its parts are {}.", parts.join(", "));
                        return Err(Error::new(Code::ColumnNotFound, message)
                            .hint(hint)
                            .column(names.join(".")));
                    };
                    parts.push(position);
                    data_type = &part.data_type;
                }
                other => {
                    let (type_name, name) = (type_name(other), cut(name));
                    let message = format!("The column \"{first}\" ({type_name}) has no part \"{name}\".");
                    let hint = "Only struct and json columns have parts.";
                    return Err(Error::new(Code::InvalidFilter, message)
                        .hint(hint)
                        .column(names.join(".")));
                }
            }
            rest = after;
        }
        Ok(Self {
            field,
            parts,
            keys,
            data_type,
            name: names.join("."),
        })
    }

    /// What may be asked here.
    pub(super) fn rules(&self) -> &'static Rules {
        if self.keys.is_empty() {
            Rules::of(self.data_type)
        } else {
            Rules::inside_json()
        }
    }

    /// The error of an operator that the column does not know.
    pub(super) fn unsupported(&self, op: &str) -> Error {
        let (name, asked) = (&self.name, self.rules().asked.join(", "));
        let hint = match self.data_type {
            DataType::Json if self.keys.is_empty() => {
                format!("Give a path inside it, such as [\"{name}\", \"key\"], or use {asked} or isNull.")
            }
            DataType::Bytes => format!("Bytes have no order: use {asked} or isNull."),
            DataType::List { .. } => {
                format!("Use {asked} or isNull; all but isNull need items of a plain type.")
            }
            DataType::Struct { .. } => {
                format!("Name a part of it, such as [\"{name}\", \"part\"], or use isNull.")
            }
            DataType::Vector { .. } => "Of a vector only isNull can be asked.".to_owned(),
            _ => format!("Use {asked} or isNull."),
        };
        let message = format!(
            "\"{op}\" does not apply to the column \"{name}\" ({}).",
            self.type_name()
        );
        Error::new(Code::InvalidFilter, message).hint(hint).column(name)
    }

    /// The error of a constant that the column cannot be compared with.
    pub(super) fn misfit(&self, op: &str, expected: &str, given: &Json) -> Error {
        let (name, type_name, given) = (&self.name, self.type_name(), shown(given));
        let message = format!(
            "\"{op}\" on the column \"{name}\" ({type_name}) needs {expected}, and was given {given}."
        );
        let error = Error::new(Code::InvalidFilter, message).column(name);
        if given == "null" {
            error.hint("Rows without a value are found with isNull.")
        } else {
            error
        }
    }

    fn type_name(&self) -> String {
        type_name(self.data_type)
    }
}

fn names(path: Option<&Json>) -> Result<Vec<&str>> {
    let steps = path
        .and_then(Json::as_array)
        .filter(|steps| steps.len() <= STEPS_MAX);
    let names = steps.and_then(|steps| steps.iter().map(Json::as_str).collect());
    names.ok_or_else(|| no_path(path))
}

fn no_path(path: Option<&Json>) -> Error {
    let given = path.map_or_else(|| "nothing".to_owned(), shown);
    let message =
        format!("A condition needs \"column\": a list of 1 to {STEPS_MAX} names. It was given {given}.");
    Error::new(Code::InvalidFilter, message)
}
