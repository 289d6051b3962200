//! Builds one index segment and searches it, for measurements of the index alone:
//!
//! ```text
//! cargo run --release -p varve-engine --example vector_index -- clustered 100000
//! cargo run --release -p varve-engine --example vector_index -- base.f16 query.f16
//! ```
//!
//! The first form makes unit vectors of 384 dimensions with a seed: 3,000 overlapping clusters in 60 groups, in a subspace of
//! 128 dimensions of falling weight, with a shared mean and noise in all directions. The second reads half floats.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "it is a measurement"
)]

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use varve_engine::{
    Metric, Result,
    inside::{Admits, Buffer, Candidates, Plan, Probe, Setting, Space, VectorIndex, Vectors, build},
};
use varve_kernels::{Element, Kernels, Query, Rows, TopK, f16_to_f32};

const D: usize = 384;

struct Memory(Vec<f32>);

impl Vectors for Memory {
    fn dimensions(&self) -> usize {
        D
    }
    fn len(&self) -> usize {
        self.0.len() / D
    }
    fn id(&self, row: usize) -> u64 {
        row as u64
    }
    fn read(&self, row: usize, to: &mut [f32]) -> Result<()> {
        to.copy_from_slice(&self.0[row * D..(row + 1) * D]);
        Ok(())
    }
}

struct All;

impl Admits for All {
    fn until(&self) -> u64 {
        u64::MAX
    }
    fn admits(&mut self, _: u64) -> Result<bool> {
        Ok(true)
    }
}

struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32 + 0.5) / (1_u64 << 24) as f32
    }
    fn normal(&mut self) -> f32 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f32::consts::TAU * self.uniform()).cos()
    }
}

fn unit(row: &mut [f32]) {
    let scale = 1.0 / row.iter().map(|x| x * x).sum::<f32>().sqrt();
    row.iter_mut().for_each(|x| *x *= scale);
}

fn clustered(count: usize) -> (Vec<f32>, Vec<f32>) {
    const RANK: usize = 128;
    let mut random = Random(7);
    let basis: Vec<f32> = (0..RANK * D)
        .map(|_| random.normal() / (D as f32).sqrt())
        .collect();
    let mean: Vec<f32> = (0..RANK).map(|_| random.normal() * 0.09).collect();
    let weight = |i: usize| (1.0 + i as f32).powf(-0.35) * 0.34;
    let point = |random: &mut Random, scale: f32| -> Vec<f32> {
        (0..RANK).map(|i| random.normal() * weight(i) * scale).collect()
    };
    let groups: Vec<Vec<f32>> = (0..60).map(|_| point(&mut random, 0.75)).collect();
    let clusters: Vec<Vec<f32>> = (0..3000)
        .map(|i| {
            point(&mut random, 0.75)
                .iter()
                .zip(&groups[i % 60])
                .map(|(a, b)| a + b)
                .collect()
        })
        .collect();
    let make = |first: usize, to: &mut [f32]| {
        for (i, row) in to.chunks_exact_mut(D).enumerate() {
            let mut random = Random(((first + i) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xabcdef);
            (0..4).for_each(|_| {
                random.uniform();
            });
            let cluster = &clusters[(random.uniform().powf(1.5) * 3000.0) as usize];
            row.iter_mut().for_each(|x| *x = random.normal() * 0.012);
            for j in 0..RANK {
                let x = mean[j] + cluster[j] + random.normal() * weight(j) * 0.95;
                row.iter_mut()
                    .zip(&basis[j * D..])
                    .for_each(|(to, b)| *to += x * b);
            }
            unit(row);
        }
    };
    let mut rows = vec![0.0; (count + 1000) * D];
    let half = (count + 1000) / 2 * D;
    let (a, b) = rows.split_at_mut(half);
    std::thread::scope(|scope| {
        scope.spawn(|| make(0, a));
        make(half / D, b);
    });
    let queries = rows.split_off(count * D);
    (rows, queries)
}

fn halves(path: &str) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|half| f16_to_f32(u16::from_le_bytes(*half)))
        .collect()
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (base, queries) = match arguments.as_slice() {
        [kind, count] if kind == "clustered" => clustered(count.parse().unwrap()),
        [base, query] => (halves(base), halves(query)),
        _ => panic!("clustered N | base.f16 query.f16"),
    };
    let memory = Memory(base);
    let queries: Vec<&[f32]> = queries.chunks_exact(D).collect();
    let stop = AtomicBool::new(false);
    let plan = Plan {
        space: Space::new(Metric::Cosine),
        lists: None,
        workers: 2,
        stop: &stop,
    };
    let start = Instant::now();
    let bytes = build(&memory, &plan)?;
    println!(
        "{} rows, built in {:.2} s, {} bytes",
        memory.len(),
        start.elapsed().as_secs_f64(),
        bytes.len()
    );
    let index = VectorIndex::open(Buffer::from(bytes))?;
    println!("{} lists", index.lists());
    for setting in index.settings() {
        println!("  {setting:?}");
    }
    let data: Vec<u8> = memory.0.iter().flat_map(|x| x.to_le_bytes()).collect();
    let rows = Rows::new(&data, Element::F32);
    let truth: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let work = |queries: &[&[f32]]| -> Vec<Vec<u64>> {
            queries.iter().map(|query| brute(query, rows)).collect()
        };
        let (a, b) = queries.split_at(queries.len() / 2);
        let other = scope.spawn(move || work(a));
        let mine = work(b);
        other.join().unwrap().into_iter().chain(mine).collect()
    });
    let cosine: f32 = queries
        .iter()
        .zip(&truth)
        .map(|(q, t)| dot(q, &memory.0[t[0] as usize * D..]))
        .sum();
    println!("mean cosine of the nearest {:.3}", cosine / queries.len() as f32);
    for recall in [0.8, 0.9, 0.95, 0.99, 0.995, 1.0] {
        let setting = index.setting(recall, 10);
        measure(&index, &queries, &truth, rows, recall, &setting)?;
    }
    Ok(())
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn brute(query: &[f32], rows: Rows<'_>) -> Vec<u64> {
    let mut top = TopK::new(10);
    Kernels::best().scan(
        &Query::new(query, varve_kernels::Metric::Cosine),
        rows,
        0,
        None,
        &mut top,
    );
    top.sorted().iter().map(|hit| hit.id).collect()
}

