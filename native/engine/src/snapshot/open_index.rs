use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::column::Buffer;
use crate::error::{Code, Error, Result};
use crate::format::{Covers, IndexFile, Manifest};
use crate::fragment::CheckedFile;
use crate::home::TableHome;
use crate::index::scalar::ScalarIndex;
use crate::index::text::TextIndex;
use crate::index::vector::VectorIndex;
use crate::store::FileName;

/// An index segment with its file open, or that opens it when it is first asked for where the store is far.
#[derive(Debug)]
pub(crate) struct OpenIndex {
    pub(crate) place: IndexFile,
    home: TableHome,
    index: OnceLock<Option<Opened>>,
    /// A part of the file was found damaged that was not read when it was opened.
    damaged: AtomicBool,
}

/// What is open.
#[derive(Debug)]
enum Opened {
    Vector(VectorIndex),
    Text(TextIndex),
    Scalar(ScalarIndex),
}

impl OpenIndex {
    /// The segments of a manifest, keeping those that are open already.
    pub(crate) fn all(home: &TableHome, manifest: &Manifest, opened: &[Arc<Self>]) -> Vec<Arc<Self>> {
        let open = |place: &IndexFile| match opened.iter().find(|open| open.place == *place) {
            Some(open) => Arc::clone(open),
            None => Arc::new(Self::new(home, place)),
        };
        let known = manifest.indexes.iter().filter_map(|index| index.get().known());
        known.map(open).collect()
    }

    fn new(home: &TableHome, place: &IndexFile) -> Self {
        let open = Self {
            place: place.clone(),
            home: home.clone(),
            index: OnceLock::new(),
            damaged: AtomicBool::new(false),
        };
        // A near file is mapped with its state, as fragments are: once no newer state names it, it is removed, and a snapshot that is
        // kept goes on with what it has mapped. Opened later it would be gone, and the search exact. Words are searched more seldom than
        // the table is opened, and their file takes longer to open.
        if home.store.is_near() && matches!(place.covers, Covers::Vector(_)) {
            open.opened();
        }
        open
    }

    /// The codes of vectors.
    pub(crate) fn vectors(&self) -> Option<&VectorIndex> {
        match self.opened() {
            Some(Opened::Vector(index)) => Some(index),
            _ => None,
        }
    }

    /// The words of columns; none where the file is damaged or gone.
    ///
    /// # Errors
    /// What the store says: who asks again may be told more.
    pub(crate) fn texts(&self) -> Result<Option<&TextIndex>> {
        match self.undamaged()? {
            Some(Opened::Text(index)) => Ok(Some(index)),
            _ => Ok(None),
        }
    }

    /// The values of a column; none where the file is damaged or gone.
    ///
    /// # Errors
    /// As of `texts`.
    pub(crate) fn values(&self) -> Result<Option<&ScalarIndex>> {
        match self.undamaged()? {
            Some(Opened::Scalar(index)) => Ok(Some(index)),
            _ => Ok(None),
        }
    }

    fn undamaged(&self) -> Result<Option<&Opened>> {
        if self.damaged.load(Ordering::Relaxed) {
            return Ok(None);
        }
        Ok(match self.index.get() {
            Some(known) => known.as_ref(),
            None => match open(&self.home, &self.place) {
                Ok(index) => self.index.get_or_init(|| Some(index)).as_ref(),
                Err(error) if error.code() == Code::Corrupt => self.index.get_or_init(|| None).as_ref(),
                Err(error) => return Err(error),
            },
        })
    }

    /// Says that what was read of its file was damaged. Returns whether that is news.
    pub(crate) fn give_up(&self) -> bool {
        !self.damaged.swap(true, Ordering::Relaxed)
    }

    /// None where the file is damaged or gone: then its rows are read. [`crate::Table::verify`] tells.
    fn opened(&self) -> Option<&Opened> {
        if let Some(known) = self.index.get() {
            return known.as_ref();
        }
        let opened = match open(&self.home, &self.place) {
            Ok(index) => Some(index),
            Err(error) if error.code() == Code::Corrupt => None,
            // The next search asks again.
            Err(_) => return None,
        };
        self.index.get_or_init(|| opened).as_ref()
    }

    /// Whether the file is known to be damaged or gone. Reads nothing.
    pub(crate) fn is_damaged(&self) -> bool {
        self.index.get().is_some_and(Option::is_none) || self.damaged.load(Ordering::Relaxed)
    }

    /// Reads every byte of a segment and checks it.
    pub(crate) fn verify(home: &TableHome, place: &IndexFile) -> Result<()> {
        let (buffer, checked) = open_file(home, place)?;
        checked.confirm_all()?;
        open_in(buffer, place).map(|_| ())
    }
}

fn open(home: &TableHome, place: &IndexFile) -> Result<Opened> {
    open_in(open_file(home, place)?.0, place)
}

fn open_in(file: Buffer, place: &IndexFile) -> Result<Opened> {
    match place.covers {
        Covers::Vector(_) => VectorIndex::open(file).map(Opened::Vector),
        Covers::Text(_) => TextIndex::open(file).map(Opened::Text),
        Covers::Scalar(_) => {
            let index = ScalarIndex::open(file)?;
            index.check_ids(&(place.from..place.until))?;
            Ok(Opened::Scalar(index))
        }
    }
}

fn open_file(home: &TableHome, place: &IndexFile) -> Result<(Buffer, Arc<CheckedFile>)> {
    let directory = home.path("index");
    let path = format!(
        "{directory}/{}",
        FileName::parse(&place.file, &directory)?.as_str()
    );
    let checked = CheckedFile::new(&home.store, path, place.length, place.checksums, &place.seal)?;
    let checked = Arc::new(checked);
    let length = usize::try_from(place.checksums).map_err(Error::internal)?;
    let guard: Arc<dyn crate::column::Guard> = Arc::<CheckedFile>::clone(&checked);
    Ok((Buffer::guarded(0, length, guard), checked))
}
