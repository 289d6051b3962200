//! Rows on their way in as Arrow: streams and files in Arrow's IPC format, as other programs write them. Nothing in them is trusted.
//!
//! - `kind`: the types of Arrow that a table can take something of.
//! - `array`: a column of a batch, as it lies in the bytes; every buffer is measured before it is used.
//! - `cast`: a column of a batch becomes one of a table, without loss or with an error that names column and row.
//! - `stream`: messages, the schema, dictionaries, batches.

mod array;
mod cast;
mod kind;
mod stream;
