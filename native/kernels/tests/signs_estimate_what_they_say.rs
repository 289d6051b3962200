//! One-bit codes: the same bits on every instruction set, and an error as large as is said.

use proptest::prelude::*;
use varve_kernels::{
    BLOCK_ROWS, Centres, Estimate, Isa, Kernels, Rotation, SignQuery, SignScan, block_bytes, put_signs,
};

fn all_kernels() -> Vec<Kernels> {
    Isa::ALL.into_iter().filter_map(Kernels::for_isa).collect()
}

fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed | 1;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 24) as f32
    };
    // Nearly normal.
    (0..count)
        .map(|_| (0..6).map(|_| uniform()).sum::<f32>() - 3.0)
        .collect()
}

struct Coded {
    blocks: Vec<u8>,
    rows: Vec<Vec<f32>>,
}

/// Codes of rows around a centre, for dot products.
fn coded(kernels: Kernels, rows: Vec<Vec<f32>>, centre: &[f32]) -> Coded {
    let bytes = block_bytes(centre.len());
    let mut blocks = vec![0; rows.len().div_ceil(BLOCK_ROWS) * bytes];
    let mut signs = vec![0; centre.len() / 8];
    for (block, rows) in blocks.chunks_exact_mut(bytes).zip(rows.chunks(BLOCK_ROWS)) {
        for row in 0..BLOCK_ROWS {
            match rows.get(row) {
                None => put_signs(block, row, &vec![0; centre.len() / 8], f32::NAN, 0.0),
                Some(values) => {
                    let residual = kernels.encode_signs(values, centre, &mut signs);
                    let factor = residual.factor();
                    let add = residual.dot_centre - factor * residual.signs_centre;
                    put_signs(block, row, &signs, add, factor);
                }
            }
        }
    }
    Coded { blocks, rows }
}

fn scan(
    kernels: Kernels,
    coded: &Coded,
    query: &[f32],
    base: f32,
    weight: f32,
    threshold: f32,
) -> Vec<Estimate> {
    let mut found = Vec::new();
    let query = SignQuery::new(query);
    let scan = SignScan {
        query: &query,
        blocks: &coded.blocks,
        base,
        weight,
        threshold,
        first: 7,
    };
    kernels.scan_signs(&scan, &mut found);
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_instruction_set_finds_the_same(seed: u64, wide in 1_usize..8, rows in 1_usize..100, share in 0.0_f32..1.0) {
        let dimensions = wide * 64;
        let values: Vec<Vec<f32>> = (0..rows).map(|i| numbers(seed ^ i as u64, dimensions)).collect();
        let centre = numbers(seed ^ 0xc, dimensions);
        let query = numbers(seed ^ 0xd, dimensions);
        let plain = Kernels::for_isa(Isa::Scalar).unwrap();
        let codes = coded(plain, values.clone(), &centre);
        let all = scan(plain, &codes, &query, 0.25, 3.0, f32::NEG_INFINITY);
        prop_assert_eq!(all.len(), rows);
        let mut bounds: Vec<f32> = all.iter().map(|row| row.bound).collect();
        bounds.sort_by(f32::total_cmp);
        let threshold = bounds[(share * (rows - 1) as f32) as usize];
        let expected: Vec<Estimate> = all.into_iter().filter(|row| row.bound >= threshold).collect();
        for kernels in all_kernels() {
            prop_assert_eq!(&coded(kernels, values.clone(), &centre).blocks, &codes.blocks);
            prop_assert_eq!(&scan(kernels, &codes, &query, 0.25, 3.0, threshold), &expected, "{}", kernels.isa());
        }
    }

    #[test]
    fn every_instruction_set_finds_the_same_centre(seed: u64, wide in 1_usize..4, count in 1_usize..200, rows in 1_usize..20) {
        let dimensions = wide * 64;
        let plain = Kernels::for_isa(Isa::Scalar).unwrap();
        let centres = Centres::new(plain, &numbers(seed, count * dimensions), dimensions);
        let mut bytes = vec![0; rows * dimensions];
        let values = numbers(seed ^ 0xe, rows * dimensions);
        let scales: Vec<f32> = values
            .chunks_exact(dimensions)
            .zip(bytes.chunks_exact_mut(dimensions))
            .map(|(row, bytes)| plain.to_bytes(row, bytes))
            .collect();
        let mut expected = vec![9999; rows];
        plain.nearest_centres(&centres, &bytes, &scales, &mut expected);
        prop_assert!(expected.iter().all(|&centre| (centre as usize) < count));
        for kernels in all_kernels() {
            let mut nearest = vec![7777; rows];
            kernels.nearest_centres(&centres, &bytes, &scales, &mut nearest);
            prop_assert_eq!(&nearest, &expected, "{}", kernels.isa());
        }
    }

    #[test]
    fn a_rotation_keeps_products_and_has_the_same_bits_everywhere(seed: u64, dimensions in 1_usize..900) {
        let rotation = Rotation::new(dimensions, seed);
        let (a, b) = (numbers(seed ^ 1, dimensions), numbers(seed ^ 2, dimensions));
        let rotated = |kernels, vector: &[f32]| {
            let mut rotated = vec![0.0; rotation.padded()];
            rotation.apply(kernels, vector, &mut rotated);
            rotated
        };
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
        let plain = Kernels::for_isa(Isa::Scalar).unwrap();
        let (ra, rb) = (rotated(plain, &a), rotated(plain, &b));
        let slack = 1e-5 * (dot(&a, &a) * dot(&b, &b)).sqrt() + 1e-6;
        prop_assert!((dot(&a, &b) - dot(&ra, &rb)).abs() < slack);
        for kernels in all_kernels() {
            prop_assert_eq!(&rotated(kernels, &a), &ra);
        }
    }
}

