//! Calls that take long run on a thread of the pool and settle a promise.

use napi::bindgen_prelude::{ToNapiValue, TypeName};
use napi::{Env, Task};
use varve_engine::error::{Error, Result};

use crate::call::thrown;

/// What runs elsewhere, and how its result becomes JavaScript's.
pub struct Work<T, J> {
    run: Option<Box<dyn FnOnce() -> Result<T> + Send>>,
    convert: fn(T) -> J,
}

impl<T, J> Work<T, J> {
    pub(crate) fn new(run: impl FnOnce() -> Result<T> + Send + 'static, convert: fn(T) -> J) -> Self {
        Self {
            run: Some(Box::new(run)),
            convert,
        }
    }
}

impl<T: Send + 'static, J: ToNapiValue + TypeName> Task for Work<T, J> {
    type Output = T;
    type JsValue = J;

    fn compute(&mut self) -> napi::Result<T> {
        let run = self
            .run
            .take()
            .ok_or_else(|| thrown(&Error::internal("a task ran twice")))?;
        run().map_err(|error| thrown(&error))
    }

    fn resolve(&mut self, _env: Env, output: T) -> napi::Result<J> {
        Ok((self.convert)(output))
    }
}
