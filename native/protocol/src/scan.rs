use varve_engine::{ArrowStream, Picked, Result, Scan, Snapshot, Table};

use crate::page::Page;
use crate::request::{Read, parse};

/// A running scan: one page, or one batch of an Arrow IPC stream, after another.
#[derive(Debug)]
pub struct Pages {
    scan: Scan,
    snapshot: Snapshot,
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
        snapshot,
        bigints: request.bigints,
    })
}

impl Pages {
    /// The next rows; none at the end.
    ///
    /// # Errors
    /// [`varve_engine::Code::Corrupt`]; those of [`Table::or_outdated`].
    pub fn next_page(&mut self, table: &Table) -> Result<Option<Page>> {
        let picked = self.scan.next_batch();
        let page = |picked: Picked| Page::of(&[&picked], picked.fields(), &self.bigints);
        let page = picked.and_then(|picked| picked.map(page).transpose());
        table.or_outdated(&self.snapshot, page)
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
    /// As [`Pages::next_page`].
    pub fn next_arrow(&mut self, table: &Table) -> Result<Option<Vec<u8>>> {
        let picked = self.scan.next_batch();
        let batch = |picked: Picked| {
            let mut bytes = Vec::new();
            picked.arrow_batch(&mut bytes).map(|()| bytes)
        };
        let batch = picked.and_then(|picked| picked.map(batch).transpose());
        table.or_outdated(&self.snapshot, batch)
    }
}
