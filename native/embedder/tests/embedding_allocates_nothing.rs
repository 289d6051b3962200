//! Embedding a text takes no memory from the heap, however odd the text.
//!
//! Indexing embeds millions of chunks on all cores: an allocation for each would be felt, and one that grows with a
//! word would let a single text take what it wants.

#[path = "common/built_in.rs"]
mod built_in;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator, by `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn embedding_allocates_nothing() {
    let model = built_in::model();
    let mut vector = vec![0.0; model.dimensions()];
    let long_word = "ü".repeat(10_000);
    let marks = "\u{1d165}\u{302e}\u{302f}".repeat(10_000);
    let corpus = include_str!("corpus.txt");
    let before = ALLOCATIONS.get();
    for text in [
        corpus,
        "",
        "[UNK] [PAD]",
        &long_word,
        &marks,
        "antidisestablishmentarianism",
    ] {
        model.embed(text, &mut vector);
    }
    assert_eq!(ALLOCATIONS.get(), before);
    assert!(!model.tokenize("a").is_empty());
    assert!(ALLOCATIONS.get() > before, "the counter counts");
}
