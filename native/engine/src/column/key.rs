//! Numbers as keys: unsigned, in the order of the numbers.

/// The key of a whole number, a date or a truth value.
#[inline]
#[must_use]
pub(crate) fn int_key(int: i64) -> u64 {
    int.cast_unsigned() ^ (1 << 63)
}

/// The key of a number of floating point, in the total order of IEEE 754: -0 before 0, and what is no number at the ends.
#[inline]
#[must_use]
pub(crate) fn float_key(float: f64) -> u64 {
    let bits = float.to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ (1 << 63) }
}

#[cfg(test)]
mod tests {
    use super::{float_key, int_key};

    #[test]
    fn keys_are_in_the_order_of_the_numbers() {
        assert!([i64::MIN, -1, 0, 1, i64::MAX].is_sorted_by_key(|int| int_key(*int)));
        let nan = f64::NAN.copysign(1.0);
        let floats = [
            -nan,
            f64::NEG_INFINITY,
            -1.5,
            -0.0,
            0.0,
            f64::MIN_POSITIVE,
            2.0,
            f64::INFINITY,
            nan,
        ];
        assert!(floats.is_sorted_by(|a, b| float_key(*a) < float_key(*b)));
        assert!(floats.is_sorted_by(|a, b| a.total_cmp(b).is_lt()));
    }
}
