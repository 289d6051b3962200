use super::Table;
use super::commit::{CommitOptions, Written};
use super::next::{Change, NewRows};
use crate::error::{Code, Error, Result};
use crate::format::{Operation, default_of};
use crate::schema::{Field, Schema};

impl Table {
    /// Adds columns. No row is rewritten: earlier rows show the column's default, or null.
    ///
    /// # Errors
    /// [`Code::ColumnExists`], [`Code::InvalidSchema`] also where a column can be neither null nor has a default.
    pub fn add_columns(&self, columns: &[Field], options: &CommitOptions) -> Result<Written> {
        self.alter(Operation::AddColumn, options, |schema| {
            for column in columns {
                if schema.fields.iter().any(|field| field.name == column.name) {
                    let message = format!("The table already has a column \"{}\".", column.name);
                    return Err(Error::new(Code::ColumnExists, message).column(column.name.clone()));
                }
                check_default(column)?;
                schema.fields.push(Field {
                    id: 0,
                    ..column.clone()
                });
            }
            Ok(())
        })
    }

    /// Takes columns out of the schema. No row is rewritten, and earlier versions still show them.
    ///
    /// # Errors
    /// [`Code::ColumnNotFound`], [`Code::InvalidSchema`] for the primary key.
    pub fn drop_columns(&self, names: &[String], options: &CommitOptions) -> Result<Written> {
        self.alter(Operation::DropColumn, options, |schema| {
            for name in names {
                let id = schema.field(name)?.id;
                if schema.primary_key.as_deref() == Some(name) {
                    let message = format!("The column \"{name}\" is the primary key and cannot be dropped.");
                    return Err(Error::new(Code::InvalidSchema, message).column(name.clone()));
                }
                schema.fields.retain(|field| field.id != id);
            }
            Ok(())
        })
    }

    fn alter(
        &self,
        operation: Operation,
        options: &CommitOptions,
        change: impl Fn(&mut Schema) -> Result<()>,
    ) -> Result<Written> {
        let committed = self.commit(options, |state| {
            let mut schema = state.manifest.current_schema()?.clone();
            change(&mut schema)?;
            schema.check()?;
            let (rows, options) = (NewRows::None, options.clone());
            Ok(Some(Change {
                operation,
                options,
                rows,
                ended: Vec::new(),
                updated: 0,
                schema: Some(schema),
                effective_again: None,
            }))
        })?;
        Ok(self.written(committed))
    }
}

fn check_default(column: &Field) -> Result<()> {
    let refuse = |what: &str| {
        let message = format!("The column \"{}\" cannot be added: {what}.", column.name);
        Err(Error::new(Code::InvalidSchema, message).column(column.name.clone()))
    };
    match &column.default {
        None if column.nullable => Ok(()),
        None => refuse("the rows that exist need a value, so it must be nullable or have a default"),
        Some(_) => match default_of(column) {
            Ok(_) => Ok(()),
            Err(_) => refuse("its default is not a value of its type"),
        },
    }
}
