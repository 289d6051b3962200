use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use varve_kernels::{Kernels, Rows, ShadowQuery, ShadowScan, TopK};

use super::candidates::Candidates;
use super::query::Query;
use crate::column::{Bits, Column};
use crate::error::Result;
use crate::fragment::kernel_element;
use crate::schema::Field;
use crate::snapshot::{RowPlace, Snapshot};

/// Rows that are looked at before the threshold is raised, at first and at most; multiples of 64.
const STEPS: (usize, usize) = (256, 8192);
/// If more than one in this many rows must be read in full, reading all of them in order is faster.
const WORTH: usize = 4;

impl Snapshot {
    /// The vector of a row; none where it has none.
    pub(super) fn vector_at(&self, field: &Field, (segment, row): RowPlace) -> Result<Option<&[u8]>> {
        match self.column(segment, field.id) {
            Some(column) if !column.is_null(row as usize)? => column.fixed(row as usize).map(Some),
            _ => Ok(None),
        }
    }
}

/// What the rows are compared with, and how.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) query: Query<'a>,
    pub(super) kernel_query: varve_kernels::Query<'a>,
    shadow_query: OnceLock<Option<ShadowQuery>>,
    pub(super) kernels: Kernels,
}

impl<'a> Question<'a> {
    pub(crate) fn new(query: Query<'a>) -> Self {
        Self {
            kernel_query: varve_kernels::Query::new(query.vector, query.kernel_metric()),
            shadow_query: OnceLock::new(),
            kernels: Kernels::best(),
            query,
        }
    }

    /// How each of some vectors fits, as the kernel tells it; not a number where that cannot be told.
    pub(super) fn scores(&self, vectors: &[&[u8]]) -> Vec<f64> {
        let mut scores = vec![f64::NAN; vectors.len()];
        let element = kernel_element(self.query.element);
        self.kernels
            .score_each(&self.kernel_query, element, vectors, &mut scores);
        scores
    }

    /// The query in whole numbers; `None` where no shadow says anything of it.
    fn shadow_query(&self) -> Option<&ShadowQuery> {
        let make = || ShadowQuery::new(&self.kernel_query);
        self.shadow_query.get_or_init(make).as_ref()
    }
}

/// Rows of a segment that all have a vector.
#[derive(Debug)]
pub(super) struct Selected<'a> {
    /// What the row at position 0 is called.
    pub(super) first_id: u64,
    pub(super) column: &'a Column,
    /// That of the column, confirmed where it is read.
    pub(super) shadow: Option<varve_kernels::Shadow<'a>>,
    pub(super) places: Places<'a>,
    /// How many there are.
    pub(super) count: usize,
    /// Bytes that are read at each place, but for the few rows that a shadow does not rule out.
    pub(super) width: usize,
}

#[derive(Debug)]
pub(super) enum Places<'a> {
    All(Option<Cow<'a, Bits>>),
    At(Cow<'a, [u32]>),
}

impl Selected<'_> {
    /// Where places end: the rows of the segment, or the positions in the list.
    pub(super) fn end(&self) -> usize {
        match &self.places {
            Places::All(_) => self.column.len(),
            Places::At(positions) => positions.len(),
        }
    }

    /// The mask from a position on, a multiple of 64.
    fn mask(&self, from: usize) -> Option<&[u64]> {
        match &self.places {
            Places::All(Some(bits)) => Some(bits.words().get(from / 64..).unwrap_or_default()),
            _ => None,
        }
    }
}

/// Looks at rows and collects the nearest.
pub(super) struct Pass<'p, 'a> {
    question: &'p Question<'a>,
    top: &'p mut TopK,
    /// Rows that score less are not among the nearest, as is known from elsewhere.
    floor: f32,
    candidates: Candidates,
}

impl<'p, 'a> Pass<'p, 'a> {
    pub(crate) fn new(question: &'p Question<'a>, top: &'p mut TopK, floor: f32) -> Self {
        Self {
            question,
            top,
            floor,
            candidates: Candidates::default(),
        }
    }

    fn threshold(&self) -> f32 {
        self.top.threshold().max(self.floor)
    }

    /// Looks at the rows at some places; the range starts at a multiple of 64.
    pub(super) fn over(&mut self, rows: &Selected<'_>, places: Range<usize>) -> Result<()> {
        match (rows.shadow, self.question.shadow_query()) {
            (Some(shadow), Some(query)) => self.by_shadow(rows, places, shadow, query),
            _ => self.in_full(rows, places),
        }
    }

    fn in_full(&mut self, rows: &Selected<'_>, places: Range<usize>) -> Result<()> {
        if let Places::At(positions) = &rows.places {
            return self.refine(rows, positions.get(places).unwrap_or_default());
        }
        let bytes = rows.column.fixed_all()?;
        let width = bytes.len() / rows.column.len().max(1);
        let bytes = bytes
            .get(places.start * width..places.end * width)
            .unwrap_or_default();
        let (question, first_id) = (self.question, rows.first_id + places.start as u64);
        let in_full = Rows::new(bytes, kernel_element(question.query.element));
        let mask = rows.mask(places.start);
        let query = &question.kernel_query;
        question.kernels.scan(query, in_full, first_id, mask, self.top);
        Ok(())
    }

    fn by_shadow(
        &mut self,
        rows: &Selected<'_>,
        places: Range<usize>,
        shadow: varve_kernels::Shadow<'_>,
        query: &ShadowQuery,
    ) -> Result<()> {
        let kernels = self.question.kernels;
        let (mut from, mut step) = (places.start, STEPS.0);
        while from < places.end {
            let to = places.end.min(from + step);
            let scan = ShadowScan {
                query,
                shadow,
                threshold: self.threshold(),
            };
            let found = self.candidates.next();
            match &rows.places {
                Places::All(_) => kernels.scan_shadow(scan, from..to, rows.mask(0), found),
                Places::At(positions) => {
                    kernels.scan_shadow_at(scan, positions.get(from..to).unwrap_or_default(), found);
                }
            }
            let in_full = self.settle(rows)?;
            let looked_at = (to - from) * rows.count / rows.end();
            from = to;
            if step == STEPS.1 && in_full > looked_at / WORTH {
                self.in_full(rows, from..places.end)?;
                break;
            }
            step = (2 * step).min(STEPS.1);
        }
        while let Some(group) = self.candidates.waiting(self.threshold()) {
            self.refine(rows, &group)?;
        }
        Ok(())
    }

    /// Scores what was found and is likely to be among the nearest, the likeliest first; the rest waits until the threshold is
    /// higher. Returns how many rows were scored or wait.
    fn settle(&mut self, rows: &Selected<'_>) -> Result<usize> {
        let threshold = self.threshold();
        self.candidates.sort(threshold);
        let mut in_full = 0;
        while let Some(group) = self.candidates.likely(self.threshold()) {
            in_full += group.len();
            self.refine(rows, &group)?;
        }
        let threshold = self.threshold();
        in_full += self.candidates.postpone(threshold);
        while self.candidates.is_full() {
            let Some(group) = self.candidates.waiting(self.threshold()) else {
                break;
            };
            self.refine(rows, &group)?;
        }
        Ok(in_full)
    }

    /// Scores rows in full.
    fn refine(&mut self, rows: &Selected<'_>, positions: &[u32]) -> Result<()> {
        let bytes = rows.column.fixed_at(positions)?;
        let question = self.question;
        let in_full = Rows::new(bytes, kernel_element(question.query.element));
        let query = &question.kernel_query;
        question
            .kernels
            .score_rows(query, in_full, rows.first_id, positions, self.top);
        Ok(())
    }
}
