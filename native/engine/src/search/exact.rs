use std::borrow::Cow;

use varve_kernels::TopK;

use super::pass::{Places, Question, Selected};
use super::query::Query;
use super::threads::over_all;
use crate::column::{Bits, Column};
use crate::error::Result;
use crate::fragment::{Shadow, Vectors, kernel_element};
use crate::snapshot::{Part, Parts, RowPlace};

/// Collects the nearest rows of any number of segments, exactly; of rows equally near those come first that were born
/// first.
///
/// Every row is looked at once: where there is a shadow in 4 bits an element, and in full only those of which the shadow cannot
/// say that they are too far away. What is returned are the scores of the rows in full, by the same sums whatever the way. Many
/// rows are looked at by several threads.
#[derive(Debug)]
pub(crate) struct Nearest<'a> {
    question: Question<'a>,
    top: TopK,
}

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Where it lies.
    pub row: RowPlace,
    /// How well it fits: higher is better.
    pub score: f64,
    /// What hits are in order by, the highest first; of equal ones that which was born first. Scores are rounded, this is not.
    pub order: f64,
    /// How many of the rows that were looked at are in its group; 0 where there are no groups.
    pub count: u64,
    /// What the score was made of.
    pub parts: Parts,
}

/// Vectors of a segment to be looked at: its number, the vectors, and which of them; all where there is no mask.
pub(crate) type Scanned<'a> = (u32, Vectors<'a>, Option<&'a Bits>);

/// Up to this many rows of a segment are fetched one by one.
const FEW: usize = 64;
/// If at least one in this many rows is wanted, all are read and the others skipped.
const DENSE: usize = 4;

impl<'a> Nearest<'a> {
    /// Collects up to `limit` rows.
    #[must_use]
    pub(crate) fn new(query: Query<'a>, limit: usize) -> Self {
        Self {
            question: Question::new(query),
            top: TopK::new(limit),
        }
    }

    /// Looks at the vectors of a segment, or at those of the rows in `mask`.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn scan(&mut self, segment: u32, vectors: Vectors<'_>, mask: Option<&Bits>) -> Result<()> {
        self.scan_all(&[(segment, vectors, mask)])
    }

    /// Looks at vectors of several segments.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub(crate) fn scan_all(&mut self, parts: &[Scanned<'_>]) -> Result<()> {
        let mut selected = Vec::with_capacity(parts.len());
        for part in parts {
            selected.extend(self.selected(part)?);
        }
        over_all(&self.question, &selected, &mut self.top)
    }

    /// The rows of a part, if there are any, and how to look at them.
    fn selected<'p>(&self, &(segment, vectors, mask): &Scanned<'p>) -> Result<Option<Selected<'p>>> {
        let (first_id, column) = (u64::from(segment) << 32, vectors.column);
        let present = present(column, mask)?;
        let all = column.len();
        let count = present.as_ref().map_or(all, |bits| bits.count());
        if count == 0 {
            return Ok(None);
        }
        let has_shadow = vectors.shadow.is_some() && self.is_selective(count);
        let places = match present {
            Some(bits) if count <= FEW || has_shadow && count < all / DENSE => {
                Places::At(Cow::Owned(bits.positions(count)))
            }
            present => Places::All(present),
        };
        self.selection(first_id, vectors, places, count).map(Some)
    }

    fn selection<'p>(
        &self,
        first_id: u64,
        vectors: Vectors<'p>,
        places: Places<'p>,
        count: usize,
    ) -> Result<Selected<'p>> {
        let shadow = vectors.shadow.filter(|_| self.is_selective(count));
        let dimensions = self.question.query.vector.len();
        let width = match shadow {
            Some(_) => Shadow::row_bytes(dimensions),
            None => dimensions * self.question.query.element.size(),
        };
        Ok(Selected {
            first_id,
            column: vectors.column,
            shadow: shadow.map(|shadow| view(shadow, &places)).transpose()?,
            places,
            count,
            width,
        })
    }

    /// Looks at the vectors of the rows at some positions of a segment, each given once; those that have none are passed over.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], also where there is no row at a position.
    pub(crate) fn score(&mut self, segment: u32, vectors: Vectors<'_>, positions: &[u32]) -> Result<()> {
        let positions = match vectors.column.validity() {
            None => Cow::Borrowed(positions),
            Some(_) => {
                let mut kept = Vec::with_capacity(positions.len());
                for &position in positions {
                    if !vectors.column.is_null(position as usize)? {
                        kept.push(position);
                    }
                }
                Cow::Owned(kept)
            }
        };
        let count = positions.len();
        let selected = self.selection(u64::from(segment) << 32, vectors, Places::At(positions), count)?;
        over_all(&self.question, &[selected], &mut self.top)
    }

    /// Whether a shadow would rule out most of this many rows.
    fn is_selective(&self, count: usize) -> bool {
        count > FEW && count / 8 > self.top.k()
    }

    /// The score that a row must reach to be of use, as the kernels say it.
    #[must_use]
    pub(crate) fn threshold(&self) -> f32 {
        self.top.threshold()
    }

    /// How many rows were found.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.top.len()
    }

    /// Looks at rows that lie anywhere: the segment and the position of each, and the bytes of its vector.
    pub(crate) fn score_each(&mut self, places: &[(u32, u32)], vectors: &[&[u8]]) {
        let question = &self.question;
        let element = kernel_element(question.query.element);
        let mut scores = vec![f64::NAN; vectors.len()];
        question
            .kernels
            .score_each(&question.kernel_query, element, vectors, &mut scores);
        for (&(segment, row), score) in places.iter().zip(scores) {
            self.top.push(score, u64::from(segment) << 32 | u64::from(row));
        }
    }

    /// The rows found, the nearest first.
    #[must_use]
    pub(crate) fn finish(self) -> Vec<Hit> {
        let Self { question, top } = self;
        let hits = top.into_sorted().into_iter().zip(1..).map(|(hit, rank)| {
            let (distance, score) = question.query.distance_and_score(hit.score);
            Hit {
                row: ((hit.id >> 32) as u32, (hit.id & u64::from(u32::MAX)) as u32),
                score,
                order: hit.score,
                count: 0,
                parts: Parts {
                    text: None,
                    vector: Some(Part {
                        rank,
                        value: distance,
                    }),
                    cosine: None,
                },
            }
        });
        hits.collect()
    }
}

/// The shadow of a column, of which what is read is confirmed.
fn view<'a>(shadow: &'a Shadow, places: &Places<'_>) -> Result<varve_kernels::Shadow<'a>> {
    match places {
        Places::All(_) => shadow.all(),
        Places::At(positions) => shadow.at(positions),
    }
}

/// The rows of a mask that have a vector; `None` where all rows do.
fn present<'a>(column: &Column, mask: Option<&'a Bits>) -> Result<Option<Cow<'a, Bits>>> {
    let Some(validity) = column.validity() else {
        return Ok(mask.map(Cow::Borrowed));
    };
    let mut present = Bits::from_bytes(validity.all()?, column.len());
    if let Some(mask) = mask {
        present.and(mask);
    }
    Ok(Some(Cow::Owned(present)))
}
