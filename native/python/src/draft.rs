use std::sync::{Arc, Mutex, PoisonError};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use varve_engine::Result;
use varve_protocol::{Draft, Input};

use crate::failure::run;
use crate::opened::Opened;

/// A write that is told more before it is committed.
#[pyclass(frozen)]
pub(crate) struct NativeDraft {
    draft: Mutex<Draft>,
    opened: Arc<Opened>,
}

impl NativeDraft {
    pub(crate) fn new(draft: Draft, opened: Arc<Opened>) -> Self {
        Self {
            draft: Mutex::new(draft),
            opened,
        }
    }

    fn run<R: Send>(&self, py: Python<'_>, call: impl FnOnce(&mut Draft) -> Result<R> + Send) -> PyResult<R> {
        run(py, || {
            let mut draft = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
            self.opened.run(|_| call(&mut draft))
        })
    }
}

#[pymethods]
impl NativeDraft {
    /// Rows in Arrow's IPC format.
    fn add(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<()> {
        self.run(py, |draft| draft.add_arrow(bytes))
    }

    /// What a derived column is to be computed from: a text, bytes or nothing for each row; none where nothing is missing.
    fn inputs(&self, py: Python<'_>, field: u32, limit: u32) -> PyResult<Option<Vec<Py<PyAny>>>> {
        let inputs = self.run(py, |draft| draft.inputs(field, limit))?;
        let python = |input: Option<Input>| match input {
            None => Ok(py.None()),
            Some(Input::Text(text)) => text.into_py_any(py),
            Some(Input::Bytes(bytes)) => PyBytes::new(py, &bytes).into_py_any(py),
        };
        let inputs = inputs.map(|inputs| inputs.into_iter().map(python).collect());
        inputs.transpose()
    }

    /// The vectors for these, one behind the other, and which of them are there.
    fn give(&self, py: Python<'_>, field: u32, known: Vec<bool>, vectors: &[u8]) -> PyResult<()> {
        self.run(py, |draft| draft.give(field, &known, vectors))
    }

    /// None where vectors are missing: then nothing was committed yet.
    fn commit(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let done = self.run(py, |draft| draft.commit(None))?;
        if done.is_some() {
            self.opened.committed();
        }
        Ok(done)
    }

    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, |draft| {
            draft.abort();
            Ok(())
        })
    }
}
