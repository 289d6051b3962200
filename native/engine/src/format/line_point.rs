use serde::{Deserialize, Serialize};

/// A version of a line: of a table, or of a branch of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePoint {
    /// The incarnation of the line.
    pub line: String,
    /// The name of the branch; none where it is the table itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The version.
    pub version: u64,
    /// The version of this line right after it began there, or took that over.
    pub here: u64,
    /// When that was, in milliseconds.
    pub at: i64,
}
