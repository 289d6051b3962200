use std::borrow::Cow;
use std::cell::OnceCell;

use varve_kernels::{Kernels, Rows, ShadowQuery, ShadowScan, TopK};

use super::Query;
use super::candidates::Candidates;
use crate::column::{Bits, Column};
use crate::error::Result;
use crate::fragment::{Shadow, Vectors, kernel_element};

/// Collects the nearest rows of any number of segments, exactly; of rows equally near those come first that were born
/// first.
///
/// Every row is looked at once: where there is a shadow in 4 bits an element, and in full only those of which the shadow cannot
/// say that they are too far away. What is returned are the scores of the rows in full, by the same sums whatever the way.
#[derive(Debug)]
pub struct Nearest<'a> {
    query: Query<'a>,
    kernel_query: varve_kernels::Query<'a>,
    shadow_query: OnceCell<Option<ShadowQuery>>,
    kernels: Kernels,
    top: TopK,
}

/// Up to so many rows of a segment are fetched one by one.
const FEW: usize = 64;
/// From one in so many rows on, all are looked at and the others passed over.
const DENSE: usize = 4;
/// Rows that are looked at before the threshold is raised, at first and at most; multiples of 64.
const STEPS: (usize, usize) = (256, 8192);
/// When more than one in so many rows had to be read in full, reading all of them in order is faster.
const WORTH: usize = 4;

/// Rows of a segment.
#[derive(Clone, Copy)]
struct Selected<'a> {
    /// What the row at position 0 is called.
    first_id: u64,
    column: &'a Column,
    places: Places<'a>,
    /// How many there are.
    count: usize,
}

