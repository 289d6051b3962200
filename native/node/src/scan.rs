use std::sync::{Arc, PoisonError};

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use varve_engine::{ArrowStream, Picked, Result, Scan};

use crate::call::thrown;
use crate::handle::{LetGo, Part};
use crate::opened::Opened;
use crate::page::{NativePage, Page};
use crate::work::Work;

/// A running scan.
#[napi]
pub struct NativeScan {
    scan: Part<Scan>,
    bigints: Arc<Vec<String>>,
    opened: Arc<Opened>,
}

impl NativeScan {
    pub(crate) fn new(scan: Scan, bigints: Vec<String>, opened: Arc<Opened>) -> Self {
        Self {
            scan: opened.part(scan),
            bigints: Arc::new(bigints),
            opened,
        }
    }

    fn step<T: 'static, J>(
        &self,
        make: impl FnOnce(Picked) -> Result<T> + Send + 'static,
        convert: fn(Option<T>) -> Option<J>,
    ) -> Work<Option<T>, Option<J>> {
        let (scan, opened) = (Arc::clone(&self.scan), Arc::clone(&self.opened));
        let run = move || {
            opened.run(|_| {
                let mut scan = scan.lock().unwrap_or_else(PoisonError::into_inner);
                let picked = match scan.as_mut() {
                    None => None,
                    Some(scan) => scan.next_batch()?,
                };
                picked.map(make).transpose()
            })
        };
        Work::new(run, convert)
    }
}

#[napi]
impl NativeScan {
    /// The next rows; null at the end.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn next(&self) -> Work<Option<Page>, Option<NativePage>> {
        let bigints = Arc::clone(&self.bigints);
        self.step(
            move |picked| Page::of(&[&picked], picked.fields(), &bigints),
            |page| page.map(NativePage::from),
        )
    }

    /// The next part of the scan as an Arrow IPC stream: a batch; null at the end.
    #[napi(ts_return_type = "Promise<Uint8Array | null>")]
    pub fn next_arrow(&self) -> Work<Option<Vec<u8>>, Option<Uint8Array>> {
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
        self.scan.let_go();
    }
}
