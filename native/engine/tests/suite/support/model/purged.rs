//! Rows leave the model.

use std::collections::HashSet;

use varve_engine::{Code, Operation};

use super::{Model, Row, When};

/// What a purge does: the version after it, and how many rows went, of all readable versions and of the newest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) version: u64,
    pub(crate) committed_at: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) current: u64,
}

impl Model {
    /// How many rows that match readable versions show.
    pub(crate) fn shown(&self, matches: &dyn Fn(&Row) -> bool) -> u64 {
        let readable = (0..self.versions.len()).filter(|version| self.readable(*version).is_ok());
        let rows = readable.flat_map(|version| &self.versions[version].rows);
        let ids: HashSet<u64> = rows.filter(|row| matches(row)).map(|row| row.id).collect();
        ids.len() as u64
    }

    /// Makes every version one that never had the rows. `any` says whether there are some to remove, which may be such that no version can
    /// be read which showed them.
    pub(crate) fn purge(
        &mut self,
        matches: &dyn Fn(&Row) -> bool,
        any: bool,
        when: When,
    ) -> Result<Gone, Code> {
        self.check_version(when)?;
        let rows = self.shown(matches);
        let mut next = self.newest().clone();
        next.rows.retain(|row| !matches(row));
        let current = (self.newest().rows.len() - next.rows.len()) as u64;
        (next.operation, next.counts) = (Operation::Purge, [0, 0, current]);
        let written = match any {
            true => self.commit(next, when)?,
            false => self.nothing(),
        };
        for version in &mut self.versions {
            version.rows.retain(|row| !matches(row));
        }
        Ok(Gone {
            version: written.version,
            committed_at: written.committed_at,
            rows,
            current,
        })
    }
}
