use crate::error::Result;
use crate::index::text::corpus::{Codes, Cursor, NONE, Part};
use crate::index::text::query::{Compiled, Leaf, Occur, Weighed};

/// How a row stands to a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// It lacks what is required, or has what is excluded.
    Refused,
    /// It has nothing of it, and need not.
    Nothing,
    /// It answers with this score.
    Score(f64),
}

/// A query in a part of what is searched. It goes forward from row to row.
pub(crate) struct Evaluated<'a> {
    part: &'a Part<'a>,
    clauses: Vec<Clause<'a>>,
    has_must: bool,
}

struct Clause<'a> {
    occur: Occur,
    leaves: Vec<Standing<'a>>,
}

/// A term or phrase at a row.
pub(super) struct Standing<'a> {
    pub(super) leaf: &'a Leaf,
    pub(super) field: &'a Weighed,
    codes: Codes<'a>,
    /// Of each term, with its place in the phrase.
    cursors: Vec<(u32, Cursor<'a>)>,
    /// Where the phrase may start, and the positions of one of its terms.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl<'a> Evaluated<'a> {
    /// Looks the terms up. To be asked, like all of it, where panics are contained.
    pub(crate) fn new(
        part: &'a Part<'a>,
        compiled: &'a Compiled,
        wanted: impl Fn(Occur) -> bool,
    ) -> Result<Self> {
        let mut clauses = Vec::new();
        for sought in compiled.clauses.iter().filter(|sought| wanted(sought.occur)) {
            let mut leaves = Vec::new();
            for leaf in &sought.leaves {
                if let Some(field) = compiled.fields.get(leaf.place) {
                    leaves.extend(Standing::new(part, leaf, field)?);
                }
            }
            clauses.push(Clause {
                occur: sought.occur,
                leaves,
            });
        }
        let has_must = clauses.iter().any(|clause| clause.occur == Occur::Must);
        Ok(Self {
            part,
            clauses,
            has_must,
        })
    }

    /// The first row from `from` on that may answer.
    pub(crate) fn next(&mut self, from: u32) -> u32 {
        let mut document = from;
        if !self.has_must {
            let should = self
                .clauses
                .iter_mut()
                .filter(|clause| clause.occur == Occur::Should);
            return should.map(|clause| clause.seek(document)).min().unwrap_or(NONE);
        }
        loop {
            let must = self
                .clauses
                .iter_mut()
                .filter(|clause| clause.occur == Occur::Must);
            let furthest = must.map(|clause| clause.seek(document)).max().unwrap_or(NONE);
            if furthest == document || furthest >= NONE {
                return furthest;
            }
            document = furthest;
        }
    }

    /// The score of a row; none where it does not answer. Rows must ascend.
    pub(crate) fn score(&mut self, document: u32) -> Result<Option<f64>> {
        Ok(match self.fit(document)? {
            Fit::Score(score) => Some(score),
            Fit::Refused | Fit::Nothing => None,
        })
    }

    /// How a row stands to the query. Rows must ascend.
    pub(crate) fn fit(&mut self, document: u32) -> Result<Fit> {
        let mut sum = 0.0;
        let mut any = false;
        for clause in &mut self.clauses {
            let mut has = false;
            for leaf in &mut clause.leaves {
                let frequency = leaf.frequency(document, self.part)?;
                if frequency == 0 {
                    continue;
                }
                has = true;
                if clause.occur == Occur::Not {
                    return Ok(Fit::Refused);
                }
                sum += leaf.score(frequency, document);
            }
            if clause.occur == Occur::Must && !has {
                return Ok(Fit::Refused);
            }
            any |= has;
        }
        Ok(if any { Fit::Score(sum) } else { Fit::Nothing })
    }

    /// Whether a row has any of the terms and phrases. Rows must ascend.
    pub(crate) fn has_any(&mut self, document: u32) -> Result<bool> {
        for leaf in self.clauses.iter_mut().flat_map(|clause| &mut clause.leaves) {
            if leaf.frequency(document, self.part)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Each term and phrase that a row has, with how often.
    pub(super) fn shares(&mut self, document: u32) -> Result<Vec<(&Standing<'a>, u32)>> {
        let mut found = Vec::new();
        let scored = self
            .clauses
            .iter_mut()
            .filter(|clause| clause.occur != Occur::Not);
        for leaf in scored.flat_map(|clause| &mut clause.leaves) {
            let frequency = leaf.frequency(document, self.part)?;
            if frequency > 0 {
                found.push((&*leaf, frequency));
            }
        }
        Ok(found)
    }
}

impl Clause<'_> {
    fn seek(&mut self, document: u32) -> u32 {
        let leaves = self.leaves.iter_mut();
        leaves.map(|leaf| leaf.seek(document)).min().unwrap_or(NONE)
    }
}

impl<'a> Standing<'a> {
    /// None where a term of it is not there at all.
    fn new(part: &Part<'a>, leaf: &'a Leaf, field: &'a Weighed) -> Result<Option<Self>> {
        let mut cursors = Vec::with_capacity(leaf.terms.len());
        for (place, term) in &leaf.terms {
            let Some(cursor) = part.cursor(field.field, term, leaf.terms.len() > 1)? else {
                return Ok(None);
            };
            cursors.push((*place, cursor));
        }
        Ok(Some(Self {
            leaf,
            field,
            codes: part.codes(field.field)?,
            cursors,
            starts: Vec::new(),
            positions: Vec::new(),
        }))
    }

    /// The first row from `document` on that has all of its terms.
    fn seek(&mut self, document: u32) -> u32 {
        let mut document = document;
        loop {
            let all = self.cursors.iter_mut().map(|(_, cursor)| cursor.seek(document));
            let furthest = all.max().unwrap_or(NONE);
            if furthest == document || furthest >= NONE {
                return furthest;
            }
            document = furthest;
        }
    }

    /// How often a row has it.
    fn frequency(&mut self, document: u32, part: &Part<'_>) -> Result<u32> {
        for (_, cursor) in &mut self.cursors {
            if cursor.seek(document) != document {
                return Ok(0);
            }
        }
        match self.cursors.as_slice() {
            [(_, only)] => Ok(only.frequency()),
            _ => self.in_a_row(part),
        }
    }

    /// How often the row has the terms in a row.
    fn in_a_row(&mut self, part: &Part<'_>) -> Result<u32> {
        let Self {
            cursors,
            starts,
            positions,
            ..
        } = self;
        for (i, (place, cursor)) in cursors.iter_mut().enumerate() {
            if cursor.positions(positions).is_none() {
                return Err(part.damaged("a row has more words than can be"));
            }
            let mut these = positions
                .iter()
                .filter_map(|position| position.checked_sub(*place))
                .peekable();
            if i == 0 {
                starts.clear();
                starts.extend(these);
            } else {
                starts.retain(|start| {
                    while these.next_if(|position| position < start).is_some() {}
                    these.peek() == Some(start)
                });
            }
            if starts.is_empty() {
                return Ok(0);
            }
        }
        Ok(starts.len() as u32)
    }

    /// What it gives a row.
    pub(super) fn score(&self, frequency: u32, document: u32) -> f64 {
        self.leaf.factor * self.field.share(frequency, self.codes.of(document))
    }

    /// The length of the row in its field, as it is kept.
    pub(super) fn code(&self, document: u32) -> u8 {
        self.codes.of(document)
    }
}
