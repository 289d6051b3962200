//! Token ids to a vector.

use std::{
    fmt,
    fs::{self, File},
    path::Path,
};

use memmap2::Mmap;

use crate::{
    error::ModelError,
    safetensors::Table,
    vocabulary::{Vocabulary, compile_vocabulary},
    wordpiece::tokenize,
};

const WEIGHTS: &str = "model.safetensors";
const VOCABULARY: &str = "vocabulary.txt";
const TOKENIZER: &str = "tokenizer.json";

/// A static embedding model, ready to use from any number of threads.
///
/// A text's vector depends on the text and the model's files alone: it is the same, bit for bit, in any order, on any
/// thread and on any processor. Embedding allocates no memory.
///
/// ```
/// use varve_embedder::Model;
/// # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en"));
///
/// let model = Model::open(folder)?;
/// let [mut cat, mut kitten, mut tax] = [[0.0; 256]; 3];
/// model.embed("a cat on the sofa", &mut cat);
/// model.embed("kittens", &mut kitten);
/// model.embed("corporate tax law", &mut tax);
///
/// let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
/// assert!(cosine(&cat, &kitten) > cosine(&cat, &tax));
/// # Ok::<(), varve_embedder::ModelError>(())
/// ```
pub struct Model {
    weights: Weights,
    table: Table,
    vocabulary: Vocabulary,
}

enum Weights {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Weights {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Model {
    /// Opens the model in a folder: `model.safetensors` with `vocabulary.txt` or, where that is missing,
    /// `tokenizer.json` (some milliseconds slower).
    ///
    /// The weights are mapped, not read, so opening takes about a millisecond and processes share the memory.
    /// Whoever replaces the file while it is open must write a new one in its place (as package managers do) and not
    /// shorten the old one: reading behind the end of a mapped file ends the process.
    ///
    /// ```
    /// # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en"));
    /// let model = varve_embedder::Model::open(folder)?;
    /// assert_eq!(model.dimensions(), 256);
    /// # Ok::<(), varve_embedder::ModelError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelError`] names the file that is missing or wrong. No content of the files makes this panic.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let weights = map(&folder.join(WEIGHTS))?;
        let vocabulary = match read(&folder.join(VOCABULARY)) {
            Ok(text) => Vocabulary::parse(&text).map_err(|error| error.in_file(folder.join(VOCABULARY)))?,
            Err(ModelError::Missing { .. }) => {
                let file = folder.join(TOKENIZER);
                vocabulary_of(&read(&file)?).map_err(|error| error.in_file(file))?
            }
            Err(error) => return Err(error),
        };
        Self::join(Weights::Mapped(weights), vocabulary).map_err(|error| error.in_file(folder.join(WEIGHTS)))
    }

    /// Makes a model of the contents of `model.safetensors` and `tokenizer.json`.
    ///
    /// It equals the one that [`Model::open`] makes of the same files; the weights are on the heap.
    ///
    /// ```
    /// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en");
    /// let weights = std::fs::read(format!("{folder}/model.safetensors"))?;
    /// let tokenizer = std::fs::read(format!("{folder}/tokenizer.json"))?;
    /// let model = varve_embedder::Model::from_bytes(weights, &tokenizer)?;
    /// assert_eq!(model.dimensions(), 256);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Model::open`]; the files go by their usual names.
    pub fn from_bytes(weights: Vec<u8>, tokenizer_json: &[u8]) -> Result<Self, ModelError> {
        let vocabulary = vocabulary_of(tokenizer_json).map_err(|error| error.in_file(TOKENIZER))?;
        Self::join(Weights::Owned(weights), vocabulary).map_err(|error| error.in_file(WEIGHTS))
    }

    fn join(weights: Weights, vocabulary: Vocabulary) -> Result<Self, ModelError> {
        let table = Table::locate(weights.bytes())?;
        let (rows, tokens) = (table.scales.len(), vocabulary.len());
        if rows != tokens {
            return Err(ModelError::wrong_shape(format!(
                "{rows} rows for a vocabulary of {tokens} tokens"
            )));
        }
        Ok(Self {
            weights,
            table,
            vocabulary,
        })
    }

