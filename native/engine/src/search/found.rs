use super::confidence::WordSignals;
use super::exact::Hit;
use super::request::Explained;

/// Rows that were found, the best first, and what is known of the others.
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) explained: Explained,
    /// Whether there are no others.
    pub(super) is_all: bool,
    /// The score that no other exceeds.
    pub(super) others_at_most: f64,
    /// What the words say of the query; none where that was not asked, or where no words were looked for.
    pub(super) words: Option<WordSignals>,
}

impl Found {
    /// The best of all rows, at most `limit`.
    pub(super) fn new(hits: Vec<Hit>, explained: Explained, limit: usize) -> Self {
        Self {
            is_all: hits.len() < limit,
            others_at_most: hits.last().map_or(f64::NEG_INFINITY, |last| last.score),
            hits,
            explained,
            words: None,
        }
    }
}
