use std::sync::Arc;

use super::home::Home;
use crate::column::Buffer;
use crate::error::{Error, Result};
use crate::format::{IndexFile, Manifest};
use crate::fragment::CheckedFile;
use crate::index::vector::VectorIndex;
use crate::store::FileName;

/// An index segment with its file open.
#[derive(Debug)]
pub(crate) struct OpenIndex {
    pub(crate) place: IndexFile,
    /// None where the file is damaged or gone: then its rows are scanned. [`crate::Table::verify`] tells.
    pub(crate) index: Option<VectorIndex>,
}

impl OpenIndex {
    /// The segments of a manifest, keeping those that are open already.
    pub(crate) fn all(home: &Home, manifest: &Manifest, opened: &[Arc<Self>]) -> Vec<Arc<Self>> {
        let open = |place: &IndexFile| match opened.iter().find(|open| open.place == *place) {
            Some(open) => Arc::clone(open),
            None => Arc::new(Self {
                place: place.clone(),
                index: open(home, place).ok(),
            }),
        };
        let known = manifest.indexes.iter().filter_map(|index| index.get().vector());
        known.map(open).collect()
    }

    /// Reads every byte of a segment and checks it.
    pub(crate) fn verify(home: &Home, place: &IndexFile) -> Result<()> {
        let (buffer, checked) = open_file(home, place)?;
        checked.confirm_all()?;
        VectorIndex::open(buffer).map(|_| ())
    }
}

fn open(home: &Home, place: &IndexFile) -> Result<VectorIndex> {
    VectorIndex::open(open_file(home, place)?.0)
}

fn open_file(home: &Home, place: &IndexFile) -> Result<(Buffer, Arc<CheckedFile>)> {
    let directory = home.path("index");
    let path = format!(
        "{directory}/{}",
        FileName::parse(&place.file, &directory)?.as_str()
    );
    let bytes = home
        .store
        .open(&path)?
        .ok_or_else(|| Error::corrupt(&path, "it is missing"))?
        .map()?;
    let checked = CheckedFile::open(&path, bytes.clone(), place.length, place.checksums, &place.seal)?;
    let checked = Arc::new(checked);
    let length = usize::try_from(place.checksums).map_err(Error::internal)?;
    let guard: Arc<dyn crate::column::Guard> = Arc::<CheckedFile>::clone(&checked);
    Ok((Buffer::guarded(bytes, 0, length, guard), checked))
}
