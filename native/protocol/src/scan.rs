use varve_engine::{ArrowStream, Keep, Picked, Result, Scan, Table};

use crate::page::Page;
use crate::request::{Read, parse};

/// A running scan: one page, or one batch of an Arrow IPC stream, after another.
#[derive(Debug)]
pub struct Pages {
    scan: Scan,
    bigints: Vec<String>,
    /// Keeps the version from the second part on.
    keep: Keep,
    begun: bool,
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
        keep: Keep::default(),
        begun: false,
    })
}

impl Pages {
    /// The next rows; none at the end.
    ///
    /// # Errors
    /// [`varve_engine::Code::Corrupt`]; those of [`Table::go_on`].
    pub fn next_page(&mut self, table: &Table) -> Result<Option<Page>> {
        let page = |picked: &Picked, bigints: &[String]| Page::of(&[picked], picked.fields(), bigints);
        self.next(table, page)
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
        let batch = |picked: &Picked, _: &[String]| {
            let mut bytes = Vec::new();
            picked.arrow_batch(&mut bytes).map(|()| bytes)
        };
        self.next(table, batch)
    }

    /// Whether [`Pages::end`] has anything to do, which may take a while.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.keep.is_held()
    }

    /// Says that no further rows are asked for. At the end of the scan that was said already.
    pub fn end(&mut self, table: &Table) {
        table.let_keep_go(&mut self.keep);
    }

    fn next<T>(
        &mut self,
        table: &Table,
        make: impl Fn(&Picked, &[String]) -> Result<T>,
    ) -> Result<Option<T>> {
        if std::mem::replace(&mut self.begun, true) {
            table.keep(self.scan.snapshot(), &mut self.keep);
        }
        let made = |pages: &mut Self| {
            let picked = pages.scan.next_batch()?;
            picked.map(|picked| make(&picked, &pages.bigints)).transpose()
        };
        let next = match made(self) {
            Err(failure) => {
                table.go_on(&mut self.scan, failure)?;
                let next = made(self);
                table.or_outdated(self.scan.snapshot(), next)?
            }
            next => next?,
        };
        if next.is_none() {
            self.end(table);
        }
        Ok(next)
    }
}
