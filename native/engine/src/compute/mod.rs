//! Values that are computed from a row: arithmetic on numbers, and texts put together. Read from JSON, bound to a schema, and evaluated
//! on rows when they are committed, so that what a row was a moment before does not matter.
//!
//! A null makes the whole null, as in SQL. Whole numbers stay whole and never wrap around; with a float among them all is a float.

mod bind;
mod evaluate;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use crate::column::{CellAt, Column};
use crate::error::Result;
use crate::schema::{DataType, Field, Schema};
use crate::value::Value;

/// How deep an expression may nest.
pub(crate) const DEPTH_MAX: usize = 64;

/// The new value of a column, bound to a schema.
#[derive(Clone, Debug)]
pub struct Computed {
    target: Field,
    root: Node,
    /// Whole numbers beyond those of JavaScript are refused.
    safe: bool,
}

/// Rows whose cells can be asked for.
pub(crate) trait Rows {
    /// How many.
    fn len(&self) -> usize;
    /// The cell of a row.
    fn cell(&self, field: &Field, row: usize) -> Result<CellAt<'_>>;
    /// The row in messages, such as `The row with the key 5`.
    fn name(&self, row: usize) -> String;
}

#[derive(Clone, Debug)]
enum Node {
    Column(Field),
    Constant(Value),
    /// On whole numbers, or on floats.
    Arithmetic(Operator, bool, Box<(Node, Node)>),
    Concat(Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    DividedBy,
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Int,
    Float,
    Text,
    /// A value that can only be passed on.
    Other(DataType),
}

impl Computed {
    /// Reads an expression such as `{"op": "plus", "args": [{"column": "stock"}, {"value": 1}]}` for a column. With `safe`, whole
    /// numbers that a JavaScript number cannot hold are refused when they come out.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidArgument`], [`crate::error::Code::ColumnNotFound`].
    pub fn parse(target: &Field, json: &Json, safe: bool, schema: &Schema) -> Result<Self> {
        let root = bind::expression(target, json, schema)?;
        let target = target.clone();
        Ok(Self { target, root, safe })
    }

    /// The column that gets the value.
    #[must_use]
    pub fn target(&self) -> &Field {
        &self.target
    }

    /// The columns that are read.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        self.root.fields(&mut fields);
        fields
    }

    /// The values of some rows.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidRow`], naming the row and the column, where a value does not fit.
    pub(crate) fn evaluate(&self, rows: &dyn Rows) -> Result<Column> {
        evaluate::column(self, rows)
    }
}

impl Node {
    fn fields<'n>(&'n self, fields: &mut Vec<&'n Field>) {
        match self {
            Self::Column(field) => fields.push(field),
            Self::Constant(_) => {}
            Self::Arithmetic(_, _, sides) => {
                sides.0.fields(fields);
                sides.1.fields(fields);
            }
            Self::Concat(parts) => parts.iter().for_each(|part| part.fields(fields)),
        }
    }
}
