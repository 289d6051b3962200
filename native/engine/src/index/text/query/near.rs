/// Terms that are wanted although they are not written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Those that begin so.
    Prefix(String),
    /// Those that differ by few letters.
    Near {
        /// From this one.
        term: String,
        /// By at most so many: 1 or 2.
        distance: u8,
    },
}

impl Wanted {
    /// What was written.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Prefix(text) | Self::Near { term: text, .. } => text,
        }
    }

    /// By how many changes a term differs; none where it is not wanted. A beginning differs by none.
    pub(crate) fn distance(&self, term: &str) -> Option<u8> {
        match self {
            Self::Prefix(prefix) => term.starts_with(prefix.as_str()).then_some(0),
            Self::Near {
                term: wanted,
                distance,
            } => distance_of(wanted, term, *distance),
        }
    }
}

/// How many letters must be put in, taken out, exchanged, or swapped with the next, if that are at most `most`.
fn distance_of(a: &str, b: &str, most: u8) -> Option<u8> {
    let most = usize::from(most);
    if a.len().abs_diff(b.len()) > 4 * most {
        return None;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    // Rows of the table of distances between the beginnings of both: the one before the last, the last, this one.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j) + usize::from(x != y))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        if row.iter().min().is_some_and(|least| *least > most)
            && last.iter().min().is_some_and(|least| *least > most)
        {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    let distance = last.last().copied().filter(|distance| *distance <= most)?;
    u8::try_from(distance).ok()
}
