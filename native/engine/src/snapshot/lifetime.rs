/// A version and when it was committed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The version.
    pub version: u64,
    /// The date of its commit.
    pub committed_at: i64,
}

/// When a row was visible: from the commit that wrote it to the one that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The commit that wrote it.
    pub from: Moment,
    /// The commit that ended it; none where it still holds.
    pub to: Option<Moment>,
}
