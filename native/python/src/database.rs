use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use pyo3::prelude::*;
use varve_engine::{Database, Result, Table};

use crate::failure::run;
use crate::opened::{Opened, closed};
use crate::table::NativeTable;

/// A database.
#[pyclass(frozen)]
pub(crate) struct NativeDatabase {
    database: RwLock<Option<Database>>,
    /// The tables that were opened through this handle and may still be in use.
    opened: Mutex<Vec<Weak<Opened>>>,
}

#[cfg(feature = "buckets")]
fn open(uri: &str, options: &str) -> Result<Database> {
    if !varve_objects::is_bucket(uri) {
        return Database::connect(uri);
    }
    let bucket = Arc::new(varve_objects::connect(uri, options)?);
    Ok(Database::with(bucket, Arc::new(varve_engine::SystemEnvironment)))
}

#[cfg(not(feature = "buckets"))]
fn open(uri: &str, _options: &str) -> Result<Database> {
    Database::connect(uri)
}

impl NativeDatabase {
    fn run<R: Send>(&self, py: Python<'_>, call: impl FnOnce(&Database) -> Result<R> + Send) -> PyResult<R> {
        run(py, || {
            let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
            call(database.as_ref().ok_or_else(closed)?)
        })
    }

    fn table(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&Database) -> Result<Arc<Table>> + Send,
    ) -> PyResult<NativeTable> {
        let opened = self.run(py, |database| {
            let opened = Arc::new(Opened::new(call(database)?));
            let mut all = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|opened| opened.strong_count() > 0);
            all.push(Arc::downgrade(&opened));
            Ok(opened)
        })?;
        Ok(NativeTable::from(opened))
    }
}

#[pymethods]
impl NativeDatabase {
    #[new]
    fn connect(py: Python<'_>, uri: &str, options: &str) -> PyResult<Self> {
        let database = run(py, || open(uri, options))?;
        Ok(Self {
            database: RwLock::new(Some(database)),
            opened: Mutex::default(),
        })
    }

    fn table_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.run(py, Database::table_names)
    }

    fn create_table(&self, py: Python<'_>, name: &str, schema: &str) -> PyResult<NativeTable> {
        self.table(py, |database| {
            varve_protocol::create_table(database, name, schema)
        })
    }

    fn open_table(&self, py: Python<'_>, name: &str) -> PyResult<NativeTable> {
        self.table(py, |database| database.open_table(name))
    }

    fn rename_table(&self, py: Python<'_>, from: &str, to: &str) -> PyResult<()> {
        self.run(py, |database| database.rename_table(from, to))
    }

    fn drop_table(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |database| database.drop_table(name))
    }

    fn verify_table(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        self.run(py, |database| varve_protocol::verify_table(database, name))
    }

    /// Ends the handle and those of all tables that were opened through it, and waits for the calls that are under way.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        run(py, || {
            let database = self
                .database
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            let opened = std::mem::take(&mut *self.opened.lock().unwrap_or_else(PoisonError::into_inner));
            opened
                .iter()
                .filter_map(Weak::upgrade)
                .for_each(|opened| opened.close());
            drop(database);
            Ok(())
        })
    }
}
