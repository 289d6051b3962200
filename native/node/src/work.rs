//! Calls that take long run on a thread and settle a promise.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi::bindgen_prelude::{ToNapiValue, TypeName};
use napi::{JsError, ValueType, check_status, sys};
use varve_engine::{Error, Result};

use crate::call::thrown;
use crate::threads::{self, Settle};

/// What runs on a thread, and how its result becomes JavaScript's. Returned to JavaScript, it is a promise.
///
/// Nothing of JavaScript goes along: what a call needs of its arguments is copied before it returns.
pub struct Work<T, J> {
    run: Run<T>,
    convert: fn(T) -> J,
}

/// Work that settles with text.
pub(crate) type TextWork = Work<String, String>;

enum Run<T> {
    /// It takes a thread until it is done.
    OnThread(Box<dyn FnOnce() -> Result<T> + Send>),
    /// It is handed over within the call.
    HandOver(Box<dyn FnOnce(Told<T>)>),
}

/// Is told the result, on whatever thread.
pub(crate) type Told<T> = Box<dyn FnOnce(Result<T>) + Send>;

impl<T, J> Work<T, J> {
    pub(crate) fn new(run: impl FnOnce() -> Result<T> + Send + 'static, convert: fn(T) -> J) -> Self {
        let run = Run::OnThread(Box::new(run));
        Self { run, convert }
    }

    /// What is handed over within the call, in the order of calls, and takes no thread while it waits.
    pub(crate) fn handed(hand_over: impl FnOnce(Told<T>) + 'static, convert: fn(T) -> J) -> Self {
        let run = Run::HandOver(Box::new(hand_over));
        Self { run, convert }
    }
}

impl<T, J> TypeName for Work<T, J> {
    fn type_name() -> &'static str {
        "Promise"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

/// A promise that is to be settled.
struct Deferred(sys::napi_deferred);

// SAFETY: it is made and used on JavaScript's thread; others only carry it.
unsafe impl Send for Deferred {}

impl<T: Send + 'static, J: ToNapiValue + 'static> ToNapiValue for Work<T, J> {
    unsafe fn to_napi_value(env: sys::napi_env, work: Self) -> napi::Result<sys::napi_value> {
        let (mut deferred, mut promise) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the environment is the one of the call that returns this.
        check_status!(unsafe { sys::napi_create_promise(env, &mut deferred, &mut promise) })?;
        let (deferred, Self { run, convert }) = (Deferred(deferred), work);
        let way = threads::begin(env)?;
        let settle = move |result: Result<T>| -> Settle {
            Box::new(move |env| deferred.settle(env, result.map(convert)))
        };
        match run {
            Run::OnThread(run) => way.push(Box::new(move || {
                let result = catch_unwind(AssertUnwindSafe(run));
                let result = result.unwrap_or_else(|_| Err(Error::internal("a call panicked")));
                Some(settle(result))
            })),
            Run::HandOver(hand_over) => {
                hand_over(Box::new(move |result| way.finish(settle(result))));
            }
        }
        Ok(promise)
    }
}

impl Deferred {
    fn settle<J: ToNapiValue>(self, env: sys::napi_env, result: Result<J>) {
        let result = result.map_err(|error| thrown(&error));
        // SAFETY: this runs on JavaScript's thread, once for each promise. Where the environment ends just now, the calls
        // fail, and nobody waits.
        unsafe {
            match result.and_then(|value| J::to_napi_value(env, value)) {
                Ok(value) => sys::napi_resolve_deferred(env, self.0, value),
                Err(error) => sys::napi_reject_deferred(env, self.0, JsError::from(error).into_value(env)),
            };
        }
    }
}
