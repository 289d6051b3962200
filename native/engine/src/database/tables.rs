use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::backup::{Copied, CopyProgress, CopyRun, copy_table};
use crate::environment::{Environment, Stop, SystemEnvironment};
use crate::error::{Code, Error, Result};
use crate::format::{DeathsPlace, FORMAT, JOURNAL, LogPlace, Manifest, Raw};
use crate::home::{TableHome, not_found};
use crate::schema::{Field, Schema};
use crate::store::{
    Catalog, DIRECTORY_ENDING, LocalStore, MemoryStore, PutOutcome, branch_of, check_line_name,
    check_table_name, in_other_case, swap_case, table_of,
};
use crate::table::Table;
use crate::upkeep::Verified;

/// A directory, or a place in memory, that holds tables.
#[derive(Debug)]
pub struct Database {
    catalog: Arc<dyn Catalog>,
    environment: Arc<dyn Environment>,
    /// Tables that somebody has open: whoever opens one again shares it.
    open: Mutex<HashMap<String, Weak<Table>>>,
}

/// What a copy of tables did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// The tables that were copied.
    pub tables: Vec<Copied>,
    /// Why others were not, each with its table.
    pub failed: Vec<Error>,
}

/// How many milliseconds a table waits for one of the same name in another case to give way.
const GIVES_WAY: usize = 100;

