use crate::error::Result;
use crate::home::{Elsewhere, TableHome};

/// A file that would go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaving {
    /// Its folder in the table.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Why it would go.
    pub why: Why,
    /// How long the run would leave it, for those who read it: in a store where files are opened when they are first read.
    pub after_ms: u64,
}

/// Why a file would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It left the layout.
    Retired,
    /// Nothing names it: a writer left it behind.
    Unnamed,
    /// A manifest before the newest ones.
    Manifest,
    /// A pin that has ended.
    Lease,
    /// The retention would end all that is in it.
    Expired,
    /// What it holds beside what the retention would end is written anew.
    Rewritten,
    /// It becomes part of a larger one.
    Merged,
}

impl Why {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Unnamed => "unnamed",
            Self::Manifest => "manifest",
            Self::Lease => "lease",
            Self::Expired => "expired",
            Self::Rewritten => "rewritten",
            Self::Merged => "merged",
        }
    }
}

/// Collects files with their lengths.
pub(super) struct Found<'a> {
    home: &'a TableHome,
    /// What other lines of the table need stays.
    elsewhere: Elsewhere,
    files: Vec<Leaving>,
}

impl<'a> Found<'a> {
    pub(super) fn new(home: &'a TableHome, elsewhere: Elsewhere) -> Self {
        Self {
            home,
            elsewhere,
            files: Vec::new(),
        }
    }

    /// All of them in order, each once.
    pub(super) fn files(mut self) -> Vec<Leaving> {
        self.files.sort_unstable();
        self.files
            .dedup_by(|a, b| a.folder == b.folder && a.name == b.name);
        self.files
    }

    /// Adds a file, if it is there.
    pub(super) fn add(&mut self, folder: &str, name: &str, why: Why, after_ms: u64) -> Result<()> {
        if self.elsewhere.has(name) {
            return Ok(());
        }
        let home = self.home;
        let Some(bytes) = home.store.length(&home.path(&format!("{folder}/{name}")))? else {
            return Ok(());
        };
        self.files.push(Leaving {
            folder: folder.to_owned(),
            name: name.to_owned(),
            bytes,
            why,
            after_ms,
        });
        Ok(())
    }
}
