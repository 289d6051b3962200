//! Where the tensors lie in a `model.safetensors`.
//!
//! The file: the length of the header (8 bytes, little-endian), the header (JSON), the data. The header gives each
//! tensor's type, shape and place in the data. All of it is untrusted here; what [`Table::locate`] returns is checked.

use std::ops::Range;

use serde_json::Value;

use crate::error::ModelError;

/// Keeps a vector, and what a caller allocates for it, within reason.
const DIMENSIONS_MAX: usize = 1 << 16;

/// The token table: a row of int8 and a scale for each token.
#[derive(Debug)]
pub(crate) struct Table {
    /// Bytes of the file that hold the rows: exactly `scales.len() * dimensions` of them.
    pub(crate) rows: Range<usize>,
    /// At least 1.
    pub(crate) dimensions: usize,
    /// One finite number for each row.
    pub(crate) scales: Vec<f32>,
}

impl Table {
    /// Finds `embeddings` (int8, tokens x dimensions) and `scales` (float32, tokens).
    pub(crate) fn locate(file: &[u8]) -> Result<Self, ModelError> {
        let (length, rest) = file
            .split_first_chunk()
            .ok_or_else(|| ModelError::damaged("it breaks off"))?;
        let header = usize::try_from(u64::from_le_bytes(*length))
            .ok()
            .and_then(|length| rest.get(..length))
            .ok_or_else(|| ModelError::damaged("its header breaks off"))?;
        let data = length.len() + header.len()..file.len();
        let header: Value = serde_json::from_slice(header)
            .map_err(|error| ModelError::damaged(format!("its header cannot be read: {error}")))?;

        let embeddings = Tensor::parse(&header, "embeddings", "I8", 1, &data)?;
        let scales = Tensor::parse(&header, "scales", "F32", 4, &data)?;
        let (&[tokens, dimensions], &[scale_count]) = (&embeddings.shape[..], &scales.shape[..]) else {
            return Err(ModelError::wrong_shape(
                "embeddings must have two dimensions and scales one",
            ));
        };
        if tokens != scale_count {
            return Err(ModelError::wrong_shape(format!(
                "{tokens} rows and {scale_count} scales"
            )));
        }
        if !(1..=DIMENSIONS_MAX).contains(&dimensions) {
            return Err(ModelError::wrong_shape(format!("rows of {dimensions} numbers")));
        }
        Ok(Self {
            rows: embeddings.place,
            dimensions,
            scales: finite_numbers(file.get(scales.place).unwrap_or_default())?,
        })
    }
}

fn finite_numbers(bytes: &[u8]) -> Result<Vec<f32>, ModelError> {
    let (numbers, _) = bytes.as_chunks();
    let numbers: Vec<f32> = numbers.iter().map(|&number| f32::from_le_bytes(number)).collect();
    match numbers.iter().position(|number| !number.is_finite()) {
        None => Ok(numbers),
        Some(row) => Err(ModelError::damaged(format!(
            "the scale of row {row} is not a finite number"
        ))),
    }
}

struct Tensor {
    shape: Vec<usize>,
    /// In the file, and as long as the shape says.
    place: Range<usize>,
}

impl Tensor {
    fn parse(
        header: &Value,
        name: &str,
        kind: &str,
        item_bytes: usize,
        data: &Range<usize>,
    ) -> Result<Self, ModelError> {
        let tensor = &header[name];
        if tensor["dtype"] != kind {
            return Err(ModelError::wrong_shape(format!(
                "no tensor {name} of type {kind}"
            )));
        }
        let numbers = |key: &str| -> Option<Vec<usize>> {
            tensor[key]
                .as_array()?
                .iter()
                .map(|number| usize::try_from(number.as_u64()?).ok())
                .collect()
        };
        let damaged = || ModelError::damaged(format!("the shape or the place of {name} makes no sense"));
        let shape = numbers("shape").ok_or_else(damaged)?;
        let &[start, end] = &numbers("data_offsets").ok_or_else(damaged)?[..] else {
            return Err(damaged());
        };
        let bytes = shape
            .iter()
            .try_fold(item_bytes, |bytes, &size| bytes.checked_mul(size));
        if start > end || end > data.len() || bytes != Some(end - start) {
            return Err(damaged());
        }
        Ok(Self {
            shape,
            place: data.start + start..data.start + end,
        })
    }
}
