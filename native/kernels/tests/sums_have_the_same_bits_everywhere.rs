//! Every instruction set computes the canonical sums bit for bit as they are defined.
//!
//! Otherwise an index built on one machine would order rows differently on another, and "exact" would depend on
//! the CPU.

use proptest::prelude::*;
use varve_kernels::{Isa, Kernels, f16_to_f32};

/// The definition in the documentation of the crate, in other words.
fn canonical(factors: &[(f32, f32)]) -> f32 {
    let mut lanes = [0.0_f32; 64];
    for block in factors.chunks(64) {
        for (j, lane) in lanes.iter_mut().enumerate() {
            let (a, b) = block.get(j).copied().unwrap_or((0.0, 0.0));
            *lane = a.mul_add(b, *lane);
        }
    }
    let mut sums = lanes.to_vec();
    while sums.len() > 1 {
        let (lower, upper) = sums.split_at(sums.len() / 2);
        sums = lower.iter().zip(upper).map(|(a, b)| a + b).collect();
    }
    sums[0]
}

fn dot(query: &[f32], row: &[f32]) -> f32 {
    canonical(&query.iter().copied().zip(row.iter().copied()).collect::<Vec<_>>())
}

fn l2_squared(query: &[f32], row: &[f32]) -> f32 {
    let differences = query.iter().zip(row).map(|(q, x)| q - x);
    canonical(&differences.map(|d| (d, d)).collect::<Vec<_>>())
}

/// The bits of a number. All NaN are alike.
fn bits(x: f32) -> u32 {
    if x.is_nan() {
        f32::NAN.to_bits()
    } else {
        x.to_bits()
    }
}

fn available() -> impl Iterator<Item = Kernels> {
    Isa::ALL.into_iter().filter_map(Kernels::for_isa)
}

fn check_f32(query: &[f32], row: &[f32]) {
    for kernels in available() {
        let isa = kernels.isa();
        let (fused_dot, norm) = kernels.dot_and_norm_f32(query, row);
        assert_eq!(
            bits(kernels.dot_f32(query, row)),
            bits(dot(query, row)),
            "dot, {isa}"
        );
        assert_eq!(bits(fused_dot), bits(dot(query, row)), "fused dot, {isa}");
        assert_eq!(bits(norm), bits(dot(row, row)), "norm, {isa}");
        assert_eq!(
            bits(kernels.l2_squared_f32(query, row)),
            bits(l2_squared(query, row)),
            "l2, {isa}"
        );

        // At an odd address.
        let bytes: Vec<u8> = [0]
            .into_iter()
            .chain(row.iter().flat_map(|x| x.to_le_bytes()))
            .collect();
        let sum = canonical(&row.iter().map(|&x| (x, 1.0)).collect::<Vec<_>>());
        assert_eq!(bits(kernels.sum_f32_bytes(&bytes[1..])), bits(sum), "sum, {isa}");
    }
}

fn check_f16(query: &[f32], row: &[u16]) {
    let floats: Vec<f32> = row.iter().map(|&half| f16_to_f32(half)).collect();
    for kernels in available() {
        let isa = kernels.isa();
        let (fused_dot, norm) = kernels.dot_and_norm_f16(query, row);
        assert_eq!(
            bits(kernels.dot_f16(query, row)),
            bits(dot(query, &floats)),
            "dot, {isa}"
        );
        assert_eq!(bits(fused_dot), bits(dot(query, &floats)), "fused dot, {isa}");
        assert_eq!(bits(norm), bits(dot(&floats, &floats)), "norm, {isa}");
        assert_eq!(
            bits(kernels.l2_squared_f16(query, row)),
            bits(l2_squared(query, &floats)),
            "l2, {isa}"
        );
    }
}

/// Values that make sums round, cancel, underflow and overflow.
fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => -1.0_f32..1.0,
        2 => (-1.0_f32..1.0).prop_map(|x| x * 1e-21),
        1 => proptest::num::f32::NORMAL,
        1 => proptest::num::f32::SUBNORMAL,
        1 => prop_oneof![Just(0.0), Just(-0.0)],
    ]
}

