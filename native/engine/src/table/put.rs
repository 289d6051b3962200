use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::created::Kept;
use super::handle::Table;
use super::landing::Landing;
use crate::error::{Code, Result};
use crate::home::unknown;
use crate::snapshot::TableState;
use crate::store::PutOutcome;

impl Table {
    /// Puts a manifest behind the one of `state` and says whether it landed. Where it did not, the files that were written
    /// for it are removed.
    pub(super) fn put(&self, state: &Arc<TableState>, mut landing: Landing) -> Result<bool> {
        self.make_name_durable()?;
        // Until it is certain that the manifest does not land, also where this panics.
        let kept = landing.created.keep();
        let put = self.home.put(&landing.state.manifest);
        // Tidying removes manifests in ascending order: as long as the one before stands, this sequence was never removed,
        // and the answer is true. It must be that one: another writer that slept may have made its name anew. A log that put both
        // itself, one behind the other, is sure of it.
        let is_certain = matches!(put, Ok(PutOutcome::Created))
            && self.home.manifests.is_behind_own(landing.state.manifest.sequence);
        if !is_certain && !self.home.stands(&state.manifest).map_err(unknown)? {
            return self.settle(put, &landing, kept);
        }
        let outcome = match put {
            // A failure of which nobody knows whether it landed has another code, and leaves the files alone.
            Err(error) if error.code() != Code::CommitUnknown => {
                kept.give_up();
                return Err(error);
            }
            outcome => outcome?,
        };
        match outcome {
            PutOutcome::Created => {
                self.newest
                    .store(landing.state.manifest.sequence, Ordering::Relaxed);
                let state = self.install(Arc::clone(&landing.state));
                self.sweep(&state);
                Ok(true)
            }
            PutOutcome::Exists => {
                kept.give_up();
                Ok(false)
            }
        }
    }

    /// Says whether a manifest landed after the one before it is gone: while this writer was asleep, others committed and
    /// tidied up. It may have slept before its put, which then made a name anew that was there before, or after it.
    fn settle(&self, put: Result<PutOutcome>, landing: &Landing, kept: Kept) -> Result<bool> {
        let known = self.newest_knows(landing, &kept).map_err(unknown)?;
        if known == Some(true) {
            return Ok(true);
        }
        // What was put just before the table got another name stands there.
        if known.is_none()
            && let Some(renamed) = self.home.renamed_error(&landing.state.manifest.incarnation)
        {
            return Err(unknown(renamed));
        }
        match put {
            Ok(PutOutcome::Created) => {
                self.home.manifests.withdraw(landing.state.manifest.sequence)?;
            }
            Err(error) if landing.commit().is_some() && known.is_some() => {
                if error.code() != Code::CommitUnknown {
                    kept.give_up();
                }
                return Err(error);
            }
            _ => {}
        }
        kept.give_up();
        Ok(false)
    }

    /// Whether a manifest is among those that led to the newest: its commit stands in the log, or a file that was written
    /// for it is in use. A change of the layout that wrote no file may be made twice. `None` where the table was dropped.
    fn newest_knows(&self, landing: &Landing, kept: &Kept) -> Result<Option<bool>> {
        let sequence = landing.state.manifest.sequence;
        if self.home.manifests.newest()? <= Some(sequence) {
            // Nobody came later, and yet the manifest before is gone.
            return Ok(None);
        }
        let newest = match self.refresh() {
            Err(error) if matches!(error.code(), Code::TableNotFound | Code::Closed) => return Ok(None),
            newest => newest?,
        };
        let Some(own) = landing.commit() else {
            return Ok(Some(kept.is_named_in(&newest.manifest)));
        };
        match self.log.commit(&newest.manifest.log, own.get().version) {
            Err(error) if error.code() == Code::VersionNotFound => Ok(Some(false)),
            commit => commit.map(|commit| Some(commit.get().id == own.get().id)),
        }
    }
}
