use std::sync::{Arc, Mutex, PoisonError, Weak};

use napi_derive::napi;
use varve_engine::{Database, Result, Table};

use crate::handle::Handle;
use crate::opened::Opened;
use crate::table::NativeTable;
use crate::work::{TextWork, Work};

/// A database.
#[napi]
pub struct NativeDatabase {
    shared: Arc<Shared>,
}

struct Shared {
    place: Handle<Place>,
    /// The tables that were opened through this handle and may still be in use.
    opened: Mutex<Vec<Weak<Opened>>>,
}

/// What is gone when the handle was closed.
pub struct Place {
    database: Database,
    /// Where the keys of a bucket go that follow those it was opened with.
    renew: Option<Renew>,
}

type Renew = Box<dyn Fn(&str) -> Result<()> + Send + Sync>;

impl Shared {
    fn remember(&self, table: Arc<Table>) -> Arc<Opened> {
        let table = Arc::new(Opened::new(table));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.retain(|table| table.strong_count() > 0);
        opened.push(Arc::downgrade(&table));
        table
    }

    /// Ends the handle, then those of the tables; no call opens one any more.
    fn close(&self) {
        let place = self.place.shut();
        self.place.wait();
        let opened = std::mem::take(&mut *self.opened.lock().unwrap_or_else(PoisonError::into_inner));
        opened
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|table| table.close());
        drop(place);
    }
}

impl NativeDatabase {
    fn later<T, J>(
        &self,
        call: impl FnOnce(&Database) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let shared = Arc::clone(&self.shared);
        Work::new(move || shared.place.run(|place| call(&place.database)), convert)
    }

    fn table_later(
        &self,
        call: impl FnOnce(&Database) -> Result<Arc<Table>> + Send + 'static,
    ) -> Work<Arc<Opened>, NativeTable> {
        let shared = Arc::clone(&self.shared);
        let remember = move |database: &Database| Ok(shared.remember(call(database)?));
        self.later(remember, NativeTable::from)
    }
}

fn on_this_machine(uri: &str) -> Result<Place> {
    Ok(Place {
        database: Database::connect(uri)?,
        renew: None,
    })
}

#[cfg(feature = "buckets")]
fn open(uri: &str, options: Option<&str>) -> Result<Place> {
    if !varve_objects::is_bucket(uri) {
        return on_this_machine(uri);
    }
    let bucket = varve_objects::connect(uri, options.unwrap_or("{}"))?;
    let catalog = Arc::new(bucket.clone());
    Ok(Place {
        database: Database::with(catalog, Arc::new(varve_engine::SystemEnvironment)),
        renew: Some(Box::new(move |keys| bucket.renew(keys))),
    })
}

#[cfg(not(feature = "buckets"))]
fn open(uri: &str, _options: Option<&str>) -> Result<Place> {
    on_this_machine(uri)
}

#[napi]
impl NativeDatabase {
    /// A database at a path, in memory, or in a bucket, which `options` are for: JSON.
    #[napi(ts_return_type = "Promise<NativeDatabase>")]
    pub fn connect(uri: String, options: Option<String>) -> Work<Place, NativeDatabase> {
        let convert = |place| {
            let shared = Arc::new(Shared {
                place: Handle::new(Arc::new(place)),
                opened: Mutex::default(),
            });
            NativeDatabase { shared }
        };
        Work::new(move || open(&uri, options.as_deref()), convert)
    }

    /// Signs later requests to a bucket with these keys: JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn renew_credentials(&self, credentials: String) -> TextWork {
        let shared = Arc::clone(&self.shared);
        let renew = move || {
            shared.place.run(|place| {
                let renew = place.renew.as_ref();
                renew.map_or(Ok(()), |renew| renew(&credentials))?;
                Ok(String::new())
            })
        };
        Work::new(renew, |text| text)
    }

    /// The names of the tables.
    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn table_names(&self) -> Work<Vec<String>, Vec<String>> {
        self.later(Database::table_names, |names| names)
    }

    /// Creates a table.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn create_table(&self, name: String, schema: String) -> Work<Arc<Opened>, NativeTable> {
        self.table_later(move |database| varve_protocol::create_table(database, &name, &schema))
    }

    /// Opens a table.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn open_table(&self, name: String) -> Work<Arc<Opened>, NativeTable> {
        self.table_later(move |database| database.open_table(&name))
    }

    /// Gives a table another name.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn rename_table(&self, from: String, to: String) -> TextWork {
        let call = move |database: &Database| database.rename_table(&from, &to).map(|()| String::new());
        self.later(call, |text| text)
    }

    /// Removes a table with its history.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn drop_table(&self, name: String) -> TextWork {
        let call = move |database: &Database| database.drop_table(&name).map(|()| String::new());
        self.later(call, |text| text)
    }

    /// Checks every byte of a table, as JSON; it need not open.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn verify_table(&self, name: String) -> TextWork {
        self.later(
            move |database| varve_protocol::verify_table(database, &name),
            |text| text,
        )
    }

    /// Ends the handle and those of all tables that were opened through it, and waits for the calls that are under way.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn close(&self) -> TextWork {
        let shared = Arc::clone(&self.shared);
        let close = move || {
            shared.close();
            Ok(String::new())
        };
        Work::new(close, |text| text)
    }
}
