use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use serde_json::Value as Json;
use varve_engine::error::{Code, Error, Result};
use varve_engine::table::{CommitOptions, Stage};

use crate::call::Usable;
use crate::request::{filter, read};
use crate::table::{TextWork, written};
use crate::upkeep::Upkeep;
use crate::work::Work;

/// A write of several batches that becomes one commit.
#[napi]
pub struct NativeWriter {
    stage: Arc<Mutex<Option<Stage>>>,
    options: CommitOptions,
    usable: Arc<Usable>,
    upkeep: Arc<Upkeep>,
}

impl NativeWriter {
    pub(crate) fn new(
        stage: Stage,
        options: CommitOptions,
        usable: Arc<Usable>,
        upkeep: Arc<Upkeep>,
    ) -> Self {
        Self {
            stage: Arc::new(Mutex::new(Some(stage))),
            options,
            usable,
            upkeep,
        }
    }

    fn later(&self, call: impl FnOnce(&mut Option<Stage>) -> Result<String> + Send + 'static) -> TextWork {
        let (stage, usable) = (Arc::clone(&self.stage), Arc::clone(&self.usable));
        let run = move || usable.run(|| call(&mut stage.lock().unwrap_or_else(PoisonError::into_inner)));
        AsyncTask::new(Work::new(run, |text| text))
    }
}

fn ended() -> Error {
    Error::new(Code::Closed, "The write was committed or aborted already.")
}

#[napi]
impl NativeWriter {
    /// Adds rows.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add(&self, batch: Uint8Array) -> TextWork {
        self.later(move |stage| {
            stage.as_mut().ok_or_else(ended)?.add(&batch)?;
            Ok(String::new())
        })
    }

    /// Makes all rows visible; other rows that match the filter `ending` end in the same commit.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, ending: Option<String>) -> TextWork {
        let (options, upkeep) = (self.options.clone(), Arc::clone(&self.upkeep));
        self.later(move |stage| {
            let stage = stage.take().ok_or_else(ended)?;
            let table = Arc::clone(stage.table());
            let ending = ending.map(|json| read::<Json>(&json)).transpose()?;
            let ending = filter(ending.as_ref(), table.snapshot()?.schema())?;
            let done = written(stage.ending(ending).commit(&options)?).to_string();
            upkeep.committed(&table);
            Ok(done)
        })
    }

    /// Gives up; nothing was written.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn abort(&self) -> TextWork {
        self.later(|stage| {
            stage.take();
            Ok(String::new())
        })
    }
}
