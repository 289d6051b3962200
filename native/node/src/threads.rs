//! Threads for calls that take long, and the way back to JavaScript's thread: one set for each environment of Node.
//!
//! They are not libuv's, for which Node waits when a process or a worker ends, and of which there are four for all that a process does.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use napi::{Status, check_status, sys};

/// What runs on a thread of the set. It returns what settles a promise, unless others do.
type Job = Box<dyn FnOnce() -> Option<Settle> + Send>;
/// What then runs on JavaScript's thread.
pub(crate) type Settle = Box<dyn FnOnce(sys::napi_env) + Send>;

/// What ends early where the environment ends.
pub(crate) trait Ends: Send + Sync {
    fn end(&self);
}

const THREADS_MIN: usize = 4;
const THREADS_MAX: usize = 8;
/// A thread that had nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(5);
/// The most promises that are settled before the event loop goes on to other things.
const SETTLED_AT_ONCE: usize = 8;

thread_local! {
    /// The environments of this thread: one, unless somebody embeds Node.
    static HERE: RefCell<Vec<*const Here>> = const { RefCell::new(Vec::new()) };
}

/// An environment, as its own thread sees it.
struct Here {
    env: sys::napi_env,
    threads: Arc<Threads>,
    function: sys::napi_threadsafe_function,
    /// Promises that are not settled.
    pending: Cell<usize>,
    ends: RefCell<Vec<Weak<dyn Ends>>>,
}

/// What the threads share.
#[derive(Default)]
struct Threads {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    ended: bool,
}

#[derive(Default)]
struct Done {
    settles: VecDeque<Settle>,
    /// What wakes JavaScript's thread; none once the environment has ended.
    function: Option<Function>,
    woken: bool,
}

struct Function(sys::napi_threadsafe_function);

// SAFETY: Node lets every thread call such a function. It is called under the lock that the end of the environment takes to remove it.
unsafe impl Send for Function {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From a call of JavaScript to threads, and from any thread back: the way of one promise.
#[derive(Clone)]
pub(crate) struct Way(Arc<Threads>);

impl Way {
    /// Runs a job on a thread, and on JavaScript's thread what it returns.
    pub(crate) fn push(&self, job: Job) {
        self.0.push(job);
    }

    /// Settles the promise, on JavaScript's thread. To be called once, unless a job does it.
    pub(crate) fn finish(&self, settle: Settle) {
        self.0.finish(settle);
    }
}

/// Begins what settles a promise. Must be called on JavaScript's thread.
pub(crate) fn begin(env: sys::napi_env) -> napi::Result<Way> {
    let here = here(env)?;
    if here.pending.replace(here.pending.get() + 1) == 0 {
        // SAFETY: environment and function live, as `here` does. A promise that is not settled keeps the event loop going.
        unsafe { sys::napi_ref_threadsafe_function(env, here.function) };
    }
    Ok(Way(Arc::clone(&here.threads)))
}

/// Runs a job on a thread that jobs on other threads may wait for: never behind one of them. Where it panics, whoever waits was told.
/// Must be called on JavaScript's thread.
pub(crate) fn push_first(env: sys::napi_env, job: impl FnOnce() + Send + 'static) -> napi::Result<()> {
    here(env)?.threads.push_first(Box::new(move || {
        let _ = catch_unwind(AssertUnwindSafe(job));
        None
    }));
    Ok(())
}

/// Whether a single promise waits to be settled. Must be called on JavaScript's thread.
pub(crate) fn has_one_promise(env: sys::napi_env) -> napi::Result<bool> {
    Ok(here(env)?.pending.get() == 1)
}

/// Does something inside a call of JavaScript, and settles at once what is done then. Where it panics, whoever waits was told. Must be
/// called on JavaScript's thread.
pub(crate) fn settle_after(env: sys::napi_env, work: impl FnOnce()) -> napi::Result<()> {
    let here = here(env)?;
    // Nobody needs to wake this thread, which looks for itself.
    lock(&here.threads.done).woken = true;
    let _ = catch_unwind(AssertUnwindSafe(work));
    here.settle_some(env);
    Ok(())
}

/// Ends something, if it is still there, when the environment of this thread ends.
pub(crate) fn end_with_environment(end: Weak<dyn Ends>) {
    HERE.with_borrow(|all| {
        // SAFETY: what stands in the list lives: it is taken out before it goes.
        let Some(here) = all.first().map(|here| unsafe { &**here }) else {
            return;
        };
        let mut ends = here.ends.borrow_mut();
        ends.retain(|end| end.strong_count() > 0);
        ends.push(end);
    });
}

/// The environment as this thread sees it, which is made at the first call.
fn here(env: sys::napi_env) -> napi::Result<&'static Here> {
    let known = HERE.with_borrow(|all| {
        // SAFETY: what stands in the list lives: it is taken out before it goes.
        let all = all.iter().map(|here| unsafe { &**here });
        all.into_iter().find(|here| here.env == env)
    });
    known.map_or_else(|| Here::make(env), Ok)
}

