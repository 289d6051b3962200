use std::collections::BTreeSet;
use std::sync::Arc;

use crate::environment::iso_date;
use crate::error::{Code, Error, Result};
use crate::format::{Covers, DeathRun, IndexEntry, IndexFile, Manifest, RunRef};
use crate::fragment::Segment;
use crate::history::{CLOCKS_DIFFER_MS, Log, Tags};
use crate::home::TableHome;
use crate::snapshot::{OpenIndex, TableState};
use crate::table::Table;
use crate::upkeep::scalar_rows::check_values;

/// Says which kinds of indexes a table has that this build does not know.
fn unknown_indexes(manifest: &Manifest) -> Option<Warning> {
    let mut kinds = BTreeSet::new();
    let mut count = 0;
    for index in &manifest.indexes {
        if let IndexEntry::Unknown(index) = index.get() {
            let shown: String = index
                .kind
                .chars()
                .take(40)
                .flat_map(char::escape_default)
                .collect();
            kinds.insert(format!("\"{shown}\""));
            count += 1;
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let shown: Vec<String> = kinds.into_iter().collect();
    let message = format!(
        "This build does not know indexes of the kind {}, of which there are {count}, and did not read their files.",
        shown.join(" or ")
    );
    let hint = "A newer version of Varve made them and searches with them. This one keeps them, and answers without them.";
    Some(Warning {
        message,
        hint: hint.to_owned(),
    })
}

/// Says that files may still hold rows that were purged.
fn unfinished_purge(manifest: &Manifest) -> Option<Warning> {
    manifest.unfinished_purge().map(|_| Warning {
        message:
            "A purge was cut short: no version shows the rows that it removed, and files may still hold them."
                .to_owned(),
        hint: "Call optimize(): it goes on from there. If it is said again, somebody has such a file open."
            .to_owned(),
    })
}

/// What a check of all files found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// How many files were read.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// What is wrong, one entry a damaged file.
    pub problems: Vec<Error>,
    /// What is odd, although no file is damaged.
    pub warnings: Vec<Warning>,
}

/// Something that is not damage, and yet should be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What is so.
    pub message: String,
    /// What it means, and what to do.
    pub hint: String,
}

