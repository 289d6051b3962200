use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use varve_engine::database::Database;
use varve_engine::error::{Error, Result};

use crate::call::{Usable, thrown};
use crate::request::read;
use crate::table::{Closing, NativeTable, TextWork, verified};
use crate::work::Work;

/// A database.
#[napi]
pub struct NativeDatabase {
    database: Arc<Mutex<Option<Arc<Database>>>>,
    usable: Arc<Usable>,
    /// The tables that were opened through this handle and may still be in use.
    opened: Arc<Mutex<Vec<Closing>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl NativeDatabase {
    fn remember(&self, table: NativeTable) -> NativeTable {
        let mut opened = lock(&self.opened);
        opened.retain(Closing::is_needed);
        opened.push(table.closing());
        table
    }

    fn now<T>(&self, call: impl FnOnce(&Database) -> Result<T>) -> napi::Result<T> {
        let called = self.usable.run(|| {
            let database = self
                .database
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            call(&*database.ok_or_else(|| Error::internal("an open handle without a database"))?)
        });
        called.map_err(|error| thrown(&error))
    }
}

#[napi]
impl NativeDatabase {
    /// A database at a path, or in memory.
    #[napi(factory)]
    pub fn connect(uri: String) -> napi::Result<Self> {
        let database = Database::connect(&uri).map_err(|error| thrown(&error))?;
        Ok(Self {
            database: Arc::new(Mutex::new(Some(Arc::new(database)))),
            usable: Arc::default(),
            opened: Arc::default(),
        })
    }

    /// The names of the tables.
    #[napi]
    pub fn table_names(&self) -> napi::Result<Vec<String>> {
        self.now(Database::table_names)
    }

    /// Creates a table.
    #[napi]
    pub fn create_table(&self, name: String, schema: String) -> napi::Result<NativeTable> {
        let table =
            self.now(|database| database.create_table(&name, read(&schema)?).map(NativeTable::new))?;
        Ok(self.remember(table))
    }

    /// Opens a table.
    #[napi]
    pub fn open_table(&self, name: String) -> napi::Result<NativeTable> {
        let table = self.now(|database| database.open_table(&name).map(NativeTable::new))?;
        Ok(self.remember(table))
    }

    /// Removes a table with its history.
    #[napi]
    pub fn drop_table(&self, name: String) -> napi::Result<()> {
        self.now(|database| database.drop_table(&name))
    }

    /// Checks every byte of a table, as JSON; it need not open.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn verify_table(&self, name: String) -> TextWork {
        let (database, usable) = (Arc::clone(&self.database), Arc::clone(&self.usable));
        AsyncTask::new(Work::new(
            move || {
                usable.run(|| {
                    let database = lock(&database).clone();
                    let database =
                        database.ok_or_else(|| Error::internal("an open handle without a database"))?;
                    Ok(verified(&database.verify_table(&name)?).to_string())
                })
            },
            |text| text,
        ))
    }

    /// Ends the handle and those of all tables that were opened through it.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn close(&self) -> TextWork {
        let (database, usable) = (Arc::clone(&self.database), Arc::clone(&self.usable));
        let opened = Arc::clone(&self.opened);
        AsyncTask::new(Work::new(
            move || {
                usable.close();
                let tables = std::mem::take(&mut *lock(&opened));
                tables.iter().for_each(Closing::close);
                lock(&database).take();
                Ok(String::new())
            },
            |text| text,
        ))
    }
}