impl Here {
    fn make(env: sys::napi_env) -> napi::Result<&'static Self> {
        let here = Box::into_raw(Box::new(Self {
            env,
            threads: Arc::default(),
            function: ptr::null_mut(),
            pending: Cell::new(0),
            ends: RefCell::default(),
        }));
        // SAFETY: `here` was just made. It belongs to the function from now on, whose end frees it, and that is after `environment_ends`.
        unsafe {
            let mut name = ptr::null_mut();
            let label = c"varve";
            check_status!(sys::napi_create_string_utf8(env, label.as_ptr(), 5, &mut name))?;
            check_status!(sys::napi_create_threadsafe_function(
                env,
                ptr::null_mut(),
                ptr::null_mut(),
                name,
                0,
                1,
                here.cast(),
                Some(function_ends),
                here.cast(),
                Some(woken),
                &mut (*here).function,
            ))?;
            check_status!(sys::napi_unref_threadsafe_function(env, (*here).function))?;
            // Node runs these in reverse order, so this one comes before the end of the function.
            check_status!(sys::napi_add_env_cleanup_hook(
                env,
                Some(environment_ends),
                here.cast()
            ))?;
            let made = &*here;
            lock(&made.threads.done).function = Some(Function(made.function));
            HERE.with_borrow_mut(|all| all.push(here));
            Ok(made)
        }
    }
}

impl Here {
    /// Settles promises on JavaScript's thread, and comes back where there are more.
    fn settle_some(&self, env: sys::napi_env) {
        let mut settled = 0;
        while settled < SETTLED_AT_ONCE
            && let Some(settle) = self.threads.next_done()
        {
            settle(env);
            settled += 1;
        }
        self.threads.wake_again();
        let pending = self.pending.get().saturating_sub(settled);
        self.pending.set(pending);
        if pending == 0 && settled > 0 {
            // SAFETY: as in `begin`: environment and function live.
            unsafe { sys::napi_unref_threadsafe_function(env, self.function) };
        }
    }
}

/// The environment ends: nothing is begun any more, nothing comes back, and what takes long ends early.
unsafe extern "C" fn environment_ends(here: *mut c_void) {
    HERE.with_borrow_mut(|all| all.retain(|known| !ptr::eq(*known, here.cast())));
    // SAFETY: it is what `make` gave, and the function that it belongs to has not ended.
    let here = unsafe { &*here.cast::<Here>() };
    here.threads.end();
    for end in here.ends.take().iter().filter_map(Weak::upgrade) {
        end.end();
    }
}

unsafe extern "C" fn function_ends(_: sys::napi_env, here: *mut c_void, _: *mut c_void) {
    // SAFETY: it is what `make` gave, and nobody comes after this.
    drop(unsafe { Box::from_raw(here.cast::<Here>()) });
}

