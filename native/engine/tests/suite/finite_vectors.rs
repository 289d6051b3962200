//! Vectors of any finite numbers have an order: that of arithmetic in 64 bits, from the smallest number to the greatest, by an exact
//! search with and without shadows, and through an index.

use std::sync::Arc;

use crate::support::random::Random;
use crate::support::rows::{batch, schema};
use crate::support::world::World;
use serde_json::json;
use varve_engine::{
    CommitOptions, Database, Indexing, MemoryStore, OnKey, Schema, Search, SearchOptions, Snapshot, Table,
    Value, What,
};
use varve_kernels::{f16_to_f32, f32_to_f16};

#[derive(Clone, Copy, Debug)]
struct Kind {
    metric: &'static str,
    element: &'static str,
    dimensions: usize,
}

impl Kind {
    fn all(dimensions: usize) -> impl Iterator<Item = Self> {
        let pairs = ["cosine", "l2", "dot"]
            .into_iter()
            .flat_map(|metric| ["f32", "f16"].map(|element| (metric, element)));
        pairs.map(move |(metric, element)| Self {
            metric,
            element,
            dimensions,
        })
    }

    fn schema(self) -> Schema {
        let vector = json!({"kind": "vector", "dimensions": self.dimensions, "element": self.element, "metric": self.metric});
        schema(json!({"fields": [{"id": 1, "name": "v", "type": vector}]}))
    }

    /// The number as the column keeps it.
    fn kept(self, x: f32) -> f32 {
        match self.element {
            "f16" => f16_to_f32(f32_to_f16(x.clamp(-65_504.0, 65_504.0))),
            _ => x,
        }
    }

    fn value(self, row: &[f32]) -> Value {
        Value::Bytes(match self.element {
            "f16" => row.iter().flat_map(|x| f32_to_f16(*x).to_le_bytes()).collect(),
            _ => row.iter().flat_map(|x| x.to_le_bytes()).collect(),
        })
    }

    /// The similarity, and how far off sums in 32 bits may be; and the distance.
    fn similarity(self, query: &[f32], row: &[f32]) -> (f64, f64, f64) {
        let pairs = || query.iter().zip(row).map(|(q, x)| (f64::from(*q), f64::from(*x)));
        let sum = |of: &dyn Fn(f64, f64) -> f64| pairs().map(|(q, x)| of(q, x)).sum::<f64>();
        let dot = sum(&|q, x| q * x);
        let norms = sum(&|q, _| q * q).sqrt() * sum(&|_, x| x * x).sqrt();
        match self.metric {
            "cosine" if norms == 0.0 => (0.0, 1e-6, 1.0),
            "cosine" => (dot / norms, 1e-5, 1.0 - dot / norms),
            "dot" => (dot, 1e-5 * norms, -dot),
            _ => {
                let squares = sum(&|q, x| (q - x) * (q - x));
                let off = sum(&|q, x| (q - x).abs() * q.abs().max(x.abs()));
                (-squares, 1e-5 * (squares + off), squares.sqrt())
            }
        }
    }
}

/// A vector of numbers of one size, or of all sizes, or with zeros; sometimes of nothing but zeros.
fn vector(random: &mut Random, kind: Kind) -> Vec<f32> {
    let unit = |random: &mut Random| random.below(2_001) as f32 / 1_000.0 - 1.0;
    let size = |random: &mut Random| 2.0_f32.powi(random.below(277) as i32 - 149);
    let common = *random.pick(&[1.0, 1.0, f32::MAX, 1e-45, 1e-30, 1e20, 3e-23]);
    let (common, mixed) = match random.below(10) {
        0..4 => (common, false),
        4..7 => (size(random), false),
        7 => (0.0, false),
        _ => (1.0, true),
    };
    let sparse = random.chance(20);
    let element = |_| match random.chance(80) && sparse {
        true => 0.0,
        false if mixed => unit(random) * size(random),
        false => unit(random) * common,
    };
    (0..kind.dimensions).map(element).map(|x| kind.kept(x)).collect()
}

