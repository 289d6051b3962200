use std::path::Path;
use std::sync::Arc;

use napi::bindgen_prelude::{Float32Array, Uint8Array};
use napi_derive::napi;
use varve_embedder::{Model, ModelError};
use varve_engine::{Code, Error};

use crate::call::thrown;
use crate::handle::Handle;
use crate::work::Work;

/// The vectors of several texts, one after the other.
#[napi(object, object_from_js = false)]
pub struct NativeEmbeddings {
    /// All vectors.
    pub vectors: Float32Array,
    /// For each text 1, or 0 where it has no known token and its vector is all zeros.
    pub known: Uint8Array,
}

/// The built-in embedding model.
#[napi]
pub struct NativeEmbedder {
    dimensions: u32,
    model: Arc<Handle<Model>>,
}

/// Vectors, and which of them stand for something.
type Embedded = (Vec<f32>, Vec<u8>);

fn embed(model: &Model, texts: &[String]) -> Embedded {
    let dimensions = model.dimensions();
    let mut vectors = vec![0.0; texts.len() * dimensions];
    let known = texts
        .iter()
        .zip(vectors.chunks_exact_mut(dimensions))
        .map(|(text, vector)| u8::from(model.embed(text, vector)));
    let known = known.collect();
    (vectors, known)
}

#[napi]
impl NativeEmbedder {
    /// Opens the model in a folder.
    #[napi(constructor)]
    pub fn new(folder: String) -> napi::Result<Self> {
        let refuse = |error: &ModelError| {
            let message = format!("The built-in embedding model cannot be used: {error}");
            thrown(&Error::new(Code::Io, message).hint("Install the package again."))
        };
        let model = Model::open(Path::new(&folder)).map_err(|error| refuse(&error))?;
        Ok(Self {
            dimensions: u32::try_from(model.dimensions()).unwrap_or(u32::MAX),
            model: Arc::new(Handle::new(Arc::new(model))),
        })
    }

    /// The length of a vector.
    #[napi(getter)]
    pub fn dimensions(&self) -> u32 {
        self.dimensions
    }

    /// Embeds texts on another thread.
    #[napi(ts_return_type = "Promise<NativeEmbeddings>")]
    pub fn embed(&self, texts: Vec<String>) -> Work<Embedded, NativeEmbeddings> {
        let model = Arc::clone(&self.model);
        let run = move || model.run(|model| Ok(embed(model, &texts)));
        Work::new(run, |(vectors, known)| NativeEmbeddings {
            vectors: Float32Array::new(vectors),
            known: Uint8Array::new(known),
        })
    }

    /// Embeds one text inside the call; null where it has no known token.
    #[napi]
    pub fn embed_one(&self, text: String) -> napi::Result<Option<Float32Array>> {
        let embedded = self
            .model
            .run(|model| Ok(embed(model, &[text])))
            .map_err(|error| thrown(&error))?;
        let (vectors, known) = embedded;
        Ok((known.first() == Some(&1)).then(|| Float32Array::new(vectors)))
    }
}
