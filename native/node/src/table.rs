use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8Array};
use napi_derive::napi;
use varve_engine::{Result, Table};
use varve_protocol::{Page, Within};

use crate::call::thrown;
use crate::opened::{Opened, Unattended};
use crate::page::NativePage;
use crate::reembed::NativeReembed;
use crate::scan::NativeScan;
use crate::threads;
use crate::work::{TextWork, Told, Work};
use crate::writer::NativeWriter;

/// Work that settles with rows.
pub(crate) type PageWork = Work<Page, NativePage>;

/// A read predicted to take longer does not run on JavaScript's thread.
const INSIDE_CALL_NS: u64 = 300_000;
/// The limit for a search where they come one at a time: a hop to a thread and back was measured to take 65 us, and nobody
/// waits.
const ALONE_NS: u64 = 500_000;
/// The largest write, in bytes, that is decoded by whoever commits it.
const SMALL_BYTES: usize = 64 * 1024;

/// A table.
#[napi]
pub struct NativeTable {
    opened: Arc<Opened>,
}

impl From<Arc<Opened>> for NativeTable {
    /// Called on JavaScript's thread, whose environment ends what is under way when it ends.
    fn from(opened: Arc<Opened>) -> Self {
        opened.end_with_environment();
        Self { opened }
    }
}

impl NativeTable {
    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&Arc<Table>) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let opened = Arc::clone(&self.opened);
        Work::new(move || opened.run(call), convert)
    }

    fn text_later(&self, call: impl FnOnce(&Arc<Table>) -> Result<String> + Send + 'static) -> TextWork {
        self.later(call, |text| text)
    }

    /// A write that gets its place within the call and takes no thread while it waits, followed by upkeep where it is due. Somebody
    /// must attend to it.
    fn hand_over(&self, request: String, batch: Vec<u8>) -> TextWork {
        let opened = Arc::clone(&self.opened);
        let hand_over = move |told: Told<String>| {
            let begun = opened.begin().and_then(|call| Ok((call, opened.begin()?)));
            let ((table, call), (_, attending)) = match begun {
                Ok(begun) => begun,
                Err(error) => return told(Err(error)),
            };
            let done = move |written: Result<String>| {
                if written.is_ok() {
                    call.committed();
                }
                drop(call);
                told(written);
            };
            let attendant = varve_protocol::hand_over(&table, request, batch, done);
            drop(table);
            if let Some(attendant) = attendant {
                opened.leave(Unattended::new(attendant, attending));
            }
        };
        Work::handed(hand_over, |text| text)
    }

    /// A write, followed by upkeep where it is due.
    fn write_later(&self, call: impl FnOnce(&Arc<Table>) -> Result<String> + Send + 'static) -> TextWork {
        let opened = Arc::clone(&self.opened);
        self.text_later(move |table| {
            let done = call(table)?;
            opened.committed();
            Ok(done)
        })
    }
}

