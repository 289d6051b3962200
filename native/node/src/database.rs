use std::sync::Arc;

use napi_derive::napi;
use varve_engine::{Database, Result, Table};

use crate::backup::NativeBackup;
use crate::opened::Opened;
use crate::place::{Place, Shared, open};
use crate::table::NativeTable;
use crate::work::{TextWork, Work};

/// A database.
#[napi]
pub struct NativeDatabase {
    shared: Arc<Shared>,
}

impl NativeDatabase {
    fn later<T, J>(
        &self,
        call: impl FnOnce(&Database) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let shared = Arc::clone(&self.shared);
        Work::new(move || shared.run(|place| call(&place.database)), convert)
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

#[napi]
impl NativeDatabase {
    /// A database at a path, in memory, or in a bucket, which `options` are for: JSON.
    #[napi(ts_return_type = "Promise<NativeDatabase>")]
    pub fn connect(uri: String, options: Option<String>) -> Work<Place, NativeDatabase> {
        let convert = |place| NativeDatabase {
            shared: Arc::new(Shared::new(place)),
        };
        Work::new(move || open(&uri, options.as_deref()), convert)
    }

    /// Signs later requests to a bucket with these keys: JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn renew_credentials(&self, credentials: String) -> TextWork {
        let shared = Arc::clone(&self.shared);
        let renew = move || {
            shared.run(|place| place.renew(&credentials))?;
            Ok(String::new())
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

    /// Begins a branch of a table, or of a branch of it, and opens it.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn create_branch(&self, request: String) -> Work<Arc<Opened>, NativeTable> {
        self.table_later(move |database| varve_protocol::create_branch(database, &request))
    }

    /// The branches of a table, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn branches(&self, table: String) -> TextWork {
        let call = move |database: &Database| varve_protocol::branches(database, &table);
        self.later(call, |text| text)
    }

    /// Removes a branch.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn delete_branch(&self, request: String) -> TextWork {
        let call = move |database: &Database| varve_protocol::delete_branch(database, &request);
        self.later(call, |text| text)
    }

    /// Takes over what another line of a table changed.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn merge(&self, request: String) -> TextWork {
        let call = move |database: &Database| varve_protocol::merge(database, &request);
        self.later(call, |text| text)
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

    /// Prepares a copy of tables to another database.
    #[napi]
    pub fn backup(&self, target: &NativeDatabase, request: String) -> NativeBackup {
        NativeBackup::new([&self.shared, &target.shared], request)
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
