use std::time::Duration;

use super::file::{check_stop, copy_file};
use super::lineage::{check_lineage, log_of, unreadable};
use super::manifest::{Listed, begun, following, list, put, says_the_same};
use super::tidied::{add_tags, remove_tags, tags_in, tidy};
use super::wanted::{Wanted, wanted};
use crate::environment::Stop;
use crate::error::{Code, Error, Result};
use crate::format::{LogPlace, Manifest};
use crate::home::TableHome;
use crate::store::PutOutcome;

/// How often a copy begins again because files that it was about to copy were replaced. Each time fewer are missing.
const ROUNDS: u32 = 32;
/// A round that others came before waits so long for the next one.
const PAUSE: Duration = Duration::from_millis(20);

/// A table that was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub name: String,
    /// The version that the copy has now, with all before it.
    pub version: u64,
    /// How many files the copy has, beside its manifest and its tags.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many files were copied now. The others were there.
    pub copied_files: u64,
    /// How many bytes they have.
    pub copied_bytes: u64,
}

/// How far the copy of a table has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyProgress {
    /// The table.
    pub table: String,
    /// How many files there are at the target by now,
    pub files: u64,
    /// of how many. It may change where the table does meanwhile.
    pub total_files: u64,
    /// How many bytes they have,
    pub bytes: u64,
    /// of how many.
    pub total_bytes: u64,
}

/// What ends a copy early, and is told how far it has come.
pub(crate) struct CopyRun<'r> {
    pub(crate) stop: &'r Stop,
    pub(crate) report: &'r dyn Fn(&CopyProgress),
}

/// Copies a table, or brings its copy up to date.
///
/// # Errors
/// [`Code::TableNotFound`], [`Code::TableExists`], [`Code::Conflict`], [`Code::Corrupt`], [`Code::Closed`]; what the stores say.
pub(crate) fn copy_table(source: &TableHome, target: &TableHome, run: &CopyRun<'_>) -> Result<Copied> {
    let mut copy = Copy {
        source,
        target,
        run,
        done: Copied {
            name: source.name.clone(),
            ..Copied::default()
        },
        purged: false,
    };
    for _ in 0..ROUNDS {
        check_stop(run.stop)?;
        if copy.round()? {
            return Ok(copy.done);
        }
        source.environment.pause(PAUSE);
    }
    let message = format!(
        "The table \"{}\" was changed by others each of the {ROUNDS} times that the copy was begun.",
        source.name
    );
    Err(Error::new(Code::Conflict, message)
        .hint("Call it again: what was copied stays. Let only one copy to this target run at a time."))
}

struct Copy<'r> {
    source: &'r TableHome,
    target: &'r TableHome,
    run: &'r CopyRun<'r>,
    done: Copied,
    /// Rows were purged that earlier files at the target may hold.
    purged: bool,
}

