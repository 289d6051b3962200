use std::sync::{Arc, PoisonError};

use napi_derive::napi;
use varve_engine::{Code, Error, Result};
use varve_protocol::{Draft, Page};

use crate::handle::Part;
use crate::opened::Opened;
use crate::page::NativePage;
use crate::work::{TextWork, Work};

/// A write of several steps that becomes one commit.
#[napi]
pub struct NativeWriter {
    draft: Part<Draft>,
    opened: Arc<Opened>,
}

impl NativeWriter {
    pub(crate) fn new(draft: Draft, opened: Arc<Opened>) -> Self {
        Self {
            draft: opened.part(draft),
            opened,
        }
    }

    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&mut Draft) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let (draft, opened) = (Arc::clone(&self.draft), Arc::clone(&self.opened));
        let run = move || {
            opened.run(|_| {
                let mut draft = draft.lock().unwrap_or_else(PoisonError::into_inner);
                call(draft.as_mut().ok_or_else(closed)?)
            })
        };
        Work::new(run, convert)
    }

    fn done_later(&self, call: impl FnOnce(&mut Draft) -> Result<()> + Send + 'static) -> TextWork {
        self.later(move |draft| call(draft).map(|()| String::new()), |text| text)
    }
}

fn closed() -> Error {
    Error::new(Code::Closed, "The write ended when its table was closed.")
}

#[napi]
impl NativeWriter {
    /// Adds rows.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add(&self, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.done_later(move |draft| draft.add(&batch))
    }

    /// Adds the rows of a stream or a file in Arrow's IPC format. Columns are found by their names.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add_arrow(&self, bytes: &[u8]) -> TextWork {
        let bytes = bytes.to_vec();
        self.done_later(move |draft| draft.add_arrow(&bytes))
    }

    /// What a derived column, by its id, is to be computed from for some rows that have no vector; null where nothing is missing.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn missing(&self, field: u32, limit: u32) -> Work<Option<Page>, Option<NativePage>> {
        self.later(
            move |draft| draft.missing(field, limit),
            |page| page.map(NativePage::from),
        )
    }

    /// The vectors for what `missing` gave last.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn fill(&self, field: u32, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.done_later(move |draft| draft.fill(field, &batch))
    }

    /// Makes all rows visible; other rows that match the filter `ending` end in the same commit. Says `null` where vectors are missing:
    /// then nothing was committed yet.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, ending: Option<String>) -> TextWork {
        let opened = Arc::clone(&self.opened);
        let commit = move |draft: &mut Draft| {
            let Some(done) = draft.commit(ending.as_deref())? else {
                return Ok("null".to_owned());
            };
            opened.committed();
            Ok(done)
        };
        self.later(commit, |text| text)
    }

    /// Gives up; nothing was written.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn abort(&self) -> TextWork {
        self.done_later(|draft| {
            draft.abort();
            Ok(())
        })
    }
}
