//! How long opening the built-in model takes, and how much text one core embeds with it.
//!
//! ```sh
//! cargo run --release -p varve-embedder --example throughput [FILE_OR_FOLDER ..]
//! ```
//!
//! The text: the Markdown and text files named, or `/usr/share/doc`, cut into chunks of about 200 tokens at line ends.

#![expect(clippy::print_stdout, reason = "a report is what it is for")]

use std::{
    env,
    error::Error,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use varve_embedder::Model;

const CHUNK_TOKENS: usize = 200;
const TEXT_BYTES_MAX: usize = 32 << 20;
const ROUNDS: usize = 7;

fn read(path: &Path, text: &mut String) {
    let is_prose = path
        .extension()
        .is_some_and(|extension| extension == "md" || extension == "txt");
    if text.len() > TEXT_BYTES_MAX {
        return;
    }
    if let Ok(entries) = fs::read_dir(path) {
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries
            .iter()
            .filter(|entry| !entry.is_symlink())
            .for_each(|entry| read(entry, text));
    } else if is_prose && let Ok(file) = fs::read_to_string(path) {
        text.push_str(&file);
    }
}

/// Whole lines, together at least 200 tokens; and the number of all tokens.
fn chunks<'t>(model: &Model, text: &'t str) -> (Vec<&'t str>, usize) {
    let (mut chunks, mut start, mut end, mut tokens, mut all) = (Vec::new(), 0, 0, 0, 0);
    for line in text.split_inclusive('\n') {
        end += line.len();
        tokens += model.tokenize(line).len();
        if tokens >= CHUNK_TOKENS {
            chunks.push(&text[start..end]);
            (start, all, tokens) = (end, all + tokens, 0);
        }
    }
    (chunks, all)
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let timed = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(timed).min().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/varve-static-en"
    ));
    let start = Instant::now();
    let model = Model::open(folder)?;
    println!(
        "open, first time     {:9.3} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let mut vector = vec![0.0; model.dimensions()];
    let start = Instant::now();
    model.embed("how long does the first query take", &mut vector);
    println!(
        "first text           {:9.3} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let again = fastest(|| drop(black_box(Model::open(folder))));
    println!("open, again          {:9.3} ms", again.as_secs_f64() * 1e3);

    let mut text = String::new();
    let named: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let sources = if named.is_empty() {
        vec![PathBuf::from("/usr/share/doc")]
    } else {
        named
    };
    sources.iter().for_each(|path| read(path, &mut text));
    let (chunks, tokens) = chunks(&model, &text);
    println!("{} chunks, {tokens} tokens, {} bytes", chunks.len(), text.len());

    let embedding = fastest(|| {
        chunks.iter().for_each(|chunk| {
            black_box(model.embed(chunk, &mut vector));
        });
    });
    let cutting = fastest(|| {
        chunks
            .iter()
            .for_each(|chunk| drop(black_box(model.tokenize(chunk))))
    });
    let seconds = embedding.as_secs_f64();
    println!(
        "embed                {:9.0} chunks/s, {:.2} M tokens/s",
        chunks.len() as f64 / seconds,
        tokens as f64 / seconds / 1e6
    );
    println!(
        "of it tokenise       {:9.0} %",
        cutting.as_secs_f64() / seconds * 100.0
    );
    Ok(())
}
