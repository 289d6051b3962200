use varve_engine::{ArrowStream, Result, Scan, Table};

use crate::page::Page;
use crate::request::{Read, parse};

/// A running scan: one page, or one batch of an Arrow IPC stream, after another.
#[derive(Debug)]
pub struct Pages {
    scan: Scan,
    bigints: Vec<String>,
}

/// The most rows of a part of a scan, unless the request says another number.
const BATCH_ROWS: usize = 1024;

/// Starts a scan.
///
/// # Errors
/// As [`Table::as_of`]; [`varve_engine::Code::ColumnNotFound`], [`varve_engine::Code::InvalidFilter`].
pub fn scan(table: &Table, request: &str) -> Result<Pages> {
    let request: Read = parse(request)?;
    let snapshot = request.snapshot(table)?;
    let (filter, fields) = (request.filter(&snapshot)?, request.fields(&snapshot)?);
    let scan = snapshot.scan(filter, fields, request.batch_rows.unwrap_or(BATCH_ROWS));
    Ok(Pages {
        scan,
        bigints: request.bigints,
    })
}

impl Pages {
    /// The next rows; none at the end.
    ///
    /// # Errors
    /// [`varve_engine::Code::Corrupt`].
    pub fn next_page(&mut self) -> Result<Option<Page>> {
        let picked = self.scan.next_batch()?;
        picked
            .map(|picked| Page::of(&[&picked], picked.fields(), &self.bigints))
            .transpose()
    }

    /// What an Arrow IPC stream of the scan starts with.
    ///
    /// # Errors
    /// [`varve_engine::Code::Internal`].
    pub fn arrow_schema(&self) -> Result<Vec<u8>> {
        ArrowStream::schema(self.scan.fields())
    }

    /// The next batch of the stream; none at the end.
    ///
    /// # Errors
    /// [`varve_engine::Code::Corrupt`].
    pub fn next_arrow(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(picked) = self.scan.next_batch()? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        picked.arrow_batch(&mut bytes)?;
        Ok(Some(bytes))
    }
}
