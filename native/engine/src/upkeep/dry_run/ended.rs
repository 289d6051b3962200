use crate::error::Result;
use crate::history::check_kept;
use crate::snapshot::TableState;
use crate::table::Table;

/// What the retention would end in a state.
pub(super) struct Ending {
    pub(super) oldest: u64,
    pub(super) versions: u64,
    /// Whether a row, by its id, would go.
    pub(super) ends: Box<dyn Fn(u64) -> bool>,
}

impl Ending {
    /// How many rows would go.
    pub(super) fn rows(&self, state: &TableState) -> u64 {
        let ids = state
            .segments
            .iter()
            .flat_map(|segment| segment.rows().ids_from(0));
        ids.filter(|(_, id)| (self.ends)(*id)).count() as u64
    }
}

impl Table {
    /// What the retention would end, if it were applied now.
    pub(super) fn ending(&self, state: &TableState) -> Result<Ending> {
        let manifest = &state.manifest;
        let Some(retention) = manifest.retention else {
            return Ok(Ending {
                oldest: manifest.oldest,
                versions: 0,
                ends: Box::new(|_| false),
            });
        };
        let now = self.home.environment.now();
        let horizon = now.saturating_sub(retention);
        let oldest = self
            .log
            .version_at(&manifest.log, manifest.version, horizon, now)?
            .max(manifest.oldest);
        let held = self.held(now)?;
        let stays = |version: &&u64| **version < oldest && check_kept(manifest, **version).is_ok();
        let kept: Vec<u64> = held.iter().filter(stays).copied().collect();
        // Version 0 holds nothing.
        let readable = |kept: &[u64], oldest: u64| {
            let earlier = kept.iter().filter(|version| **version > 0).count() as u64;
            earlier + (manifest.version + 1).saturating_sub(oldest.max(1))
        };
        let versions = readable(&manifest.kept, manifest.oldest).saturating_sub(readable(&kept, oldest));
        let ends = Box::new(self.gone_from(state, oldest, &kept, &held)?);
        Ok(Ending {
            oldest,
            versions,
            ends,
        })
    }
}
