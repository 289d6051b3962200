//! Kernels over many rows.

use std::ops::Range;

use crate::dispatch::Kernels;
use crate::query::{Element, Query, Rows};
use crate::scan::{Scan, ScoreEach, ScoreRow, Selection};
use crate::shadow::{Candidate, Encode, Places, ScanShadow, ShadowBlocks, ShadowScan};
use crate::topk::TopK;

impl Kernels {
    /// Offers every row, or every row in the mask, to a collector, as id `first_id` plus its position.
    ///
    /// Bit `i % 64` of word `i / 64` of the mask stands for row `i`; rows beyond its end are not in it. Afterwards
    /// the collector holds the best of what it held and of these rows, exactly. Rows whose score is NaN (which
    /// takes an element that is not finite) are passed over. Nothing is allocated.
    ///
    /// ```
    /// use varve_kernels::{Element, Hit, Kernels, Metric, Query, Rows, TopK};
    ///
    /// let bytes: Vec<u8> = [1.0_f32, 0.0, 0.0, 1.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let query = Query::new(&[1.0, 0.0], Metric::Dot);
    /// let mut top = TopK::new(1);
    /// Kernels::best().scan(&query, Rows::new(&bytes, Element::F32), 100, Some(&[0b110]), &mut top);
    /// assert_eq!(top.sorted(), [Hit { score: f64::from(0.6_f32), id: 102 }]);
    /// ```
    pub fn scan(self, query: &Query, rows: Rows, first_id: u64, mask: Option<&[u64]>, top: &mut TopK) {
        let selection = mask.map_or(Selection::All, Selection::Mask);
        self.run(Scan {
            query,
            rows,
            first_id,
            selection,
            top,
        });
    }

    /// Offers the rows at some positions to a collector, as id `first_id` plus the position.
    ///
    /// For few rows, in any order; they are fetched ahead. Positions without a row are passed over, and one that
    /// is given twice counts twice. Otherwise as [`Kernels::scan`].
    ///
    /// ```
    /// use varve_kernels::{Element, Kernels, Metric, Query, Rows, TopK};
    ///
    /// let bytes: Vec<u8> = [1.0_f32, 0.0, 0.0, 1.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let query = Query::new(&[1.0, 0.0], Metric::Dot);
    /// let mut top = TopK::new(10);
    /// Kernels::best().score_rows(&query, Rows::new(&bytes, Element::F32), 100, &[2, 0, 7], &mut top);
    /// assert_eq!(top.sorted().iter().map(|hit| hit.id).collect::<Vec<_>>(), [100, 102]);
    /// ```
    pub fn score_rows(self, query: &Query, rows: Rows, first_id: u64, positions: &[u32], top: &mut TopK) {
        self.run(Scan {
            query,
            rows,
            first_id,
            selection: Selection::Positions(positions),
            top,
        });
    }

    /// The score of the row at `position`, if there is such a row.
    ///
    /// The number that [`Kernels::scan`] offers for it; it may be NaN.
    ///
    /// ```
    /// use varve_kernels::{Element, Kernels, Metric, Query, Rows};
    ///
    /// let bytes: Vec<u8> = [1.0_f32, 0.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let query = Query::new(&[1.0, 0.0], Metric::L2);
    /// assert_eq!(Kernels::best().score(&query, Rows::new(&bytes, Element::F32), 0), Some(0.0));
    /// assert_eq!(Kernels::best().score(&query, Rows::new(&bytes, Element::F32), 2), None);
    /// ```
    #[must_use]
    pub fn score(self, query: &Query, rows: Rows, position: usize) -> Option<f64> {
        let row = rows.row(query.dimension(), position)?;
        Some(self.run(ScoreRow {
            query,
            element: rows.element,
            row,
        }))
    }

    /// Writes the score of each row, fetching rows ahead.
    ///
    /// Each number is that of [`Kernels::score`] for a row that is as long as the query; for any other it means nothing.
    /// Up to the end of the shorter slice.
    ///
    /// ```
    /// use varve_kernels::{Element, Kernels, Metric, Query};
    ///
    /// let row: Vec<u8> = [0.6_f32, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let mut scores = [0.0; 2];
    /// Kernels::best().score_each(&Query::new(&[1.0, 0.0], Metric::Dot), Element::F32, &[&row, &row], &mut scores);
    /// assert_eq!(scores, [f64::from(0.6_f32); 2]);
    /// ```
    pub fn score_each(self, query: &Query, element: Element, rows: &[&[u8]], scores: &mut [f64]) {
        self.run(ScoreEach {
            query,
            element,
            rows,
            scores,
        });
    }

    /// Appends the shadow of rows, whose dimension is that of the blocks. The same bytes on every instruction set.
    pub fn encode_shadow(self, rows: Rows, blocks: &mut ShadowBlocks) {
        self.run(Encode { rows, blocks });
    }

    /// Appends the rows of a range, or those of them in the mask, whose score may reach the threshold: all others score
    /// less by [`Kernels::score`], whatever the rows hold. The range starts at a multiple of 16.
    ///
    /// ```
    /// use varve_kernels::{Element, Kernels, Metric, Query, Rows, Shadow, ShadowBlocks, ShadowQuery, ShadowScan};
    ///
    /// let bytes: Vec<u8> = [1.0_f32, 0.0, 0.6, 0.8].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let mut blocks = ShadowBlocks::new(2);
    /// let kernels = Kernels::best();
    /// kernels.encode_shadow(Rows::new(&bytes, Element::F32), &mut blocks);
    ///
    /// let query = ShadowQuery::new(&Query::new(&[1.0, 0.0], Metric::Dot)).unwrap();
    /// let mut found = Vec::new();
    /// let shadow = Shadow::new(2, 2, blocks.bytes());
    /// let scan = ShadowScan { query: &query, shadow, threshold: 0.9 };
    /// kernels.scan_shadow(scan, 0..2, None, &mut found);
    /// assert_eq!(found[0].position, 0);
    /// assert_eq!(found.len(), 1);
    /// ```
    pub fn scan_shadow(
        self,
        scan: ShadowScan,
        range: Range<usize>,
        mask: Option<&[u64]>,
        found: &mut Vec<Candidate>,
    ) {
        self.run(ScanShadow {
            scan,
            places: Places::Range(range, mask),
            found,
        });
    }

    /// Scores the rows at some positions, in any order; positions without a row are skipped.
    pub fn scan_shadow_at(self, scan: ShadowScan, positions: &[u32], found: &mut Vec<Candidate>) {
        self.run(ScanShadow {
            scan,
            places: Places::Positions(positions),
            found,
        });
    }
}
