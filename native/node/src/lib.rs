//! The engine as a Node-API module: convert, call, convert. The contract with TypeScript: strings are JSON, failures are
//! errors whose message is JSON, rows cross as columns of numbers with one string for all text.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod call;
mod database;
mod embedder;
mod handle;
mod opened;
mod page;
mod reembed;
mod request;
mod scan;
mod table;
mod threads;
mod upkeep;
mod work;
mod writer;
