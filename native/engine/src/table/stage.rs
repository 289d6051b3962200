use std::collections::HashSet;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::Table;
use super::commit::{CommitOptions, Written};
use super::lookup::key_at;
use super::next::NewRows;
use super::write::{Addition, OnKey, duplicate};
use crate::column::Batch;
use crate::error::{Code, Error, Result};
use crate::filter::{Columns, Filter};
use crate::format::{Fragment, Rows};
use crate::fragment::{Pieces, Segment};
use crate::schema::{Field, Schema};
use crate::value::Value;

/// Many rows on their way into one commit: written to files as they come, visible when committed. What is dropped
/// without a commit leaves no trace but files, which are removed.
#[derive(Debug)]
pub struct Stage {
    table: Arc<Table>,
    schema: Arc<Schema>,
    on_key: OnKey,
    ending: Option<Filter>,
    waiting: Vec<Batch>,
    waiting_bytes: usize,
    fragments: Vec<(Fragment, u32)>,
    /// The hashes of all keys so far: 128 bits, so that two keys of one hash need not be thought of.
    keys: HashSet<u128>,
    rows: usize,
}

/// Rows are written to a fragment when so many bytes wait: the memory that a stage takes.
const FLUSH_BYTES: usize = 32 * 1024 * 1024;

impl Stage {
    /// Starts a write.
    ///
    /// # Errors
    /// [`Code::NoPrimaryKey`] for [`OnKey::Replace`] on a table without a key.
    pub fn new(table: Arc<Table>, on_key: OnKey) -> Result<Self> {
        let snapshot = table.snapshot()?;
        if on_key == OnKey::Replace {
            snapshot.key_field()?;
        }
        let schema = Arc::clone(snapshot.schema());
        Ok(Self {
            table,
            schema,
            on_key,
            ending: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            fragments: Vec::new(),
            keys: HashSet::new(),
            rows: 0,
        })
    }

    /// The table that is written to.
    #[must_use]
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Ends the rows that match a filter, in the same commit, unless a new row replaces them.
    #[must_use]
    pub fn ending(mut self, filter: Option<Filter>) -> Self {
        self.ending = filter;
        self
    }

    /// Adds rows, in the encoding of [`Batch::decode`].
    ///
    /// # Errors
    /// [`Code::InvalidRow`], [`Code::DuplicateKey`]; the stage should be dropped then.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let batch = Batch::decode(bytes, &self.schema)?.completed(&self.schema)?;
        if batch.rows() == 0 {
            return Ok(());
        }
        if let Some(key) = self.schema.key() {
            let column = batch
                .column(key.id)
                .ok_or_else(|| Error::internal("a batch without its key"))?;
            for row in 0..column.len() {
                let value = key_at(column, &key.data_type, row)?;
                let hash = match &value {
                    Value::Int(key) => xxh3_128(&key.to_le_bytes()),
                    Value::Text(key) => xxh3_128(key.as_bytes()),
                    _ => return Err(Error::internal("a key of another type")),
                };
                if !self.keys.insert(hash) {
                    return Err(duplicate(
                        key,
                        self.rows + row,
                        &value,
                        "stands in an earlier row of this write too",
                    ));
                }
            }
        }
        self.rows += batch.rows();
        self.waiting_bytes += batch.byte_size();
        self.waiting.push(batch);
        if self.waiting_bytes >= FLUSH_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Makes all rows visible, in one commit.
    ///
    /// # Errors
    /// As [`Table::insert`].
    pub fn commit(mut self, options: &CommitOptions) -> Result<Written> {
        if self.rows == 0 {
            let ending = self.ending.as_ref();
            return ending.map_or_else(
                || Ok(self.table.written(None)),
                |filter| self.table.delete(Some(filter), options),
            );
        }
        self.flush()?;
        let home = &self.table.home;
        self.table
            .or_gone(home.store.sync_directory(&home.path("data")))?;
        let segments = self.key_segments()?;
        let key = self.schema.key().map(|field| field.id);
        let keys = segments
            .iter()
            .filter_map(|segment| segment.column(key?))
            .collect();
        let fragments = Arc::new(std::mem::take(&mut self.fragments));
        let rows = NewRows::Staged(Arc::clone(&fragments));
        let (schema, on_key, ending) = (&*self.schema, self.on_key, self.ending.as_ref());
        let written = self.table.add(
            &Addition {
                rows,
                keys,
                schema,
                on_key,
                ending,
            },
            options,
        );
        if let Err(error) = &written
            && error.code() != Code::CommitUnknown
        {
            self.fragments = fragments.to_vec();
        }
        written
    }

    fn key_segments(&self) -> Result<Vec<Segment>> {
        let Some(key) = self.schema.key() else {
            return Ok(Vec::new());
        };
        let open = |(fragment, count): &(Fragment, u32)| {
            let fragment = Fragment {
                rows: Rows::run(0, *count),
                groups: fragment.groups.clone(),
            };
            Segment::open(
                &*self.table.home.store,
                &self.table.home.path("data"),
                &fragment,
                std::slice::from_ref(key),
            )
        };
        self.fragments.iter().map(open).collect()
    }

    fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.waiting);
        let rows: usize = batches.iter().map(Batch::rows).sum();
        self.waiting_bytes = 0;
        if rows == 0 {
            return Ok(());
        }
        let pieces = |field: &Field| {
            batches
                .iter()
                .filter_map(|batch| batch.column(field.id))
                .collect()
        };
        let columns: Vec<Pieces<'_>> = self
            .schema
            .fields
            .iter()
            .map(|field| (field, pieces(field)))
            .collect();
        let fragment = self.table.or_gone(self.table.write_fragment(rows, &columns))?;
        self.fragments
            .push((fragment, u32::try_from(rows).map_err(Error::internal)?));
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for group in self.fragments.iter().flat_map(|(fragment, _)| &fragment.groups) {
            // What stays is swept by optimize().
            let _ = self
                .table
                .home
                .store
                .remove(&self.table.home.path(&format!("data/{}", group.file)));
        }
    }
}