impl Verified {
    fn note(&mut self, result: Result<u64>) -> Result<()> {
        match result {
            Ok(bytes) => {
                self.files += 1;
                self.bytes += bytes;
                Ok(())
            }
            Err(error) if matches!(error.code(), Code::Corrupt | Code::UnsupportedFormat) => {
                self.files += 1;
                self.problems.push(error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Table {
    /// Reads every byte that the newest manifest names, and checks it. The table is not changed.
    ///
    /// # Errors
    /// Only where the store itself fails; damage is reported in [`Verified::problems`].
    pub fn verify(&self) -> Result<Verified> {
        self.home.verify(Some(&self.current()))
    }
}

impl TableHome {
    /// Reads and checks every byte of a table that may be too damaged to be opened. `known` is what was opened before.
    ///
    /// # Errors
    /// Only where the store itself fails, or there is no table.
    pub(crate) fn verify(&self, known: Option<&TableState>) -> Result<Verified> {
        let mut sequence = match self.newest_sequence() {
            Err(error) if error.code() == Code::Corrupt => {
                let mut verified = Verified::default();
                verified.note(Err(error))?;
                return Ok(verified);
            }
            sequence => sequence?,
        };
        loop {
            let verified = self.verify_at(sequence, known)?;
            let newest = self.newest_sequence()?;
            // Upkeep removes files that it replaced: what is missing then is no damage.
            if verified.problems.is_empty() || newest == sequence {
                return Ok(verified);
            }
            sequence = newest;
        }
    }

    fn verify_at(&self, sequence: u64, known: Option<&TableState>) -> Result<Verified> {
        let mut verified = Verified::default();
        let path = self.manifest_path(sequence);
        let manifest = match self.read_manifest(sequence) {
            Ok(Some(manifest)) => manifest,
            Ok(None) => {
                verified.note(Err(Error::corrupt(path, "it is missing")))?;
                return Ok(verified);
            }
            Err(error) => {
                verified.note(Err(error))?;
                return Ok(verified);
            }
        };
        if let Some(known) = known
            && sequence < known.manifest.sequence
            && manifest.incarnation == known.manifest.incarnation
        {
            verified.note(Err(Error::corrupt(&known.own_path, "it is missing")))?;
        }
        let bytes = self.manifests.read(sequence);
        verified.note(bytes.map(|bytes| bytes.map_or(0, |bytes| bytes.len() as u64)))?;
        let fields = manifest.all_fields();
        for fragment in &manifest.fragments {
            let fragment = fragment.get();
            // Each file by itself, so that one damaged file does not hide another.
            for group in &fragment.groups {
                let alone = crate::format::Fragment {
                    rows: fragment.rows.clone(),
                    groups: vec![group.clone()],
                };
                let segment = Segment::open(&self.store, &self.path("data"), &alone, &fields);
                verified.note(
                    segment
                        .and_then(|segment| segment.verify())
                        .map(|()| group.length),
                )?;
            }
        }
        for file in manifest.indexes.iter().filter_map(|index| index.get().known()) {
            verified.note(OpenIndex::verify(self, file).map(|()| file.length))?;
        }
        if verified.problems.is_empty() {
            self.verify_values(&manifest, known, &mut verified)?;
        }
        for reference in &manifest.deaths.runs {
            verified.note(self.verify_deaths(reference))?;
        }
        self.verify_log(&manifest, &mut verified)?;
        verified.warnings.extend(unknown_indexes(&manifest));
        verified.warnings.extend(unfinished_purge(&manifest));
        verified.warnings.extend(self.dates_ahead(&manifest));
        let tags = Tags::new(Arc::clone(&self.store), self.path("_tags"));
        for tag in tags.each()? {
            verified.note(tag.map(|(_, bytes)| bytes))?;
        }
        Ok(verified)
    }

    /// Compares what the indexes of values hold with what rows do.
    fn verify_values(
        &self,
        manifest: &Manifest,
        known: Option<&TableState>,
        verified: &mut Verified,
    ) -> Result<()> {
        let is_of_values = |file: &IndexFile| matches!(file.covers, Covers::Scalar(_));
        if !manifest
            .indexes
            .iter()
            .filter_map(|index| index.get().known())
            .any(is_of_values)
        {
            return Ok(());
        }
        // Where it cannot be opened, something else is told, or somebody has changed it meanwhile.
        let Ok(state) = TableState::load(self, known) else {
            return Ok(());
        };
        if state.manifest.sequence != manifest.sequence {
            return Ok(());
        }
        for open in state.indexes.iter().filter(|open| is_of_values(&open.place)) {
            if let Err(error) = check_values(&state, open) {
                verified.problems.push(error);
            }
        }
        Ok(())
    }

    /// Says that commits are dated later than the clock of this machine.
    fn dates_ahead(&self, manifest: &Manifest) -> Option<Warning> {
        let last = manifest.log.tail.last()?.get();
        let now = self.environment.now();
        if last.committed_at <= now.saturating_add(CLOCKS_DIFFER_MS) {
            return None;
        }
        let log = Log::new(Arc::clone(&self.store), self.path("_log"));
        let first = log.version_dated(&manifest.log, last.version, now).ok()? + 1;
        let message = format!(
            "The dates of commits run ahead: version {} is dated {}, and the clock of this machine shows {}. It began with version {first}.",
            last.version,
            iso_date(last.committed_at),
            iso_date(now)
        );
        let hint = "The clock of the writer of that version was ahead, or this clock is behind. history() shows the clock of each \
            writer where it differs; later commits have the same date until clocks have caught up with it.";
        Some(Warning {
            message,
            hint: hint.to_owned(),
        })
    }

    fn verify_deaths(&self, reference: &RunRef) -> Result<u64> {
        let path = self.path(&format!("deaths/{}", reference.file));
        let bytes = self
            .store
            .open(&path)?
            .ok_or_else(|| Error::corrupt(&path, "it is missing"))?
            .map()?;
        DeathRun::open(bytes, reference, &path).map(|_| reference.length)
    }

    fn verify_log(&self, manifest: &Manifest, verified: &mut Verified) -> Result<()> {
        // A log of its own, so that nothing is answered from memory.
        let log = Log::new(Arc::clone(&self.store), self.path("_log"));
        let mut parts = Vec::new();
        log.each_part(&manifest.log, |part, read| parts.push(read.map(|()| part.length)));
        parts.into_iter().try_for_each(|read| verified.note(read))
    }
}
