//! What an object of JavaScript leads to, until it is closed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use varve_engine::{Code, Error, Result};

/// A database, a table, or a part of one. Calls share it; who closes it waits for them, and then nothing is left of it.
#[derive(Debug)]
pub(crate) struct Handle<T> {
    state: Mutex<State<T>>,
    idle: Condvar,
}

#[derive(Debug)]
struct State<T> {
    target: Option<Arc<T>>,
    /// Calls that are under way.
    calls: usize,
    poisoned: bool,
}

impl<T> Handle<T> {
    pub(crate) fn new(target: Arc<T>) -> Self {
        let state = State {
            target: Some(target),
            calls: 0,
            poisoned: false,
        };
        Self {
            state: Mutex::new(state),
            idle: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a call of the engine. A panic makes the handle useless and is reported; it never reaches Node.
    pub(crate) fn run<R>(&self, call: impl FnOnce(&Arc<T>) -> Result<R>) -> Result<R> {
        let target = self.begin()?;
        let result = catch_unwind(AssertUnwindSafe(|| call(&target)));
        // Before the end of the call is told: who waits for it wants to see it gone.
        drop(target);
        self.end(result.is_err());
        result.unwrap_or_else(|panic| Err(panicked(&*panic)))
    }

    /// Begins a call, for which closing waits until its [`Handle::end`].
    pub(crate) fn begin(&self) -> Result<Arc<T>> {
        let mut state = self.lock();
        if state.poisoned {
            return Err(Error::new(
                Code::Closed,
                "A failure inside the engine made the handle unusable.",
            )
            .hint("Open the database again; what was committed is safe."));
        }
        let closed = || Error::new(Code::Closed, "The handle was closed.").hint("Open the table again.");
        let target = state.target.clone().ok_or_else(closed)?;
        state.calls += 1;
        Ok(target)
    }

    /// Ends a call; its target is dropped before.
    pub(crate) fn end(&self, panicked: bool) {
        let mut state = self.lock();
        state.calls -= 1;
        state.poisoned |= panicked;
        if state.calls == 0 && state.target.is_none() {
            self.idle.notify_all();
        }
    }

    /// Lets no further call begin. The target lives as long as what is returned, and as calls that are under way.
    pub(crate) fn shut(&self) -> Option<Arc<T>> {
        self.lock().target.take()
    }

    /// Waits for the calls that are under way, once the handle is shut.
    pub(crate) fn wait(&self) {
        let waited = self.idle.wait_while(self.lock(), |state| state.calls > 0);
        drop(waited);
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_default();
    Error::internal(format_args!("the engine panicked: {text}"))
}

/// Something that a table is asked for step by step, such as a scan; empty once it has ended.
pub(crate) type Part<S> = Arc<Mutex<Option<S>>>;

/// A part, whatever it is.
pub(crate) trait LetGo: Send + Sync {
    /// Ends it.
    fn let_go(&self);
}

impl<S: Send> LetGo for Mutex<Option<S>> {
    fn let_go(&self) {
        let part = self.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(part);
    }
}
