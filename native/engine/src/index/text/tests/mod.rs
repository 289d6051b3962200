//! Laws of the text index, over random rows.

mod highlights;
mod languages;
mod oracle;
mod rows;
mod search;
mod segments;
mod typed;
