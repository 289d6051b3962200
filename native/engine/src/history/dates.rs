//! The version that a date means, by when commits were made and by when their facts became true.

use std::sync::Arc;

use super::Log;
use crate::error::Result;
use crate::format::{ChunkRef, Commit, LogNode, LogPlace, Raw};

/// Clocks of two machines differ by so much, in milliseconds, without one of them being called wrong.
pub(crate) const CLOCKS_DIFFER_MS: i64 = 60_000;

impl Log {
    /// The version that a date means to a reader whose clock shows `now`: the greatest that was committed at or before the date.
    ///
    /// Dates of commits never go down. So after one writer whose clock was ahead, or after the clock was set back, commits are
    /// dated later than `now`. Among those the clocks of their writers decide, where they can be right; what no clock says of
    /// was committed just now. A date at or after `now` means the newest version.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn version_at(&self, log: &LogPlace, newest: u64, at: i64, now: i64) -> Result<u64> {
        if at >= now {
            return Ok(newest);
        }
        let version = self.version_dated(log, newest, at)?;
        // The last version whose date can be right.
        let right = self.version_dated(log, newest, now)?;
        if version < right || right == newest {
            return Ok(version);
        }
        self.among_ahead(log, right, newest, at, now)
    }

    /// The greatest version with a date at or before `at`; 0 where there is none.
    pub(crate) fn version_dated(&self, log: &LogPlace, newest: u64, at: i64) -> Result<u64> {
        let past = self.first(log, &|part| part.last_at > at, &|commit| commit.committed_at > at)?;
        Ok(past.map_or(newest, |commit| commit.get().version.saturating_sub(1)))
    }

    /// The version that a date means, which is `right` or one of those after it, all of them dated ahead.
    fn among_ahead(&self, log: &LogPlace, right: u64, newest: u64, at: i64, now: i64) -> Result<u64> {
        let mut date = match right {
            0 => i64::MIN,
            right => self.commit(log, right)?.get().committed_at,
        };
        let earliest = date;
        let mut found = right;
        let mut next = right + 1;
        while next <= newest {
            let Some(commits) = self.holding(log, next)? else {
                break;
            };
            for commit in commits
                .iter()
                .map(Raw::get)
                .filter(|commit| commit.version >= next)
            {
                if !(earliest..=now).contains(&commit.clock()) {
                    // It was made before the next one whose clock is right.
                    continue;
                }
                date = date.max(commit.clock());
                if date > at {
                    return Ok(found);
                }
                found = commit.version;
            }
            next = commits.last().map_or(newest, |last| last.get().version) + 1;
        }
        let just_now = now.saturating_sub(CLOCKS_DIFFER_MS);
        Ok(if at >= just_now { newest } else { found })
    }

    /// The greatest version whose facts were true at or before a date. A commit without an effective date has that of the one
    /// before it; those before the first that was given are older than every date. A restore may take dates back.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn version_effective(&self, log: &LogPlace, at: i64) -> Result<u64> {
        if let Some(version) = last_true(&log.tail, in_force_before(log, 0), at) {
            return Ok(version);
        }
        let mut levels = log.levels.iter().enumerate();
        levels
            .find_map(|(level, parts)| {
                let before = in_force_before(log, level + 1);
                self.last_true_in(parts, level, before, at).transpose()
            })
            .unwrap_or(Ok(0))
    }

    /// The effective date that was in force at a version: the last that was given by then and not taken back.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn effective_at(&self, log: &LogPlace, version: u64) -> Result<Option<i64>> {
        let levels = log.levels.iter().enumerate().rev();
        for (level, parts) in levels {
            if parts.last().is_some_and(|part| part.last >= version) {
                let mut before = in_force_before(log, level + 1);
                let mut node = Arc::new(LogNode::Chunks(parts.clone()));
                for level in (0..=level).rev() {
                    let LogNode::Chunks(parts) = &*node else { break };
                    let at = parts.partition_point(|part| part.last < version);
                    before = at
                        .checked_sub(1)
                        .and_then(|at| parts.get(at))
                        .map_or(before, |part| part.last_effective);
                    let Some(part) = parts.get(at).cloned() else {
                        return Ok(before);
                    };
                    node = self.read(&part, level)?;
                }
                return Ok(match &*node {
                    LogNode::Commits(commits) => effective_after(commits, before, version),
                    LogNode::Chunks(_) => before,
                });
            }
        }
        Ok(effective_after(&log.tail, in_force_before(log, 0), version))
    }

    /// The last version in some parts of the log whose facts were true at a date.
    fn last_true_in(
        &self,
        parts: &[ChunkRef],
        level: usize,
        before: Option<i64>,
        at: i64,
    ) -> Result<Option<u64>> {
        let befores = parts.iter().map(|part| part.last_effective);
        let befores: Vec<Option<i64>> = std::iter::once(before).chain(befores).collect();
        for (part, before) in parts.iter().zip(befores).rev() {
            if is_true(part.last_effective, at) {
                return Ok(Some(part.last));
            }
            if !is_true(before, at) && !part.takes_back {
                continue;
            }
            let found = match &*self.read(part, level)? {
                LogNode::Commits(commits) => last_true(commits, before, at),
                LogNode::Chunks(below) => self.last_true_in(below, level.saturating_sub(1), before, at)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// The effective date in force at the end of the log.
pub(crate) fn in_force(log: &LogPlace) -> Option<i64> {
    effective_after(&log.tail, in_force_before(log, 0), u64::MAX)
}

/// The effective date in force at the end of the closed parts from some level on; 0 is that of the newest.
fn in_force_before(log: &LogPlace, level: usize) -> Option<i64> {
    let mut last = log.levels.iter().skip(level).filter_map(|parts| parts.last());
    last.next()?.last_effective
}

/// The effective date in force after some commits, as far as a version; `before` is in force before them.
fn effective_after(commits: &[Raw<Commit>], before: Option<i64>, version: u64) -> Option<i64> {
    let commits = commits.iter().map(Raw::get);
    let until = commits.take_while(|commit| commit.version <= version);
    until.fold(before, |before, commit| commit.effective_after(before))
}

/// Whether what became true at an effective date was true at a date.
fn is_true(effective: Option<i64>, at: i64) -> bool {
    effective.is_none_or(|effective| effective <= at)
}

/// The last version of some commits whose facts were true at a date; `before` is in force before them.
fn last_true(commits: &[Raw<Commit>], before: Option<i64>, at: i64) -> Option<u64> {
    let mut effective = before;
    let mut found = None;
    for commit in commits.iter().map(Raw::get) {
        effective = commit.effective_after(effective);
        if is_true(effective, at) {
            found = Some(commit.version);
        }
    }
    found
}
