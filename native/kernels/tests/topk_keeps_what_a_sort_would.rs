//! The collector holds the first `k` of all pushed hits in the order "higher score, then lower id".
//!
//! A lost tie is a wrong answer that looks right.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use varve_kernels::{Hit, TopK};

fn sorted(hits: &[Hit], k: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = hits.iter().copied().filter(|hit| !hit.score.is_nan()).collect();
    hits.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap().then(a.id.cmp(&b.id)));
    hits.truncate(k);
    hits
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0..8_u8).prop_map(f64::from),
        3 => -1.0_f64..1.0,
        1 => prop_oneof![Just(1e300), Just(-1e300), Just(1e-300), Just(f64::from(f32::MAX))],
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(0.0), Just(-0.0)],
    ]
}

/// Hits with different ids, in any order.
fn hits() -> impl Strategy<Value = Vec<Hit>> {
    proptest::collection::vec(score(), 0..3000)
        .prop_flat_map(|scores| {
            let ids = (0..scores.len() as u64).collect::<Vec<_>>();
            (
                Just(scores),
                prop_oneof![Just(ids.clone()).boxed(), Just(ids).prop_shuffle().boxed()],
            )
        })
        .prop_map(|(scores, ids)| {
            scores
                .into_iter()
                .zip(ids)
                .map(|(score, id)| Hit { score, id })
                .collect()
        })
}

/// Equal scores are equal bits here: a zero must keep its sign.
fn assert_same(found: &[Hit], expected: &[Hit]) {
    let bits = |hits: &[Hit]| {
        hits.iter()
            .map(|hit| (hit.score.to_bits(), hit.id))
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(found), bits(expected));
}

proptest! {
    #[test]
    fn whatever_is_pushed(hits in hits(), k in 0..200_usize, looks in 1..500_usize) {
        let mut top = TopK::new(k);
        let mut threshold = top.threshold();
        for (n, hit) in hits.iter().enumerate() {
            top.push(hit.score, hit.id);
            prop_assert!(top.threshold() >= threshold);
            threshold = top.threshold();
            if n % looks == 0 {
                let expected = sorted(&hits[..=n], k);
                assert_same(top.sorted(), &expected);
                prop_assert_eq!(top.len(), expected.len());
                prop_assert_eq!(top.is_empty(), expected.is_empty());
            }
        }
        assert_same(&top.into_sorted(), &sorted(&hits, k));
    }

    #[test]
    fn pushes_below_the_threshold_are_left_out(hits in hits(), k in 0..200_usize) {
        let mut top = TopK::new(k);
        for hit in &hits {
            if hit.score >= f64::from(top.threshold()) {
                top.push(hit.score, hit.id);
            }
        }
        assert_same(&top.into_sorted(), &sorted(&hits, k));
    }
}

#[test]
fn all_scores_are_equal() {
    for k in [1, 10, 64, 65, 100] {
        for ids in [(0..1000).collect::<Vec<u64>>(), (0..1000).rev().collect()] {
            let mut top = TopK::new(k);
            ids.iter().for_each(|&id| top.push(0.5, id));
            assert!(top.sorted().iter().map(|hit| hit.id).eq(0..k as u64));
        }
    }
}

#[test]
fn it_is_cleared_and_used_again() {
    for k in [3, 100] {
        let mut top = TopK::new(k);
        (0..1000).for_each(|id| top.push(1.0, id));
        top.clear();
        assert!(top.is_empty());
        assert_eq!(top.threshold(), f32::NEG_INFINITY);
        top.push(0.5, 7);
        assert_eq!(top.into_sorted(), [Hit { score: 0.5, id: 7 }]);
    }
}