impl Copy<'_> {
    /// Goes on from what is there. `false` where something changed meanwhile that has to be looked at again.
    fn round(&mut self) -> Result<bool> {
        let (source, target) = (self.source, self.target);
        // The target first: what it has of the source by then is in the history of the source.
        let before = target.newest_of_copy().map_err(|e| unreadable(&e))?;
        let (sequence, newest) = source.newest_manifest()?;
        let Some(newest) = newest else {
            return Ok(false);
        };
        newest.check_writable()?;
        let Some(before) = before.map_or_else(|| self.begin(&newest), |before| Ok(Some(before)))? else {
            return Ok(false);
        };
        if let Err(error) = check_lineage((source, &newest), (target, &before)) {
            return self.or_moved(sequence, error);
        }
        if !before.is_copying() {
            before.check_writable()?;
        }
        let listed = list(target)?;
        let prepared = self
            .files(&newest, &before, &listed)
            .and_then(|files| Ok((files, tags_in(source, &newest)?)));
        let (files, tags) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return self.or_moved(sequence, error),
        };
        let next = following(&newest, &before, &listed, target.environment.uuid()?.to_hex())?;
        self.purged |= next.unfinished_purge().is_some();
        let is_new = next.purge != before.purge || !says_the_same(&next, &before)?;
        check_stop(self.run.stop)?;
        add_tags(target, &tags)?;
        if is_new && !put(target, &before, &next)? {
            return Ok(false);
        }
        remove_tags(target, &tags)?;
        tidy(target, self.purged, &listed)?;
        self.done.version = newest.version;
        self.is_whole(if is_new { next.sequence } else { before.sequence }, &files)
    }

    /// Whether all is there that the target names by now. Upkeep there, or another copy, may have taken for left over what was copied before it
    /// was named; and this one what another has named since.
    fn is_whole(&self, sequence: u64, files: &[Wanted]) -> Result<bool> {
        let Some(now) = self.target.newest_of_copy()? else {
            return Ok(false);
        };
        let there = list(self.target)?;
        let has = |(folder, file): (&str, &str)| there.get(folder).is_some_and(|names| names.contains(file));
        let is_own = now.sequence == sequence;
        Ok(now.files().all(has) && (!is_own || files.iter().all(|wanted| is_listed(&there, wanted))))
    }

    /// Makes the table at the target, still without rows. None where somebody else did.
    fn begin(&self, newest: &Manifest) -> Result<Option<Manifest>> {
        let (target, catalog) = (self.target, &self.target.catalog);
        let sequence = catalog.first_sequence(&target.directory, newest.sequence)?;
        let id = target.environment.uuid()?.to_hex();
        let first = begun(newest, sequence, id, catalog.journals());
        match catalog.create_table(&target.directory, sequence, &first.encode()?) {
            Ok(PutOutcome::Created) => Ok(Some(first)),
            Ok(PutOutcome::Exists) => Ok(None),
            // Only the answer was lost where the manifest is there.
            Err(_) if target.stands(&first)? => {
                catalog.confirm(&target.directory)?;
                Ok(Some(first))
            }
            Err(error) => Err(error),
        }
    }

    /// Copies the files that are missing. Returns all that the manifest names.
    fn files(&mut self, newest: &Manifest, before: &Manifest, listed: &Listed) -> Result<Vec<Wanted>> {
        let nothing = LogPlace::default();
        let had = if before.is_copying() {
            &nothing
        } else {
            &before.log
        };
        let path = self.source.manifest_path(newest.sequence);
        let files = wanted(newest, &log_of(self.source), had, &path)?;
        let mut progress = CopyProgress {
            table: self.source.name.clone(),
            total_files: files.len() as u64,
            total_bytes: files.iter().map(Wanted::length).sum(),
            ..CopyProgress::default()
        };
        (self.done.files, self.done.bytes) = (progress.total_files, progress.total_bytes);
        (self.run.report)(&progress);
        for wanted in &files {
            check_stop(self.run.stop)?;
            let before = progress.bytes;
            if !self.has(listed, wanted)? {
                self.copy(wanted, &mut progress)?;
            }
            progress.files += 1;
            progress.bytes = before + wanted.length();
            (self.run.report)(&progress);
        }
        Ok(files)
    }

    fn copy(&mut self, wanted: &Wanted, progress: &mut CopyProgress) -> Result<()> {
        let homes = (self.source, self.target);
        let report = self.run.report;
        let found = copy_file(homes, wanted, self.run.stop, &mut |bytes| {
            progress.bytes += bytes;
            report(progress);
        })?;
        if !found {
            return Err(Error::corrupt(self.source.path(&wanted.path()), "it is missing"));
        }
        self.done.copied_files += 1;
        self.done.copied_bytes += wanted.length();
        Ok(())
    }

    /// Whether the target has a file. One of another length goes: it was not put there by a copy.
    fn has(&self, listed: &Listed, wanted: &Wanted) -> Result<bool> {
        if !is_listed(listed, wanted) {
            return Ok(false);
        }
        if !self.target.store.is_near() {
            return Ok(true);
        }
        let path = self.target.path(&wanted.path());
        if self.target.store.length(&path)? == Some(wanted.length()) {
            return Ok(true);
        }
        self.target.store.remove(&path)?;
        Ok(false)
    }

    /// Another round where a failure may come from files that were replaced at the source since its manifest was read.
    fn or_moved(&self, sequence: u64, error: Error) -> Result<bool> {
        let may_be = matches!(error.code(), Code::Io | Code::Corrupt);
        match may_be && self.source.newest_sequence()? != sequence {
            true => Ok(false),
            false => Err(error),
        }
    }
}

fn is_listed(listed: &Listed, wanted: &Wanted) -> bool {
    let names = listed.get(wanted.folder);
    names.is_some_and(|names| names.contains(&wanted.file))
}
