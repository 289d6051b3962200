use std::sync::Arc;

use pyo3::prelude::*;
use varve_engine::{Result, Stop, Table};

use crate::bytes::Bytes;
use crate::draft::NativeDraft;
use crate::failure::run;
use crate::floats::floats;
use crate::opened::Opened;
use crate::scan::NativeScan;

/// A table. Requests and answers are those of the protocol; what is written comes as `plain` requests.
#[pyclass(frozen)]
pub(crate) struct NativeTable {
    opened: Arc<Opened>,
}

impl From<Arc<Opened>> for NativeTable {
    fn from(opened: Arc<Opened>) -> Self {
        Self { opened }
    }
}

impl NativeTable {
    fn run<R: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&Arc<Table>) -> Result<R> + Send,
    ) -> PyResult<R> {
        run(py, || self.opened.run(call))
    }

    /// A call that commits.
    fn commit(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&Arc<Table>) -> Result<String> + Send,
    ) -> PyResult<String> {
        self.run(py, |table| {
            let done = call(table)?;
            self.opened.committed();
            Ok(done)
        })
    }
}

#[pymethods]
impl NativeTable {
    fn info(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::info(table))
    }

    fn resolve(&self, py: Python<'_>, at: &str) -> PyResult<String> {
        self.run(py, |table| {
            varve_protocol::resolve(table, &varve_protocol::plain_point(at)?)
        })
    }

    /// The rows of a get, a find, or of what a key had.
    fn read(&self, py: Python<'_>, request: &str) -> PyResult<Bytes> {
        self.run(py, |table| {
            let request = varve_protocol::plain_read(table, request)?;
            varve_protocol::read_arrow(table, &request, None).map(Bytes::from)
        })
    }

    fn count(&self, py: Python<'_>, request: &str) -> PyResult<f64> {
        self.run(py, |table| {
            let request = varve_protocol::plain_read(table, request)?;
            let page = varve_protocol::read_page(table, &request, None)?;
            Ok(page.numbers.first().copied().unwrap_or_default())
        })
    }

    /// What a search looks for, and what it needs to be told.
    fn plan(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::plain_search(table, request))
    }

    /// The rows of a planned search; the vector is 32-bit floats.
    fn search(&self, py: Python<'_>, request: &str, vector: Option<&[u8]>) -> PyResult<Bytes> {
        let vector = vector.map(floats);
        self.run(py, |table| {
            varve_protocol::read_arrow(table, request, vector.as_deref()).map(Bytes::from)
        })
    }

    fn explain(&self, py: Python<'_>, request: &str, vector: Option<&[u8]>) -> PyResult<String> {
        let vector = vector.map(floats);
        self.run(py, |table| {
            varve_protocol::explain(table, request, vector.as_deref())
        })
    }

    fn scan(&self, py: Python<'_>, request: &str) -> PyResult<NativeScan> {
        let pages = self.run(py, |table| {
            let request = varve_protocol::plain_read(table, request)?;
            varve_protocol::scan(table, &request)
        })?;
        Ok(NativeScan::new(pages, Arc::clone(&self.opened)))
    }

    /// The rows that differ: added, removed, changed as they were and as they became.
    fn diff(&self, py: Python<'_>, request: &str) -> PyResult<Vec<Bytes>> {
        self.run(py, |table| {
            let request = varve_protocol::plain_diff(table, request)?;
            let parts = varve_protocol::diff_arrow(table, &request)?;
            Ok(parts.into_iter().map(Bytes::from).collect())
        })
    }

    fn history(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::history(table, request))
    }

    /// One commit that brings no rows.
    fn write(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.commit(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::write(table, &request, None)
        })
    }

    /// A write that is told more before it is committed.
    fn stage(&self, py: Python<'_>, request: &str, constants: Option<&[u8]>) -> PyResult<NativeDraft> {
        let draft = self.run(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::stage_arrow(table, &request, constants)
        })?;
        Ok(NativeDraft::new(draft, Arc::clone(&self.opened)))
    }

    fn tag(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.run(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::tag(table, &request)
        })
    }

    fn tags(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::tags(table))
    }

    fn delete_tag(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::delete_tag(table, name))
    }

    fn pin(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::pin(table, request))
    }

    fn renew_pin(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::renew_pin(table, request))
    }

    fn unpin(&self, py: Python<'_>, id: &str) -> PyResult<String> {
        self.run(py, |table| varve_protocol::unpin(table, id))
    }

    fn restore(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.commit(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::restore(table, &request)
        })
    }

    fn alter(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.commit(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::alter(table, &request)
        })
    }

    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::stats(table))
    }

    fn verify(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::verify(table))
    }

    fn optimize(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::optimize(table, &Stop::default()))
    }

    fn would_optimize(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |table| varve_protocol::would_optimize(table))
    }

    fn purge(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        self.commit(py, |table| {
            let request = varve_protocol::plain_write(table, request)?;
            varve_protocol::purge(table, &request)
        })
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        run(py, || {
            self.opened.close();
            Ok(())
        })
    }
}
