//! The requests, read from JSON. `docs/protocol.md` shows each of them.

mod aggregate;
mod branch;
mod cursor;
mod other;
mod parse;
mod read;
mod search;
mod select;
mod write;

pub(crate) use aggregate::Aggregate;
pub(crate) use branch::{BranchName, Merge, NewBranch};
pub(crate) use other::{
    Alter, Backup, Diff, History, NewPin, NewTag, NewVectors, Purge, Renewal, Restore, Retention,
};
pub(crate) use parse::{filter, parse};
pub(crate) use read::{Read, ReadKind};
pub(crate) use write::{Write, WriteKind};
