//! Bytes that must be in no file.

use varve_engine::Catalog;

/// Everything under a database, by its name.
pub(crate) fn files(store: &dyn Catalog) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for table in store.tables().unwrap() {
        for folder in store.list(&table).unwrap() {
            let folder = format!("{table}/{}", folder.name);
            for entry in store.list(&folder).unwrap() {
                let path = format!("{folder}/{}", entry.name);
                let bytes = store.open(&path).unwrap().unwrap().map().unwrap().to_vec();
                files.push((path, bytes));
            }
        }
    }
    files
}

pub(crate) fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    bytes
        .windows(wanted.len())
        .any(|part| part[0] == first && part == wanted)
}
