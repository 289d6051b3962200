use std::sync::{Arc, PoisonError};

use napi_derive::napi;
use serde_json::Value as Json;
use varve_engine::{Code, CommitOptions, Error, Reembed, Result};

use crate::handle::Part;
use crate::opened::Opened;
use crate::page::{NativePage, Page};
use crate::table::{TextWork, written};
use crate::work::Work;

/// New vectors for a column that become one commit.
#[napi]
pub struct NativeReembed {
    reembed: Part<Reembed>,
    field: u32,
    sources: Arc<Vec<String>>,
    options: CommitOptions,
    opened: Arc<Opened>,
}

impl NativeReembed {
    pub(crate) fn new(
        reembed: Reembed,
        sources: Vec<String>,
        options: CommitOptions,
        opened: Arc<Opened>,
    ) -> Self {
        Self {
            field: reembed.field().id,
            reembed: opened.part(reembed),
            sources: Arc::new(sources),
            options,
            opened,
        }
    }

    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&mut Reembed) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let (reembed, opened) = (Arc::clone(&self.reembed), Arc::clone(&self.opened));
        let run = move || {
            opened.run(|_| {
                let mut reembed = reembed.lock().unwrap_or_else(PoisonError::into_inner);
                call(reembed.as_mut().ok_or_else(ended)?)
            })
        };
        Work::new(run, convert)
    }

    fn text_later(&self, call: impl FnOnce(&mut Reembed) -> Result<String> + Send + 'static) -> TextWork {
        self.later(call, |text| text)
    }
}

fn ended() -> Error {
    Error::new(Code::Closed, "The new vectors were given up already.")
}

#[napi]
impl NativeReembed {
    /// The id of the new column.
    #[napi(getter)]
    pub fn field(&self) -> u32 {
        self.field
    }

    /// How many rows wait to be handed out, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn waiting(&self) -> TextWork {
        self.text_later(|reembed| Ok(reembed.waiting()?.to_string()))
    }

    /// The next rows, with the sources of the column; null where all were handed out.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn next(&self, limit: u32) -> Work<Option<Page>, Option<NativePage>> {
        let sources = Arc::clone(&self.sources);
        let call = move |reembed: &mut Reembed| {
            let picked = reembed.next_rows(&sources, limit as usize)?;
            picked
                .map(|picked| Page::of(&[&picked], picked.fields(), &[]))
                .transpose()
        };
        self.later(call, |page| page.map(NativePage::from))
    }

    /// The vectors of these rows.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add(&self, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.text_later(move |reembed| reembed.add(&batch).map(|()| String::new()))
    }

    /// Makes all vectors visible, in every version. Says `null` where rows came that were not handed out, unless these may
    /// stay without a vector until `fill`.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, gaps: bool) -> TextWork {
        let (options, opened) = (self.options.clone(), Arc::clone(&self.opened));
        self.text_later(move |reembed| {
            let done = reembed.commit(&options, gaps)?;
            opened.committed(reembed.table());
            Ok(done.map_or(Json::Null, written).to_string())
        })
    }

    /// Gives the rows that `commit` left without a vector theirs.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn fill(&self) -> TextWork {
        self.text_later(|reembed| reembed.fill().map(|()| String::new()))
    }

    /// Ends it. What was not committed is gone.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn end(&self) -> TextWork {
        let reembed = Arc::clone(&self.reembed);
        let run = move || {
            reembed.lock().unwrap_or_else(PoisonError::into_inner).take();
            Ok(String::new())
        };
        Work::new(run, |text| text)
    }
}