impl Database {
    /// A database at a path, or a new one in memory for `memory:`. Nothing is created until a table is.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for an address of a kind that is not known.
    #[expect(
        clippy::disallowed_methods,
        reason = "a store takes any path; that it is a file is told before there is one"
    )]
    pub fn connect(uri: &str) -> Result<Self> {
        let environment: Arc<dyn Environment> = Arc::new(SystemEnvironment);
        if uri == "memory:" || uri == "memory://" {
            return Ok(Self::with(Arc::new(MemoryStore::new()), environment));
        }
        let path = uri.strip_prefix("file://").unwrap_or(uri);
        if path.is_empty() || path.contains('\0') || path.contains("://") {
            return Err(no_place(uri));
        }
        let path = PathBuf::from(path);
        if path.exists() && !path.is_dir() {
            let message = format!("\"{}\" is a file and not a directory.", path.display());
            return Err(Error::new(Code::InvalidArgument, message)
                .hint("Give a path to a directory, or \"memory:\"."));
        }
        Ok(Self::with(Arc::new(LocalStore::new(path)), environment))
    }

    /// A database in any store that holds tables.
    #[must_use]
    pub fn with(catalog: Arc<dyn Catalog>, environment: Arc<dyn Environment>) -> Self {
        Self {
            catalog,
            environment,
            open: Mutex::new(HashMap::new()),
        }
    }

    /// The names of the tables, sorted.
    ///
    /// # Errors
    /// What the store says.
    pub fn table_names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for directory in self.catalog.tables()? {
            let Some(name) = directory
                .strip_suffix(DIRECTORY_ENDING)
                .filter(|name| check_table_name(name).is_ok())
            else {
                continue;
            };
            if self.home(name).is_there()? {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Reads every byte of a table and checks it, also where it is too damaged to be opened.
    ///
    /// # Errors
    /// [`Code::TableNotFound`]; otherwise only where the store itself fails. Damage is reported in [`Verified::problems`].
    pub fn verify_table(&self, name: &str) -> Result<Verified> {
        check_line_name(name)?;
        self.home(name).verify(None)
    }

    /// Creates an empty table, at version 0.
    ///
    /// # Errors
    /// [`Code::TableExists`], [`Code::InvalidName`], [`Code::InvalidSchema`].
    pub fn create_table(&self, name: &str, mut schema: Schema) -> Result<Arc<Table>> {
        check_table_name(name)?;
        schema.check()?;
        schema.fields.iter().try_for_each(Field::check_text)?;
        schema.fields.iter().try_for_each(Field::check_indexed)?;
        schema.id = 0;
        schema.fields.iter_mut().for_each(|field| field.id = 0);
        let next_field = schema.assign_ids(1);
        let home = self.home(name);
        if let Some(other) = self.in_other_case(name)? {
            return Err(exists_as(name, &other));
        }
        if home.is_there()? {
            return Err(exists(name));
        }
        let now = self.environment.now();
        let incarnation = self.environment.uuid()?.to_hex();
        let sequence = home.first_sequence()?;
        // Where the file system knows no locks the table gets no journal after all, and the words ask for more than they must.
        let features = if self.catalog.journals() {
            vec![JOURNAL.to_owned()]
        } else {
            Vec::new()
        };
        let manifest = Manifest {
            format: FORMAT,
            reader_features: features.clone(),
            writer_features: features,
            incarnation,
            sequence,
            id: self.environment.uuid()?.to_hex(),
            created_at: now,
            version: 0,
            watermark: 0,
            next_field,
            schema: 0,
            schemas: vec![Raw::new(schema)?],
            fragments: Vec::new(),
            indexes: Vec::new(),
            inline: Vec::new(),
            deaths: DeathsPlace::default(),
            log: LogPlace::default(),
            retention: None,
            oldest: 0,
            kept: Vec::new(),
            retired: Vec::new(),
            purge: None,
            origins: Vec::new(),
            merged: Vec::new(),
        };
        if home.create(&manifest)? == PutOutcome::Exists {
            return Err(exists(name));
        }
        if let Some(other) = self.rival(name)? {
            self.catalog.drop_table(&home.directory)?;
            return Err(exists_as(name, &other));
        }
        self.open_table(name)
    }

    /// The table that was made meanwhile under a name which differs only in case, and that stays. Whoever comes second sees the
    /// first. Where both see each other the greater name gives way, and is waited for.
    fn rival(&self, name: &str) -> Result<Option<String>> {
        let mut rival = self.in_other_case(name)?;
        for _ in 0..GIVES_WAY {
            if rival.as_ref().is_none_or(|other| other.as_str() < name) {
                break;
            }
            self.environment.pause(Duration::from_millis(1));
            rival = self.in_other_case(name)?;
        }
        Ok(rival)
    }

    /// Opens a table, or a branch of one: `table@branch`. As long as somebody has it open, opening it again gives the same table; then its files are closed.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::BranchNotFound`], [`Code::InvalidName`], [`Code::Corrupt`], [`Code::UnsupportedFormat`].
    pub fn open_table(&self, name: &str) -> Result<Arc<Table>> {
        check_line_name(name)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = open.get(name).and_then(Weak::upgrade)
            && table.snapshot().is_ok()
        {
            return Ok(table);
        }
        // A store that cannot be reached is to say so of this name, and not of one in the other case.
        let opened = Table::open(self.home(name)).and_then(|table| match self.has_exactly(name)? {
            true => Ok(table),
            false => Err(not_found(name)),
        });
        let table = opened.map_err(|error| match branch_of(name) {
            Some(branch) if error.code() == Code::TableNotFound => branch_not_found(name, branch),
            _ => self.or_in_other_case(name, error),
        });
        let table = Arc::new(table?);
        open.retain(|_, table| table.strong_count() > 0);
        open.insert(name.to_owned(), Arc::downgrade(&table));
        Ok(table)
    }

    /// Gives no handle to a table any more that it had before.
    pub(super) fn forget(&self, name: &str) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }

    fn opened(&self, name: &str) -> Option<Arc<Table>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(name).and_then(Weak::upgrade)
    }

    /// Gives a table another name, at once, behind the writes through this database that came before. Handles that have it under the old one fail from then on, and say so.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::TableExists`], [`Code::InvalidName`]; [`Code::InvalidArgument`] where the table has branches.
    pub fn rename_table(&self, from: &str, to: &str) -> Result<()> {
        check_table_name(from)?;
        check_table_name(to)?;
        let (home, target) = (self.home(from), self.home(to));
        if !home.is_there()? || !self.has_exactly(from)? {
            return Err(self.or_in_other_case(from, not_found(from)));
        }
        if from == to {
            return Ok(());
        }
        if let Some(other) = self.in_other_case(to)?.filter(|other| other != from) {
            return Err(exists_as(to, &other));
        }
        if target.is_there()? && self.has_exactly(to)? {
            return Err(exists(to));
        }
        if let Some(branch) = home.branches()?.first() {
            return Err(has_branches(from, &branch.name));
        }
        let table = self.opened(from);
        // Behind the writes that came before.
        let turn = table.as_deref().map(Table::turn);
        let renamed = self.catalog.rename_table(&home.directory, &target.directory);
        drop(turn);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(from);
        open.remove(to);
        match renamed {
            Ok(PutOutcome::Created) => Ok(()),
            Ok(PutOutcome::Exists) => Err(exists(to)),
            // Only the answer was lost where it has the new name.
            Err(_) if !home.is_there()? && target.is_there()? => self.catalog.confirm(&target.directory),
            Err(error) => Err(error),
        }
    }

    /// Removes a table with its history and its branches. Handles to it fail from then on.
    ///
    /// # Errors
    /// [`Code::TableNotFound`], [`Code::InvalidName`].
    pub fn drop_table(&self, name: &str) -> Result<()> {
        check_table_name(name)?;
        let home = self.home(name);
        if !home.is_there()? || !self.has_exactly(name)? {
            return Err(self.or_in_other_case(name, not_found(name)));
        }
        self.forget(name);
        // A branch without its table would be a history of nothing.
        for branch in home.branches()? {
            branch.remove()?;
        }
        home.remove()
    }

    /// Copies tables to another database, each as it is at a moment, with its whole history, its tags and its branches, while others go on writing; all
    /// tables where none is named. A copy that is there is brought up to date: only files that are new are copied, and those that are no longer
    /// needed go. Every byte is checked on the way. As long as a table is being copied its copy shows what it did before. It may be
    /// ended at any time and called again, and then goes on where it was.
    ///
    /// One table that cannot be copied does not keep others from it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] where both are one place; [`Code::Closed`] where it was to stop; what the store says of which tables there are.
    /// Why a single table was not copied is in [`Backup::failed`]: [`Code::Corrupt`] with the damaged file; [`Code::TableExists`] and
    /// [`Code::Conflict`] where what is at the target is not an earlier state of the table.
    pub fn backup(
        &self,
        target: &Self,
        tables: Option<&[String]>,
        stop: &Stop,
        report: &dyn Fn(&CopyProgress),
    ) -> Result<Backup> {
        let places = (self.catalog.place(), target.catalog.place());
        let is_one = places.0.is_some() && places.0 == places.1;
        if is_one || Arc::ptr_eq(&self.catalog, &target.catalog) {
            let message = "A database cannot be copied to the place where it is.";
            return Err(Error::new(Code::InvalidArgument, message).hint("Give another place."));
        }
        let mut names = match tables {
            Some(names) => names.to_vec(),
            None => self.table_names()?,
        };
        names.sort_unstable();
        names.dedup();
        let mut backup = Backup::default();
        let run = CopyRun { stop, report };
        for name in names {
            match self.copy(&name, target, &run) {
                Ok(copied) => backup.tables.push(copied),
                Err(error) if stop.is_set() => return Err(error),
                // It was dropped since it was listed.
                Err(error) if error.code() == Code::TableNotFound && tables.is_none() => {}
                Err(error) => backup.failed.push(error.table(name)),
            }
        }
        Ok(backup)
    }

    fn copy(&self, name: &str, target: &Self, run: &CopyRun<'_>) -> Result<Copied> {
        check_table_name(name)?;
        let (home, copy) = (self.home(name), target.home(name));
        if !home.is_there()? || !self.has_exactly(name)? {
            return Err(self.or_in_other_case(name, not_found(name)));
        }
        if let Some(other) = target.in_other_case(name)?
            && !copy.is_there()?
        {
            return Err(exists_as(name, &other));
        }
        let mut copied = copy_table(&home, &copy, run)?;
        for branch in home.branches()? {
            let done = match copy_table(&branch, &copy.of_line(branch.name.clone()), run) {
                // It was removed since it was listed.
                Err(error) if error.code() == Code::TableNotFound => continue,
                done => done?,
            };
            copied.copied_files += done.copied_files;
            copied.copied_bytes += done.copied_bytes;
        }
        Ok(copied)
    }

    /// The table whose name differs from a name only in case, if there is one.
    pub(super) fn in_other_case(&self, name: &str) -> Result<Option<String>> {
        let tables = self.catalog.tables()?;
        let names = tables
            .iter()
            .filter_map(|table| table.strip_suffix(DIRECTORY_ENDING));
        let Some(other) = in_other_case(name, names) else {
            return Ok(None);
        };
        Ok(self.home(&other).is_there()?.then_some(other))
    }

    /// Whether what lies under a name was given just that name. Where the name is there in the other case as well, it is one of two
    /// tables, or the system does not tell cases apart.
    fn has_exactly(&self, name: &str) -> Result<bool> {
        let swapped = swap_case(name);
        if swapped == name || !self.home(&swapped).is_there()? {
            return Ok(true);
        }
        let tables = self.catalog.tables()?;
        let mut names = tables
            .iter()
            .filter_map(|table| table.strip_suffix(DIRECTORY_ENDING));
        Ok(names.any(|other| other == name))
    }

    /// The failure that there is no table of a name, with the name that was meant.
    fn or_in_other_case(&self, name: &str, error: Error) -> Error {
        match self.in_other_case(name) {
            Ok(Some(other)) if error.code() == Code::TableNotFound => {
                let message = format!("There is no table \"{name}\", but one that is called \"{other}\".");
                Error::new(Code::TableNotFound, message)
                    .hint(format!(
                        "Open \"{other}\": names that differ only in case cannot both be there."
                    ))
                    .table(name)
            }
            _ => error,
        }
    }

    pub(super) fn home(&self, name: &str) -> TableHome {
        TableHome::new(
            name.to_owned(),
            Arc::clone(&self.catalog),
            Arc::clone(&self.environment),
        )
    }
}