/// Far from round: the first dimensions are larger, as with real embeddings.
fn skewed(seed: u64, dimensions: usize) -> Vec<f32> {
    let values = numbers(seed, dimensions);
    let flatter = dimensions as f32 / 4.0;
    values
        .iter()
        .enumerate()
        .map(|(i, x)| x / (1.0 + i as f32 / flatter))
        .collect()
}

/// Sum, squares and number of the errors under one rotation, in units of what is said of them.
fn errors(dimensions: usize, seed: u64) -> [f64; 3] {
    let kernels = Kernels::best();
    let rotation = Rotation::new(dimensions, seed);
    let rotated = |seed: u64| {
        let mut rotated = vec![0.0; rotation.padded()];
        rotation.apply(kernels, &skewed(seed, dimensions), &mut rotated);
        rotated
    };
    // The centre of a list is far from none of its rows.
    let centre: Vec<f32> = rotated(seed).iter().map(|x| x * 0.2).collect();
    let rows: Vec<Vec<f32>> = (0..256).map(|i| rotated(seed + 1000 * i)).collect();
    let codes = coded(kernels, rows, &centre);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    let mut errors = [0.0; 3];
    for i in 0..16 {
        let query = rotated(seed + 777_777 + i);
        let distance = query
            .iter()
            .zip(&centre)
            .map(|(x, y)| (x - y).powi(2))
            .sum::<f32>()
            .sqrt();
        let base = dot(&query, &centre);
        let found = scan(kernels, &codes, &query, base, 0.61 * distance, f32::NEG_INFINITY);
        for (row, values) in found.iter().zip(&codes.rows) {
            let z = f64::from((row.estimate - dot(&query, values)) / (row.bound - row.estimate));
            errors = [errors[0] + z, errors[1] + z * z, errors[2] + 1.0];
        }
    }
    errors
}

#[test]
fn the_error_of_an_estimate_is_as_large_as_is_said() {
    for dimensions in [64, 100, 384, 768, 1536] {
        let mut total = [0.0; 3];
        for seed in 0..8 {
            let errors = errors(dimensions, seed);
            (0..3).for_each(|i| total[i] += errors[i]);
        }
        let (mean, deviation) = (total[0] / total[2], (total[1] / total[2]).sqrt());
        assert!(mean.abs() < 0.1, "{dimensions}: mean {mean}");
        assert!(
            (0.9..1.05).contains(&deviation),
            "{dimensions}: deviation {deviation}"
        );
    }
}
