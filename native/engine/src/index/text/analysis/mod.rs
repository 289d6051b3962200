//! How a text becomes terms: split into words, in one form for all ways to write them, reduced to stems.
//!
//! One pass over the text, in time that grows with its length and nothing else. Rows and queries take the same way, so that what
//! is asked meets what is written.
//!
//! - [`Splitter`]: texts in, terms out, as the [`Analysis`](crate::schema::Analysis) of a column says.

mod fold;
mod identifiers;
mod language;
mod ngrams;
mod splitter;
mod stop_words;
mod terms;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use fold::is_spaceless;
pub(crate) use splitter::{REMEMBERED, Splitter};
pub(crate) use terms::Token;
