//! The engine as a Node-API module: threads, promises and classes around `varve-protocol`. The contract with TypeScript is
//! `docs/protocol.md`; a failure is an error whose message is its JSON.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod backup;
mod call;
mod database;
mod embedder;
mod handle;
mod opened;
mod page;
mod place;
mod reembed;
mod scan;
mod table;
mod threads;
// Only Node asks for it.
#[cfg(not(test))]
mod version;
mod work;
mod writer;
