//! Reads that are answered at once or not at all: who asks has no time to wait for anything far away.

use std::sync::Arc;

use super::handle::Table;
use crate::error::Result;
use crate::history::AsOf;
use crate::snapshot::{Snapshot, TableState};

impl Table {
    /// The newest state; `None` before anything was asked that is far away.
    fn refresh_at_once(&self) -> Result<Option<Arc<TableState>>> {
        if !self.home.store.is_near() {
            return Ok(None);
        }
        let state = self.current();
        match self.home.manifests.newest_is_known(state.manifest.sequence)? {
            Some(true) => Ok(Some(state)),
            Some(false) => self.refresh().map(Some),
            None => Ok(None),
        }
    }

    /// [`Table::snapshot`], where that and reading it waits for nothing far away; otherwise `None`, before anything was asked.
    ///
    /// # Errors
    /// As [`Table::snapshot`].
    pub fn snapshot_at_once(&self) -> Result<Option<Snapshot>> {
        Ok(self.refresh_at_once()?.map(Snapshot::latest))
    }

    /// [`Table::as_of`] in this way.
    ///
    /// # Errors
    /// As [`Table::as_of`].
    pub fn as_of_at_once(&self, moment: &AsOf) -> Result<Option<Snapshot>> {
        let state = self.refresh_at_once()?;
        state.map(|state| self.as_of_in(state, moment)).transpose()
    }

    /// [`Table::during`] in this way.
    ///
    /// # Errors
    /// As [`Table::during`].
    pub fn during_at_once(&self, from: &AsOf, to: &AsOf) -> Result<Option<Snapshot>> {
        let (Some(from), Some(to)) = (self.as_of_at_once(from)?, self.as_of_at_once(to)?) else {
            return Ok(None);
        };
        Self::between(&from, &to).map(Some)
    }
}
