//! Loops over rows.

use crate::lanes::{Encoding, F16, F32, Job, Machine, Sums, bytes_of};
use crate::metric::Metric;
use crate::query::{Element, Query, Rows, SQUARES, cosine};
use crate::sums::{Dot, DotAndNorm, L2Squared};
use crate::topk::TopK;
use crate::wide_score::wide_score;

/// How far ahead of the row being scored rows are fetched.
///
/// Without it, scans of rows in memory took up to twice as long as a plain sum of them.
const FETCH_AHEAD_BYTES: usize = 8 << 10;
/// How many rows ahead rows that are scattered are fetched.
const ROWS_AHEAD: usize = 4;

/// The rows to visit.
pub(crate) enum Selection<'a> {
    All,
    /// Bit `i % 64` of word `i / 64` stands for row `i`.
    Mask(&'a [u64]),
    /// In that order; positions without a row are passed over.
    Positions(&'a [u32]),
}

/// Offers the score of every selected row to a collector.
pub(crate) struct Scan<'a> {
    pub(crate) query: &'a Query<'a>,
    pub(crate) rows: Rows<'a>,
    pub(crate) first_id: u64,
    pub(crate) selection: Selection<'a>,
    pub(crate) top: &'a mut TopK,
}

/// Work that is compiled for each encoding and metric.
trait Typed {
    type Out;

    /// To be `#[inline(always)]`, as [`Job::run`].
    fn run<M: Machine, E: Encoding, S: Score<K>, const K: usize>(self, machine: M) -> Self::Out;
}

#[inline(always)]
fn run_typed<M: Machine, T: Typed>(machine: M, element: Element, metric: Metric, work: T) -> T::Out {
    match (element, metric) {
        (Element::F32, Metric::Dot) => work.run::<M, F32, Dot, 1>(machine),
        (Element::F32, Metric::Cosine) => work.run::<M, F32, DotAndNorm, 2>(machine),
        (Element::F32, Metric::L2) => work.run::<M, F32, L2Squared, 1>(machine),
        (Element::F16, Metric::Dot) => work.run::<M, F16, Dot, 1>(machine),
        (Element::F16, Metric::Cosine) => work.run::<M, F16, DotAndNorm, 2>(machine),
        (Element::F16, Metric::L2) => work.run::<M, F16, L2Squared, 1>(machine),
    }
}

impl Job for Scan<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        run_typed(machine, self.rows.element, self.query.metric, self);
    }
}

impl Typed for Scan<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine, E: Encoding, S: Score<K>, const K: usize>(self, machine: M) {
        let count = self.rows.count(self.query.dimension());
        match self.selection {
            Selection::All => self.over::<M, E, S, K>(machine, 0..count),
            Selection::Mask(words) => {
                let words = &words[..words.len().min(count.div_ceil(64))];
                self.over::<M, E, S, K>(machine, Ones::new(words));
            }
            Selection::Positions(positions) => {
                // What follows is fetched ahead; these are what it starts with.
                let size = self.query.dimension() * E::SIZE;
                for &position in positions.iter().take(FETCH_AHEAD_BYTES / size.max(1)) {
                    if let Some(row) = self.rows.bytes.get(position as usize * size..) {
                        machine.prefetch(&row[..size.min(row.len())]);
                    }
                }
                self.over::<M, E, S, K>(machine, positions.iter().map(|&position| position as usize));
            }
        }
    }
}

impl Scan<'_> {
    /// One row at a time: four at once were measured to take 2.5 times as long.
    #[inline(always)]
    fn over<M: Machine, E: Encoding, S: Score<K>, const K: usize>(
        self,
        machine: M,
        positions: impl Iterator<Item = usize> + Clone,
    ) {
        let dimension = self.query.dimension();
        let count = self.rows.count(dimension);
        let size = dimension * E::SIZE;
        let mut ahead = positions.clone().skip((FETCH_AHEAD_BYTES / size.max(1)).max(1));
        let mut threshold = self.top.threshold();
        for i in positions {
            if let Some(next) = ahead.next().filter(|&next| next < count) {
                machine.prefetch(&self.rows.bytes[next * size..][..size]);
            }
            if i < count {
                let row = &self.rows.bytes[i * size..][..size];
                let (score, is_right) = narrow_score::<M, E, S, K>(machine, self.query, row);
                if is_right {
                    if score >= threshold {
                        self.top
                            .push(f64::from(score), self.first_id.wrapping_add(i as u64));
                        threshold = self.top.threshold();
                    }
                } else {
                    let score = wide_score::<E>(self.query, row, score);
                    self.top.push(score, self.first_id.wrapping_add(i as u64));
                    threshold = self.top.threshold();
                }
            }
        }
    }
}