fn table(kind: Kind, rows: &[Vec<f32>], indexing: Indexing) -> Arc<Table> {
    let database = Database::with(Arc::new(MemoryStore::new()), World::at(0));
    let table = database.create_table("vectors", kind.schema()).unwrap();
    table.set_indexing(indexing);
    let values: Vec<Vec<Value>> = rows.iter().map(|row| vec![kind.value(row)]).collect();
    let schema = table.snapshot().unwrap().schema().clone();
    let options = CommitOptions::default();
    table
        .insert(batch(&schema, &values), &schema, OnKey::Refuse, &options)
        .unwrap();
    table.optimize().unwrap();
    table
}

/// Checks a search: as many rows as there should be, in their order, each with a distance that is a finite number.
fn check(kind: Kind, rows: &[Vec<f32>], snapshot: &Snapshot, search: &Search<'_>) {
    let picked = snapshot.search(search, Vec::new()).unwrap();
    let What::Vector { query, .. } = search.what else {
        unreachable!("the search is one for vectors");
    };
    let wanted = search.options.limit.min(rows.len());
    assert_eq!(picked.len(), wanted, "{kind:?} {:?}", query);
    let of = |row: u64| kind.similarity(query, &rows[row as usize]);
    let ids: Vec<u64> = picked.ids().collect();
    for pair in ids.windows(2) {
        let ((near, a, _), (far, b, _)) = (of(pair[0]), of(pair[1]));
        assert!(
            near >= far - a - b,
            "{kind:?}: {near} before {far}; {:?} {:?}",
            query,
            rows[pair[0] as usize]
        );
    }
    for (id, score) in ids.iter().zip(&picked.scores) {
        let (distance, score) = (score.distance(), score.score);
        assert!(
            distance.is_finite() && score.is_finite(),
            "{kind:?} {distance} {score}"
        );
        let (similarity, off, expected) = of(*id);
        let off = match kind.metric {
            "l2" => (off.sqrt()).min(off / similarity.abs().sqrt().max(1e-300)) + 1e-6 * expected,
            _ => off,
        };
        assert!(
            (distance - expected).abs() <= off + 1e-45,
            "{kind:?}: {distance} is not {expected}"
        );
    }
    if search.options.recall >= 1.0
        && let Some(last) = ids.last()
    {
        let (worst, off, _) = of(*last);
        for row in (0..rows.len() as u64).filter(|row| !ids.contains(row)) {
            let (left_out, a, _) = of(row);
            assert!(
                left_out <= worst + off + a,
                "{kind:?}: {left_out} is better than {worst}"
            );
        }
    }
}

fn run(kind: Kind, seed: u64, count: usize, indexing: Indexing, recalls: &[f32]) {
    let mut random = Random::new(seed);
    let rows: Vec<Vec<f32>> = (0..count).map(|_| vector(&mut random, kind)).collect();
    let table = table(kind, &rows, indexing);
    let snapshot = table.snapshot().unwrap();
    let field = snapshot.schema().field("v").unwrap().clone();
    for _ in 0..40 {
        let query = match random.chance(25) {
            true => random.pick(&rows).clone(),
            false => vector(&mut random, kind),
        };
        for &recall in recalls {
            let limit = *random.pick(&[1, 5, 30, usize::MAX]);
            let search = Search::exact(&field, &query, None, limit).with(SearchOptions {
                limit,
                recall,
                prefer_index: true,
                ..SearchOptions::default()
            });
            check(kind, &rows, &snapshot, &search);
        }
    }
}

const NEVER: usize = usize::MAX / 2;

#[test]
fn in_an_exact_search() {
    let plain = Indexing {
        from: NEVER,
        shadow_from: NEVER,
        ..Indexing::default()
    };
    for dimensions in [1, 2, 3, 64, 70] {
        for (seed, kind) in Kind::all(dimensions).enumerate() {
            run(kind, seed as u64, 150, plain, &[1.0]);
        }
    }
}

#[test]
fn in_an_exact_search_that_looks_at_shadows() {
    let shadows = Indexing {
        from: NEVER,
        shadow_from: 1,
        ..Indexing::default()
    };
    for (seed, kind) in Kind::all(256).enumerate() {
        run(kind, 100 + seed as u64, 600, shadows, &[1.0]);
    }
}

#[test]
fn through_an_index() {
    let index = Indexing {
        from: 1,
        shadow_from: 1,
        ..Indexing::default()
    };
    for (seed, kind) in Kind::all(128).enumerate() {
        run(kind, 200 + seed as u64, 600, index, &[0.5, 0.95, 1.0]);
    }
}
