use std::sync::{Arc, Mutex, PoisonError};

use napi_derive::napi;
use serde_json::Value as Json;
use varve_engine::error::{Code, Error, Result};
use varve_engine::table::{CommitOptions, Stage};

use crate::handle::Part;
use crate::opened::Opened;
use crate::request::{filter, read};
use crate::table::{TextWork, written};
use crate::work::Work;

/// A write of several batches that becomes one commit.
#[napi]
pub struct NativeWriter {
    stage: Part<Stage>,
    options: CommitOptions,
    opened: Arc<Opened>,
}

impl NativeWriter {
    pub(crate) fn new(stage: Stage, options: CommitOptions, opened: Arc<Opened>) -> Self {
        let stage = opened.part(stage);
        Self {
            stage,
            options,
            opened,
        }
    }

    fn later(&self, call: impl FnOnce(&mut Option<Stage>) -> Result<String> + Send + 'static) -> TextWork {
        let (stage, opened) = (Arc::clone(&self.stage), Arc::clone(&self.opened));
        let call = move |stage: &Mutex<Option<Stage>>| {
            call(&mut stage.lock().unwrap_or_else(PoisonError::into_inner))
        };
        Work::new(move || opened.run(|_| call(&stage)), |text| text)
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
        self.later(move |stage| {
            stage.as_mut().ok_or_else(ended)?.add(&batch)?;
            Ok(String::new())
        })
    }

    /// Makes all rows visible; other rows that match the filter `ending` end in the same commit.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, ending: Option<String>) -> TextWork {
        let (options, opened) = (self.options.clone(), Arc::clone(&self.opened));
        self.later(move |stage| {
            let stage = stage.take().ok_or_else(ended)?;
            let table = Arc::clone(stage.table());
            let ending = ending.map(|json| read::<Json>(&json)).transpose()?;
            let ending = filter(ending.as_ref(), table.snapshot()?.schema())?;
            let done = written(stage.ending(ending).commit(&options)?).to_string();
            opened.committed(&table);
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
