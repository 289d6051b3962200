use super::handle::Table;
use crate::error::{Code, Result};
use crate::snapshot::TableState;

impl Table {
    /// Whether a row, by its id, is one that no version shows any more: neither the retention nor a tag keeps it.
    pub(crate) fn gone(&self, state: &TableState) -> Result<impl Fn(u64) -> bool + use<>> {
        self.gone_from(state, state.manifest.oldest, &state.manifest.kept, &[])
    }

    /// Whether the values of a row, by its id, may be dropped: no version shows it, and none that somebody holds now showed it. One that is held
    /// and yet has ended may be on its way back, or out: a tag or a pin is made first and looks then whether it came too late.
    ///
    /// Tags and pins are looked for after the state was read, so that none which came in time is missed.
    pub(crate) fn droppable(&self, state: &TableState) -> Result<impl Fn(u64) -> bool + use<>> {
        let held = self.held(self.home.environment.now())?;
        self.gone_from(state, state.manifest.oldest, &state.manifest.kept, &held)
    }

    /// The versions that tags and pins name at a moment.
    pub(crate) fn held(&self, now: i64) -> Result<Vec<u64>> {
        let mut held: Vec<u64> = self.tags.all()?.into_iter().map(|tag| tag.version).collect();
        held.extend(self.leases.kept(now)?);
        held.sort_unstable();
        held.dedup();
        Ok(held)
    }

    /// The same where a version is the oldest, beside some that are kept, and somebody holds some.
    pub(crate) fn gone_from(
        &self,
        state: &TableState,
        oldest: u64,
        kept: &[u64],
        held: &[u64],
    ) -> Result<impl Fn(u64) -> bool + use<>> {
        let manifest = &state.manifest;
        let mut views = Vec::new();
        for &version in kept {
            if version > 0 {
                let commit = self.log.commit(&manifest.log, version)?;
                views.push((version, commit.get().watermark));
            }
        }
        let ended = |version: &&u64| **version > 0 && **version < oldest;
        for &version in held.iter().filter(ended) {
            match self.log.commit(&manifest.log, version) {
                Ok(commit) => views.push((version, commit.get().watermark)),
                Err(error) if matches!(error.code(), Code::VersionNotFound | Code::VersionExpired) => {}
                Err(error) => return Err(error),
            }
        }
        let deaths = state.deaths.clone();
        Ok(move |id: u64| {
            let died = deaths.died(id).filter(|died| *died <= oldest);
            died.is_some_and(|died| {
                !views
                    .iter()
                    .any(|(version, watermark)| id < *watermark && died > *version)
            })
        })
    }
}
