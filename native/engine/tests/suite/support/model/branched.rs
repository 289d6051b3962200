//! A line of the model parts from another.

use super::Model;

impl Model {
    /// The model of a branch that begins at a version.
    pub(crate) fn branch(&self, version: usize) -> Self {
        let mut branch = self.clone();
        branch.versions.truncate(version + 1);
        branch.tags.clear();
        branch.kept.clear();
        branch.oldest = branch.oldest.min(version);
        branch.again = None;
        branch.next_id = self.given;
        branch
    }
}
