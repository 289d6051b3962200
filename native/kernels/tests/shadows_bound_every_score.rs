//! What a shadow says of a row bounds its score, whatever the row; and it says the same on every instruction set.
//!
//! A search by the shadow is exact because of this and of nothing else.

use proptest::prelude::*;
use varve_kernels::{
    Candidate, Element, Isa, Kernels, Metric, Query, Rows, Shadow, ShadowBlocks, ShadowQuery, ShadowScan,
    f32_to_f16_slice,
};

fn available() -> impl Iterator<Item = Kernels> {
    Isa::ALL.into_iter().filter_map(Kernels::for_isa)
}

#[derive(Clone, Debug)]
struct Case {
    query: Vec<f32>,
    rows: Vec<Vec<f32>>,
    element: Element,
    metric: Metric,
    mask: Vec<u64>,
    positions: Vec<u32>,
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        let values = self.rows.concat();
        match self.element {
            Element::F32 => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Element::F16 => {
                let mut halves = vec![0; values.len()];
                f32_to_f16_slice(&values, &mut halves);
                halves.iter().flat_map(|x| x.to_le_bytes()).collect()
            }
        }
    }
}

/// Rows as they come, and rows that are hard: of few levels, with one element, constant, near the ends of what `f32` holds,
/// zero, and no numbers at all.
fn vector(dimension: usize) -> impl Strategy<Value = Vec<f32>> {
    use proptest::collection::vec;
    let scaled = (vec(-1.0_f32..1.0, dimension), -149..127_i32)
        .prop_map(|(row, power)| row.iter().map(|x| x * 2.0_f32.powi(power)).collect());
    let sparse = (0..dimension, -1e3_f32..1e3).prop_map(move |(at, value)| {
        let mut row = vec![0.0; dimension];
        row[at] = value;
        row
    });
    let skewed = vec((-1.0_f32..1.0).prop_map(|x| x.powi(15)), dimension);
    let wild = prop_oneof![4 => any::<f32>(), 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)];
    prop_oneof![
        6 => vec(-1.0_f32..1.0, dimension),
        3 => vec((0..3_i8).prop_map(f32::from), dimension),
        3 => scaled,
        2 => skewed,
        2 => sparse,
        1 => (-10.0_f32..10.0).prop_map(move |x| vec![x; dimension]),
        1 => Just(vec![0.0; dimension]),
        1 => vec(wild, dimension),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    use proptest::collection::vec;
    let metric = prop_oneof![Just(Metric::Dot), Just(Metric::Cosine), Just(Metric::L2)];
    let element = prop_oneof![Just(Element::F32), Just(Element::F16)];
    let dimension = prop_oneof![4 => 1..20_usize, 4 => 60..140_usize, 1 => Just(384), 1 => 500..1100_usize];
    (metric, element, dimension).prop_flat_map(|(metric, element, dimension)| {
        (
            vector(dimension),
            vec(vector(dimension), 0..50),
            any::<[u64; 1]>(),
            vec(0..60_u32, 0..60),
        )
            .prop_map(move |(query, rows, mask, positions)| Case {
                query,
                rows,
                element,
                metric,
                mask: mask.to_vec(),
                positions,
            })
    })
}

fn scan<'a>(query: &'a ShadowQuery, shadow: Shadow<'a>, threshold: f32) -> ShadowScan<'a> {
    ShadowScan {
        query,
        shadow,
        threshold,
    }
}

fn bits(found: &[Candidate]) -> Vec<(u32, u32, u32)> {
    let bits = |x: f32| if x.is_nan() { u32::MAX } else { x.to_bits() };
    found
        .iter()
        .map(|candidate| {
            (
                candidate.position,
                bits(candidate.estimate),
                bits(candidate.bound),
            )
        })
        .collect()
}

