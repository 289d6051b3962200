use super::leaving::{Found, Leaving};
use crate::error::Result;
use crate::table::Table;

/// What [`Table::optimize`] would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleanup {
    /// The files, by folder and name.
    pub files: Vec<Leaving>,
    /// Rows that no version would show any more.
    pub rows: u64,
    /// Versions that could not be read any more.
    pub versions: u64,
    /// The oldest version then, beside those that a tag or a pin keeps.
    pub oldest: u64,
}

impl Table {
    /// What [`Table::optimize`] would remove, if it ran now. Nothing is changed. The manifests that it would write are not foreseen, nor is what
    /// they would take the place of.
    ///
    /// # Errors
    /// As [`Table::optimize`].
    pub fn would_optimize(&self) -> Result<Cleanup> {
        let state = self.refresh()?;
        state.manifest.check_writable()?;
        let ending = self.ending(&state)?;
        let mut found = Found::new(&self.home, self.home.elsewhere(&state.manifest, false)?);
        self.unreached(&state, &mut found)?;
        self.replaced(&state, &ending, &mut found)?;
        Ok(Cleanup {
            files: found.files(),
            rows: ending.rows(&state),
            versions: ending.versions,
            oldest: ending.oldest,
        })
    }
}
