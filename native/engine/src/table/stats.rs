use super::handle::Table;
use crate::error::Result;

/// What a table holds and what it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The newest version.
    pub version: u64,
    /// The oldest version that can be read whole.
    pub oldest_version: u64,
    /// Visible rows.
    pub rows: u64,
    /// Rows that are kept for earlier versions.
    pub dead_rows: u64,
    /// Fragments.
    pub fragments: u64,
    /// Small commits whose rows travel in the manifest.
    pub inline_commits: u64,
    /// Index segments, also those of a kind that this build does not know.
    pub indexes: u64,
    /// Files that the newest manifest names, itself included.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How long dead rows are kept, in milliseconds; for ever where none is given.
    pub retention_ms: Option<i64>,
}

impl Table {
    /// Counts rows, files and bytes, from the manifest alone.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn stats(&self) -> Result<Stats> {
        let snapshot = self.snapshot()?;
        let manifest = &snapshot.state.manifest;
        let groups = || {
            manifest
                .fragments
                .iter()
                .flat_map(|fragment| &fragment.get().groups)
        };
        let parts = || manifest.log.levels.iter().flatten();
        let runs = &manifest.deaths.runs;
        let own = self.home.manifests.read(manifest.sequence)?;
        let own = own.map_or(0, |bytes| bytes.len() as u64);
        let stored: usize = snapshot.state.segments.iter().map(|segment| segment.len()).sum();
        let rows = snapshot.count(None)?;
        Ok(Stats {
            version: manifest.version,
            oldest_version: manifest.oldest,
            rows,
            dead_rows: (stored as u64).saturating_sub(rows),
            fragments: manifest.fragments.len() as u64,
            inline_commits: manifest.inline.len() as u64,
            indexes: manifest.indexes.len() as u64,
            files: (1 + groups().count() + runs.len() + manifest.indexes.len() + parts().count()) as u64,
            bytes: own
                + groups().map(|group| group.length).sum::<u64>()
                + runs.iter().map(|run| run.length).sum::<u64>()
                + manifest
                    .indexes
                    .iter()
                    .map(|index| index.get().length())
                    .sum::<u64>()
                + parts().map(|part| part.length).sum::<u64>(),
            retention_ms: manifest.retention,
        })
    }
}
