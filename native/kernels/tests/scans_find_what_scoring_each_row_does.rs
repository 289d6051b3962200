//! A scan of masked rows, in several segments, finds the rows that scoring and sorting all of them would.
//!
//! The loops skip, fetch ahead and compare with a threshold: each is a chance to miss a row.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use varve_kernels::{Element, Hit, Isa, Kernels, Metric, Query, Rows, TopK, cosine, f16_to_f32};

fn available() -> impl Iterator<Item = Kernels> {
    Isa::ALL.into_iter().filter_map(Kernels::for_isa)
}

#[derive(Clone, Debug)]
struct Segment {
    /// The rows, from an odd address on.
    bytes: Vec<u8>,
    first_id: u64,
    mask: Option<Vec<u64>>,
    positions: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Case {
    query: Vec<f32>,
    metric: Metric,
    element: Element,
    k: usize,
    segments: Vec<Segment>,
}

fn vector(element: Element, dimension: usize) -> impl Strategy<Value = Vec<u8>> {
    use proptest::collection::vec;
    match element {
        // Few values, so that scores tie, some of them zero, huge, or not a number.
        Element::F32 => {
            let value = prop_oneof![
                40 => (0..3_u8).prop_map(f32::from),
                40 => -1.0_f32..1.0,
                1 => prop_oneof![Just(1e30), Just(-3e38), Just(f32::NAN), Just(f32::INFINITY), Just(1e-40)],
            ];
            let some =
                vec(value, dimension).prop_map(|row| row.iter().flat_map(|x| x.to_le_bytes()).collect());
            prop_oneof![9 => some, 1 => Just(vec![0; 4 * dimension])].boxed()
        }
        Element::F16 => {
            let value = prop_oneof![40 => 0x3c00..0x3c03_u16, 40 => 0xb000..0xbc00_u16, 1 => any::<u16>()];
            let some =
                vec(value, dimension).prop_map(|row| row.iter().flat_map(|x| x.to_le_bytes()).collect());
            prop_oneof![9 => some, 1 => Just(vec![0; 2 * dimension])].boxed()
        }
    }
}

fn segment(element: Element, dimension: usize) -> impl Strategy<Value = Segment> {
    use proptest::collection::vec;
    let word = prop_oneof![
        Just(0),
        Just(u64::MAX),
        any::<u64>(),
        (0..64_u32).prop_map(|bit| 1 << bit)
    ];
    let rows = vec(vector(element, dimension), 0..200);
    let rest = vec(any::<u8>(), 0..element.size() * dimension);
    (
        rows,
        rest,
        0..1_u64 << 40,
        proptest::option::of(vec(word, 0..5)),
        vec(0..250_u32, 0..100),
    )
        .prop_map(|(rows, rest, first_id, mask, positions)| {
            let bytes = [vec![0], rows.concat(), rest].concat();
            Segment {
                bytes,
                first_id,
                mask,
                positions,
            }
        })
}

fn case() -> impl Strategy<Value = Case> {
    let metric = prop_oneof![Just(Metric::Dot), Just(Metric::Cosine), Just(Metric::L2)];
    let element = prop_oneof![Just(Element::F32), Just(Element::F16)];
    let dimension = prop_oneof![1..20_usize, Just(64), 60..140_usize];
    (metric, element, dimension, 0..100_usize).prop_flat_map(|(metric, element, dimension, k)| {
        let query = prop_oneof![
            9 => proptest::collection::vec(-1.0_f32..1.0, dimension),
            1 => Just(vec![0.0; dimension]),
        ];
        let segments = proptest::collection::vec(segment(element, dimension), 1..4);
        (query, segments).prop_map(move |(query, segments)| Case {
            query,
            metric,
            element,
            k,
            segments,
        })
    })
}

/// The score of every row, from single vectors: in 64 bits where 32 do not hold the squares.
fn naive(case: &Case, segment: &Segment) -> Vec<f64> {
    let scalar = Kernels::for_isa(Isa::Scalar).unwrap();
    let rows = segment.bytes[1..].chunks_exact(case.element.size() * case.query.len());
    rows.map(|row| {
        let row: Vec<f32> = match case.element {
            Element::F32 => row
                .chunks_exact(4)
                .map(|x| f32::from_le_bytes(x.try_into().unwrap()))
                .collect(),
            Element::F16 => row
                .chunks_exact(2)
                .map(|x| f16_to_f32(u16::from_le_bytes(x.try_into().unwrap())))
                .collect(),
        };
        let squares = |vector: &[f32]| scalar.dot_f32(vector, vector);
        let is_right = |sum: f32| (2.0_f32.powi(-100)..=f32::MAX).contains(&sum.abs());
        let is_usual = |squares: f32| (2.0_f32.powi(-100)..=2.0_f32.powi(100)).contains(&squares);
        let is_tiny = |x: &f32| *x != 0.0 && x.abs() < 2.0_f32.powi(-60);
        let pairs = || {
            case.query
                .iter()
                .zip(&row)
                .map(|(q, x)| (f64::from(*q), f64::from(*x)))
        };
        match case.metric {
            Metric::Dot => {
                let dot = scalar.dot_f32(&case.query, &row);
                let vanish = case.query.iter().chain(&row).any(is_tiny);
                match is_right(dot) || dot.abs() < 1.0 && !vanish {
                    true => f64::from(dot),
                    false => pairs().map(|(q, x)| q * x).sum(),
                }
            }
            Metric::Cosine => {
                let (dot, norm_squared) = scalar.dot_and_norm_f32(&case.query, &row);
                if is_usual(norm_squared) && is_usual(squares(&case.query)) {
                    return f64::from(cosine(dot, squares(&case.query).sqrt(), norm_squared));
                }
                let dot: f64 = pairs().map(|(q, x)| q * x).sum();
                let (of_query, of_row) = pairs().fold((0.0, 0.0), |(a, b), (q, x)| (a + q * q, b + x * x));
                let norms = of_query.sqrt() * of_row.sqrt();
                if norms == 0.0 { 0.0 } else { dot / norms }
            }
            Metric::L2 => match scalar.l2_squared_f32(&case.query, &row) {
                squared if is_right(squared) => f64::from(-squared),
                _ => -pairs().map(|(q, x)| (q - x) * (q - x)).sum::<f64>(),
            },
        }
    })
    .collect()
}

fn best(case: &Case, mut visited: impl FnMut(&Segment, usize) -> usize) -> Vec<(u64, u64)> {
    let mut hits = Vec::new();
    for segment in &case.segments {
        for (i, score) in naive(case, segment)
            .into_iter()
            .enumerate()
            .filter(|(_, score)| !score.is_nan())
        {
            let hit = Hit {
                score,
                id: segment.first_id + i as u64,
            };
            hits.extend(std::iter::repeat_n(hit, visited(segment, i)));
        }
    }
    hits.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap().then(a.id.cmp(&b.id)));
    hits.truncate(case.k);
    bits(&hits)
}

