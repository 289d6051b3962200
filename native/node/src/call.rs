//! The edge between JavaScript and the engine: failures become errors whose message is JSON, and a panic stays here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::json;
use varve_engine::error::{Code, Error};

/// A failure as JavaScript sees it.
pub(crate) fn thrown(error: &Error) -> napi::Error {
    let place = error.place();
    let message = json!({
        "code": error.code().as_str(),
        "message": error.message(),
        "hint": error.next_step(),
        "where": { "table": place.table, "column": place.column, "row": place.row, "file": place.file },
    });
    napi::Error::from_reason(message.to_string())
}

/// Whether a handle may still be used.
#[derive(Debug, Default)]
pub(crate) struct Usable(AtomicU8);

const CLOSED: u8 = 1;
const POISONED: u8 = 2;

impl Usable {
    pub(crate) fn close(&self) {
        self.0.fetch_max(CLOSED, Ordering::Relaxed);
    }

    /// Runs a call of the engine. A panic poisons the handle and is reported; it never reaches Node.
    pub(crate) fn run<T>(&self, call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        match self.0.load(Ordering::Relaxed) {
            0 => {}
            CLOSED => {
                return Err(Error::new(Code::Closed, "The handle was closed.").hint("Open the table again."));
            }
            _ => {
                return Err(Error::new(
                    Code::Closed,
                    "A failure inside the engine made the handle unusable.",
                )
                .hint("Open the database again; what was committed is safe."));
            }
        }
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
            self.0.store(POISONED, Ordering::Relaxed);
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Err(Error::internal(format_args!("the engine panicked: {text}")))
        })
    }
}