/// The positions of the ones in a bitset.
#[derive(Clone)]
struct Ones<'a> {
    words: &'a [u64],
    /// What is left of the word before `words`.
    bits: u64,
    /// The position of the first bit in `words`.
    next: usize,
}

impl<'a> Ones<'a> {
    fn new(words: &'a [u64]) -> Self {
        Ones {
            words,
            bits: 0,
            next: 0,
        }
    }
}

impl Iterator for Ones<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let (&word, rest) = self.words.split_first()?;
            (self.bits, self.words) = (word, rest);
            self.next += 64;
        }
        let one = self.next - 64 + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(one)
    }
}

/// The score of one row.
pub(crate) struct ScoreRow<'a> {
    pub(crate) query: &'a Query<'a>,
    pub(crate) element: Element,
    pub(crate) row: &'a [u8],
}

impl Job for ScoreRow<'_> {
    type Out = f64;

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) -> f64 {
        run_typed(machine, self.element, self.query.metric, self)
    }
}

impl Typed for ScoreRow<'_> {
    type Out = f64;

    #[inline(always)]
    fn run<M: Machine, E: Encoding, S: Score<K>, const K: usize>(self, machine: M) -> f64 {
        score::<M, E, S, K>(machine, self.query, self.row)
    }
}

/// The scores of rows that lie anywhere.
pub(crate) struct ScoreEach<'a> {
    pub(crate) query: &'a Query<'a>,
    pub(crate) element: Element,
    pub(crate) rows: &'a [&'a [u8]],
    pub(crate) scores: &'a mut [f64],
}

impl Job for ScoreEach<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        run_typed(machine, self.element, self.query.metric, self);
    }
}

impl Typed for ScoreEach<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine, E: Encoding, S: Score<K>, const K: usize>(self, machine: M) {
        let size = self.query.dimension() * E::SIZE;
        for (i, (row, to)) in self.rows.iter().zip(self.scores).enumerate() {
            if let Some(next) = self.rows.get(i + ROWS_AHEAD) {
                machine.prefetch(next);
            }
            let row = row.get(..size).unwrap_or_default();
            *to = if row.is_empty() {
                0.0
            } else {
                score::<M, E, S, K>(machine, self.query, row)
            };
        }
    }
}

#[inline(always)]
fn score<M: Machine, E: Encoding, S: Score<K>, const K: usize>(machine: M, query: &Query, row: &[u8]) -> f64 {
    match narrow_score::<M, E, S, K>(machine, query, row) {
        (score, true) => f64::from(score),
        (score, false) => wide_score::<E>(query, row, score),
    }
}

/// What the canonical sums make of a row, and whether that is right.
#[inline(always)]
fn narrow_score<M: Machine, E: Encoding, S: Score<K>, const K: usize>(
    machine: M,
    query: &Query,
    row: &[u8],
) -> (f32, bool) {
    S::score(query, machine.sums::<E, S, K>(bytes_of(query.values), row))
}

/// A metric: how canonical sums make a score.
trait Score<const K: usize>: Sums<K> {
    /// The score, and whether it is right: not where sums left the range of `f32`, nor where products may have vanished in it.
    fn score(query: &Query, sums: [f32; K]) -> (f32, bool);
}

impl Score<1> for Dot {
    #[inline(always)]
    fn score(_: &Query, [dot]: [f32; 1]) -> (f32, bool) {
        (dot, dot.abs() >= SQUARES[0] && dot.abs() <= f32::MAX)
    }
}

impl Score<2> for DotAndNorm {
    #[inline(always)]
    fn score(query: &Query, [dot, norm_squared]: [f32; 2]) -> (f32, bool) {
        let is_right = norm_squared >= query.usual[0] && norm_squared <= query.usual[1];
        (cosine(dot, query.norm, norm_squared), is_right)
    }
}

impl Score<1> for L2Squared {
    #[inline(always)]
    fn score(_: &Query, [l2_squared]: [f32; 1]) -> (f32, bool) {
        (-l2_squared, (SQUARES[0]..=f32::MAX).contains(&l2_squared))
    }
}
