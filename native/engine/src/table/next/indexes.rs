use super::draft::Next;
use crate::error::Result;
use crate::format::{IndexFile, Raw};
use crate::snapshot::{Home, OpenIndex};

impl Next {
    /// Puts a segment in the place of others.
    pub(crate) fn put_index(&mut self, home: &Home, place: IndexFile, replaced: &[IndexFile]) -> Result<()> {
        self.drop_indexes(|old| replaced.contains(old))?;
        self.manifest.indexes.push(Raw::new(place)?);
        self.manifest
            .indexes
            .sort_by_key(|index| (index.get().field, index.get().from));
        let opened = std::mem::take(&mut self.known.indexes);
        self.known.indexes = OpenIndex::all(home, &self.manifest, &opened);
        Ok(())
    }

    /// Leaves segments out, and those of columns that are gone.
    pub(crate) fn drop_indexes(&mut self, mut of: impl FnMut(&IndexFile) -> bool) -> Result<()> {
        let fields: Vec<u32> = self.manifest.all_fields().iter().map(|field| field.id).collect();
        let mut gone = |index: &IndexFile| of(index) || !fields.contains(&index.field);
        let (dropped, kept): (Vec<_>, Vec<_>) = self
            .manifest
            .indexes
            .drain(..)
            .partition(|index| gone(index.get()));
        self.manifest.indexes = kept;
        self.known
            .indexes
            .retain(|open| !dropped.iter().any(|index| *index.get() == open.place));
        dropped
            .into_iter()
            .try_for_each(|index| self.retire("index", index.get().file.clone()))
    }
}
