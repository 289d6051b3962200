use std::time::Duration;

/// A purge that could not be finished is tried again by upkeep after so long.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// What a handle has tried to finish a purge.
#[derive(Debug, Default)]
pub(in crate::table) struct Tries {
    /// The last purge that was tried, by its sequence, and when.
    pub(super) last: Option<(u64, Duration)>,
    /// Of purges up to this sequence what was before them is erased.
    pub(super) erased: u64,
}

impl Tries {
    /// Whether a purge was tried a moment ago.
    pub(super) fn has_tried(&self, sequence: u64, now: Duration) -> bool {
        let is_it =
            |(tried, then): (u64, Duration)| tried == sequence && now.saturating_sub(then) < TRY_AGAIN;
        self.last.is_some_and(is_it)
    }
}
