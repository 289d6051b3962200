use super::making::Written;
use crate::column::{Batch, Bits};

/// Some of the rows.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) batch: Batch,
    /// Rows that another row of the write takes the place of.
    pub(super) left_out: Option<Bits>,
    /// The number of the first row within the write.
    pub(super) base: usize,
    /// Where they are written already, if they are.
    pub(super) file: Option<Written>,
}
