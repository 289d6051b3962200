//! Shadows of 384 dimensions against plain sums, for each instruction set of this CPU.
//!
//! ```sh
//! taskset -c 0 cargo run --release -p varve-kernels --example shadow -- [rows]
//! ```
//!
//! `scan` visits all rows, `random` a random hundredth; `sum` reads the bytes that a scan reads and does nothing else. Medians
//! of 31 rounds, taken by turns. The threshold lets no row through: what is measured is the estimating.
#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use varve_kernels::{
    Element, Isa, Kernels, Metric, Query, Rows, Shadow, ShadowFactors, ShadowQuery, ShadowScan, sum_f32_bytes,
};

const ROUNDS: usize = 31;
const DIMENSION: usize = 384;

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|argument| argument.parse().ok())
        .unwrap_or(100_000);
    let mut random = Random(1);
    let batch: Vec<u8> = (0..1000 * DIMENSION)
        .flat_map(|_| random.unit().to_le_bytes())
        .collect();
    let rows = Rows::new(&batch, Element::F32);
    let vector: Vec<f32> = (0..DIMENSION).map(|_| random.unit()).collect();
    println!("{count} x {DIMENSION}, one thread\n");
    for kernels in Isa::ALL.into_iter().filter_map(Kernels::for_isa) {
        let (mut codes, mut factors) = (Vec::new(), ShadowFactors::default());
        let started = Instant::now();
        for _ in 0..count / 1000 {
            kernels.encode_shadow(rows, DIMENSION, &mut codes, &mut factors);
        }
        let encoding = started.elapsed().as_nanos() as f64 / count as f64;
        println!("{}: encoding {encoding:.0} ns a row", kernels.isa());
        let shadow = Shadow::new(DIMENSION, &codes, factors.bytes());
        for metric in [Metric::Dot, Metric::Cosine, Metric::L2] {
            let Some(query) = ShadowQuery::new(&Query::new(&vector, metric)) else {
                return;
            };
            let (mut found, threshold) = (Vec::new(), 1e30);
            let scan = ShadowScan {
                query: &query,
                shadow,
                threshold,
            };
            let (mut sums, mut scans, mut randoms) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let picked: Vec<u32> = (0..count / 100)
                    .map(|_| (random.next() as usize % count) as u32)
                    .collect();
                sums.push(timed(|| {
                    black_box(sum_f32_bytes(&codes));
                    black_box(sum_f32_bytes(factors.bytes()));
                }));
                scans.push(timed(|| kernels.scan_shadow(scan, 0..count, None, &mut found)));
                randoms.push(timed(|| kernels.scan_shadow_at(scan, &picked, &mut found)));
            }
            let [sum, scan, random] = [sums, scans, randoms].map(median);
            println!(
                "  {metric:?}: sum {:.3} ms, scan {:.3} ms ({:.2} ns a row), random {:.1} ns a row",
                sum / 1e6,
                scan / 1e6,
                scan / count as f64,
                random / (count / 100) as f64
            );
        }
    }
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_nanos() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}
