//! The nearest of many centres.

use crate::centres::{Centres, dot};
use crate::dispatch::Kernels;
use crate::lanes::{Job, Machine};

impl Kernels {
    /// For each row the number of the centre with the largest `<row, centre> - |centre|^2 / 2`, which is the nearest one.
    ///
    /// `rows` are bytes end to end with a scale for each. Among equals the first. The same answer on every instruction set.
    pub fn nearest_centres(self, centres: &Centres, rows: &[i8], scales: &[f32], nearest: &mut [u32]) {
        #[cfg(target_arch = "x86_64")]
        if crate::x86::nearest_centres(self.isa(), centres, rows, scales, nearest) {
            return;
        }
        self.run(Nearest {
            centres,
            rows,
            scales,
            nearest,
        });
    }
}

/// The search as it is defined.
struct Nearest<'a> {
    centres: &'a Centres,
    rows: &'a [i8],
    scales: &'a [f32],
    nearest: &'a mut [u32],
}

impl Job for Nearest<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let dimensions = self.centres.dimensions.max(1);
        let rows = self.rows.chunks_exact(dimensions).zip(self.scales);
        for ((row, scale), nearest) in rows.zip(self.nearest) {
            let mut best = (f32::NEG_INFINITY, 0);
            for (i, centre) in self.centres.rows.chunks_exact(dimensions).enumerate() {
                let score =
                    dot(row, centre) as f32 * (self.centres.scales[i] * scale) - self.centres.halves[i];
                if score > best.0 {
                    best = (score, i as u32);
                }
            }
            *nearest = best.1;
        }
    }
}
