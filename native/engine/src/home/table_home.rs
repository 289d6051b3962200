use std::sync::Arc;
use std::time::Duration;

use crate::environment::{Environment, Uuid};
use crate::error::{Code, Error, Result};
use crate::format::{Manifest, manifest_name};
use crate::store::{Catalog, DIRECTORY_ENDING, ManifestLog, PutOutcome, Store, pool_of};

/// The folders that each line has for itself.
const OWN: [&str; 2] = ["_manifests", "_tags"];

/// How many milliseconds a drop waits for the clock at the most.
const WAIT_MS: usize = 4;
/// Writers that are late put no more manifests than this.
const LATE: u64 = 1 << 16;

/// Where a table lives, and how its newest state is found there.
#[derive(Clone, Debug)]
pub(crate) struct TableHome {
    pub(crate) name: String,
    /// Its manifests and tags.
    pub(crate) directory: String,
    /// The files of rows, deaths, indexes and the log: those of a branch lie with those of its table.
    pool: String,
    pub(crate) catalog: Arc<dyn Catalog>,
    /// The files: the catalog, which is asked for nothing else there.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) manifests: Arc<dyn ManifestLog>,
    pub(crate) environment: Arc<dyn Environment>,
}

impl TableHome {
    /// The home of a line.
    pub(crate) fn new(name: String, catalog: Arc<dyn Catalog>, environment: Arc<dyn Environment>) -> Self {
        let directory = format!("{name}{DIRECTORY_ENDING}");
        Self {
            name,
            manifests: catalog.manifests(&directory),
            pool: pool_of(&directory),
            directory,
            store: Arc::<dyn Catalog>::clone(&catalog),
            catalog,
            environment,
        }
    }

    /// The path of a folder, or of a file in one. Manifests and tags belong to this line alone; what else there is, all lines share.
    pub(crate) fn path(&self, name: &str) -> String {
        let is_own = OWN.iter().any(|folder| name.starts_with(folder));
        format!("{}/{name}", if is_own { &self.directory } else { &self.pool })
    }

    /// The home of another line of the same store.
    pub(crate) fn of_line(&self, name: String) -> Self {
        Self::new(name, Arc::clone(&self.catalog), Arc::clone(&self.environment))
    }

    pub(crate) fn manifest_path(&self, sequence: u64) -> String {
        format!("{}/_manifests/{}", self.directory, manifest_name(sequence))
    }

    /// The manifest of a sequence; `None` where there is none.
    pub(crate) fn read_manifest(&self, sequence: u64) -> Result<Option<Manifest>> {
        let bytes = self.manifests.read(sequence)?;
        bytes.map(|bytes| self.decode(sequence, &bytes)).transpose()
    }

    /// The newest sequence with its manifest; none where that was removed since it was found.
    pub(crate) fn newest_manifest(&self) -> Result<(u64, Option<Manifest>)> {
        let newest = self.manifests.newest_with_bytes()?;
        let (sequence, bytes) = newest.ok_or_else(|| not_found(&self.name))?;
        let manifest = bytes.map(|bytes| self.decode(sequence, &bytes)).transpose()?;
        Ok((sequence, manifest))
    }

    /// The newest manifest of a table that others copy to, which may say that the copy is not whole yet; none where there is no table.
    pub(crate) fn newest_of_copy(&self) -> Result<Option<Manifest>> {
        loop {
            let Some((sequence, bytes)) = self.manifests.newest_with_bytes()? else {
                return Ok(None);
            };
            // It is gone where somebody was faster twice.
            if let Some(bytes) = bytes {
                return Manifest::decode_of_copy(&bytes, &self.manifest_path(sequence)).map(Some);
            }
        }
    }

    fn decode(&self, sequence: u64, bytes: &[u8]) -> Result<Manifest> {
        let path = self.manifest_path(sequence);
        let manifest = Manifest::decode(bytes, &path)?;
        if manifest.sequence != sequence {
            return Err(Error::corrupt(&path, "it is the manifest of another sequence"));
        }
        Ok(manifest)
    }

    /// Puts a manifest under its name, if the name is free. Where the answer is unclear, what stands there decides: a put
    /// whose acknowledgement was lost did land.
    pub(crate) fn put(&self, manifest: &Manifest) -> Result<PutOutcome> {
        let put = self.manifests.append(manifest.sequence, &manifest.encode()?);
        if let Ok(PutOutcome::Created) = put {
            return Ok(PutOutcome::Created);
        }
        match (self.read_manifest(manifest.sequence).map_err(unknown)?, put) {
            (Some(found), _) if found.id == manifest.id => {
                // It is there; whether it is durable was not said.
                self.manifests.confirm().map_err(unknown)?;
                Ok(PutOutcome::Created)
            }
            // What is on its way to a store that is far may still arrive; what was refused is not.
            (None, Err(error)) if !self.store.is_near() && error.code() == Code::Io => {
                Err(not_there_yet(&error))
            }
            (None, Err(error)) => Err(error),
            _ => Ok(PutOutcome::Exists),
        }
    }

