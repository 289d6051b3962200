use std::sync::{Arc, Mutex, PoisonError};

use napi_derive::napi;
use varve_engine::{CopyProgress, Stop};

use crate::place::Shared;
use crate::threads::{Ends, end_with_environment};
use crate::work::{TextWork, Work};

/// A copy of tables to another database: it may be ended, and asked how far it has come.
#[napi]
pub struct NativeBackup {
    copy: Arc<Copy>,
}

struct Copy {
    source: Arc<Shared>,
    target: Arc<Shared>,
    request: String,
    stop: Arc<Stop>,
    progress: Mutex<Option<CopyProgress>>,
}

impl Ends for Copy {
    fn end(&self) {
        self.stop.set();
    }
}

impl NativeBackup {
    pub(crate) fn new([source, target]: [&Arc<Shared>; 2], request: String) -> Self {
        let copy = Arc::new(Copy {
            source: Arc::clone(source),
            target: Arc::clone(target),
            request,
            stop: Arc::default(),
            progress: Mutex::default(),
        });
        source.copies(&copy.stop);
        target.copies(&copy.stop);
        let ends: Arc<dyn Ends> = Arc::<Copy>::clone(&copy);
        end_with_environment(Arc::downgrade(&ends));
        Self { copy }
    }
}

#[napi]
impl NativeBackup {
    /// Copies, and says as JSON what was copied.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn run(&self) -> TextWork {
        let copy = Arc::clone(&self.copy);
        let run = move || {
            let report = |progress: &CopyProgress| {
                *copy.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress.clone());
            };
            copy.source.run(|source| {
                copy.target.run(|target| {
                    let databases = (&source.database, &target.database);
                    varve_protocol::backup(databases.0, databases.1, &copy.request, &copy.stop, &report)
                })
            })
        };
        Work::new(run, |text| text)
    }

    /// How far it has come, as JSON; null before it has begun.
    #[napi]
    pub fn progress(&self) -> Option<String> {
        let progress = self.copy.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.as_ref().map(varve_protocol::copy_progress)
    }

    /// Ends it as soon as it can be ended. What was copied stays.
    #[napi]
    pub fn stop(&self) {
        self.copy.stop.set();
    }
}
