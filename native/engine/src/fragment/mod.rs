//! Fragments: immutable runs of rows, one Arrow IPC file for each column group, written once and mapped.
//!
//! A file is a well-formed Arrow IPC file: any Arrow reader opens it. Between the end of its stream and its footer it
//! carries what only Varve reads: the key index, the shadow of a vector column, and a checksum for every 64 KiB, so that a read costs the checking of
//! what it touches and nothing more.

mod arrow;
mod body;
mod checked;
mod key_index;
mod passing;
mod segment;
mod shadow;
mod stats;
mod stream;
mod writer;

pub(crate) use checked::{CheckedFile, CheckedWriter};
pub(crate) use key_index::{KeyIndex, hash_key};
pub(crate) use passing::PassingFile;
pub(crate) use segment::{Matching, Segment};
pub(crate) use shadow::{Shadow, Vectors, kernel_element};
pub use stream::ArrowStream;
pub(crate) use writer::{FragmentWriter, Pieces};
