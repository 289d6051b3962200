use std::sync::{Arc, Mutex, PoisonError};

use napi::Task;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use varve_engine::error::Result;
use varve_engine::fragment::ArrowStream;
use varve_engine::table::{Picked, Scan};

use crate::call::{Usable, thrown};
use crate::page::{NativePage, Page};
use crate::work::Work;

/// A running scan.
#[napi]
pub struct NativeScan {
    scan: Arc<Mutex<Option<Scan>>>,
    bigints: Arc<Vec<String>>,
    usable: Arc<Usable>,
}

impl NativeScan {
    pub(crate) fn new(scan: Scan, bigints: Vec<String>, usable: Arc<Usable>) -> Self {
        Self {
            scan: Arc::new(Mutex::new(Some(scan))),
            bigints: Arc::new(bigints),
            usable,
        }
    }

    fn step<T: 'static, J>(
        &self,
        make: impl FnOnce(Picked) -> Result<T> + Send + 'static,
        convert: fn(Option<T>) -> Option<J>,
    ) -> AsyncTask<Work<Option<T>, Option<J>>>
    where
        Work<Option<T>, Option<J>>: Task,
    {
        let (scan, usable) = (Arc::clone(&self.scan), Arc::clone(&self.usable));
        let run = move || {
            usable.run(|| {
                let mut scan = scan.lock().unwrap_or_else(PoisonError::into_inner);
                let picked = match scan.as_mut() {
                    None => None,
                    Some(scan) => scan.next_batch()?,
                };
                picked.map(make).transpose()
            })
        };
        AsyncTask::new(Work::new(run, convert))
    }
}

#[napi]
impl NativeScan {
    /// The next rows; null at the end.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn next(&self) -> AsyncTask<Work<Option<Page>, Option<NativePage>>> {
        let bigints = Arc::clone(&self.bigints);
        self.step(
            move |picked| Page::of(&[&picked], picked.fields(), &bigints),
            |page| page.map(NativePage::from),
        )
    }

    /// The next part of the scan as an Arrow IPC stream: a batch; null at the end.
    #[napi(ts_return_type = "Promise<Uint8Array | null>")]
    pub fn next_arrow(&self) -> AsyncTask<Work<Option<Vec<u8>>, Option<Uint8Array>>> {
        let batch = |picked: Picked| {
            let mut bytes = Vec::new();
            picked.arrow_batch(&mut bytes).map(|()| bytes)
        };
        self.step(batch, |bytes| bytes.map(Uint8Array::new))
    }

    /// What an Arrow IPC stream of the scan starts with.
    #[napi]
    pub fn arrow_schema(&self) -> napi::Result<Uint8Array> {
        let scan = self.scan.lock().unwrap_or_else(PoisonError::into_inner);
        let fields = scan.as_ref().map(Scan::fields).unwrap_or_default();
        let schema = ArrowStream::schema(fields).map_err(|error| thrown(&error))?;
        Ok(Uint8Array::new(schema))
    }

    /// Ends the scan.
    #[napi]
    pub fn close(&self) {
        self.scan.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
