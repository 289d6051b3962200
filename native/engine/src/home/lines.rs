use std::collections::HashSet;
use std::sync::Arc;

use super::table_home::TableHome;
use crate::error::{Code, Result};
use crate::format::Manifest;
use crate::history::Log;
use crate::store::{DIRECTORY_ENDING, branch_of, check_line_name, line_of, table_of};

/// The files that other lines of a table need.
///
/// Whoever removes files asks this after he read which of his own are no longer named. A line that begins meanwhile takes its files from the
/// newest manifest of another one, and looks once more, when it is there, whether they are still named: so either it is seen
/// here, or it sees that it came too late.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere(HashSet<String>);

impl Elsewhere {
    /// The files of rows, deaths and indexes that a manifest names.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self(manifest.files().map(|(_, file)| file.to_owned()).collect())
    }

    /// Adds the names of files.
    pub(crate) fn add<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        self.0.extend(names.map(str::to_owned));
    }

    /// Adds the files of a manifest, those included that it is about to remove.
    pub(crate) fn add_all_of(&mut self, manifest: &Manifest) {
        self.add(manifest.files().map(|(_, file)| file));
        self.add(manifest.retired.iter().map(|retired| retired.get().file.as_str()));
    }

    /// Whether a file is among them.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.0.contains(file)
    }

    /// The names of the files.
    pub(crate) fn into_names(self) -> HashSet<String> {
        self.0
    }
}

impl TableHome {
    /// The branches of the table that this line belongs to, by name.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn branches(&self) -> Result<Vec<Self>> {
        let table = table_of(&self.name);
        let mut names = Vec::new();
        for directory in self.catalog.tables()? {
            let name = directory.strip_suffix(DIRECTORY_ENDING).unwrap_or_default();
            if table_of(name) == table && branch_of(name).is_some() && check_line_name(name).is_ok() {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names.into_iter().map(|name| self.of_line(name)).collect())
    }

    /// The files of rows, deaths and indexes that other lines of the table name; where it is asked as a `whole`, also those of their logs, and
    /// those that they are about to remove themselves. `manifest` is the newest one of this line.
    ///
    /// # Errors
    /// What the store says; [`Code::Corrupt`] where one of them cannot be read, so that nobody knows what it needs.
    pub(crate) fn elsewhere(&self, manifest: &Manifest, whole: bool) -> Result<Elsewhere> {
        let mut elsewhere = Elsewhere::default();
        for line in self.other_lines(manifest)? {
            line.add_files(&mut elsewhere.0, whole)?;
        }
        Ok(elsewhere)
    }

    /// The table and its branches, without this line. `manifest` is the newest one of this line.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) fn other_lines(&self, manifest: &Manifest) -> Result<Vec<Self>> {
        if !manifest.has_lines() {
            return Ok(Vec::new());
        }
        let mut lines = self.branches()?;
        lines.push(self.of_line(line_of(table_of(&self.name), None)));
        lines.retain(|line| line.name != self.name);
        Ok(lines)
    }

    fn add_files(&self, files: &mut HashSet<String>, whole: bool) -> Result<()> {
        let manifest = loop {
            match self.newest_manifest() {
                // What is gone needs nothing.
                Err(error) if error.code() == Code::TableNotFound => return Ok(()),
                // Where there is none, it was replaced while it was read.
                newest => {
                    if let Some(manifest) = newest?.1 {
                        break manifest;
                    }
                }
            }
        };
        files.extend(manifest.files().map(|(_, file)| file.to_owned()));
        if !whole {
            return Ok(());
        }
        files.extend(manifest.retired.iter().map(|retired| retired.get().file.clone()));
        let log = Log::new(Arc::clone(&self.store), self.path("_log"));
        let mut unread = Ok(());
        log.each_part(&manifest.log, |part, read| {
            files.insert(part.file.clone());
            if let Err(error) = read {
                unread = Err(error);
            }
        });
        unread
    }
}
