use super::handle::Table;
use crate::error::Result;
use crate::snapshot::TableState;

impl Table {
    /// Whether a row, by its id, is one that no version shows any more: neither the retention nor a tag keeps it.
    pub(crate) fn gone(&self, state: &TableState) -> Result<impl Fn(u64) -> bool + use<>> {
        let mut views = Vec::new();
        for &version in &state.manifest.kept {
            let commit = match version {
                0 => continue,
                version => self.log.commit(&state.manifest.log, version)?,
            };
            views.push((version, commit.get().watermark));
        }
        let (deaths, oldest) = (state.deaths.clone(), state.manifest.oldest);
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