#[derive(Clone, Copy)]
enum Places<'a> {
    All(Option<&'a Bits>),
    At(&'a [u32]),
}

impl<'a> Nearest<'a> {
    /// Collects up to `limit` rows.
    #[must_use]
    pub fn new(query: Query<'a>, limit: usize) -> Self {
        let kernel_query = varve_kernels::Query::new(query.vector, query.kernel_metric());
        Self {
            query,
            kernel_query,
            shadow_query: OnceCell::new(),
            kernels: Kernels::best(),
            top: TopK::new(limit),
        }
    }

    /// Looks at the vectors of a segment, or at those of the rows in `mask`.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    pub fn scan(&mut self, segment: u32, vectors: Vectors<'_>, mask: Option<&Bits>) -> Result<()> {
        let (first_id, column) = (u64::from(segment) << 32, vectors.column);
        let present = present(column, mask)?;
        let all = column.len();
        let count = present.as_ref().map_or(all, |bits| bits.count());
        let shadow = vectors.shadow.filter(|_| self.is_selective(count));
        match present {
            _ if count == 0 => Ok(()),
            Some(bits) if count <= FEW || shadow.is_some() && count < all / DENSE => {
                let positions: Vec<u32> = bits.ones().map(|row| row as u32).collect();
                let places = Places::At(&positions);
                self.pass(
                    Selected {
                        first_id,
                        column,
                        places,
                        count,
                    },
                    shadow,
                )
            }
            present => {
                let places = Places::All(present.as_deref());
                self.pass(
                    Selected {
                        first_id,
                        column,
                        places,
                        count,
                    },
                    shadow,
                )
            }
        }
    }

    /// Looks at the vectors of the rows at some positions of a segment, each given once; those that have none are passed over.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`], also where there is no row at a position.
    pub fn score(&mut self, segment: u32, vectors: Vectors<'_>, positions: &[u32]) -> Result<()> {
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
        let shadow = vectors.shadow.filter(|_| self.is_selective(positions.len()));
        let selected = Selected {
            first_id: u64::from(segment) << 32,
            column: vectors.column,
            places: Places::At(&positions),
            count: positions.len(),
        };
        self.pass(selected, shadow)
    }

    /// Whether a shadow would leave most of so many rows out.
    fn is_selective(&self, count: usize) -> bool {
        count > FEW && count / 8 > self.top.k()
    }

    fn pass(&mut self, rows: Selected<'_>, shadow: Option<&Shadow>) -> Result<()> {
        if let Some(shadow) = shadow {
            let make = || ShadowQuery::new(&self.kernel_query);
            if let Some(query) = self.shadow_query.get_or_init(make).clone() {
                return self.pass_by_shadow(rows, shadow, &query);
            }
        }
        self.pass_in_full(rows, 0)
    }

    /// Scores the rows from a position on, or from a place in the list of positions.
    fn pass_in_full(&mut self, rows: Selected<'_>, from: usize) -> Result<()> {
        match rows.places {
            Places::At(positions) => self.refine(rows, positions.get(from..).unwrap_or_default()),
            Places::All(mask) => {
                let bytes = rows.column.fixed_all()?;
                let width = bytes.len() / rows.column.len().max(1);
                let bytes = bytes.get(from * width..).unwrap_or_default();
                let mask = mask.map(|bits| bits.words().get(from / 64..).unwrap_or_default());
                let first_id = rows.first_id + from as u64;
                let rows = Rows::new(bytes, kernel_element(self.query.element));
                self.kernels
                    .scan(&self.kernel_query, rows, first_id, mask, &mut self.top);
                Ok(())
            }
        }
    }

    fn pass_by_shadow(&mut self, rows: Selected<'_>, shadow: &Shadow, query: &ShadowQuery) -> Result<()> {
        let (codes, end) = match rows.places {
            Places::All(_) => (shadow.all()?, rows.column.len()),
            Places::At(positions) => (shadow.at(positions)?, positions.len()),
        };
        let mut candidates = Candidates::default();
        let (mut from, mut step) = (0, STEPS.0);
        while from < end {
            let to = end.min(from + step);
            let scan = ShadowScan {
                query,
                shadow: codes,
                threshold: self.top.threshold(),
            };
            let found = candidates.next();
            match rows.places {
                Places::All(mask) => {
                    let mask = mask.map(Bits::words);
                    self.kernels.scan_shadow(scan, from..to, mask, found);
                }
                Places::At(positions) => {
                    let positions = positions.get(from..to).unwrap_or_default();
                    self.kernels.scan_shadow_at(scan, positions, found);
                }
            }
            let in_full = self.settle(rows, &mut candidates)?;
            let looked_at = (to - from) * rows.count / end;
            from = to;
            if step == STEPS.1 && in_full > looked_at / WORTH {
                self.pass_in_full(rows, from)?;
                break;
            }
            step = (2 * step).min(STEPS.1);
        }
        while let Some(group) = candidates.waiting(self.top.threshold()) {
            self.refine(rows, &group)?;
        }
        Ok(())
    }

    /// Scores what was found and is likely to be among the nearest, the likeliest first; the rest waits until the threshold is
    /// higher. Returns how many rows were scored or wait.
    fn settle(&mut self, rows: Selected<'_>, candidates: &mut Candidates) -> Result<usize> {
        candidates.sort(self.top.threshold());
        let mut in_full = 0;
        while let Some(group) = candidates.likely(self.top.threshold()) {
            in_full += group.len();
            self.refine(rows, &group)?;
        }
        in_full += candidates.postpone(self.top.threshold());
        while candidates.is_full() {
            let Some(group) = candidates.waiting(self.top.threshold()) else {
                break;
            };
            self.refine(rows, &group)?;
        }
        Ok(in_full)
    }

    /// Scores rows in full.
    fn refine(&mut self, rows: Selected<'_>, positions: &[u32]) -> Result<()> {
        let bytes = rows.column.fixed_at(positions)?;
        let in_full = Rows::new(bytes, kernel_element(self.query.element));
        self.kernels.score_rows(
            &self.kernel_query,
            in_full,
            rows.first_id,
            positions,
            &mut self.top,
        );
        Ok(())
    }

    /// The score that a row must reach to be of use, as the kernels say it.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.top.threshold()
    }

    /// How many rows were found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.top.len()
    }

    /// Whether no row was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.top.is_empty()
    }

    /// Looks at rows that lie anywhere: the segment and the position of each, and the bytes of its vector.
    pub fn score_each(&mut self, places: &[(u32, u32)], vectors: &[&[u8]]) {
        let element = kernel_element(self.query.element);
        let mut scores = vec![f32::NAN; vectors.len()];
        self.kernels
            .score_each(&self.kernel_query, element, vectors, &mut scores);
        for (&(segment, row), score) in places.iter().zip(scores) {
            self.top.push(score, u64::from(segment) << 32 | u64::from(row));
        }
    }

    /// The rows found, the nearest first: segment, position, distance, score.
    #[must_use]
    pub fn finish(self) -> Vec<(u32, u32, f32, f32)> {
        let Self { query, top, .. } = self;
        let hits = top.into_sorted().into_iter().map(|hit| {
            let (distance, score) = query.distance_and_score(hit.score);
            (
                (hit.id >> 32) as u32,
                (hit.id & u64::from(u32::MAX)) as u32,
                distance,
                score,
            )
        });
        hits.collect()
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
