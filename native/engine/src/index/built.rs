use super::layout::ALIGNED;

/// The bytes of a segment of words or values.
#[derive(Debug)]
pub struct Built {
    /// How many rows it covers, from the first on. Where that are not all, the rest wants a segment of its own.
    pub rows: usize,
    pieces: Vec<Vec<u8>>,
}

impl Built {
    /// A header, and the sections behind it, each where the next may start.
    pub(super) fn new(rows: usize, header: Vec<u8>, sections: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut end = header.len();
        let mut pieces = vec![header];
        for section in sections {
            let start = end.next_multiple_of(ALIGNED as usize);
            pieces.push(vec![0; start - end]);
            end = start + section.len();
            pieces.push(section);
        }
        Self { rows, pieces }
    }

    /// The bytes, piece by piece, to be written one behind the other.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(Vec::as_slice)
    }

    /// All bytes in one.
    #[must_use]
    pub fn concat(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}