/// Of an address only the scheme is shown: the rest may hold keys.
fn no_place(uri: &str) -> Error {
    let is_scheme = |text: &str| {
        let well = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        text.len() <= 20 && text.chars().all(well)
    };
    let shown = match uri.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => format!("An address that begins with {scheme}://"),
        Some(_) => "A path with :// in it".to_owned(),
        None => {
            let shown: String = uri.chars().take(80).flat_map(char::escape_default).collect();
            format!("\"{shown}\"")
        }
    };
    Error::new(
        Code::InvalidArgument,
        format!("{shown} is no place for a database."),
    )
    .hint("Give a path to a directory, or \"memory:\".")
}

fn exists_as(name: &str, other: &str) -> Error {
    let message =
        format!("There already is a table \"{other}\", which differs from \"{name}\" only in case.");
    Error::new(Code::TableExists, message)
        .hint(format!("Open \"{other}\", or choose another name."))
        .table(name)
}

fn exists(name: &str) -> Error {
    Error::new(Code::TableExists, format!("There already is a table \"{name}\"."))
        .hint("Open it, or drop it first.")
        .table(name)
}

fn has_branches(name: &str, branch: &str) -> Error {
    let message =
        format!("The table \"{name}\" cannot get another name, because it has branches: \"{branch}\".");
    Error::new(Code::InvalidArgument, message)
        .hint("Merge or delete its branches first.")
        .table(name)
}

/// The error for a branch that is not there.
pub(super) fn branch_not_found(line: &str, name: &str) -> Error {
    let table = table_of(line);
    Error::new(
        Code::BranchNotFound,
        format!("The table \"{table}\" has no branch \"{name}\"."),
    )
    .hint("Look at branches() for those that it has.")
    .table(table)
}
