use std::sync::{Arc, PoisonError};

use napi_derive::napi;
use varve_engine::{Code, Error, Result};
use varve_protocol::{Page, Vectors};

use crate::handle::Part;
use crate::opened::Opened;
use crate::page::NativePage;
use crate::work::{TextWork, Work};

/// New vectors for a column that become one commit.
#[napi]
pub struct NativeReembed {
    vectors: Part<Vectors>,
    field: u32,
    opened: Arc<Opened>,
}

impl NativeReembed {
    pub(crate) fn new(vectors: Vectors, opened: Arc<Opened>) -> Self {
        Self {
            field: vectors.field(),
            vectors: opened.part(vectors),
            opened,
        }
    }

    fn later<T: 'static, J>(
        &self,
        call: impl FnOnce(&mut Vectors) -> Result<T> + Send + 'static,
        convert: fn(T) -> J,
    ) -> Work<T, J> {
        let (vectors, opened) = (Arc::clone(&self.vectors), Arc::clone(&self.opened));
        let run = move || {
            opened.run(|_| {
                let mut vectors = vectors.lock().unwrap_or_else(PoisonError::into_inner);
                call(vectors.as_mut().ok_or_else(ended)?)
            })
        };
        Work::new(run, convert)
    }

    fn done_later(&self, call: impl FnOnce(&mut Vectors) -> Result<()> + Send + 'static) -> TextWork {
        self.later(move |vectors| call(vectors).map(|()| String::new()), |text| text)
    }
}

fn ended() -> Error {
    Error::new(Code::Closed, "The new vectors were given up already.")
}

#[napi]
impl NativeReembed {
    /// The id of the new column.
    #[napi(getter)]
    pub fn field(&self) -> u32 {
        self.field
    }

    /// How many rows wait to be handed out, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn waiting(&self) -> TextWork {
        self.later(Vectors::waiting, |text| text)
    }

    /// The next rows, with the sources of the column; null where all were handed out.
    #[napi(ts_return_type = "Promise<NativePage | null>")]
    pub fn next(&self, limit: u32) -> Work<Option<Page>, Option<NativePage>> {
        self.later(
            move |vectors| vectors.next(limit),
            |page| page.map(NativePage::from),
        )
    }

    /// The vectors of these rows.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn add(&self, batch: &[u8]) -> TextWork {
        let batch = batch.to_vec();
        self.done_later(move |vectors| vectors.add(&batch))
    }

    /// Makes all vectors visible, in every version. Says `null` where rows came that were not handed out, unless these may
    /// stay without a vector until `fill`.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn commit(&self, gaps: bool) -> TextWork {
        let opened = Arc::clone(&self.opened);
        let commit = move |vectors: &mut Vectors| {
            let done = vectors.commit(gaps)?;
            opened.committed();
            Ok(done)
        };
        self.later(commit, |text| text)
    }

    /// Gives the rows that `commit` left without a vector theirs.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn fill(&self) -> TextWork {
        self.done_later(Vectors::fill)
    }

    /// Ends it. What was not committed is gone.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn end(&self) -> TextWork {
        let vectors = Arc::clone(&self.vectors);
        let run = move || {
            vectors.lock().unwrap_or_else(PoisonError::into_inner).take();
            Ok(String::new())
        };
        Work::new(run, |text| text)
    }
}
