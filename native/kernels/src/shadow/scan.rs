use std::ops::Range;

use super::{BLOCK, CHUNK, Estimates, FACTORS, Shadow, ShadowQuery};
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

/// Finds the rows whose score may reach a threshold.
pub(crate) struct ScanShadow<'a> {
    pub(crate) scan: ShadowScan<'a>,
    pub(crate) places: Places<'a>,
    pub(crate) found: &'a mut Vec<Candidate>,
}

impl Job for ScanShadow<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(mut self, machine: M) {
        let shadow = self.scan.shadow;
        if self.scan.query.low.len() * CHUNK != shadow.stride || shadow.count == 0 {
            return;
        }
        match self.places {
            Places::Range(ref range, mask) => {
                let blocks = range.start / BLOCK..range.end.min(shadow.count).div_ceil(BLOCK);
                for block in blocks {
                    let first = block * BLOCK;
                    let here = (shadow.count - first).min(BLOCK);
                    let there = ((1_u32 << here) - 1) as u16;
                    let wanted = there & mask.map_or(u16::MAX, |mask| sixteen(mask, block));
                    if wanted != 0 {
                        let mut rows = [shadow.row(first); BLOCK];
                        for (i, row) in rows.iter_mut().enumerate().take(here) {
                            *row = shadow.row(first + i);
                        }
                        let found = self.estimate(machine, &rows, shadow.block(block));
                        self.keep(wanted, &found, |i| (first + i) as u32);
                    }
                }
            }
            Places::Positions(positions) => {
                let mut ahead = positions.iter().skip(2 * BLOCK);
                for group in positions.chunks(BLOCK) {
                    for &next in ahead.by_ref().take(BLOCK) {
                        machine.prefetch(shadow.row(next as usize));
                    }
                    let mut wanted = 0_u16;
                    let mut factors = [0; FACTORS];
                    let mut rows = [shadow.row(0); BLOCK];
                    for (i, &position) in group.iter().enumerate() {
                        let position = position as usize;
                        if position < shadow.count {
                            wanted |= 1 << i;
                            rows[i] = shadow.row(position);
                            shadow.copy_factors(position, &mut factors, i);
                        }
                    }
                    let found = self.estimate(machine, &rows, &factors);
                    self.keep(wanted, &found, |i| group[i]);
                }
            }
        }
    }
}

impl ScanShadow<'_> {
    #[inline(always)]
    fn estimate<M: Machine>(&self, machine: M, rows: &[&[u8]; BLOCK], factors: &[u8; FACTORS]) -> Estimates {
        let query = self.scan.query;
        let dots = machine.code_dots(rows, &query.low, &query.high);
        machine.estimates(&query.formula, &dots, factors, self.scan.threshold)
    }

    /// Keeps the wanted rows that may reach the threshold.
    #[inline(always)]
    fn keep(&mut self, wanted: u16, estimates: &Estimates, position: impl Fn(usize) -> u32) {
        let mut reaching = wanted & estimates.reaching;
        while reaching != 0 {
            let i = reaching.trailing_zeros() as usize % BLOCK;
            reaching &= reaching - 1;
            self.found.push(Candidate {
                position: position(i),
                estimate: estimates.estimates[i],
                bound: estimates.bounds[i],
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
