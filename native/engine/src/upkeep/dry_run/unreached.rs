use super::leaving::{Found, Why};
use crate::error::Result;
use crate::format::Raw;
use crate::snapshot::TableState;
use crate::store::manifest_sequence;
use crate::table::Table;

impl Table {
    /// What is not reached any more as it is.
    pub(super) fn unreached(&self, state: &TableState, found: &mut Found<'_>) -> Result<()> {
        let until = self.old_manifests(state, found)?;
        let (spared, kept_ms) = (self.spared(), self.home.store.kept_ms());
        for retired in state.manifest.retired.iter().map(Raw::get) {
            let stays = retired.sequence > until || spared.contains(&retired.file);
            let after_ms = if stays { kept_ms } else { 0 };
            found.add(&retired.directory, &retired.file, Why::Retired, after_ms)?;
        }
        for (folder, name) in self.orphans(state)? {
            let is_lease = folder == "_tags" && !crate::store::is_temporary(&name);
            let why = if is_lease { Why::Lease } else { Why::Unnamed };
            found.add(folder, &name, why, 0)?;
        }
        Ok(())
    }

    /// The manifests that no reader goes by any more. Returns the sequence until which files that have retired may go.
    fn old_manifests(&self, state: &TableState, found: &mut Found<'_>) -> Result<u64> {
        let (newest, store) = (state.manifest.sequence, &self.home.store);
        let before = newest.saturating_sub(1);
        let entries = store.list(&self.home.path("_manifests"))?;
        let mut entries: Vec<(u64, &str, u64)> = entries
            .iter()
            .filter_map(|entry| Some((manifest_sequence(&entry.name)?, entry.name.as_str(), entry.age_ms)))
            .collect();
        entries.sort_unstable();
        let mut followers = entries.iter().skip(1);
        for (sequence, name, _) in &entries {
            let follower = followers.next();
            let goes = follower.is_some_and(|(.., age_ms)| *age_ms >= store.kept_ms());
            if *sequence >= before {
                break;
            }
            if !goes {
                return Ok(*sequence);
            }
            found.add("_manifests", name, Why::Manifest, 0)?;
        }
        Ok(newest)
    }
}