fn bits(hits: &[Hit]) -> Vec<(u64, u64)> {
    hits.iter().map(|hit| (hit.score.to_bits(), hit.id)).collect()
}

proptest! {
    #[test]
    fn under_any_mask(case in case()) {
        let expected = best(&case, |segment, i| {
            let word = segment.mask.as_ref().map_or(u64::MAX, |mask| mask.get(i / 64).copied().unwrap_or(0));
            (word >> (i % 64) & 1) as usize
        });
        let query = Query::new(&case.query, case.metric);
        for kernels in available() {
            let mut top = TopK::new(case.k);
            for Segment { bytes, first_id, mask, .. } in &case.segments {
                kernels.scan(&query, Rows::new(&bytes[1..], case.element), *first_id, mask.as_deref(), &mut top);
            }
            prop_assert_eq!(bits(top.sorted()), expected.clone(), "{}", kernels.isa());
        }
    }

    #[test]
    fn at_any_positions(case in case()) {
        let expected = best(&case, |segment, i| segment.positions.iter().filter(|&&at| at as usize == i).count());
        let query = Query::new(&case.query, case.metric);
        for kernels in available() {
            let mut top = TopK::new(case.k);
            for Segment { bytes, first_id, positions, .. } in &case.segments {
                kernels.score_rows(&query, Rows::new(&bytes[1..], case.element), *first_id, positions, &mut top);
            }
            prop_assert_eq!(bits(top.sorted()), expected.clone(), "{}", kernels.isa());
        }
    }

    #[test]
    fn one_by_one(case in case()) {
        let query = Query::new(&case.query, case.metric);
        for kernels in available() {
            for segment in &case.segments {
                let rows = Rows::new(&segment.bytes[1..], case.element);
                let expected = naive(&case, segment);
                prop_assert_eq!(rows.count(query.dimension()), expected.len());
                prop_assert_eq!(kernels.score(&query, rows, expected.len()), None);
                for (i, expected) in expected.into_iter().enumerate() {
                    let score = kernels.score(&query, rows, i).unwrap();
                    prop_assert!(score.to_bits() == expected.to_bits() || score.is_nan() && expected.is_nan());
                }
            }
        }
    }
}

#[test]
fn the_cosine_with_zero_is_zero() {
    let bytes = [0.0_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat();
    for kernels in available() {
        let rows = Rows::new(&bytes, Element::F32);
        let score = |vector: f32, row| {
            let score = kernels.score(&Query::new(&[vector], Metric::Cosine), rows, row);
            score.map(f64::to_bits)
        };
        assert_eq!(score(-1.0, 0), Some(0));
        assert_eq!(score(0.0, 1), Some(0));
        assert_eq!(score(1.0, 1), Some((-1.0_f64).to_bits()));
    }
}

#[test]
fn a_query_without_elements_meets_no_rows() {
    let query = Query::new(&[], Metric::Dot);
    let rows = Rows::new(&[0; 16], Element::F32);
    let mut top = TopK::new(3);
    for kernels in available() {
        kernels.scan(&query, rows, 0, None, &mut top);
        kernels.scan(&query, rows, 0, Some(&[u64::MAX]), &mut top);
        kernels.score_rows(&query, rows, 0, &[0, 1], &mut top);
        assert!(kernels.score(&query, rows, 0).is_none());
    }
    assert!(top.is_empty());
}

#[test]
fn positions_far_out_of_range_are_passed_over() {
    let query = Query::new(&[1.0], Metric::Dot);
    let rows = Rows::new(&[0; 16], Element::F32);
    for kernels in available() {
        let mut top = TopK::new(3);
        kernels.score_rows(&query, rows, u64::MAX, &[u32::MAX, 4, 1, u32::MAX], &mut top);
        assert_eq!(top.sorted(), [Hit { score: 0.0, id: 0 }]);
        assert!(kernels.score(&query, rows, usize::MAX).is_none());
    }
}
