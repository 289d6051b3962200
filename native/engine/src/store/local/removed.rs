//! How a local store removes a directory: it takes its name away at once, and what is in it when it can.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::log::MANIFESTS;
use super::root::{Root, is_taken};

/// What the name of a directory starts with that is being made.
pub(super) const DRAFT: &str = ".varve-creating-";
/// What the name of a directory starts with that is being removed.
const REMOVED: &str = ".varve-removed-";
/// A draft of this age was left behind by somebody who died.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

impl Root {
    /// Gives a directory a name that nobody knows.
    pub(super) fn put_away(&self, directory: &Path) -> io::Result<()> {
        let mut number = 0_u64;
        loop {
            match self.disk.rename(directory, &self.away(number)) {
                Err(error) if is_taken(&error) => number += 1,
                Err(error) if is_busy(&error) => return self.put_parts_away(directory),
                renamed => return renamed,
            }
        }
    }

    fn away(&self, number: u64) -> PathBuf {
        let name = format!("{REMOVED}{}-{number}", std::process::id());
        self.full(&name)
    }

    /// Puts a directory away file by file, where the system does not rename one in which a file is open. With its manifests it
    /// loses all that says that it is a table: that is one step. What cannot follow them is left over.
    fn put_parts_away(&self, directory: &Path) -> io::Result<()> {
        let away = self.make_away()?;
        if let Err(error) = self
            .disk
            .rename(&directory.join(MANIFESTS), &away.join(MANIFESTS))
        {
            let _ = self.disk.remove_directory(&away);
            return Err(error);
        }
        let _ = self.put_folders_away(directory, &away);
        Ok(())
    }

    /// Puts away what is left over of a removal.
    pub(super) fn put_left_over_away(&self, directory: &Path) -> io::Result<()> {
        let away = self.make_away()?;
        self.put_folders_away(directory, &away)
    }

    fn make_away(&self) -> io::Result<PathBuf> {
        let mut number = 0;
        while self.disk.exists(&self.away(number))? {
            number += 1;
        }
        let away = self.away(number);
        self.disk.create_directory(&away)?;
        Ok(away)
    }

    fn put_folders_away(&self, directory: &Path, away: &Path) -> io::Result<()> {
        for (folder, _) in self.disk.list(directory)? {
            self.put_files_away(&directory.join(&folder), &away.join(&folder))?;
        }
        self.disk.remove_directory(directory)
    }

    fn put_files_away(&self, folder: &Path, away: &Path) -> io::Result<()> {
        match self.disk.rename(folder, away) {
            Err(error) if is_busy(&error) => {}
            renamed => return renamed,
        }
        self.disk.create_directory(away)?;
        for (file, _) in self.disk.list(folder)? {
            self.disk.rename(&folder.join(&file), &away.join(&file))?;
        }
        Ok(())
    }

    /// Whether a directory is what a removal left that was cut short: some of these folders, and no manifests.
    pub(super) fn is_left_over(&self, directory: &Path, folders: &[&str]) -> io::Result<bool> {
        let names = self.disk.list(directory)?;
        let ours = |name: &str| name != MANIFESTS && folders.contains(&name);
        Ok(folders.contains(&MANIFESTS) && names.iter().all(|(name, _)| ours(name)))
    }

    /// Removes what was put away, also by a removal that was cut short, and drafts that nobody finished. What stays is
    /// harmless, and goes the next time.
    pub(super) fn tidy(&self) -> io::Result<()> {
        for (name, age) in self.disk.list(&self.path)? {
            if name.starts_with(REMOVED) || name.starts_with(DRAFT) && age > ABANDONED {
                let _ = self.disk.remove_directory(&self.path.join(name));
            }
        }
        Ok(())
    }
}

fn is_busy(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ResourceBusy
}
