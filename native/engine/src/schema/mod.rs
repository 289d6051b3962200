//! What a table's rows look like: fields with stable ids, and the rules for a schema.

mod check;
mod data_type;
mod field;
#[expect(clippy::module_inception, reason = "the noun of the folder")]
mod schema;
mod sources;
mod widening;

pub(crate) use data_type::Nested;
pub use data_type::{DataType, Element, Metric, NamedField};
pub use field::Field;
pub use schema::Schema;
pub(crate) use widening::Widening;
