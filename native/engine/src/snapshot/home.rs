use std::sync::Arc;

use crate::environment::Environment;
use crate::error::{Code, Error, Result};
use crate::format::{Manifest, manifest_name};
use crate::store::{Catalog, ManifestLog, PutOutcome, Store};

/// Where a table lives, and how its newest state is found there.
#[derive(Clone, Debug)]
pub(crate) struct TableHome {
    pub(crate) name: String,
    pub(crate) directory: String,
    pub(crate) catalog: Arc<dyn Catalog>,
    /// The files: the catalog, which is asked for nothing else there.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) manifests: Arc<dyn ManifestLog>,
    pub(crate) environment: Arc<dyn Environment>,
}

/// What the directory of a table ends with.
pub(crate) const ENDING: &str = ".varve";

impl TableHome {
    pub(crate) fn new(
        name: String,
        directory: String,
        catalog: Arc<dyn Catalog>,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self {
            name,
            manifests: catalog.manifests(&directory),
            directory,
            store: Arc::<dyn Catalog>::clone(&catalog),
            catalog,
            environment,
        }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.directory)
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
            let Some(name) = directory.strip_suffix(ENDING).filter(|name| *name != self.name) else {
                continue;
            };
            let home = Self::new(
                name.to_owned(),
                directory.clone(),
                Arc::clone(&self.catalog),
                Arc::clone(&self.environment),
            );
            let newest = home.newest_manifest();
            if newest.is_ok_and(|(_, found)| found.is_some_and(|found| found.incarnation == incarnation)) {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    pub(crate) fn newest_sequence(&self) -> Result<u64> {
        self.manifests.newest()?.ok_or_else(|| not_found(&self.name))
    }
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
