//! Tables in a bucket: of Amazon S3 and what speaks its protocol, of Google Cloud Storage, and of Azure Blob Storage.
//!
//! - [`connect`] reads an address such as `s3://bucket/prefix` and what it is told beside it ([`Options`]).
//! - [`Bucket`] is the engine's `Store` and `Catalog` over any object store that honours put-if-absent.
//!
//! The engine is synchronous: one thread a bucket sends its requests, and whoever asks waits for it. Files that never change are
//! fetched whole when they are first read, and kept in a folder of this machine (`cache`).

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod address;
mod bucket;
mod cache;
mod clients;
mod failure;
mod io;
mod keys;
mod listing;
mod options;
mod put;
mod upload;

pub use address::is_bucket;
pub use bucket::Bucket;
pub use options::{Credentials, Options};

use varve_engine::Result;

/// The database at an address, such as `s3://bucket/prefix`. Nothing is asked of it yet.
///
/// # Errors
/// `INVALID_ARGUMENT` where the address or an option makes no sense.
pub fn connect(address: &str, options: &str) -> Result<Bucket> {
    let (address, options) = (address::Address::parse(address)?, Options::parse(options)?);
    let clients = clients::Clients::new(&address, &options)?;
    Bucket::new(clients, &address, &options)
}