unsafe extern "C" fn woken(env: sys::napi_env, _: sys::napi_value, here: *mut c_void, _: *mut c_void) {
    if env.is_null() {
        return;
    }
    // SAFETY: it is what `make` gave; the function has not ended, as it calls.
    unsafe { &*here.cast::<Here>() }.settle_some(env);
}

impl Threads {
    fn push(self: &Arc<Self>, job: Job) {
        let mut waiting = lock(&self.waiting);
        waiting.jobs.push_back(job);
        let most = std::thread::available_parallelism().map_or(THREADS_MIN, usize::from);
        self.see_to(waiting, most.clamp(THREADS_MIN, THREADS_MAX));
    }

    /// Puts a job before the others, and sees that a thread takes it that has nothing else to do, however many there are.
    fn push_first(self: &Arc<Self>, job: Job) {
        let mut waiting = lock(&self.waiting);
        waiting.jobs.push_front(job);
        self.see_to(waiting, usize::MAX);
    }

    /// Sees that a thread takes a job that was pushed, where there are fewer than `most`.
    #[expect(
        clippy::disallowed_methods,
        reason = "these threads end when they are idle, and with their environment"
    )]
    fn see_to(self: &Arc<Self>, mut waiting: MutexGuard<'_, Waiting>, most: usize) {
        if waiting.idle >= waiting.jobs.len() {
            self.wake.notify_one();
            return;
        }
        if waiting.threads >= most {
            return;
        }
        let threads = Arc::clone(self);
        let thread = std::thread::Builder::new().name("varve".to_owned());
        match thread.spawn(move || threads.run()) {
            Ok(_) => waiting.threads += 1,
            // A process that cannot have a thread does without.
            Err(_) if waiting.threads == 0 => {
                let job = waiting.jobs.pop_back();
                drop(waiting);
                if let Some(settle) = job.and_then(|job| job()) {
                    self.finish(settle);
                }
            }
            Err(_) => {}
        }
    }

    fn run(&self) {
        while let Some(job) = self.next_job() {
            if let Some(settle) = job() {
                self.finish(settle);
            }
        }
    }

    /// The next job; none where there has been nothing to do for long, or the environment has ended.
    fn next_job(&self) -> Option<Job> {
        let mut waiting = lock(&self.waiting);
        waiting.idle += 1;
        let none = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.ended;
        let woken = self.wake.wait_timeout_while(waiting, IDLE, none);
        waiting = woken.map_or_else(|poisoned| poisoned.into_inner().0, |(waiting, _)| waiting);
        waiting.idle -= 1;
        let job = waiting.jobs.pop_front();
        if job.is_none() {
            waiting.threads -= 1;
        }
        job
    }

    fn finish(&self, settle: Settle) {
        let mut done = lock(&self.done);
        if done.function.is_some() {
            done.settles.push_back(settle);
            done.wake();
        }
    }

    fn next_done(&self) -> Option<Settle> {
        lock(&self.done).settles.pop_front()
    }

    fn wake_again(&self) {
        let mut done = lock(&self.done);
        done.woken = false;
        if !done.settles.is_empty() {
            done.wake();
        }
    }

    fn end(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.ended = true;
        let jobs = std::mem::take(&mut waiting.jobs);
        drop(waiting);
        drop(jobs);
        self.wake.notify_all();
        *lock(&self.done) = Done::default();
    }
}

impl Done {
    fn wake(&mut self) {
        let Some(Function(function)) = self.function.as_ref().filter(|_| !self.woken) else {
            return;
        };
        let mode = sys::ThreadsafeFunctionCallMode::nonblocking;
        // SAFETY: the function is there until the end of the environment takes it out under this lock.
        let called = unsafe { sys::napi_call_threadsafe_function(*function, ptr::null_mut(), mode) };
        self.woken = Status::from(called) == Status::Ok;
    }
}