    /// How many numbers a vector has.
    ///
    /// ```
    /// # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en"));
    /// assert_eq!(varve_embedder::Model::open(folder)?.dimensions(), 256);
    /// # Ok::<(), varve_embedder::ModelError>(())
    /// ```
    pub fn dimensions(&self) -> usize {
        self.table.dimensions
    }

    /// Writes the text's vector, of length 1, into `out`; or zeros, and returns `false`, where the text has no known
    /// token and so no embedding. Texts of any length are embedded whole.
    ///
    /// ```
    /// # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en"));
    /// let model = varve_embedder::Model::open(folder)?;
    /// let mut vector = vec![0.0; model.dimensions()];
    /// assert!(model.embed("one embedding", &mut vector));
    /// assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    /// assert!(!model.embed(" \n", &mut vector));
    /// assert!(vector.iter().all(|&x| x == 0.0));
    /// # Ok::<(), varve_embedder::ModelError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `out` does not have [`dimensions`](Self::dimensions) places.
    pub fn embed(&self, text: &str, out: &mut [f32]) -> bool {
        assert_eq!(out.len(), self.dimensions(), "one place for each dimension");
        out.fill(0.0);
        let mut known = false;
        tokenize(&self.vocabulary, text, |id| {
            if id != self.vocabulary.unknown() && !self.vocabulary.specials().contains(id) {
                known = true;
                self.add_row(id as usize, out);
            }
        });
        known && to_length_one(out)
    }

    /// The ids of the text's tokens, in order; for tests, counts and limits. Embedding does not need it.
    ///
    /// ```
    /// # let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/varve-static-en"));
    /// let model = varve_embedder::Model::open(folder)?;
    /// assert_eq!(model.tokenize("A cat."), model.tokenize("a  CAT ."));
    /// assert_eq!(model.tokenize("[UNK]"), [1]);
    /// # Ok::<(), varve_embedder::ModelError>(())
    /// ```
    pub fn tokenize(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        tokenize(&self.vocabulary, text, |id| ids.push(id));
        ids
    }

    fn add_row(&self, id: usize, out: &mut [f32]) {
        let rows = &self.weights.bytes()[self.table.rows.clone()];
        let row = &rows[id * out.len()..][..out.len()];
        let scale = self.table.scales[id];
        for (sum, &number) in out.iter_mut().zip(row) {
            *sum += f32::from(number as i8) * scale;
        }
    }
}

/// Zeros and `false` where there is no direction: a sum of nothing, or beyond the range of numbers.
fn to_length_one(vector: &mut [f32]) -> bool {
    let length = vector
        .iter()
        .map(|&x| f64::from(x) * f64::from(x))
        .sum::<f64>()
        .sqrt();
    let factor = length.recip() as f32;
    let has_direction = factor.is_normal();
    vector
        .iter_mut()
        .for_each(|x| *x = if has_direction { *x * factor } else { 0.0 });
    has_direction
}

fn vocabulary_of(tokenizer_json: &[u8]) -> Result<Vocabulary, ModelError> {
    Vocabulary::parse(compile_vocabulary(tokenizer_json)?.as_bytes())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a model is a file of its own, in no store"
)]
fn read(file: &Path) -> Result<Vec<u8>, ModelError> {
    fs::read(file).map_err(|error| ModelError::from_io(file, error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a model is a file of its own, in no store"
)]
fn map(file: &Path) -> Result<Mmap, ModelError> {
    let open = File::open(file).map_err(|error| ModelError::from_io(file, error))?;
    // SAFETY: the map is only read, through slices of bytes, and every value of a byte is valid: a writer could make
    // vectors wrong, which no check here could prevent. A file shortened meanwhile is documented at `Model::open`.
    unsafe { Mmap::map(&open) }.map_err(|error| ModelError::from_io(file, error))
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("tokens", &self.vocabulary.len())
            .field("dimensions", &self.dimensions())
            .finish_non_exhaustive()
    }
}
