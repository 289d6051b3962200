use std::collections::VecDeque;

use crate::error::Result;
use crate::store::Entry;

/// At most so many manifests are removed in one go, one after the other: whoever commits waits for it. It is more than the eight commits
/// that lie between two goes, so that a table that was long left alone gets rid of what it has too many.
const AT_ONCE: usize = 12;
/// So many commits at least lie between two listings.
const LIST_EVERY: u64 = 8;

/// The manifests of a store that keeps them for a while, as the last listing had them: a table that is written ten times a second has
/// thousands of them, and is not listed at each of its commits.
#[derive(Debug, Default)]
pub(super) struct Old {
    /// Those that may go, ascending.
    removable: VecDeque<u64>,
    /// The first that stays.
    first: u64,
    /// What was asked for when it was listed, and how many stayed.
    listed: Option<(u64, u64)>,
}

impl Old {
    /// Removes what may go of the manifests before a sequence, in ascending order. Returns the first that may still be there.
    ///
    /// A manifest may go `kept_ms` after it was followed by another one: a reader goes by it until then.
    pub(super) fn forget_before(
        &mut self,
        sequence: u64,
        kept_ms: u64,
        list: impl FnOnce() -> Result<Vec<(u64, Entry)>>,
        remove: impl Fn(u64) -> Result<()>,
    ) -> Result<u64> {
        if self.removable.is_empty() && self.is_due(sequence) {
            self.look(sequence, kept_ms, list()?);
        }
        for _ in 0..AT_ONCE {
            let Some(oldest) = self
                .removable
                .front()
                .copied()
                .filter(|oldest| *oldest < sequence)
            else {
                break;
            };
            remove(oldest)?;
            self.removable.pop_front();
        }
        let first = self.removable.front().copied().unwrap_or(self.first);
        Ok(first.min(sequence))
    }

    /// As many commits lie between two listings as half of what is listed, so that each pays for a part of a page.
    fn is_due(&self, sequence: u64) -> bool {
        self.listed
            .is_none_or(|(then, stayed)| sequence.saturating_sub(then) >= LIST_EVERY.max(stayed / 2))
    }

    fn look(&mut self, sequence: u64, kept_ms: u64, mut entries: Vec<(u64, Entry)>) {
        entries.sort_unstable_by_key(|(sequence, _)| *sequence);
        let followers = entries.iter().skip(1);
        let goes = |((own, _), (_, follower)): &(&(u64, Entry), &(u64, Entry))| {
            *own < sequence && follower.age_ms >= kept_ms
        };
        self.removable = entries
            .iter()
            .zip(followers)
            .take_while(goes)
            .map(|((own, _), _)| *own)
            .collect();
        let rest = entries.get(self.removable.len()..).unwrap_or_default();
        self.first = rest.first().map_or(sequence, |(first, _)| *first);
        self.listed = Some((sequence, rest.len() as u64));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    fn entries(range: std::ops::RangeInclusive<u64>, now: u64) -> Vec<(u64, Entry)> {
        let entry = |sequence| Entry {
            name: String::new(),
            age_ms: (now - sequence) * 1000,
        };
        range.map(|sequence| (sequence, entry(sequence))).collect()
    }

    #[test]
    fn a_manifest_goes_an_hour_after_the_next_one_came() {
        let removed = RefCell::new(Vec::new());
        let mut old = Old::default();
        let remove = |sequence| {
            removed.borrow_mut().push(sequence);
            Ok(())
        };
        // One a second, of which each stays for ten.
        let first = old.forget_before(20, 10_000, || Ok(entries(3..=20, 20)), remove);
        assert_eq!(first.unwrap(), 10);
        assert_eq!(*removed.borrow(), [3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn what_stays_is_not_listed_at_each_commit() {
        let listings = Cell::new(0);
        let mut old = Old::default();
        for sequence in (1000..2000).step_by(8) {
            let list = || {
                listings.set(listings.get() + 1);
                Ok(entries(1..=sequence, sequence))
            };
            let first = old.forget_before(sequence, u64::MAX, list, |_| Ok(()));
            assert_eq!(first.unwrap(), 1);
        }
        assert_eq!(listings.get(), 2);
    }

    #[test]
    fn many_go_in_portions_and_a_failure_is_tried_again() {
        let mut old = Old::default();
        let first = old.forget_before(100, 0, || Ok(entries(1..=100, 100)), |_| Ok(()));
        assert_eq!(first.unwrap(), 13);
        let fail = |_| Err(crate::error::Error::internal("no"));
        assert!(
            old.forget_before(108, 0, || unreachable!("it is known"), fail)
                .is_err()
        );
        let first = old.forget_before(116, 0, || unreachable!("it is known"), |_| Ok(()));
        assert_eq!(first.unwrap(), 25);
    }
}
