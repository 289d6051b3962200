use crate::error::Result;

/// The rows that are indexed.
pub trait Vectors: Sync {
    /// The elements of a vector.
    fn dimensions(&self) -> usize;
    /// How many rows there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The id of a row. Ids ascend.
    fn id(&self, row: usize) -> u64;
    /// Says that what was read may be forgotten: pages of mapped files, which would count as memory of the process.
    fn let_go(&self) {}
    /// Writes the elements of a row.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    fn read(&self, row: usize, to: &mut [f32]) -> Result<()>;
}
