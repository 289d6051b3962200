//! Manifests and tables in any store whose put-if-absent decides who is first, such as an object store: nothing is renamed there,
//! no directory is made, and several requests are never one step.

mod ended;
mod log;
mod old;
mod tables;

pub use log::ConditionalLog;
pub use tables::ConditionalTables;
