//! Exact top 10 of 100,000 x 384 against the plain sum of the same bytes, for each instruction set of this CPU.
//!
//! ```sh
//! taskset -c 0 cargo run --release -p varve-kernels --example scan -- [rows] [dimension]
//! ```
//!
//! The sum is what memory allows: a ratio of 1 is a scan at full bandwidth. Sum and scans take turns, so that both
//! see the same machine; medians of 31 rounds. `masked` visits a random tenth of the rows by a mask, `listed` the
//! same rows by their positions.
#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use varve_kernels::{Element, Isa, Kernels, Metric, Query, Rows, TopK};

const ROUNDS: usize = 31;
const K: usize = 10;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map_while(|argument| argument.parse().ok());
    let count: usize = arguments.next().unwrap_or(100_000);
    let dimension: usize = arguments.next().unwrap_or(384);

    let mut random = Random(1);
    let floats: Vec<f32> = (0..count * dimension).map(|_| random.unit()).collect();
    let mut halves = vec![0; floats.len()];
    varve_kernels::f32_to_f16_slice(&floats, &mut halves);
    let f32_rows: Vec<u8> = floats.iter().flat_map(|x| x.to_le_bytes()).collect();
    let f16_rows: Vec<u8> = halves.iter().flat_map(|x| x.to_le_bytes()).collect();
    let vector: Vec<f32> = (0..dimension).map(|_| random.unit()).collect();
    let positions: Vec<u32> = (0..count as u32)
        .filter(|_| random.next().is_multiple_of(10))
        .collect();
    let mut mask = vec![0_u64; count.div_ceil(64)];
    for &position in &positions {
        mask[position as usize / 64] |= 1 << (position % 64);
    }

    println!("{count} x {dimension}, top {K}, one thread, median of {ROUNDS}\n");
    for kernels in Isa::ALL.into_iter().filter_map(Kernels::for_isa) {
        for (rows, name) in [
            (Rows::new(&f32_rows, Element::F32), "f32"),
            (Rows::new(&f16_rows, Element::F16), "f16"),
        ] {
            let bytes = if name == "f32" { &f32_rows } else { &f16_rows };
            let sum = || _ = black_box(kernels.sum_f32_bytes(bytes));
            for metric in [Metric::Dot, Metric::Cosine, Metric::L2] {
                let query = Query::new(&vector, metric);
                let mut top = TopK::new(K);
                let mut scan = |mask: Option<&[u64]>| {
                    top.clear();
                    kernels.scan(&query, rows, 0, mask, &mut top);
                    black_box(top.sorted());
                };
                let (sum_time, scan_time) = take_turns(sum, || scan(None));
                let ratio = scan_time.as_secs_f64() / sum_time.as_secs_f64();
                let (masked, listed) = take_turns(
                    || scan(Some(&mask)),
                    || {
                        let mut top = TopK::new(K);
                        kernels.score_rows(&query, rows, 0, &positions, &mut top);
                        black_box(top.sorted());
                    },
                );
                println!(
                    "{:7} {name} {metric:7?} sum {:6.2} ms ({:5.1} GB/s)  scan {:6.2} ms  ratio {ratio:5.2}  \
                     masked {:5.2} ms  listed {:5.2} ms",
                    kernels.isa().to_string(),
                    milliseconds(sum_time),
                    bytes.len() as f64 / sum_time.as_secs_f64() / 1e9,
                    milliseconds(scan_time),
                    milliseconds(masked),
                    milliseconds(listed),
                );
            }
        }
    }
}

/// The median times of two functions that run in turns.
fn take_turns(mut a: impl FnMut(), mut b: impl FnMut()) -> (Duration, Duration) {
    let (mut a_times, mut b_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a_times.push(time(&mut a));
        b_times.push(time(&mut b));
    }
    (median(a_times), median(b_times))
}

fn time(work: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in -1..1.
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}
