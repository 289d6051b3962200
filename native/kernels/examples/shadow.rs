//! Shadows of 384 dimensions against plain sums, for each instruction set of this CPU.
//!
//! ```sh
//! taskset -c 0 cargo run --release -p varve-kernels --example shadow -- [rows]...
//! ```
//!
//! `scan` visits all rows, `random` the same random hundredth in each round, ascending, as a filter gives it; `sum` reads the bytes that a scan reads and does nothing else. Medians
//! of 31 rounds, taken by turns. The threshold lets no row through: what is measured is the estimating.
#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use varve_kernels::{
    Element, Isa, Kernels, Metric, Query, Rows, Shadow, ShadowBlocks, ShadowQuery, ShadowScan, sum_f32_bytes,
};

const ROUNDS: usize = 31;
const DIMENSION: usize = 384;
/// As in a file, blocks start at a multiple of it.
const ALIGNMENT: usize = 64;

fn main() {
    let mut counts: Vec<usize> = std::env::args()
        .skip(1)
        .map_while(|argument| argument.parse().ok())
        .collect();
    if counts.is_empty() {
        counts = vec![10_000, 100_000, 1_000_000];
    }
    let mut random = Random(1);
    let batch: Vec<u8> = (0..1000 * DIMENSION)
        .flat_map(|_| random.unit().to_le_bytes())
        .collect();
    let vector: Vec<f32> = (0..DIMENSION).map(|_| random.unit()).collect();
    println!("one thread");
    for count in counts {
        for kernels in Isa::ALL.into_iter().filter_map(Kernels::for_isa) {
            measure(kernels, count, &batch, &vector, &mut random);
        }
    }
}

fn measure(kernels: Kernels, count: usize, batch: &[u8], vector: &[f32], random: &mut Random) {
    let rows = Rows::new(batch, Element::F32);
    let mut blocks = ShadowBlocks::new(DIMENSION);
    let started = Instant::now();
    for _ in 0..count / 1000 {
        kernels.encode_shadow(rows, &mut blocks);
    }
    let encoding = started.elapsed().as_nanos() as f64 / count as f64;
    let mut room = Vec::new();
    let bytes = aligned(blocks.bytes(), &mut room);
    let megabytes = bytes.len() as f64 / 1e6;
    println!(
        "\n{count} x {DIMENSION}, {megabytes:.1} MB, {}: encoding {encoding:.0} ns a row",
        kernels.isa()
    );
    for metric in [Metric::Dot, Metric::Cosine, Metric::L2] {
        let Some(query) = ShadowQuery::new(&Query::new(vector, metric)) else {
            return;
        };
        let mut picked: Vec<u32> = (0..count / 100)
            .map(|_| (random.next() as usize % count) as u32)
            .collect();
        picked.sort_unstable();
        let mut found = Vec::new();
        let scan = ShadowScan {
            query: &query,
            shadow: Shadow::new(DIMENSION, count, bytes),
            threshold: 1e30,
        };
        let (mut sums, mut scans, mut randoms) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            sums.push(timed(|| {
                black_box(sum_f32_bytes(bytes));
            }));
            scans.push(timed(|| kernels.scan_shadow(scan, 0..count, None, &mut found)));
            randoms.push(timed(|| kernels.scan_shadow_at(scan, &picked, &mut found)));
        }
        let [sum, scan, random] = [sums, scans, randoms].map(median);
        println!(
            "  {:7} sum {:.3} ms ({:.1} GB/s), scan {:.3} ms ({:.2} ns a row, {:.0} million rows/s), ratio {:.2}, random {:.1} ns a row",
            format!("{metric:?}"),
            sum / 1e6,
            megabytes * 1e6 / sum,
            scan / 1e6,
            scan / count as f64,
            count as f64 / scan * 1e3,
            scan / sum,
            random / (count / 100) as f64
        );
    }
}

/// A copy of some bytes that starts at a multiple of [`ALIGNMENT`].
fn aligned<'a>(bytes: &[u8], room: &'a mut Vec<u8>) -> &'a [u8] {
    room.resize(bytes.len() + ALIGNMENT, 0);
    let start = room.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
    let copy = &mut room[start..start + bytes.len()];
    copy.copy_from_slice(bytes);
    copy
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
