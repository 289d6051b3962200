//! After a collector is made, scans and reading the result take no memory.
//!
//! An allocation per row, or per query in a hot loop, would be a regression that no other test sees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use varve_kernels::{Element, Isa, Kernels, Metric, Query, Rows, TopK};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the contract is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the contract is the same.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn scans_do_not_allocate() {
    let vector = [1.0, -0.5, 0.25];
    let bytes: Vec<u8> = (0..30_000_u32)
        .flat_map(|i| (i as f32).sin().to_le_bytes())
        .collect();
    for kernels in Isa::ALL.into_iter().filter_map(Kernels::for_isa) {
        for k in [10, 1000] {
            let mut top = TopK::new(k);
            let before = ALLOCATIONS.get();
            for metric in [Metric::Dot, Metric::Cosine, Metric::L2] {
                let query = Query::new(&vector, metric);
                for element in [Element::F32, Element::F16] {
                    let rows = Rows::new(&bytes, element);
                    kernels.scan(&query, rows, 0, None, &mut top);
                    kernels.scan(&query, rows, 0, Some(&[0x5555_5555; 100]), &mut top);
                    kernels.score_rows(&query, rows, 0, &[5, 9000, 77], &mut top);
                    assert_eq!(top.sorted().len(), k);
                }
            }
            assert_eq!(ALLOCATIONS.get(), before);
        }
    }
}
