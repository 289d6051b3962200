use std::sync::Arc;

use crate::column::Batch;
use crate::error::Result;
use crate::format::Operation;
use crate::history::{check_kept, in_force};
use crate::snapshot::{RowPlace, Snapshot};
use crate::table::change::{Change, CommitOptions, NewRows, NewSchemas};
use crate::table::commit::Written;
use crate::table::handle::Table;

impl Table {
    /// Makes the table what it was at an earlier version, by a new commit: nothing of the history is lost. The cost grows
    /// with what changed since. Effective dates that were given since are taken back.
    ///
    /// # Errors
    /// [`crate::error::Code::VersionExpired`], [`crate::error::Code::Corrupt`], [`crate::error::Code::Io`].
    pub fn restore(&self, then: &Snapshot, options: &CommitOptions) -> Result<Written> {
        let committed = self.commit(options, |state| {
            check_kept(&state.manifest, then.version())?;
            let now = Snapshot::latest(Arc::clone(state));
            // Rows of then, found through the files that are open now.
            let then = Snapshot::at(
                Arc::clone(state),
                then.version(),
                then.watermark(),
                then.schema().id,
            )?;
            let died = state.deaths.between(then.version(), now.version());
            let lost: Vec<RowPlace> = died.iter().filter_map(|id| then.place(*id)).collect();
            let ended: Vec<u64> = now.born_since(then.watermark()).map(|(id, _)| id).collect();
            let same_schema = then.schema().is_alike(now.schema());
            let log = &state.manifest.log;
            let effective = self.log.effective_at(log, then.version())?;
            let takes_back = options.effective_at.is_none() && effective < in_force(log);
            if lost.is_empty() && ended.is_empty() && same_schema && !takes_back {
                return Ok(None);
            }
            let schema = (!same_schema).then(|| NewSchemas {
                current: (**then.schema()).clone(),
                earlier: Vec::new(),
            });
            let columns = then
                .schema()
                .fields
                .iter()
                .map(|field| Ok((field.id, then.gather(field, &lost)?)));
            let rows = match lost.len() {
                0 => NewRows::None,
                count => NewRows::Batch(Arc::new(Batch::new(count, columns.collect::<Result<_>>()?))),
            };
            let (operation, options) = (Operation::Restore, options.clone());
            Ok(Some(Change {
                operation,
                options,
                rows,
                ended,
                updated: 0,
                schema,
                effective_again: Some(effective),
            }))
        })?;
        Ok(committed.written())
    }
}
