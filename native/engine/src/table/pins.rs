//! Versions that stay readable while somebody reads them, whatever the retention says.

use super::handle::Table;
use crate::error::{Code, Error, Result};
use crate::history::{AsOf, Lease};
use crate::snapshot::Snapshot;

/// A pin is kept for a day at the most before it is renewed.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;

/// A version that is kept for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// What it is renewed and removed by.
    pub id: String,
    /// The version.
    pub version: u64,
    /// Until when it is kept, in milliseconds.
    pub until: i64,
}

/// What a scan keeps its version by: nothing until it takes longer, and where nothing ends meanwhile.
#[derive(Debug, Default)]
pub struct Keep {
    pin: Option<Pin>,
    is_refused: bool,
}

/// Until a scan asks for its next rows its version is kept for so long. Files that were replaced are there for as long.
const BETWEEN_ROWS_MS: i64 = 60 * 60 * 1000;

impl Keep {
    /// Whether something lies in the table that [`Table::let_keep_go`] removes.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.pin.is_some()
    }
}

impl Table {
    /// Keeps the version that a scan reads, before it reads on. That is only needed where files are opened when they are first read and
    /// a retention may end the version. Where it cannot be kept, the scan goes on for as long as its files are there.
    pub fn keep(&self, snapshot: &Snapshot, keep: &mut Keep) {
        let ends = self.current().manifest.retention.is_some() && !self.home.store.is_near();
        if !ends || keep.is_refused {
            return;
        }
        let Some(pin) = &keep.pin else {
            keep.pin = self.pin(snapshot, BETWEEN_ROWS_MS).ok();
            keep.is_refused = keep.pin.is_none();
            return;
        };
        if self.home.environment.now() > pin.until - BETWEEN_ROWS_MS / 2
            && let Ok(renewed) = self.renew(pin, BETWEEN_ROWS_MS)
        {
            keep.pin = Some(renewed);
        }
    }

    /// Keeps it no longer. What cannot be removed ends by itself.
    pub fn let_keep_go(&self, keep: &mut Keep) {
        if let Some(pin) = keep.pin.take() {
            let _ = self.unpin(&pin.id);
        }
    }

    /// Keeps a version readable for so many milliseconds, in all processes and whatever the retention says: a lease of it lies beside the
    /// tags. A purge removes rows of it all the same.
    ///
    /// # Errors
    /// [`Code::VersionExpired`], [`Code::InvalidArgument`], what the store says.
    pub fn pin(&self, snapshot: &Snapshot, for_ms: i64) -> Result<Pin> {
        self.pin_version(snapshot.version(), for_ms)
    }

    /// Keeps a pinned version for so many milliseconds from now. The pin has another id afterwards.
    ///
    /// # Errors
    /// [`Code::VersionExpired`] where it had ended and the version with it; those of [`Table::pin`].
    pub fn renew(&self, pin: &Pin, for_ms: i64) -> Result<Pin> {
        let renewed = self.pin_version(pin.version, for_ms)?;
        self.unpin(&pin.id)?;
        Ok(renewed)
    }

    /// Ends a pin. One that had ended is no error.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for what is no id of a pin; what the store says.
    pub fn unpin(&self, id: &str) -> Result<()> {
        self.or_gone(self.leases.remove(id))
    }

    fn pin_version(&self, version: u64, for_ms: i64) -> Result<Pin> {
        if !(1..=LONGEST_MS).contains(&for_ms) {
            let message = format!("A version cannot be pinned for {for_ms} milliseconds.");
            return Err(Error::new(Code::InvalidArgument, message)
                .hint("Pin it for at most a day, and renew the pin before it ends."));
        }
        let now = self.home.environment.now();
        let moment = AsOf::Version(version);
        let check = || moment.resolve(&self.refresh()?.manifest, &self.log, &self.tags, now);
        check()?;
        let (id, until) = (self.home.environment.uuid()?.to_hex(), now.saturating_add(for_ms));
        self.or_gone(self.leases.create(&id, &Lease { version, until }))?;
        // A retention may have passed the version by while the lease was made.
        if let Err(error) = check() {
            self.leases.remove(&id)?;
            return Err(error);
        }
        Ok(Pin { id, version, until })
    }
}
