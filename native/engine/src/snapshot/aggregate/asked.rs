use super::super::distinct::Distinct;
use crate::error::{Code, Error, Result};
use crate::filter::Filter;
use crate::schema::{DataType, Field, Rules};
use crate::value::Value;

/// What is computed over rows, group by group.
#[derive(Clone, Debug, Default)]
pub struct Aggregation {
    /// Which rows; all where there is none.
    pub filter: Option<Filter>,
    /// The columns whose values make a group; one group of all rows where there are none. Of a list each item counts, once for each row.
    pub by: Vec<Field>,
    /// What is computed of each group.
    pub measures: Vec<Measure>,
    /// The order of the groups; among equals, and where none is given, by their values. Nulls come last.
    pub order: Vec<GroupOrder>,
    /// The most groups; all where there is none.
    pub limit: Option<usize>,
    /// How many of the first groups to leave out.
    pub offset: usize,
}

/// A number of a column, over the rows of a group that have a value.
#[derive(Clone, Debug)]
pub struct Measure {
    /// What is computed.
    pub function: AggregateFunction,
    /// The column.
    pub field: Field,
}

/// What is computed of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    /// All of them together; of numbers.
    Sum,
    /// Their mean; of numbers.
    Average,
    /// The smallest, of a type that has an order.
    Least,
    /// The greatest, of a type that has an order. What is no number is greater than all numbers.
    Greatest,
}

/// One key of the order of groups.
#[derive(Clone, Copy, Debug)]
pub struct GroupOrder {
    /// What is compared.
    pub by: GroupKey,
    /// The greatest first.
    pub descending: bool,
}

/// What groups are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKey {
    /// The value of one of the columns that make the group.
    Value(usize),
    /// The number of rows.
    Count,
    /// One of the measures.
    Measure(usize),
}

/// A group, and what was computed of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The values that its rows have in common.
    pub values: Vec<Value>,
    /// The number of its rows.
    pub count: u64,
    /// The measures, in the order in which they were asked for.
    pub measures: Vec<Measured>,
}

/// What a measure is.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// No row of the group has a value.
    Null,
    /// A sum of integers, exact.
    Whole(i128),
    /// A sum of floating-point numbers, or a mean.
    Real(f64),
    /// One of the values.
    Value(Value),
}

impl Aggregation {
    /// Whether all that is asked can be computed.
    pub(super) fn check(&self) -> Result<()> {
        for field in &self.by {
            if !Distinct::is_of(field.data_type.item_or_self()) {
                return Err(refused(
                    field,
                    "Rows cannot be grouped by",
                    "Group by texts, numbers, dates and truth values, and by lists of these.",
                ));
            }
        }
        for order in &self.order {
            let is_there = match order.by {
                GroupKey::Count => true,
                GroupKey::Value(at) => at < self.by.len(),
                GroupKey::Measure(at) => at < self.measures.len(),
            };
            if !is_there {
                let message = "Groups cannot be ordered by what is not asked of them.";
                return Err(Error::new(Code::InvalidArgument, message)
                    .hint("Order by their number of rows, or by a column or a number that is asked for."));
            }
        }
        let lists = |field: &&Field| matches!(field.data_type, DataType::List { .. });
        if let Some(second) = self.by.iter().filter(lists).nth(1) {
            let message = format!(
                "Rows cannot be grouped by two lists at once: \"{}\" is the second.",
                second.name
            );
            return Err(Error::new(Code::InvalidArgument, message)
                .hint("Group by one list at a time.")
                .column(second.name.clone()));
        }
        for Measure { function, field } in &self.measures {
            let numbers = matches!(field.data_type, DataType::Int | DataType::Float { .. });
            match function {
                AggregateFunction::Sum | AggregateFunction::Average if !numbers => {
                    return Err(refused(
                        field,
                        "There is no sum and no mean of",
                        "Ask for those of columns of numbers.",
                    ));
                }
                AggregateFunction::Least | AggregateFunction::Greatest
                    if !Rules::of(&field.data_type).ordered =>
                {
                    let hint = format!("Ask for those of columns of {}.", Rules::with_order());
                    return Err(refused(
                        field,
                        "There is no smallest and no greatest value of",
                        &hint,
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn refused(field: &Field, what: &str, hint: &str) -> Error {
    let message = format!(
        "{what} the column \"{}\": its type does not allow it.",
        field.name
    );
    Error::new(Code::InvalidArgument, message)
        .hint(hint)
        .column(field.name.clone())
}
