use std::ops::Range;

use super::estimate::{Estimates, Sixteen};
use super::{BLOCK, CHUNK, FACTORS, Shadow, ShadowQuery};
use crate::lanes::{Job, Machine};

/// A row whose score may reach the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its position among the rows.
    pub position: u32,
    /// About its score.
    pub estimate: f32,
    /// What its score cannot exceed.
    pub bound: f32,
}

/// The rows to visit.
pub(crate) enum Places<'a> {
    /// Those of a range, which starts at a multiple of 16; bit `i % 64` of word `i / 64` stands for row `i`.
    Range(Range<usize>, Option<&'a [u64]>),
    /// In that order; positions without a row are passed over.
    Positions(&'a [u32]),
}

/// What a scan looks for, and where.
#[derive(Clone, Copy, Debug)]
pub struct ShadowScan<'a> {
    /// The query.
    pub query: &'a ShadowQuery,
    /// The shadow of the rows.
    pub shadow: Shadow<'a>,
    /// Rows that surely score less are left out.
    pub threshold: f32,
}

/// How far ahead codes that follow each other are fetched. A scan of rows in memory takes 1.3 times as long without.
const BYTES_AHEAD: usize = 2048;
/// How many rows ahead those are fetched that lie anywhere.
const ROWS_AHEAD: usize = 2 * BLOCK;

/// Finds the rows whose score may reach a threshold.
pub(crate) struct ScanShadow<'a> {
    pub(crate) scan: ShadowScan<'a>,
    pub(crate) places: Places<'a>,
    pub(crate) found: &'a mut Vec<Candidate>,
}

impl Job for ScanShadow<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        let shadow = self.scan.shadow;
        if self.scan.query.numbers.len() * CHUNK != shadow.stride || shadow.count == 0 {
            return;
        }
        let mut visit = Visit {
            scan: self.scan,
            found: self.found,
            known: Estimates {
                estimates: [0.0; BLOCK],
                bounds: [0.0; BLOCK],
            },
        };
        match self.places {
            Places::Positions(positions) => visit.positions(machine, positions),
            Places::Range(range, mask) => {
                let end = range.end.min(shadow.count);
                for block in range.start / BLOCK..end.div_ceil(BLOCK) {
                    let there = u16::MAX >> (BLOCK - BLOCK.min(end - block * BLOCK));
                    let wanted = there & mask.map_or(u16::MAX, |mask| sixteen(mask, block));
                    if wanted != 0 {
                        visit.block(machine, block, wanted);
                    }
                }
            }
        }
    }
}

/// A scan of rows that have as many chunks of codes as the query has numbers for.
struct Visit<'a> {
    scan: ShadowScan<'a>,
    found: &'a mut Vec<Candidate>,
    known: Estimates,
}

impl Visit<'_> {
    /// Looks at the wanted rows of a block.
    #[inline(always)]
    fn block<M: Machine>(&mut self, machine: M, block: usize, wanted: u16) {
        let shadow = self.scan.shadow;
        let (codes, factors) = shadow.block(block);
        let codes = codes.as_ptr();
        let mut rows = Sixteen {
            rows: [codes; BLOCK],
            next: [codes; BLOCK],
        };
        for i in 0..BLOCK {
            rows.rows[i] = codes.wrapping_add(i * shadow.stride);
            rows.next[i] = rows.rows[i].wrapping_add(BYTES_AHEAD);
        }
        let reaching = wanted & self.reaching(machine, &rows, factors);
        if reaching != 0 {
            self.keep(reaching, |i| (block * BLOCK + i) as u32);
        }
    }

    #[inline(always)]
    fn positions<M: Machine>(&mut self, machine: M, positions: &[u32]) {
        let shadow = self.scan.shadow;
        let mut ahead = positions.iter().skip(ROWS_AHEAD);
        for group in positions.chunks(BLOCK) {
            let (mut wanted, mut factors) = (0_u16, [0; FACTORS]);
            let first = shadow.row(0).0.as_ptr();
            let mut rows = Sixteen {
                rows: [first; BLOCK],
                next: [first; BLOCK],
            };
            for ((i, &position), to) in group.iter().enumerate().zip(factors.as_chunks_mut().0) {
                let position = position as usize;
                if position < shadow.count {
                    wanted |= 1 << i;
                    let (codes, factors) = shadow.row(position);
                    rows.rows[i] = codes.as_ptr();
                    *to = *factors;
                }
                let next = ahead.next().map_or(position, |&next| next as usize);
                if next < shadow.count {
                    let (codes, factors) = shadow.row(next);
                    rows.next[i] = codes.as_ptr();
                    machine.prefetch(factors);
                }
            }
            let reaching = wanted & self.reaching(machine, &rows, &factors);
            self.keep(reaching, |i| group[i]);
        }
    }

    /// Which of 16 rows may reach the threshold; what is known of these is in `known`.
    #[inline(always)]
    fn reaching<M: Machine>(&mut self, machine: M, rows: &Sixteen, factors: &[u8; FACTORS]) -> u16 {
        let query = self.scan.query;
        // SAFETY: they are rows of the shadow, whose stride is that of the numbers.
        let dots = unsafe { machine.code_dots(rows, &query.numbers) };
        let threshold = self.scan.threshold;
        machine.estimates(&query.formula, &dots, factors, threshold, &mut self.known)
    }

    #[inline(always)]
    fn keep(&mut self, mut reaching: u16, position: impl Fn(usize) -> u32) {
        while reaching != 0 {
            let i = reaching.trailing_zeros() as usize % BLOCK;
            reaching &= reaching - 1;
            self.found.push(Candidate {
                position: position(i),
                estimate: self.known.estimates[i],
                bound: self.known.bounds[i],
            });
        }
    }
}

/// The bits of the rows of a block.
#[inline(always)]
fn sixteen(mask: &[u64], block: usize) -> u16 {
    let word = mask.get(block / 4).copied().unwrap_or(0);
    (word >> (block % 4 * BLOCK)) as u16
}
