use super::draft::NextManifest;
use crate::error::Result;
use crate::format::{Covers, IndexEntry, IndexFile, Raw};
use crate::home::TableHome;
use crate::snapshot::OpenIndex;

impl NextManifest {
    /// Puts a segment in the place of others.
    pub(crate) fn put_index(
        &mut self,
        home: &TableHome,
        place: IndexFile,
        replaced: &[IndexFile],
    ) -> Result<()> {
        let is_replaced = |old: &IndexEntry| old.known().is_some_and(|old| replaced.contains(old));
        self.drop_indexes(is_replaced)?;
        self.manifest.indexes.push(Raw::new(IndexEntry::Known(place))?);
        let order = |index: &IndexEntry| {
            let covers = index.known().map(|index| &index.covers);
            let (kind, fields) = match covers {
                Some(Covers::Text(_)) => (1, Vec::new()),
                Some(Covers::Scalar(field)) => (2, vec![*field]),
                Some(Covers::Vector(_)) | None => (0, index.fields()),
            };
            (kind, fields, index.known().map(|index| index.from))
        };
        self.manifest.indexes.sort_by_key(|index| order(index.get()));
        let opened = std::mem::take(&mut self.known.indexes);
        self.known.indexes = OpenIndex::all(home, &self.manifest, &opened);
        Ok(())
    }

    /// Leaves segments out, and those of columns that are gone, of whatever kind.
    pub(crate) fn drop_indexes(&mut self, mut of: impl FnMut(&IndexEntry) -> bool) -> Result<()> {
        let fields: Vec<u32> = self.manifest.all_fields().iter().map(|field| field.id).collect();
        let mut gone =
            |index: &IndexEntry| of(index) || index.fields().iter().any(|field| !fields.contains(field));
        let (dropped, kept): (Vec<_>, Vec<_>) = self
            .manifest
            .indexes
            .drain(..)
            .partition(|index| gone(index.get()));
        self.manifest.indexes = kept;
        self.known.indexes.retain(|open| {
            !dropped
                .iter()
                .any(|index| index.get().known() == Some(&open.place))
        });
        dropped
            .into_iter()
            .try_for_each(|index| self.retire("index", index.get().file().to_owned()))
    }
}