    /// Whether a manifest is still there, and no other one under its name. One that cannot be read counts as this one.
    pub(crate) fn stands(&self, manifest: &Manifest) -> Result<bool> {
        let start = self.manifests.read_start(manifest.sequence, Manifest::HEAD);
        if start.is_ok_and(|start| start.is_some_and(|start| manifest.is_in(&start))) {
            return Ok(true);
        }
        let bytes = match self.manifests.read(manifest.sequence) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(false),
            Err(error) if error.code() == Code::Corrupt => return Ok(true),
            Err(error) => return Err(error),
        };
        let path = self.manifest_path(manifest.sequence);
        let other = |found: &Manifest| found.id != manifest.id;
        Ok(manifest.is_in(&bytes) || !Manifest::decode(&bytes, &path).is_ok_and(|found| other(&found)))
    }

    /// That the table is not there; or where it is, if it was renamed.
    pub(crate) fn missing(&self, incarnation: &str) -> Error {
        self.renamed_error(incarnation)
            .unwrap_or_else(|| not_found(&self.name))
    }

    /// That another table has its name now; or where it is, if it was renamed.
    pub(crate) fn replaced(&self, incarnation: &str) -> Error {
        self.renamed_error(incarnation).unwrap_or_else(|| {
            let message = format!("The table \"{}\" was dropped and created anew.", self.name);
            Error::new(Code::Closed, message)
                .hint("Open it again.")
                .table(self.name.clone())
        })
    }

    /// The error that the table was renamed, where it was.
    pub(crate) fn renamed_error(&self, incarnation: &str) -> Option<Error> {
        let name = self.renamed(incarnation).ok().flatten()?;
        let message = format!("The table \"{}\" was renamed to \"{name}\".", self.name);
        Some(
            Error::new(Code::TableNotFound, message)
                .hint("Open it again by its new name.")
                .table(self.name.clone()),
        )
    }

    /// The name of another table that is the same life of one.
    fn renamed(&self, incarnation: &str) -> Result<Option<String>> {
        for directory in self.catalog.tables()? {
            let other = directory.strip_suffix(DIRECTORY_ENDING);
            let Some(name) = other.filter(|name| *name != self.name) else {
                continue;
            };
            let home = self.of_line(name.to_owned());
            let newest = home.newest_manifest();
            if newest.is_ok_and(|(_, found)| found.is_some_and(|found| found.incarnation == incarnation)) {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    /// Whether there is a table.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn is_there(&self) -> Result<bool> {
        match self.manifests.newest() {
            // A damaged table is one: who opens it is told.
            Err(error) if error.code() == Code::Corrupt => Ok(true),
            newest => Ok(newest?.is_some()),
        }
    }

    /// The sequence that a first manifest has here.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn first_sequence(&self) -> Result<u64> {
        let proposed = first_sequence(self.environment.now(), self.environment.uuid()?);
        self.catalog.first_sequence(&self.directory, proposed)
    }

    /// Puts a first manifest where there is none, all of it at once.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn create(&self, manifest: &Manifest) -> Result<PutOutcome> {
        let bytes = manifest.encode()?;
        let created = self
            .catalog
            .create_table(&self.directory, manifest.sequence, &bytes);
        match created {
            // Only the answer was lost where the manifest is there.
            Err(_) if self.stands(manifest)? => {
                self.catalog.confirm(&self.directory)?;
                Ok(PutOutcome::Created)
            }
            created => created,
        }
    }

    /// Removes the manifests and tags, and with a table all its files.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn remove(&self) -> Result<()> {
        // The sequences of a next life come after those of this one, so that what a late writer puts is never the newest. A
        // clock that stands still is not waited for.
        let last = match self.manifests.newest() {
            Err(error) if error.code() == Code::Corrupt => 0,
            newest => newest?.unwrap_or(0),
        };
        for _ in 0..WAIT_MS {
            if first_sequence(self.environment.now(), Uuid([0; 16])) > last.saturating_add(LATE) {
                break;
            }
            self.environment.pause(Duration::from_millis(1));
        }
        self.catalog.drop_table(&self.directory)
    }

    pub(crate) fn newest_sequence(&self) -> Result<u64> {
        self.manifests.newest()?.ok_or_else(|| not_found(&self.name))
    }
}

/// Where the sequences of a table start: at the date, and within a millisecond anywhere. So two lives of a table have no
/// sequence in common, even where the clock was set back, and a writer that still holds one of the earlier life does not
/// find its manifest. A clock before 1970 counts as 1970, one after 2109 as 2109.
fn first_sequence(now: i64, uuid: Uuid) -> u64 {
    let spread = u64::from_le_bytes(uuid.0.first_chunk().copied().unwrap_or_default()) >> 44;
    (u64::try_from(now).unwrap_or(0).min((1 << 42) - 1) << 20 | spread).max(1)
}

/// The error for a commit of which nobody knows whether it landed.
pub(crate) fn unknown(error: Error) -> Error {
    undecided("reading it back failed", &error)
}

/// The error for a commit whose put failed and which may land later.
fn not_there_yet(error: &Error) -> Error {
    undecided("it is not there yet", error)
}

fn undecided(found: &str, error: &Error) -> Error {
    let message = format!("The store did not say whether the commit landed, and {found}: {error}");
    Error::new(Code::CommitUnknown, message)
        .hint("Look at the history before trying again; nothing was removed.")
}

/// The error for a table that is not there.
pub(crate) fn not_found(name: &str) -> Error {
    Error::new(Code::TableNotFound, format!("There is no table \"{name}\"."))
        .hint("Create it by opening it with its definition.")
        .table(name)
}