fn measure(
    index: &VectorIndex,
    queries: &[&[f32]],
    truth: &[Vec<u64>],
    rows: Rows<'_>,
    asked: f32,
    setting: &Setting,
) -> Result<()> {
    let mut times = Vec::new();
    let (mut hits, mut looked, mut refined) = (0, 0, 0);
    for round in 0..3 {
        for (query, truth) in queries.iter().zip(truth) {
            let start = Instant::now();
            let probe = Probe::new(index, query).unwrap();
            let mut found = Candidates::new(10);
            let searched = probe.search(setting, &mut All, &mut found)?;
            let found = found.finish();
            let kernel = Query::new(query, varve_kernels::Metric::Cosine);
            let mut top = TopK::new(10);
            let mut scored = 0;
            for (at, row) in found.iter().enumerate() {
                if at >= 20 && row.bound < index.space().of_score(top.threshold()) {
                    continue;
                }
                scored += 1;
                top.push(
                    Kernels::best().score(&kernel, rows, row.id as usize).unwrap(),
                    row.id,
                );
            }
            times.push(start.elapsed());
            if round == 0 {
                hits += top.sorted().iter().filter(|hit| truth.contains(&hit.id)).count();
                looked += searched.rows;
                refined += scored;
            }
        }
    }
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mean: f64 = times.iter().map(|time| micros(*time)).sum::<f64>() / times.len() as f64;
    let n = queries.len() as f64;
    println!(
        "asked {asked}: recall {:.4}, p50 {:.1} us, p99 {:.1} us, mean {mean:.1} us, rows {:.0}, refined {:.1}, setting lists {} angle {} dev {} expected {:.3}",
        hits as f64 / n / 10.0,
        micros(times[times.len() / 2]),
        micros(times[times.len() * 99 / 100]),
        looked as f64 / n,
        refined as f64 / n,
        setting.lists,
        setting.angle,
        setting.deviations,
        setting.recall,
    );
    Ok(())
}
