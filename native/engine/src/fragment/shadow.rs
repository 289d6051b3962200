use varve_kernels::{Element as KernelElement, Kernels, Rows, ShadowBlocks};

use crate::column::{Buffer, Column, fixed_width};
use crate::error::{Error, Result};
use crate::schema::{DataType, Element};

/// The vectors of a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vectors<'a> {
    /// In full.
    pub column: &'a Column,
    /// In 4 bits an element, where the fragment has them.
    pub shadow: Option<&'a Shadow>,
}

/// A 4-bit copy of a vector column, with what bounds its error, as [`varve_kernels::Shadow`] defines it.
#[derive(Clone, Debug)]
pub(crate) struct Shadow {
    rows: usize,
    dimensions: usize,
    bytes: Buffer,
}

/// Rows that are encoded at once.
const BATCH: usize = 512;

impl Shadow {
    /// How many dimensions a column has whose shadow is worth its bytes, where it has enough elements; `None` for any other.
    #[must_use]
    pub(crate) fn worth(data_type: &DataType, rows: usize, from: usize) -> Option<usize> {
        let DataType::Vector { dimensions, .. } = data_type else {
            return None;
        };
        let dimensions = *dimensions as usize;
        let saves = fixed_width(data_type)? >= 2 * Self::row_bytes(dimensions);
        (saves && rows.saturating_mul(dimensions) >= from).then_some(dimensions)
    }

    /// Bytes that a scan reads of a row.
    #[must_use]
    pub(crate) fn row_bytes(dimensions: usize) -> usize {
        varve_kernels::Shadow::bytes(dimensions, 16) / 16
    }

    /// Reads a shadow.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]: the bytes do not fit the number of rows.
    pub(crate) fn new(rows: usize, dimensions: usize, bytes: Buffer) -> Result<Self> {
        if varve_kernels::Shadow::bytes(dimensions, rows) != bytes.len() {
            return Err(bytes.damaged("a shadow has another size than its rows"));
        }
        Ok(Self {
            rows,
            dimensions,
            bytes,
        })
    }

    /// Encodes a column that is given in pieces, and hands the bytes over bit by bit.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], and those of `write`.
    pub(crate) fn encode(
        data_type: &DataType,
        pieces: &[&Column],
        mut write: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let (
            DataType::Vector {
                dimensions, element, ..
            },
            Some(width),
        ) = (data_type, fixed_width(data_type))
        else {
            return Err(Error::internal("a shadow of a column that holds no vectors"));
        };
        let kernels = Kernels::best();
        let mut blocks = ShadowBlocks::new(*dimensions as usize);
        for piece in pieces {
            for batch in piece.fixed_all()?.chunks(BATCH * width) {
                kernels.encode_shadow(Rows::new(batch, kernel_element(*element)), &mut blocks);
                write(&blocks.take_whole())?;
            }
        }
        write(blocks.bytes())
    }

    /// All of it, confirmed.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn all(&self) -> Result<varve_kernels::Shadow<'_>> {
        Ok(self.view(self.bytes.all()?))
    }

    /// A shadow of which only the rows at some positions are confirmed.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn at(&self, positions: &[u32]) -> Result<varve_kernels::Shadow<'_>> {
        let blocks = positions.iter().map(|&position| {
            let block = varve_kernels::Shadow::block_of(self.dimensions, position as usize);
            (block.start, block.len())
        });
        Ok(self.view(self.bytes.at(blocks)?))
    }

    fn view<'a>(&self, bytes: &'a [u8]) -> varve_kernels::Shadow<'a> {
        varve_kernels::Shadow::new(self.dimensions, self.rows, bytes)
    }
}

/// The encoding of elements, as the kernels call it.
#[must_use]
pub(crate) fn kernel_element(element: Element) -> KernelElement {
    match element {
        Element::F32 => KernelElement::F32,
        Element::F16 => KernelElement::F16,
    }
}
