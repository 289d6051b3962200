//! Numbers in a wider type.

use super::{Buffer, Column, Data};
use crate::error::{Error, Result};
use crate::schema::DataType;

impl Column {
    /// The numbers of a column as floats of `bits` bits, and the rows whose numbers they do not hold exactly.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn to_floats(&self, from: &DataType, bits: u8) -> Result<(Self, Vec<usize>)> {
        let width = usize::from(bits) / 8;
        let (mut values, mut inexact) = (Vec::with_capacity(self.len() * width), Vec::new());
        for row in 0..self.len() {
            let null = self.is_null(row)?;
            let (float, exact) = match from {
                _ if null => (0.0, true),
                DataType::Int => floats_of(self.int(row)?, bits),
                DataType::Float { bits: 32 } => (self.float(row)?, true),
                _ => return Err(Error::internal("numbers of another type than int or float")),
            };
            if !exact {
                inexact.push(row);
            }
            if bits == 32 {
                values.extend_from_slice(&(float as f32).to_le_bytes());
            } else {
                values.extend_from_slice(&float.to_le_bytes());
            }
        }
        let values = Buffer::from(values);
        let column = Self::new(
            self.len(),
            self.validity().cloned(),
            Data::Fixed { width, values },
        );
        Ok((column, inexact))
    }
}

/// The nearest float of `bits` bits, and whether it is the same number.
fn floats_of(int: i64, bits: u8) -> (f64, bool) {
    let float = if bits == 32 {
        f64::from(int as f32)
    } else {
        int as f64
    };
    (float, float as i128 == i128::from(int))
}

#[cfg(test)]
mod tests {
    use super::floats_of;

    #[test]
    fn a_float_says_where_it_is_not_the_integer() {
        let most = 1_i64 << 53;
        for (int, bits, exact) in [
            (0, 64, true),
            (-1, 64, true),
            (most, 64, true),
            (most + 1, 64, false),
            (most + 2, 64, true),
            (-most - 1, 64, false),
            (i64::MAX, 64, false),
            (i64::MIN, 64, true),
            (1 << 24, 32, true),
            ((1 << 24) + 1, 32, false),
        ] {
            assert_eq!(floats_of(int, bits).1, exact, "{int} in {bits} bits");
        }
    }
}
