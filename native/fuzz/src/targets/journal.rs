//! A journal, made of records that an input names, so that their checksums are right where they are to be.
//!
//! An input is a list of records: slot, kind, sequence counted from the first, bytes that are wrong, length of the manifest; each a byte, the
//! last two bytes. A manifest is one of those of the golden journal, cut or filled up.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::json;
use varve_engine::{Catalog, LocalStore};
use xxhash_rust::xxh3::xxh3_64;

use crate::golden::{Files, look, manifest_file};

const SLOT: usize = 4096;
const HALF: usize = 32 * 1024;
const RECORD: usize = 6;

/// A folder with the table, in which the journal is exchanged.
struct Place {
    folder: PathBuf,
    files: Files,
}

fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let folder = folder();
        for part in ["data", "deaths", "index", "_log", "_tags", "_manifests"] {
            fs::create_dir_all(folder.join("docs.varve").join(part)).unwrap();
        }
        fs::write(folder.join("docs.varve/_manifests/journal-begun"), "").unwrap();
        Place {
            folder,
            files: Files::of("inline-rows"),
        }
    })
}

/// Leaves nothing behind.
pub(super) fn leave() {
    let _ = fs::remove_dir_all(folder());
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("varve-fuzz-journal-{}", std::process::id()))
}

/// The manifest of a sequence, of about so many bytes.
fn manifest(files: &Files, sequence: u64, length: usize) -> Vec<u8> {
    let mut manifest = files.manifest.clone();
    manifest["sequence"] = json!(sequence);
    manifest["id"] = json!(format!("change {sequence}"));
    let mut bytes = manifest_file(&manifest);
    if length > 0 {
        bytes.resize(length, b' ');
    }
    bytes
}

fn first(files: &Files) -> u64 {
    files.manifest["sequence"].as_u64().unwrap()
}

fn journal(files: &Files, input: &[u8]) -> Vec<u8> {
    let mut journal = vec![0; SLOT + 2 * HALF];
    let length = journal.len() as u64;
    journal[..8].copy_from_slice(b"VARVEJNL");
    journal[8..16].copy_from_slice(&length.to_le_bytes());
    let mut before = Vec::new();
    for record in input.chunks_exact(RECORD) {
        let at = SLOT * (usize::from(record[0]) % (2 * HALF / SLOT) + 1);
        let sequence = first(files).wrapping_add(u64::from(record[2]));
        let wanted = usize::from(u16::from_le_bytes([record[4], record[5]]));
        if record[1] < 3 || before.is_empty() {
            before = manifest(files, sequence, wanted);
        }
        let mut head = Vec::from(*b"\xffvarve\xff");
        head.push(record[1]);
        let length = if record[1] == 2 { 0 } else { before.len() as u64 };
        for word in [
            sequence,
            length,
            xxh3_64(&before[..length as usize]),
            u64::from(record[3]),
        ] {
            head.extend_from_slice(&word.to_le_bytes());
        }
        let hash = xxh3_64(&head);
        head.extend_from_slice(&hash.to_le_bytes());
        if record[1] == 1 {
            head.extend_from_slice(&before);
        }
        if record[3] > 0 {
            let wrong = usize::from(record[3]) % head.len();
            head[wrong] ^= record[3];
        }
        let end = (at + head.len()).min(journal.len());
        journal[at..end].copy_from_slice(&head[..end - at]);
    }
    journal
}

/// Writes the journal, reads the table, and writes to it now and then.
pub(super) fn run(input: &[u8]) -> bool {
    let Place { folder, files } = place();
    let manifests = folder.join("docs.varve/_manifests");
    fs::write(manifests.join("journal"), journal(files, input)).unwrap();
    let store: Arc<dyn Catalog> = Arc::new(LocalStore::new(folder));
    let taken = look(&store, input.len().is_multiple_of(5));
    for entry in fs::read_dir(&manifests).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().ends_with(".json") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    taken
}

/// Some records with their marks, one half and then the other.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut whole = Vec::new();
    for sequence in 0..7 {
        whole.extend([
            sequence * 2,
            1,
            sequence,
            0,
            0,
            0,
            sequence * 2 + 1,
            3,
            sequence,
            0,
            0,
            0,
        ]);
    }
    let file = [0, 2, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 3, 1, 0, 0, 0].to_vec();
    let moved = [
        14, 1, 0, 0, 0, 0, 15, 4, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 3, 1, 0, 0, 0,
    ]
    .to_vec();
    vec![whole, file, moved, Vec::new()]
}
