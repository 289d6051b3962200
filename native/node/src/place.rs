//! What a handle of a database leads to.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use varve_engine::{Database, Result, Stop, Table};

use crate::handle::Handle;
use crate::opened::Opened;

/// What a handle of a database leads to.
pub(crate) struct Shared {
    place: Handle<Place>,
    /// The tables that were opened through this handle and may still be in use.
    opened: Mutex<Vec<Weak<Opened>>>,
    /// What ends copies that are under way, from here or to here.
    copies: Mutex<Vec<Weak<Stop>>>,
}

/// What is gone when the handle was closed.
pub struct Place {
    pub(crate) database: Database,
    /// Where the keys of a bucket go that follow those it was opened with.
    renew: Option<Renew>,
}

type Renew = Box<dyn Fn(&str) -> Result<()> + Send + Sync>;

impl Place {
    /// Signs later requests to a bucket with other keys.
    pub(crate) fn renew(&self, keys: &str) -> Result<()> {
        self.renew.as_ref().map_or(Ok(()), |renew| renew(keys))
    }
}

impl Shared {
    pub(crate) fn new(place: Place) -> Self {
        Self {
            place: Handle::new(Arc::new(place)),
            opened: Mutex::default(),
            copies: Mutex::default(),
        }
    }

    /// Runs a call, for which closing waits.
    pub(crate) fn run<R>(&self, call: impl FnOnce(&Place) -> Result<R>) -> Result<R> {
        self.place.run(|place| call(place))
    }

    /// Takes in what ends a copy, which is set when the handle is closed.
    pub(crate) fn copies(&self, stop: &Arc<Stop>) {
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        copies.retain(|stop| stop.strong_count() > 0);
        copies.push(Arc::downgrade(stop));
    }

    pub(crate) fn remember(&self, table: Arc<Table>) -> Arc<Opened> {
        let table = Arc::new(Opened::new(table));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.retain(|table| table.strong_count() > 0);
        opened.push(Arc::downgrade(&table));
        table
    }

    /// Ends the handle, then those of the tables; no call opens one any more.
    pub(crate) fn close(&self) {
        let place = self.place.shut();
        let copies = std::mem::take(&mut *self.copies.lock().unwrap_or_else(PoisonError::into_inner));
        copies
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|stop| stop.set());
        self.place.wait();
        let opened = std::mem::take(&mut *self.opened.lock().unwrap_or_else(PoisonError::into_inner));
        opened
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|table| table.close());
        drop(place);
    }
}

fn on_this_machine(uri: &str) -> Result<Place> {
    Ok(Place {
        database: Database::connect(uri)?,
        renew: None,
    })
}

#[cfg(feature = "buckets")]
pub(crate) fn open(uri: &str, options: Option<&str>) -> Result<Place> {
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
pub(crate) fn open(uri: &str, _options: Option<&str>) -> Result<Place> {
    on_this_machine(uri)
}