/// Two vectors of the same length.
fn vectors<A, B>(a: A, b: B) -> impl Strategy<Value = (Vec<A::Value>, Vec<B::Value>)>
where
    A: Strategy + Clone,
    B: Strategy + Clone,
{
    use proptest::collection::vec;
    (0..600_usize).prop_flat_map(move |length| (vec(a.clone(), length), vec(b.clone(), length)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn of_floats((query, row) in vectors(value().boxed(), value().boxed())) {
        check_f32(&query, &row);
    }

    #[test]
    fn of_small_floats((query, row) in vectors(-1e-20_f32..1e-20, -1e-20_f32..1e-20)) {
        check_f32(&query, &row);
    }

    #[test]
    fn of_any_floats((query, row) in vectors(any::<u32>(), any::<u32>())) {
        let floats = |bits: Vec<u32>| bits.into_iter().map(f32::from_bits).collect::<Vec<_>>();
        check_f32(&floats(query), &floats(row));
    }

    #[test]
    fn of_halves((query, row) in vectors(value().boxed(), (0..0x7c00_u16, any::<bool>()))) {
        let row: Vec<u16> = row.into_iter().map(|(half, sign)| half | u16::from(sign) << 15).collect();
        check_f16(&query, &row);
    }

    #[test]
    fn of_any_halves((query, row) in vectors(value().boxed(), any::<u16>())) {
        check_f16(&query, &row);
    }
}

#[test]
fn of_every_short_length() {
    let query: Vec<f32> = (0..260_u16).map(|i| f32::from(i) - 99.5).collect();
    let halves: Vec<u16> = (0..query.len() as u16).map(|i| 0x3000 + 37 * i).collect();
    for length in 0..query.len() {
        check_f32(&query[..length], &query[..length]);
        check_f16(&query[..length], &halves[..length]);
    }
}

#[test]
fn of_lanes_that_underflow_to_minus_zero() {
    // Both lanes round to -0.0; alone, lane 0 meets padding, which is +0.0, in lane 32.
    for length in [1, 63, 64, 65, 68, 72, 80, 96, 128] {
        check_f32(&vec![-1e-30; length], &vec![1e-30; length]);
    }
    assert_eq!(
        varve_kernels::dot_f32(&[-1e-30; 64], &[1e-30; 64]).to_bits(),
        (-0.0_f32).to_bits()
    );
    assert_eq!(
        varve_kernels::dot_f32(&[-1e-30; 65], &[1e-30; 65]).to_bits(),
        0.0_f32.to_bits()
    );
}

#[test]
fn of_different_lengths_over_the_shorter() {
    let (long, short) = ([1.5_f32; 200], [0.5_f32; 130]);
    let (long_halves, short_halves) = ([0x3e00_u16; 200], [0x3800_u16; 130]);
    for kernels in available() {
        assert_eq!(kernels.dot_f32(&long, &short), 97.5);
        assert_eq!(kernels.dot_f32(&short, &long), 97.5);
        assert_eq!(kernels.dot_and_norm_f32(&short, &long), (97.5, 292.5));
        assert_eq!(kernels.l2_squared_f32(&short, &long), 130.0);
        assert_eq!(kernels.dot_f16(&long, &short_halves), 97.5);
        assert_eq!(kernels.dot_f16(&short, &long_halves), 97.5);
        assert_eq!(kernels.dot_and_norm_f16(&short, &long_halves), (97.5, 292.5));
        assert_eq!(kernels.l2_squared_f16(&short, &long_halves), 130.0);
        assert_eq!(kernels.dot_f32(&[], &long), 0.0);
        assert_eq!(kernels.sum_f32_bytes(&[0, 0, 0x80, 0x3f, 7, 7, 7]), 1.0);
    }
}

#[test]
fn the_fastest_available_set_is_the_best() {
    assert_eq!(available().next().map(Kernels::isa), Some(Kernels::best().isa()));
    assert!(available().any(|kernels| kernels.isa() == Isa::Scalar));
}
