//! Writes a model folder's `vocabulary.txt` from its `tokenizer.json`.
//!
//! ```sh
//! cargo run -p varve-embedder --example compile_vocabulary -- ../models/varve-static-en
//! ```

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("give the model's folder")?);
    let tokenizer = fs::read(folder.join("tokenizer.json"))?;
    fs::write(
        folder.join("vocabulary.txt"),
        varve_embedder::compile_vocabulary(&tokenizer)?,
    )?;
    Ok(())
}
