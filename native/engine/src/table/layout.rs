use std::sync::Arc;

use super::handle::Table;
use super::next::NextManifest;
use crate::error::Result;
use crate::snapshot::TableState;

impl Table {
    /// Puts a manifest of the same version: only the layout changes. `change` says whether there is anything to do.
    pub(crate) fn change_layout(
        &self,
        mut change: impl FnMut(&Self, &Arc<TableState>, &mut NextManifest) -> Result<bool>,
    ) -> Result<bool> {
        let _turn = self.turn();
        loop {
            let state = self.refresh()?;
            state.manifest.check_writable()?;
            let mut next = NextManifest::follow(self, &state)?;
            match change(self, &state, &mut next) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => {
                    drop(next);
                    if !self.has_moved(&state)? {
                        return Err(error);
                    }
                    continue;
                }
            }
            if self.put(&state, next.finish(&self.home, &state)?)? {
                return Ok(true);
            }
        }
    }
}
