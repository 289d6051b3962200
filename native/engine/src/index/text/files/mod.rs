//! The bytes of a segment: how they come about, and how they are found again.

mod build;
mod layout;
mod read;
mod totals;
mod write;

pub use build::{Plan, Texts, build};
pub(super) use build::{TEXT_MAX, within};
pub(super) use layout::{Described, Header, Sections};
pub(super) use read::{contained, foreign, open, refused};
pub use totals::Totals;
pub(super) use totals::{length_of, rounded, under};

use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

/// The files of the library in the order in which they follow each other.
const FILES: [&str; 6] = ["term", "idx", "pos", "fieldnorm", "fast", "store"];

/// The schema that the library sees: one field for each column, by its place.
fn schema(fields: usize) -> Schema {
    let mut schema = Schema::builder();
    for field in 0..fields {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(&field.to_string())
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        schema.add_text_field(
            &field.to_string(),
            TextOptions::default().set_indexing_options(indexing),
        );
    }
    schema.build()
}
