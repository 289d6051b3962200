use std::path::Path;

use pyo3::prelude::*;
use varve_embedder::Model;
use varve_engine::{Code, Error};

use crate::bytes::Bytes;
use crate::failure::run;

/// The built-in embedding model.
#[pyclass(frozen)]
pub(crate) struct NativeEmbedder {
    model: Model,
}

#[pymethods]
impl NativeEmbedder {
    /// Opens the model in a folder.
    #[new]
    fn open(py: Python<'_>, folder: &str) -> PyResult<Self> {
        let model = run(py, || {
            Model::open(Path::new(folder)).map_err(|error| {
                let message = format!("The built-in embedding model cannot be used: {error}");
                Error::new(Code::Io, message).hint("Install the package again.")
            })
        })?;
        Ok(Self { model })
    }

    /// The vectors of texts, one behind the other, and which of them stand for something.
    fn embed(&self, py: Python<'_>, texts: Vec<String>) -> PyResult<(Vec<bool>, Bytes)> {
        run(py, || {
            let dimensions = self.model.dimensions();
            let mut vectors = vec![0.0; texts.len() * dimensions];
            let places = vectors.chunks_exact_mut(dimensions);
            let known = texts.iter().zip(places);
            let known = known
                .map(|(text, vector)| self.model.embed(text, vector))
                .collect();
            let bytes: Vec<u8> = vectors.into_iter().flat_map(f32::to_le_bytes).collect();
            Ok((known, Bytes::from(bytes)))
        })
    }
}
