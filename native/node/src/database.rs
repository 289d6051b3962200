use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use varve_engine::database::Database;
use varve_engine::error::{Error, Result};

use crate::call::{Usable, thrown};
use crate::request::read;
use crate::table::{NativeTable, TextWork};
use crate::work::Work;

/// A database.
#[napi]
pub struct NativeDatabase {
    database: Arc<Mutex<Option<Arc<Database>>>>,
    usable: Arc<Usable>,
}

impl NativeDatabase {
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
        self.now(|database| database.create_table(&name, read(&schema)?).map(NativeTable::new))
    }

    /// Opens a table.
    #[napi]
    pub fn open_table(&self, name: String) -> napi::Result<NativeTable> {
        self.now(|database| database.open_table(&name).map(NativeTable::new))
    }

    /// Removes a table with its history.
    #[napi]
    pub fn drop_table(&self, name: String) -> napi::Result<()> {
        self.now(|database| database.drop_table(&name))
    }

    /// Ends the handle.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn close(&self) -> TextWork {
        let (database, usable) = (Arc::clone(&self.database), Arc::clone(&self.usable));
        AsyncTask::new(Work::new(
            move || {
                usable.close();
                database.lock().unwrap_or_else(PoisonError::into_inner).take();
                Ok(String::new())
            },
            |text| text,
        ))
    }
}
