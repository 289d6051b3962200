/// When and how indexes and shadows are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexing {
    /// Rows of fragments that have no index segment get one when there are this many.
    pub from: usize,
    /// Rows of fragments whose words have no segment get one when there are this many.
    pub text_from: usize,
    /// The most bytes of the files with its texts that a segment of words is made of, as `most` is of rows; of the texts of a column
    /// that a segment of values is made of.
    pub text_most: u64,
    /// Rows of fragments whose indexed values have no segment get one when there are this many.
    pub scalar_from: usize,
    /// How many lists a segment has; none for a number that suits its rows.
    pub lists: Option<usize>,
    /// The most rows of a segment: none is merged beyond, and a new one ends with the fragment that reaches it.
    pub most: usize,
    /// A vector column gets a 4-bit shadow in fragments where it has at least this many elements.
    pub shadow_from: usize,
}

impl Default for Indexing {
    fn default() -> Self {
        Self {
            from: FROM,
            text_from: TEXT_FROM,
            text_most: TEXT_MAX,
            scalar_from: SCALAR_FROM,
            lists: None,
            most: ROWS_MAX,
            shadow_from: SHADOW_FROM,
        }
    }
}

/// Fewer rows than this are scanned as fast as an index is searched.
const FROM: usize = 16 * 1024;
/// The words of fewer rows are quickly put together in memory.
const TEXT_FROM: usize = 1000;
/// The values of fewer rows are read in less than 0.1 ms.
const SCALAR_FROM: usize = 16 * 1024;
/// Bytes of texts in a segment, which bounds the memory that building one takes: less than twice as much.
const TEXT_MAX: u64 = 256 * 1024 * 1024;
/// Columns of fewer elements are scanned in full in less time than a file takes to open.
const SHADOW_FROM: usize = 1 << 20;
/// The most rows of a segment, which bounds the memory that building one takes.
const ROWS_MAX: usize = 4 * 1024 * 1024;
