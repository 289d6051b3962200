use crate::error::Result;
use crate::table::handle::Table;

/// The directories from which files of rows and of what was made of them retire.
const DIRECTORIES: [&str; 3] = ["data", "deaths", "index"];

impl Table {
    /// Finishes a purge: removes the manifests before it, whatever the journal still holds of them, and the files that retired until then.
    /// Who still reads one that it has open goes on. May be cut short and repeated at any time, by whoever comes first.
    ///
    /// Returns how many files the system keeps, because somebody has them open. They are tried again by whoever finishes next.
    pub(crate) fn finish_purge(&self) -> Result<u64> {
        let Some(purge) = self.refresh()?.manifest.unfinished_purge() else {
            return Ok(0);
        };
        // The manifest before the newest always stays: until there is one behind that of the purge, it is one that held the rows.
        self.change_layout(|_, state, _| Ok(state.manifest.sequence <= purge.sequence))?;
        self.home.manifests.erase_before(purge.sequence)?;
        let state = self.refresh()?;
        let (_, kept) = self.remove_retired(&state, purge.sequence);
        for directory in DIRECTORIES {
            self.home
                .store
                .confirm(&self.home.path(&format!("{directory}/")))?;
        }
        if kept == 0 {
            self.change_layout(|_, state, next| {
                let is_last = state.manifest.unfinished_purge() == Some(purge);
                if let Some(last) = next.manifest.purge.as_mut().filter(|_| is_last) {
                    last.pending = false;
                }
                Ok(is_last)
            })?;
        }
        Ok(kept)
    }
}
