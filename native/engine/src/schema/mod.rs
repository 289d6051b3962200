//! What a table's rows look like: fields with stable ids, and the rules for a schema.

mod analysis;
mod check;
mod data_type;
mod field;
mod rules;
#[expect(clippy::module_inception, reason = "the noun of the folder")]
mod schema;
mod searched;
mod sources;
mod text_search;
mod widening;

pub(crate) use analysis::NGRAM_MAX;
pub use analysis::{Analysis, Analyzer, Language};
pub(crate) use data_type::Nested;
pub use data_type::{DataType, Element, Metric, NamedField};
pub use field::Field;
pub(crate) use rules::{DEPTH_MAX, NODES_MAX, Rules};
pub use schema::Schema;
pub(crate) use searched::{indexed_fields, searched_texts};
pub use text_search::{TextSearch, TextSetting};
pub(crate) use widening::Widening;
