//! same bits, with a shadow and without, under masks and at positions.

use proptest::prelude::*;
use varve_kernels::{Isa, Kernels, Metric as KernelMetric, Rows, f32_to_f16_slice};

use super::exact::Nearest;
use super::query::Query;
use crate::column::{Bits, Buffer, Column, Data};
use crate::fragment::{Shadow, Vectors, kernel_element};
use crate::schema::{DataType, Element, Field, Metric};

#[derive(Clone, Debug)]
struct Part {
    rows: Vec<Vec<f32>>,
    present: Option<Vec<bool>>,
    mask: Option<Vec<bool>>,
    has_shadow: bool,
}

#[derive(Clone, Debug)]
struct Case {
    query: Vec<f32>,
    element: Element,
    metric: Metric,
    limit: usize,
    parts: Vec<Part>,
}

fn field(case: &Case) -> Field {
    Field {
        id: 1,
        name: "v".to_owned(),
        data_type: DataType::Vector {
            dimensions: case.query.len() as u32,
            element: case.element,
            metric: case.metric,
        },
        nullable: true,
        default: None,
        embed: None,
        text: None,
        indexed: None,
    }
}

fn bytes(case: &Case, rows: &[Vec<f32>]) -> Vec<u8> {
    let values = rows.concat();
    match case.element {
        Element::F32 => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Element::F16 => {
            let mut halves = vec![0; values.len()];
            f32_to_f16_slice(&values, &mut halves);
            halves.iter().flat_map(|x| x.to_le_bytes()).collect()
        }
    }
}

fn bits(values: &[bool]) -> Bits {
    let mut bits = Bits::filled(0, false);
    values.iter().for_each(|value| bits.push(*value));
    bits
}

fn column(case: &Case, part: &Part) -> Column {
    let data = Data::Fixed {
        width: case.query.len() * case.element.size(),
        values: Buffer::from(bytes(case, &part.rows)),
    };
    let validity = part
        .present
        .as_ref()
        .map(|present| Buffer::from(bits(present).to_bytes()));
    Column::new(part.rows.len(), validity, data)
}

fn shadow(case: &Case, column: &Column) -> Shadow {
    let mut bytes = Vec::new();
    let write = |part: &[u8]| {
        bytes.extend_from_slice(part);
        Ok(())
    };
    // Two pieces, cut where no block of factors is.
    let cut: Vec<u32> = (0..column.len() as u32).collect();
    let (first, second) = cut.split_at(column.len() / 3);
    let pieces = [first, second].map(|rows| column.take(rows).unwrap());
    Shadow::encode(&field(case).data_type, &pieces.each_ref(), write).unwrap();
    Shadow::new(column.len(), case.query.len(), Buffer::from(bytes)).unwrap()
}

fn naive(case: &Case) -> Vec<(u32, u32, u64, u64)> {
    let metric = match case.metric {
        Metric::Cosine => KernelMetric::Cosine,
        Metric::L2 => KernelMetric::L2,
        Metric::Dot => KernelMetric::Dot,
    };
    let scalar = Kernels::for_isa(Isa::Scalar).unwrap();
    let kernel_query = varve_kernels::Query::new(&case.query, metric);
    let mut hits = Vec::new();
    for (segment, part) in case.parts.iter().enumerate() {
        let bytes = bytes(case, &part.rows);
        let rows = Rows::new(&bytes, kernel_element(case.element));
        for row in 0..part.rows.len() {
            let there = |bits: &Option<Vec<bool>>| bits.as_ref().is_none_or(|bits| bits[row]);
            let score = scalar.score(&kernel_query, rows, row).unwrap();
            if there(&part.present) && there(&part.mask) && !score.is_nan() {
                hits.push((score, segment as u32, row as u32));
            }
        }
    }
    hits.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap().then((a.1, a.2).cmp(&(b.1, b.2))));
    hits.truncate(case.limit);
    let field = field(case);
    let query = Query::new(&field, &case.query).unwrap();
    hits.into_iter()
        .map(|(score, segment, row)| {
            let (distance, score) = query.distance_and_score(score);
            (segment, row, distance.to_bits(), score.to_bits())
        })
        .collect()
}

fn found(case: &Case, by_position: bool) -> Vec<(u32, u32, u64, u64)> {
    let field = field(case);
    let mut nearest = Nearest::new(Query::new(&field, &case.query).unwrap(), case.limit);
    for (segment, part) in case.parts.iter().enumerate() {
        let column = column(case, part);
        let shadow = part.has_shadow.then(|| shadow(case, &column));
        let vectors = Vectors {
            column: &column,
            shadow: shadow.as_ref(),
        };
        let mask = part.mask.as_ref().map(|mask| bits(mask));
        if by_position {
            let all = Bits::filled(part.rows.len(), true);
            // Any order will do.
            let positions: Vec<u32> = mask.unwrap_or(all).ones().map(|row| row as u32).collect();
            let positions: Vec<u32> = positions.into_iter().rev().collect();
            nearest.score(segment as u32, vectors, &positions).unwrap();
        } else {
            nearest.scan(segment as u32, vectors, mask.as_ref()).unwrap();
        }
    }
    let hits = nearest.finish().into_iter().zip(1..);
    hits.map(|(hit, rank)| {
        let part = hit.parts.vector.unwrap();
        assert_eq!(part.rank, rank);
        (hit.row.0, hit.row.1, part.value.to_bits(), hit.score.to_bits())
    })
    .collect()
}

