use std::sync::{Arc, PoisonError};

use napi::Env;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use varve_engine::{Result, Table};
use varve_protocol::{Page, Pages};

use crate::call::thrown;
use crate::handle::Part;
use crate::opened::Opened;
use crate::page::NativePage;
use crate::threads;
use crate::work::Work;

/// A running scan.
#[napi]
pub struct NativeScan {
    pages: Part<Pages>,
    opened: Arc<Opened>,
}

impl NativeScan {
    pub(crate) fn new(pages: Pages, opened: Arc<Opened>) -> Self {
        Self {
            pages: opened.part(pages),
            opened,
        }
    }

    fn step<T: 'static, J>(
        &self,
        next: fn(&mut Pages, &Table) -> Result<Option<T>>,
        convert: fn(Option<T>) -> Option<J>,
    ) -> Work<Option<T>, Option<J>> {
        let (pages, opened) = (Arc::clone(&self.pages), Arc::clone(&self.opened));
        let run = move || {
            opened.run(|table| {
                let mut pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
                pages.as_mut().map_or(Ok(None), |pages| next(pages, table))
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
        self.step(Pages::next_page, |page| page.map(NativePage::from))
    }

    /// The next part of the scan as an Arrow IPC stream: a batch; null at the end.
    #[napi(ts_return_type = "Promise<Uint8Array | null>")]
    pub fn next_arrow(&self) -> Work<Option<Vec<u8>>, Option<Uint8Array>> {
        self.step(Pages::next_arrow, |bytes| bytes.map(Uint8Array::new))
    }

    /// What an Arrow IPC stream of the scan starts with.
    #[napi]
    pub fn arrow_schema(&self) -> napi::Result<Uint8Array> {
        let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = pages.as_ref().map(Pages::arrow_schema).transpose();
        let schema = schema.map_err(|error| thrown(&error))?;
        Ok(Uint8Array::new(schema.unwrap_or_default()))
    }

    /// Ends the scan.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(mut pages), Ok((table, call))) = (pages.take().filter(Pages::is_kept), self.opened.begin())
        else {
            return Ok(());
        };
        threads::push_first(env.raw(), move || {
            pages.end(&table);
            drop((pages, table));
            drop(call);
        })
    }
}
