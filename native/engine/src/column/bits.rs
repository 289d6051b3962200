use varve_kernels::Kernels;

/// A set of row positions, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

/// Whether bit `index` is set in words of 64.
#[inline]
#[must_use]
pub(crate) fn bit(words: &[u64], index: usize) -> bool {
    words
        .get(index / 64)
        .is_some_and(|word| word >> (index % 64) & 1 == 1)
}

impl Bits {
    /// `len` bits, all of the same value.
    #[must_use]
    pub fn filled(len: usize, value: bool) -> Self {
        let mut bits = Self {
            words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)],
            len,
        };
        bits.trim();
        bits
    }

    /// Reads bits in Arrow's order; what is missing is 0.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], len: usize) -> Self {
        let mut words = vec![0_u64; len.div_ceil(64)];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks(8)) {
            let mut eight = [0; 8];
            for (to, from) in eight.iter_mut().zip(chunk) {
                *to = *from;
            }
            *word = u64::from_le_bytes(eight);
        }
        let mut bits = Self { words, len };
        bits.trim();
        bits
    }

    /// Bits in Arrow's order, padded to whole bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(self.len.div_ceil(8));
        bytes
    }

    /// The number of bits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The words; bits beyond the length are 0.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether the bit is set.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> bool {
        bit(&self.words, index)
    }

    /// Sets a bit; beyond the length nothing happens.
    #[inline]
    pub fn set(&mut self, index: usize) {
        if index < self.len
            && let Some(word) = self.words.get_mut(index / 64)
        {
            *word |= 1 << (index % 64);
        }
    }

    /// Clears a bit.
    #[inline]
    pub fn clear(&mut self, index: usize) {
        if let Some(word) = self.words.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    /// Clears all bits from `index` on.
    pub fn clear_from(&mut self, index: usize) {
        for i in index..self.len.min(index.next_multiple_of(64)) {
            self.clear(i);
        }
        for word in self.words.iter_mut().skip(index.div_ceil(64)) {
            *word = 0;
        }
    }

    /// Appends a bit.
    pub fn push(&mut self, value: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        if value {
            self.set(self.len - 1);
        }
    }

    /// How many bits are set.
    #[must_use]
    pub fn count(&self) -> usize {
        Kernels::best().count_ones(&self.words)
    }

    /// Keeps what is set in both.
    pub fn and(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= theirs;
        }
    }

    /// Adds what is set in the other.
    pub fn or(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    /// Adds 64 bits from an index on; those beyond the length are left out.
    pub(crate) fn or_word(&mut self, index: usize, word: u64) {
        let (at, shift) = (index / 64, index % 64);
        if let Some(low) = self.words.get_mut(at) {
            *low |= word << shift;
        }
        if shift > 0
            && let Some(high) = self.words.get_mut(at + 1)
        {
            *high |= word >> (64 - shift);
        }
        if index + 64 > self.len {
            self.trim();
        }
    }

    /// Some of the bits: `len` from an index on; what is missing is 0.
    #[must_use]
    pub(crate) fn part(&self, index: usize, len: usize) -> Self {
        let (at, shift) = (index / 64, index % 64);
        let word = |at: usize| self.words.get(at).copied().unwrap_or(0);
        let words = (at..at + len.div_ceil(64)).map(|at| match shift {
            0 => word(at),
            _ => word(at) >> shift | word(at + 1) << (64 - shift),
        });
        let mut part = Self {
            words: words.collect(),
            len,
        };
        part.trim();
        part
    }

    /// Turns every bit.
    pub fn not(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
    }

    /// The positions of the set bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.ones_from(0)
    }

    /// The positions of the set bits from one on, ascending.
    pub fn ones_from(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let words = self.words.iter().enumerate().skip(index / 64);
        words.flat_map(move |(i, &word)| {
            let mut rest = if i == index / 64 {
                word & (u64::MAX << (index % 64))
            } else {
                word
            };
            std::iter::from_fn(move || {
                let at = rest.trailing_zeros() as usize;
                rest &= rest.checked_sub(1)?;
                Some(i * 64 + at)
            })
        })
    }

    /// The positions of the set bits, ascending, of which there are `count`.
    #[must_use]
    pub fn positions(&self, count: usize) -> Vec<u32> {
        let mut positions = Vec::with_capacity(count);
        for (i, &word) in self.words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                positions.push(i as u32 * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        positions
    }

    fn trim(&mut self) {
        let used = self.len % 64;
        if used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn words_are_added_and_parts_are_taken_wherever_they_lie() {
        let set = [0, 3, 63, 64, 100, 127, 128, 191, 199];
        let mut all = Bits::filled(200, false);
        set.iter().for_each(|at| all.set(*at));
        for from in [0, 1, 63, 64, 65, 150] {
            let part = all.part(from, 70);
            let expected: Vec<usize> = set
                .iter()
                .filter(|at| (from..from + 70).contains(*at))
                .map(|at| at - from)
                .collect();
            assert_eq!(part.ones().collect::<Vec<_>>(), expected, "{from}");
            let mut moved = Bits::filled(200, false);
            for (at, word) in part.words().iter().enumerate() {
                moved.or_word(from + at * 64, *word);
            }
            let expected: Vec<usize> = set
                .iter()
                .copied()
                .filter(|at| (from..from + 70).contains(at))
                .collect();
            assert_eq!(moved.ones().collect::<Vec<_>>(), expected, "{from}");
        }
    }
}
