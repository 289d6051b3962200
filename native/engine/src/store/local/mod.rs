//! A database in a folder of this machine.
//!
//! - `root`: the folder, what is done in it in one step, and which names in it are not durable yet.
//! - `record`, `survey`, `journal`: small manifests in one file that is written in place.
//! - `log`: the manifests of a table, in the journal and in files.
//! - `removed`: how a directory goes at once.
//! - `store`: all that as one.

mod journal;
mod log;
mod record;
mod removed;
mod root;
mod store;
mod survey;

pub use store::LocalStore;