#[napi]
impl NativeTable {
    /// Name, incarnation, version, date and schema of now, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn info(&self) -> TextWork {
        self.text_later(|table| varve_protocol::info(table))
    }

    /// [`NativeTable::resolve`] inside the call. Null: ask that.
    #[napi]
    pub fn resolve_fast(&self, at: String) -> napi::Result<Option<String>> {
        let resolved = self
            .opened
            .run(|table| varve_protocol::resolve_at_once(table, &at));
        resolved.map_err(|error| thrown(&error))
    }

    /// The version that a moment means, with its dates and its schema.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn resolve(&self, at: String) -> TextWork {
        self.text_later(move |table| varve_protocol::resolve(table, &at))
    }

    /// Answers inside the call: numbers into `scratch`, the text returned. Null: ask `readPage`.
    #[napi]
    pub fn read_fast(
        &self,
        request: String,
        vector: Option<&[f32]>,
        mut scratch: Float64ArraySlice<'_>,
    ) -> napi::Result<Option<String>> {
        let alone = vector.is_some() && self.opened.traffic().is_quiet();
        let within = Within {
            search_ns: if alone { ALONE_NS } else { INSIDE_CALL_NS },
            other_ns: INSIDE_CALL_NS,
        };
        let read = |table: &Arc<Table>| varve_protocol::read_within(table, &request, vector, within);
        let page = self.opened.run(read).map_err(|error| thrown(&error))?;
        let Some(page) = page else {
            return Ok(None);
        };
        // SAFETY: the array is JavaScript's; nothing else touches it while this call runs on JavaScript's thread.
        let target = unsafe { scratch.as_mut() };
        let Some(target) = target.get_mut(..page.numbers.len()) else {
            return Ok(None);
        };
        target.copy_from_slice(&page.numbers);
        Ok(Some(page.text))
    }

    /// The rows of any read.
    #[napi(ts_return_type = "Promise<NativePage>")]
    pub fn read_page(&self, request: String, vector: Option<&[f32]>) -> PageWork {
        let vector = vector.map(<[f32]>::to_vec);
        let passing = self.opened.traffic().passes();
        let read = move |table: &Arc<Table>| {
            let _passing = passing;
            varve_protocol::read_page(table, &request, vector.as_deref())
        };
        self.later(read, NativePage::from)
    }

    /// The rows of a find or a search as an Arrow IPC stream.
    #[napi(ts_return_type = "Promise<Uint8Array>")]
    pub fn read_arrow(&self, request: String, vector: Option<&[f32]>) -> Work<Vec<u8>, Uint8Array> {
        let vector = vector.map(<[f32]>::to_vec);
        let passing = self.opened.traffic().passes();
        let read = move |table: &Arc<Table>| {
            let _passing = passing;
            varve_protocol::read_arrow(table, &request, vector.as_deref())
        };
        self.later(read, Uint8Array::new)
    }

    /// Starts a scan.
    #[napi(ts_return_type = "Promise<NativeScan>")]
    pub fn scan(&self, request: String) -> Work<NativeScan, NativeScan> {
        let opened = Arc::clone(&self.opened);
        let start = move |table: &Arc<Table>| {
            let pages = varve_protocol::scan(table, &request)?;
            Ok(NativeScan::new(pages, opened))
        };
        self.later(start, |scan| scan)
    }

    /// One commit. Small writes get their place in the order of the calls, and are committed together where they wait together: `attend`
    /// has to be called before the event loop goes on.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn write(&self, request: String, batch: Option<&[u8]>) -> TextWork {
        let batch = batch.map(<[u8]>::to_vec).unwrap_or_default();
        if batch.len() <= SMALL_BYTES {
            return self.hand_over(request, batch);
        }
        self.write_later(move |table| varve_protocol::write(table, &request, Some(&batch)))
    }

    /// Sees that small writes are committed: inside this call where one is alone, the disk was quick lately, and there `is_time`; on a
    /// thread otherwise.
    #[napi]
    pub fn attend(&self, env: Env, is_time: bool) -> napi::Result<()> {
        // Every write counts, also one that somebody attends to already.
        let is_quiet = self.opened.write_traffic().is_quiet();
        let Some(unattended) = self.opened.take_unattended() else {
            return Ok(());
        };
        let env = env.raw();
        let mut left = Some(unattended);
        if is_time && is_quiet && threads::has_one_promise(env)? {
            threads::settle_after(env, || left = left.take().and_then(Unattended::attend_if_quick))?;
        }
        let Some(unattended) = left else {
            return Ok(());
        };
        let passing = self.opened.write_traffic().passes();
        // Whoever closes a table takes a thread, and waits there for what was handed over.
        threads::push_first(env, move || {
            unattended.attend();
            drop(passing);
        })
    }

    /// Starts a write that is told more before it is committed: of rows in several batches, or an update of the rows that match a
    /// filter, with a batch of one row for what is set to constants.
    #[napi(ts_return_type = "Promise<NativeWriter>")]
    pub fn stage(&self, request: String, constants: Option<&[u8]>) -> Work<NativeWriter, NativeWriter> {
        let (opened, constants) = (Arc::clone(&self.opened), constants.map(<[u8]>::to_vec));
        let start = move |table: &Arc<Table>| {
            let draft = varve_protocol::stage(table, &request, constants.as_deref())?;
            Ok(NativeWriter::new(draft, opened))
        };
        self.later(start, |writer| writer)
    }

    /// Starts to put new vectors in the place of a column's, or into a new column.
    #[napi(ts_return_type = "Promise<NativeReembed>")]
    pub fn reembed(&self, request: String) -> Work<NativeReembed, NativeReembed> {
        let opened = Arc::clone(&self.opened);
        let start = move |table: &Arc<Table>| {
            let vectors = varve_protocol::reembed(table, &request)?;
            Ok(NativeReembed::new(vectors, opened))
        };
        self.later(start, |reembed| reembed)
    }

    /// Commits, the newest first, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn history(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::history(table, &request))
    }

    /// What differs between two versions.
    #[napi(ts_return_type = "Promise<NativePage>")]
    pub fn diff(&self, request: String) -> PageWork {
        self.later(
            move |table| varve_protocol::diff(table, &request),
            NativePage::from,
        )
    }

    /// Gives a version a name.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn tag(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::tag(table, &request))
    }

    /// All tags, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn tags(&self) -> TextWork {
        self.text_later(|table| varve_protocol::tags(table))
    }

    /// Removes a tag.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn delete_tag(&self, name: String) -> TextWork {
        self.text_later(move |table| varve_protocol::delete_tag(table, &name))
    }

    /// Keeps a version readable for a while.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn pin(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::pin(table, &request))
    }

    /// Keeps a pinned version for longer.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn renew_pin(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::renew_pin(table, &request))
    }

    /// Ends a pin.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn unpin(&self, id: String) -> TextWork {
        self.text_later(move |table| varve_protocol::unpin(table, &id))
    }

    /// Makes the table what it was.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn restore(&self, request: String) -> TextWork {
        self.write_later(move |table| varve_protocol::restore(table, &request))
    }

    /// Changes the columns.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn alter(&self, request: String) -> TextWork {
        self.write_later(move |table| varve_protocol::alter(table, &request))
    }

    /// Rows, files and bytes, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn stats(&self) -> TextWork {
        self.text_later(|table| varve_protocol::stats(table))
    }

    /// Numbers about rows, group by group, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn aggregate(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::aggregate(table, &request))
    }

    /// What a search would read, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn explain(&self, request: String, vector: Option<&[f32]>) -> TextWork {
        let vector = vector.map(<[f32]>::to_vec);
        self.text_later(move |table| varve_protocol::explain(table, &request, vector.as_deref()))
    }

    /// Checks every byte.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn verify(&self) -> TextWork {
        self.text_later(|table| varve_protocol::verify(table))
    }

    /// Brings the layout into its best shape.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn optimize(&self) -> TextWork {
        let stop = self.opened.stop().clone();
        self.text_later(move |table| varve_protocol::optimize(table, &stop))
    }

    /// What that would remove.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn would_optimize(&self) -> TextWork {
        self.text_later(|table| varve_protocol::would_optimize(table))
    }

    /// Removes rows from every version.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn purge(&self, request: String) -> TextWork {
        self.write_later(move |table| varve_protocol::purge(table, &request))
    }

    /// How long dead rows are kept.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn set_retention(&self, request: String) -> TextWork {
        self.text_later(move |table| varve_protocol::set_retention(table, &request))
    }

    /// Ends the handle.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn close(&self) -> TextWork {
        let opened = Arc::clone(&self.opened);
        let close = move || {
            opened.close();
            Ok(String::new())
        };
        Work::new(close, |text| text)
    }
}
