//! Scans of one-bit codes.

use crate::dispatch::Kernels;
use crate::lanes::{Job, Machine};
use crate::signs::{BLOCK_ROWS, Estimate, FACTORS, SignScan, block_bytes};

impl Kernels {
    /// Appends the rows of `blocks` whose bound reaches `threshold`.
    ///
    /// For a row with `add` and `factor`, `estimate = base + add + factor * S`, where `S` is the sum of its signs times the
    /// query's elements, and `bound = estimate + weight * factor`. Positions count from `first`. Rows whose `add` is NaN are
    /// passed over; an incomplete block at the end does not count. The same bits on every instruction set.
    pub fn scan_signs(self, scan: &SignScan<'_>, found: &mut Vec<Estimate>) {
        #[cfg(target_arch = "x86_64")]
        if crate::x86::scan_signs(self.isa(), scan, found) {
            return;
        }
        self.run(Plain { scan, found });
    }
}

/// The scan as it is defined.
struct Plain<'a, 'b> {
    scan: &'a SignScan<'b>,
    found: &'a mut Vec<Estimate>,
}

impl Job for Plain<'_, '_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let scan = self.scan;
        let bytes = block_bytes(scan.query.dimensions());
        for (at, block) in scan.blocks.chunks_exact(bytes).enumerate() {
            let (codes, factors) = block.split_at(bytes - FACTORS);
            let mut sums = [0_i32; BLOCK_ROWS];
            for (codes, table) in codes
                .as_chunks::<16>()
                .0
                .iter()
                .zip(scan.query.table.as_chunks::<16>().0)
            {
                for i in 0..16 {
                    sums[i] += i32::from(table[usize::from(codes[i] & 15)]);
                    sums[i + 16] += i32::from(table[usize::from(codes[i] >> 4)]);
                }
            }
            let mut numbers = factors
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes));
            let adds: [f32; BLOCK_ROWS] = std::array::from_fn(|_| numbers.next().unwrap_or(f32::NAN));
            for (row, (sum, add)) in sums.into_iter().zip(adds).enumerate() {
                let factor = numbers.next().unwrap_or(0.0);
                let estimate = factor.mul_add(sum as f32 * scan.query.scale, scan.base + add);
                let bound = factor.mul_add(scan.weight, estimate);
                if bound >= scan.threshold {
                    self.found.push(Estimate {
                        estimate,
                        bound,
                        position: scan.first + (at * BLOCK_ROWS + row) as u32,
                    });
                }
            }
        }
    }
}
