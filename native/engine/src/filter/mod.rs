//! Filters: a tree of conditions on columns, read from JSON, bound to a schema, and evaluated on whole columns.
//!
//! The logic is SQL's, with three values: a condition on a null is unknown, `not` of unknown is unknown, and a row is
//! found where the whole is true. Every node therefore yields two sets of rows, those for which it is true and those for
//! which it is false; `not` swaps them, and `isNotTrue` is true wherever its argument is false or unknown. Nodes are asked
//! only for the rows that still matter, the cheap ones first.

mod bind;
mod constant;
mod evaluate;
mod json_path;
mod leaf;
mod like;
mod named;
mod path;
mod prune;
mod set;
mod sought;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::column::{Bits, Column};
use crate::error::Result;
use crate::format::ColumnStats;
use crate::schema::Schema;
use leaf::Leaf;
pub(crate) use sought::{Accepted, Ends, Sought, Spans};

/// Where the columns of some rows come from.
pub trait Columns {
    /// The column of a field. `None` means that the rows are older than the field: every row shows its default.
    fn column(&self, field: u32) -> Option<&Column>;
}

/// A condition on rows, bound to a schema.
#[derive(Clone, Debug)]
pub struct Filter {
    root: Arc<Node>,
    /// What it was read from, and the fields that it is bound to: together they tell one filter from another.
    key: Arc<(String, Vec<u32>)>,
}

#[derive(Debug)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// True where the argument is false or unknown; never unknown itself.
    NotTrue(Box<Node>),
    Leaf(Box<Leaf>),
}

impl Filter {
    /// Reads a filter and checks it against the schema.
    ///
    /// # Errors
    /// [`crate::error::Code::InvalidFilter`], and [`crate::error::Code::ColumnNotFound`] for a column or a part of a
    /// struct that does not exist.
    pub fn parse(json: &Json, schema: &Schema) -> Result<Self> {
        let root = Arc::new(bind::filter(json, schema)?);
        let key = Arc::new((json.to_string(), root.fields()));
        Ok(Self { root, key })
    }

    /// The rows for which the filter is true, of `rows` rows.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]: a column lies in a damaged file.
    pub fn evaluate(&self, columns: &dyn Columns, rows: usize) -> Result<Bits> {
        evaluate::rows(&self.root, columns, rows)
    }

    /// False only if no row can match, judged by the least and greatest values of the columns. `None` means that nothing
    /// is known of a column, as for rows older than it.
    pub fn may_match<'s>(&self, stats: &dyn Fn(u32) -> Option<&'s ColumnStats>) -> bool {
        prune::node(&self.root, stats).yes
    }

    /// The ids of the fields that the filter reads, ascending.
    #[must_use]
    pub fn fields(&self) -> Vec<u32> {
        self.key.1.clone()
    }

    /// Whether it is the same condition on the same fields, in the same words: for the same rows both are true.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.root, &other.root) || self.key == other.key
    }
}

impl Node {
    fn fields(&self) -> Vec<u32> {
        let mut fields = Vec::new();
        self.leaves(&mut |leaf| fields.push(leaf.field));
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    fn leaves(&self, visit: &mut dyn FnMut(&Leaf)) {
        match self {
            Self::And(args) | Self::Or(args) => args.iter().for_each(|arg| arg.leaves(visit)),
            Self::Not(arg) | Self::NotTrue(arg) => arg.leaves(visit),
            Self::Leaf(leaf) => visit(leaf),
        }
    }

    /// The relative cost for each row; cheap conditions are evaluated first.
    fn cost(&self) -> u8 {
        match self {
            Self::And(args) | Self::Or(args) => args.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(arg) | Self::NotTrue(arg) => arg.cost(),
            Self::Leaf(leaf) => leaf.cost(),
        }
    }
}