/// Nothing is said of it: the score is no number, or the bound is none.
fn none(score: f64, candidate: &Candidate) -> bool {
    score.is_nan() || candidate.bound == f32::INFINITY
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn of_any_rows(case in case()) {
        let bytes = case.bytes();
        let dimension = case.query.len();
        let rows = Rows::new(&bytes, case.element);
        let query = Query::new(&case.query, case.metric);
        let Some(shadow_query) = ShadowQuery::new(&query) else { return Ok(()) };
        let (mut first_blocks, mut first_found) = (None, None);
        for kernels in available() {
            let mut blocks = ShadowBlocks::new(dimension);
            kernels.encode_shadow(rows, &mut blocks);
            let shadow = Shadow::new(dimension, case.rows.len(), blocks.bytes());
            prop_assert_eq!(shadow.count(), case.rows.len());
            prop_assert_eq!(blocks.bytes().len(), Shadow::bytes(dimension, case.rows.len()));

            let mut found = Vec::new();
            kernels.scan_shadow(scan(&shadow_query, shadow, f32::NEG_INFINITY), 0..case.rows.len(), None, &mut found);
            prop_assert_eq!(found.len(), case.rows.len());
            for (i, candidate) in found.iter().enumerate() {
                prop_assert_eq!(candidate.position as usize, i);
                let score = kernels.score(&query, rows, i).unwrap();
                let below = f64::from(candidate.estimate - (candidate.bound - candidate.estimate));
                let bound = f64::from(candidate.bound);
                prop_assert!(score <= bound || none(score, candidate), "row {}: {} is above {:?}", i, score, candidate);
                prop_assert!(score >= below || none(score, candidate), "row {}: {} is far below {:?}", i, score, candidate);
            }

            let expected = first_blocks.get_or_insert_with(|| blocks.bytes().to_vec());
            prop_assert_eq!(blocks.bytes(), &expected[..], "{}", kernels.isa());
            let expected = first_found.get_or_insert_with(|| bits(&found));
            prop_assert_eq!(&bits(&found), expected, "{}", kernels.isa());
        }
    }

    #[test]
    fn under_any_mask_and_at_any_positions(case in case()) {
        let bytes = case.bytes();
        let dimension = case.query.len();
        let query = Query::new(&case.query, case.metric);
        let Some(shadow_query) = ShadowQuery::new(&query) else { return Ok(()) };
        for kernels in available() {
            let mut blocks = ShadowBlocks::new(dimension);
            kernels.encode_shadow(Rows::new(&bytes, case.element), &mut blocks);
            let shadow = Shadow::new(dimension, case.rows.len(), blocks.bytes());
            let mut all = Vec::new();
            kernels.scan_shadow(scan(&shadow_query, shadow, f32::NEG_INFINITY), 0..case.rows.len(), None, &mut all);
            let threshold = all.get(all.len() / 2).map_or(0.0, |candidate| candidate.bound);
            let reaches = |candidate: &Candidate| candidate.bound >= threshold || candidate.bound.is_nan();

            let mut found = Vec::new();
            kernels.scan_shadow(scan(&shadow_query, shadow, threshold), 0..case.rows.len(), Some(&case.mask), &mut found);
            let in_mask = |candidate: &&Candidate| case.mask[0] >> candidate.position & 1 == 1;
            let expected: Vec<Candidate> = all.iter().filter(in_mask).copied().filter(reaches).collect();
            prop_assert_eq!(bits(&found), bits(&expected));

            found.clear();
            kernels.scan_shadow(scan(&shadow_query, shadow, threshold), 16..usize::MAX, None, &mut found);
            let expected: Vec<Candidate> = all.iter().skip(16).copied().filter(reaches).collect();
            prop_assert_eq!(bits(&found), bits(&expected));

            found.clear();
            let end = case.positions.len();
            kernels.scan_shadow(scan(&shadow_query, shadow, threshold), 0..end, None, &mut found);
            let expected: Vec<Candidate> = all.iter().take(end).copied().filter(reaches).collect();
            prop_assert_eq!(bits(&found), bits(&expected));

            found.clear();
            kernels.scan_shadow_at(scan(&shadow_query, shadow, threshold), &case.positions, &mut found);
            let there = case.positions.iter().filter_map(|&position| all.get(position as usize));
            let expected: Vec<Candidate> = there.copied().filter(reaches).collect();
            prop_assert_eq!(bits(&found), bits(&expected));
        }
    }
}

/// A bound that is never wrong because it says nothing would pass the tests above.
#[test]
fn a_bound_is_tight_enough_to_be_of_use() {
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let rows: Vec<f32> = (0..384 * 100).map(|_| random()).collect();
    let query: Vec<f32> = (0..384).map(|_| random()).collect();
    let bytes: Vec<u8> = rows.iter().flat_map(|x| x.to_le_bytes()).collect();
    let rows = Rows::new(&bytes, Element::F32);
    let query = Query::new(&query, Metric::Cosine);
    let kernels = Kernels::best();
    let mut blocks = ShadowBlocks::new(384);
    kernels.encode_shadow(rows, &mut blocks);
    let shadow = Shadow::new(384, 100, blocks.bytes());
    let mut found = Vec::new();
    let query = ShadowQuery::new(&query).unwrap();
    kernels.scan_shadow(scan(&query, shadow, -1.0), 0..100, None, &mut found);
    for candidate in found {
        let error = candidate.bound - candidate.estimate;
        assert!(error < 0.12, "{candidate:?}");
    }
}

#[test]
fn a_shadow_of_another_dimension_finds_nothing() {
    let query = ShadowQuery::new(&Query::new(&[1.0; 129], Metric::Dot)).unwrap();
    let shadow = Shadow::new(64, 16, &[0; (64 + 12) * 16]);
    let mut found = Vec::new();
    for kernels in available() {
        kernels.scan_shadow(scan(&query, shadow, f32::NEG_INFINITY), 0..16, None, &mut found);
        kernels.scan_shadow_at(scan(&query, shadow, f32::NEG_INFINITY), &[0, 1], &mut found);
        let empty = Shadow::new(129, 2, &[]);
        kernels.scan_shadow(scan(&query, empty, f32::NEG_INFINITY), 0..16, None, &mut found);
        kernels.scan_shadow_at(scan(&query, empty, f32::NEG_INFINITY), &[0, 1], &mut found);
    }
    assert!(found.is_empty());
}
