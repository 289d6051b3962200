use super::picked::Picked;

/// A version and when it was committed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The version.
    pub version: u64,
    /// The date of its commit.
    pub committed_at: i64,
}

/// All rows that a key had, the oldest first.
#[derive(Clone, Debug)]
pub struct KeyHistory {
    /// The rows, ascending by id, in the columns of the snapshot that was asked.
    pub rows: Picked,
    /// When each was visible.
    pub lifetimes: Vec<Lifetime>,
    /// How many rows were looked at: those of the key, and any whose keys have the hash of that one.
    pub compared: u64,
}

/// When a row was visible: from the commit that wrote it to the one that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The commit that wrote it.
    pub from: Moment,
    /// The commit that ended it; none where it still holds.
    pub to: Option<Moment>,
}
