//! Laws of the text index, over random rows.

mod rows;
mod segments;
