use std::sync::{Arc, Mutex, PoisonError};

use napi_derive::napi;
use serde_json::Value as Json;
use varve_engine::{Code, CommitOptions, Error, Result, Stage, Table, Update, Written};

use crate::handle::Part;
use crate::opened::Opened;
use crate::page::{NativePage, Page};
use crate::request::{filter, read};
use crate::table::{TextWork, written};
use crate::work::Work;

/// A write that is told more before it is committed.
#[derive(Debug)]
pub(crate) enum Draft {
    Rows(Stage),
    Update(Update),
}

impl Draft {
    fn table(&self) -> Arc<Table> {
        match self {
            Self::Rows(stage) => Arc::clone(stage.table()),
            Self::Update(update) => Arc::clone(update.table()),
        }
    }

    fn add(&mut self, batch: &[u8]) -> Result<()> {
        match self {
            Self::Rows(stage) => stage.add(batch),
            Self::Update(_) => Err(Error::internal("rows for an update")),
        }
    }

    fn missing(&mut self, field: u32, limit: u32) -> Result<Option<Page>> {
        let sources = match self {
            Self::Rows(stage) => stage.missing(field, limit as usize)?,
            Self::Update(update) => update.missing(field, limit as usize)?,
        };
        sources.as_ref().map(Page::of_sources).transpose()
    }

    fn fill(&mut self, field: u32, batch: &[u8]) -> Result<()> {
        match self {
            Self::Rows(stage) => stage.fill(field, batch),
            Self::Update(update) => update.fill(field, batch),
        }
    }

    fn commit(&mut self, ending: Option<&str>, options: &CommitOptions) -> Result<Option<Written>> {
        match self {
            Self::Rows(stage) => {
                let ending = ending.map(read::<Json>).transpose()?;
                let ending = filter(ending.as_ref(), stage.table().snapshot()?.schema())?;
                stage.end(ending);
                stage.commit(options)
            }
            Self::Update(update) => update.commit(options),
        }
    }
}

/// A write of several steps that becomes one commit.
#[napi]
pub struct NativeWriter {
    draft: Part<Draft>,
    options: CommitOptions,
    opened: Arc<Opened>,
}

impl NativeWriter {
    pub(crate) fn new(draft: Draft, options: CommitOptions, opened: Arc<Opened>) -> Self {
        let draft = opened.part(draft);
        Self {
            draft,
            options,
            opened,
        }
    }

    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&mut Option<Draft>) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let (draft, opened) = (Arc::clone(&self.draft), Arc::clone(&self.opened));
        let call = move |draft: &Mutex<Option<Draft>>| {
            call(&mut draft.lock().unwrap_or_else(PoisonError::into_inner))
        };
        Work::new(move || opened.run(|_| call(&draft)), convert)
    }

    fn text_later(
        &self,
        call: impl FnOnce(&mut Option<Draft>) -> Result<String> + Send + 'static,
    ) -> TextWork {
        self.later(call, |text| text)
    }
}

fn ended() -> Error {
    Error::new(Code::Closed, "The write was committed or aborted already.")
}

#[napi]
impl NativeWriter {
    /// Adds rows.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add(&self, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.text_later(move |draft| {
            draft.as_mut().ok_or_else(ended)?.add(&batch)?;
            Ok(String::new())
        })
    }

    /// What a derived column, by its id, is to be computed from for some rows that have no vector; null where nothing is missing.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn missing(&self, field: u32, limit: u32) -> Work<Option<Page>, Option<NativePage>> {
        self.later(
            move |draft| draft.as_mut().ok_or_else(ended)?.missing(field, limit),
            |page| page.map(NativePage::from),
        )
    }

    /// The vectors for what `missing` gave last.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn fill(&self, field: u32, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.text_later(move |draft| {
            draft.as_mut().ok_or_else(ended)?.fill(field, &batch)?;
            Ok(String::new())
        })
    }

    /// Makes all rows visible; other rows that match the filter `ending` end in the same commit. Says `null` where vectors are missing:
    /// then nothing was committed yet.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, ending: Option<String>) -> TextWork {
        let (options, opened) = (self.options.clone(), Arc::clone(&self.opened));
        self.text_later(move |slot| {
            let mut draft = slot.take().ok_or_else(ended)?;
            let Some(done) = draft.commit(ending.as_deref(), &options)? else {
                *slot = Some(draft);
                return Ok(Json::Null.to_string());
            };
            opened.committed(&draft.table());
            Ok(written(done).to_string())
        })
    }

    /// Gives up; nothing was written.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn abort(&self) -> TextWork {
        self.text_later(|draft| {
            draft.take();
            Ok(String::new())
        })
    }
}
