use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use varve_engine::{Error, Result};

/// A failure as the exception of the package, which reads its JSON.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let failure = varve_protocol::failure(error);
    let made = py
        .import("varve._errors")
        .and_then(|module| module.getattr("failure")?.call1((failure,)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// Runs a call of the engine, without the lock of the interpreter: other threads go on meanwhile. A panic is a failure like others.
pub(crate) fn run<R: Send>(py: Python<'_>, call: impl FnOnce() -> Result<R> + Send) -> PyResult<R> {
    let result = py.detach(|| {
        catch_unwind(AssertUnwindSafe(call))
            .unwrap_or_else(|_| Err(Error::internal("the engine panicked; open the database again")))
    });
    result.map_err(|error| raised(py, &error))
}
