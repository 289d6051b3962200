use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use varve_protocol::Pages;

use crate::bytes::Bytes;
use crate::failure::run;
use crate::opened::Opened;

/// A running scan.
#[pyclass(frozen)]
pub(crate) struct NativeScan {
    pages: Mutex<Pages>,
    opened: Arc<Opened>,
}

impl NativeScan {
    pub(crate) fn new(pages: Pages, opened: Arc<Opened>) -> Self {
        Self {
            pages: Mutex::new(pages),
            opened,
        }
    }
}

#[pymethods]
impl NativeScan {
    /// What a stream of it starts with.
    fn schema(&self, py: Python<'_>) -> PyResult<Bytes> {
        run(py, || {
            let pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            pages.arrow_schema().map(Bytes::from)
        })
    }

    /// The next batch of it; none at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Bytes>> {
        run(py, || {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            let batch = self.opened.run(|table| pages.next_arrow(table))?;
            Ok(batch.map(Bytes::from))
        })
    }

    /// Says that no further rows are asked for.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        run(py, || {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            // What is closed keeps nothing that could be removed.
            let _ = self.opened.run(|table| {
                pages.end(table);
                Ok(())
            });
            Ok(())
        })
    }
}
