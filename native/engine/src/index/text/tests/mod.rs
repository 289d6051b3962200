//! Laws of the text index, over random rows.

mod ceilings;
mod highlights;
mod languages;
mod oracle;
mod rows;
mod search;
mod segments;
mod typed;
