//! Notices what takes too much memory or time, and ends the process then.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// No target has a reason to ask for more at once: inputs are shorter than 1 MB.
pub const PIECE_MAX: usize = 64 << 20;
/// Nor to hold more.
pub const HELD_MAX: usize = 512 << 20;
/// Nor to take longer, on a machine with other things to do.
pub const TIME_MAX: Duration = Duration::from_secs(20);

static HELD: AtomicUsize = AtomicUsize::new(0);
static STRICT: AtomicBool = AtomicBool::new(false);
static INPUTS: AtomicU64 = AtomicU64::new(0);

/// The system's memory, with an end.
#[derive(Debug)]
pub struct Memory;

impl Memory {
    fn check(size: usize) {
        let held = HELD.fetch_add(size, Ordering::Relaxed) + size;
        if (size > PIECE_MAX || held > HELD_MAX) && STRICT.swap(false, Ordering::Relaxed) {
            // It may not be told in words: that takes memory.
            std::process::abort();
        }
    }
}

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::check(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from the system's allocator, by `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::check(layout.size());
        // SAFETY: as for `alloc`; pages that nobody writes to cost nothing, as everywhere else.
        unsafe { System.alloc_zeroed(layout) }
    }
}

/// From here on too much memory ends the process, and so does an input that takes too long.
///
/// # Panics
/// Where there can be no thread.
pub fn begin() {
    STRICT.store(true, Ordering::Relaxed);
    std::thread::Builder::new()
        .spawn(|| {
            loop {
                let before = INPUTS.load(Ordering::Relaxed);
                std::thread::sleep(TIME_MAX);
                if INPUTS.load(Ordering::Relaxed) == before {
                    STRICT.store(false, Ordering::Relaxed);
                    std::process::abort();
                }
            }
        })
        .unwrap();
}

/// Another input is next.
pub fn next() {
    INPUTS.fetch_add(1, Ordering::Relaxed);
}
