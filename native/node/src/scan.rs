use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use varve_engine::table::Scan;

use crate::call::Usable;
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
}

#[napi]
impl NativeScan {
    /// The next rows; null at the end.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn next(&self) -> AsyncTask<Work<Option<Page>, Option<NativePage>>> {
        let (scan, bigints, usable) = (
            Arc::clone(&self.scan),
            Arc::clone(&self.bigints),
            Arc::clone(&self.usable),
        );
        let run = move || {
            usable.run(|| {
                let mut scan = scan.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(scan) = scan.as_mut() else {
                    return Ok(None);
                };
                let Some(picked) = scan.next_batch()? else {
                    return Ok(None);
                };
                Page::of(&[&picked], picked.fields(), &bigints).map(Some)
            })
        };
        AsyncTask::new(Work::new(run, |page| page.map(NativePage::from)))
    }

    /// Ends the scan.
    #[napi]
    pub fn close(&self) {
        self.scan.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