/// Rows that are alike, alike but for the last bit, apart, and at the ends of what `f32` holds.
fn row(dimensions: usize) -> impl Strategy<Value = Vec<f32>> {
    use proptest::collection::vec;
    let scaled = (vec(-1.0_f32..1.0, dimensions), -149..127_i32)
        .prop_map(|(row, power)| row.iter().map(|x| x * 2.0_f32.powi(power)).collect());
    let nearly = (0..dimensions, 0..4_u32).prop_map(move |(at, ulps)| {
        let mut row = vec![0.5_f32; dimensions];
        row[at] = f32::from_bits(row[at].to_bits() + ulps);
        row
    });
    prop_oneof![
        8 => vec(-1.0_f32..1.0, dimensions),
        4 => nearly,
        2 => vec((-1..2_i8).prop_map(f32::from), dimensions),
        1 => scaled,
        1 => Just(vec![0.0; dimensions]),
    ]
}

fn part(dimensions: usize) -> impl Strategy<Value = Part> {
    use proptest::collection::vec;
    use proptest::option::of;
    // Few different rows, many times each: their ids decide.
    let rows = (
        vec(row(dimensions), 1..60),
        vec(any::<prop::sample::Index>(), 0..700),
    )
        .prop_map(|(kinds, picks)| picks.iter().map(|pick| pick.get(&kinds).clone()).collect());
    (rows, any::<u64>(), of(0..10_u64), of(0..10_u64), any::<bool>()).prop_map(
        |(rows, seed, nulls, hidden, has_shadow): (Vec<Vec<f32>>, _, _, _, _)| {
            let chosen = |share: u64, salt: u64| -> Vec<bool> {
                let mixed = |i: usize| (i as u64 ^ salt ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
                (0..rows.len()).map(|i| mixed(i) % 10 >= share).collect()
            };
            let present = nulls.map(|share| chosen(share, 1));
            let mask = hidden.map(|share| chosen(share, 2));
            Part {
                rows,
                present,
                mask,
                has_shadow,
            }
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let metric = prop_oneof![Just(Metric::Dot), Just(Metric::Cosine), Just(Metric::L2)];
    let element = prop_oneof![Just(Element::F32), Just(Element::F16)];
    let dimensions = prop_oneof![4 => 1..20_usize, 4 => 60..140_usize, 1 => Just(384)];
    let limit = prop_oneof![3 => 1..20_usize, 1 => 20..200_usize];
    (metric, element, dimensions, limit).prop_flat_map(|(metric, element, dimensions, limit)| {
        let parts = proptest::collection::vec(part(dimensions), 1..4);
        (row(dimensions), parts).prop_map(move |(query, parts)| Case {
            query,
            element,
            metric,
            limit,
            parts,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_search_is_exact(case in case()) {
        prop_assert_eq!(found(&case, false), naive(&case));
        prop_assert_eq!(found(&case, true), naive(&case));
    }
}

/// A generator that needs no strategy: numbers from -1 to 1.
fn numbers(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn large(dimensions: usize, count: usize, mut row: impl FnMut(usize) -> Vec<f32>) -> Case {
    Case {
        query: row(usize::MAX),
        element: Element::F32,
        metric: Metric::Cosine,
        limit: 10,
        parts: vec![Part {
            rows: (0..count)
                .map(row)
                .inspect(|row| assert_eq!(row.len(), dimensions))
                .collect(),
            present: None,
            mask: None,
            has_shadow: true,
        }],
    }
}

fn check(case: &Case) {
    let expected = naive(case);
    assert_eq!(expected.len(), case.limit);
    assert_eq!(found(case, false), expected);
    assert_eq!(found(case, true), expected);
}

#[test]
fn a_search_is_exact_in_many_rows() {
    let mut next = numbers(1);
    let mut case = large(64, 30_000, |_| (0..64).map(|_| next()).collect());
    check(&case);
    for share in [2, 3, 20, 200] {
        case.parts[0].mask = Some((0..30_000).map(|i| i % share == 1).collect());
        check(&case);
    }
}

#[test]
fn a_search_is_exact_where_the_shadow_tells_no_rows_apart() {
    let mut next = numbers(2);
    let case = large(64, 30_000, |_| {
        let mut row = vec![1.0; 64];
        row[0] += (next() * 8.0).round() * f32::EPSILON;
        row
    });
    check(&case);
}

#[test]
fn a_search_is_exact_in_up_to_4096_dimensions() {
    let mut next = numbers(3);
    for dimensions in [1, 2, 3, 127, 128, 129, 1535, 4095, 4096] {
        for metric in [Metric::Cosine, Metric::L2, Metric::Dot] {
            let mut case = large(dimensions, 200, |_| (0..dimensions).map(|_| next()).collect());
            (case.metric, case.limit) = (metric, 3);
            check(&case);
        }
    }
}
