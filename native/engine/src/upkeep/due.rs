use super::index_tasks::MERGED;
use super::merge::{is_small, merge_candidates};
use crate::snapshot::TableState;
use crate::table::Table;

/// When upkeep should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// There is nothing to do.
    Nothing,
    /// Soon: it is quickly done, or there is much of it.
    Now,
    /// When nobody is waiting for a commit.
    InAPause,
}

/// Above this many fragments upkeep runs even while somebody waits for a commit.
const MAX_FRAGMENTS: usize = 192;
/// Above this many rows that no index segment covers, too.
const MAX_UNCOVERED: usize = 512 * 1024;

impl Table {
    /// Whether [`Table::maintain`] has anything to do, and how urgent it is. Looks at nothing but the manifest in memory.
    #[must_use]
    pub fn due(&self) -> Due {
        let state = self.current();
        if state.manifest.check_writable().is_err() {
            return Due::Nothing;
        }
        if self.purge_is_due(&state) {
            return Due::Now;
        }
        let fragments = &state.manifest.fragments;
        match merge_candidates(fragments) {
            None => self.index_due(&state),
            Some(range)
                if fragments.len() > MAX_FRAGMENTS
                    || fragments
                        .get(range.clone())
                        .is_some_and(|run| run.iter().all(is_small)) =>
            {
                Due::Now
            }
            Some(_) => Due::InAPause,
        }
    }

    fn index_due(&self, state: &TableState) -> Due {
        match self.index_tasks(state, MERGED).first() {
            None => Due::Nothing,
            Some(task) if task.line.uncovered(state) > MAX_UNCOVERED => Due::Now,
            Some(_) => Due::InAPause,
        }
    }
}
