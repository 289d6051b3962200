use varve_kernels::{BLOCK_ROWS, Estimate, Kernels, SignQuery, SignScan, signed_bytes};

use super::layout::List;
use super::space::Kind;
use super::{Candidate, Candidates, Setting, VectorIndex};
use crate::error::Result;

/// The standard deviation of an estimate, in units of the query's distance times the row's factor: `sqrt(1 - a^2)` for
/// the mean alignment `a = sqrt(2 / pi)` of a random direction with its signs, rounded up.
const DEVIATION: f32 = 0.61;
/// Blocks between two looks at the threshold.
const BLOCKS_AT_ONCE: usize = 64;
/// Lists that are always looked into.
pub(super) const LISTS_MIN: usize = 4;
/// A search ends after this many consecutive lists without a useful row.
pub(super) const USELESS_MAX: usize = 32;

/// A query, ready for one segment.
#[derive(Debug)]
pub struct Probe<'a> {
    index: &'a VectorIndex,
    kernels: Kernels,
    signs: SignQuery,
    /// The query, counted from the mean, as bytes.
    bytes: Vec<i8>,
    scale: f32,
    /// The standard deviation of an estimate that comes from the query's tables, in units of the row's factor. It counts where
    /// rows are much nearer to their centre than to the mean.
    rounding: f32,
    norm_squared: f32,
    /// The length of the query itself, and its product with the mean.
    length: f32,
    dot_mean: f32,
}

/// What a search of a segment cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Lists that were looked into.
    pub lists: u64,
    /// Rows whose codes were read.
    pub rows: u64,
}

/// Which rows count.
pub trait Admits {
    /// Ids from this on do not.
    fn until(&self) -> u64;
    /// Whether a row does.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`].
    fn admits(&mut self, id: u64) -> Result<bool>;
}

impl<'a> Probe<'a> {
    /// A query for a segment; `None` where the query cannot be estimated with: it has no direction, or is too large.
    #[must_use]
    pub fn new(index: &'a VectorIndex, vector: &[f32]) -> Option<Self> {
        let kernels = Kernels::best();
        let mut unit = vector.to_vec();
        if index.space().prepare(&mut unit) != Kind::Usual {
            return None;
        }
        let mut rotated = vec![0.0; index.rotation.padded()];
        index.rotation.apply(kernels, &unit, &mut rotated);
        let length = kernels.dot_f32(&rotated, &rotated).sqrt();
        let dot_mean = kernels.dot_f32(&rotated, &index.mean);
        rotated
            .iter_mut()
            .zip(&index.mean)
            .for_each(|(x, mean)| *x -= mean);
        let norm_squared = kernels.dot_f32(&rotated, &rotated);
        let mut bytes = vec![0; rotated.len()];
        let scale = kernels.to_bytes(&rotated, &mut bytes);
        let signs = SignQuery::new(&rotated);
        Some(Self {
            index,
            kernels,
            rounding: signs.deviation(),
            signs,
            bytes,
            scale,
            norm_squared,
            length,
            dot_mean,
        })
    }

    /// Adds the rows that may be among the nearest.
    ///
    /// # Errors
    /// [`crate::error::Code::Corrupt`]; those of `rows`.
    pub fn search(
        &self,
        setting: &Setting,
        rows: &mut dyn Admits,
        found: &mut Candidates,
    ) -> Result<Searched> {
        let mut searched = Searched::default();
        for id in self.index.strays() {
            let id = id?;
            if rows.admits(id)? {
                // Of these nothing is known: the best of bounds, and an estimate that raises no threshold.
                found.push(Candidate {
                    estimate: f32::NEG_INFINITY,
                    bound: f32::INFINITY,
                    id,
                });
            }
        }
        let mut passed = Vec::new();
        let mut useless = 0;
        for (at, list) in self.order(setting.lists as usize)?.into_iter().enumerate() {
            let place = self.place(list)?;
            if at > LISTS_MIN && place.is_useless(setting.angle, found.threshold()) {
                useless += 1;
                if useless == USELESS_MAX {
                    break;
                }
                continue;
            }
            useless = 0;
            searched.lists += 1;
            searched.rows += self.look_into(&place, setting.deviations, rows, found, &mut passed)?;
        }
        self.add_zeros(rows, found)?;
        Ok(searched)
    }

    /// A row without direction scores 0 as a cosine, whatever the query.
    fn add_zeros(&self, rows: &mut dyn Admits, found: &mut Candidates) -> Result<()> {
        let score = self.index.space().of_score(0.0);
        let mut missing = found.wanted();
        for id in self.index.zeros() {
            if missing == 0 || found.threshold() > score {
                break;
            }
            let id = id?;
            if rows.admits(id)? {
                found.push(Candidate {
                    estimate: score,
                    bound: score,
                    id,
                });
                missing -= 1;
            }
        }
        Ok(())
    }

    /// The most promising lists, the best first.
    pub(super) fn order(&self, wanted: usize) -> Result<Vec<usize>> {
        let lists = self.index.lists();
        if lists == 1 {
            return Ok(vec![0]);
        }
        let wanted = wanted.min(lists);
        let coarse = self.index.coarse()?;
        let mut found: Vec<Estimate> = Vec::with_capacity(lists.min(wanted * 2 + 64));
        let base = if self.index.space().is_product() {
            0.0
        } else {
            -self.norm_squared
        };
        let mut scan = SignScan {
            query: &self.signs,
            blocks: coarse,
            base,
            weight: 0.0,
            threshold: self.coarse_threshold(coarse, wanted),
            first: 0,
        };
        self.kernels.scan_signs(&scan, &mut found);
        if found.len() < wanted && scan.threshold > f32::NEG_INFINITY {
            found.clear();
            scan.threshold = f32::NEG_INFINITY;
            self.kernels.scan_signs(&scan, &mut found);
        }
        found.sort_unstable_by(|a, b| {
            b.estimate
                .total_cmp(&a.estimate)
                .then(a.position.cmp(&b.position))
        });
        found.truncate(wanted);
        Ok(found.into_iter().map(|list| list.position as usize).collect())
    }

    /// An estimate that somewhat more lists than wanted reach, going by an eighth of them.
    fn coarse_threshold(&self, coarse: &[u8], wanted: usize) -> f32 {
        const EVERY: usize = 8;
        let lists = self.index.lists();
        let size = varve_kernels::block_bytes(self.signs.dimensions());
        let aim = (wanted + wanted / 2) / EVERY + 4;
        if lists < 1024 || aim * 2 >= lists / EVERY {
            return f32::NEG_INFINITY;
        }
        let mut sample: Vec<Estimate> = Vec::with_capacity(lists / EVERY + BLOCK_ROWS);
        for block in coarse.chunks_exact(size).step_by(EVERY) {
            let base = if self.index.space().is_product() {
                0.0
            } else {
                -self.norm_squared
            };
            let scan = SignScan {
                query: &self.signs,
                blocks: block,
                base,
                weight: 0.0,
                threshold: f32::NEG_INFINITY,
                first: 0,
            };
            self.kernels.scan_signs(&scan, &mut sample);
        }
        if sample.len() <= aim {
            return f32::NEG_INFINITY;
        }
        let (_, nth, _) = sample.select_nth_unstable_by(aim, |a, b| b.estimate.total_cmp(&a.estimate));
        nth.estimate
    }

    /// A list with its exact place to the query.
    pub(super) fn place(&self, list: usize) -> Result<Place> {
        let record = self.index.list(list)?;
        let centre = self.index.centre(list)?;
        let product =
            self.kernels.dot_bytes(&self.bytes, signed_bytes(centre)) as f32 * (self.scale * record.scale);
        // Each byte of the query is off by at most half a step, anywhere in it.
        let off = self.scale * (record.norm_squared / 12.0).sqrt();
        let squared = (self.norm_squared + record.norm_squared - 2.0 * product).max(0.0);
        let base = if self.index.space().is_product() {
            self.dot_mean + record.lean + product
        } else {
            -squared
        };
        Ok(Place {
            list: record,
            base,
            doubt: if self.index.space().is_product() {
                off
            } else {
                2.0 * off
            },
            distance: (squared + 2.0 * off).sqrt(),
            length: if self.index.space().is_product() {
                self.length
            } else {
                0.0
            },
        })
    }

    fn look_into(
        &self,
        place: &Place,
        deviations: f32,
        rows: &mut dyn Admits,
        found: &mut Candidates,
        passed: &mut Vec<Estimate>,
    ) -> Result<u64> {
        let first = place.list.first_block as usize;
        let blocks = self.blocks_until(first, place.list.rows as usize, rows.until())?;
        let doubt = deviations * place.doubt;
        let mut at = 0;
        while at < blocks {
            let count = (blocks - at).min(BLOCKS_AT_ONCE);
            let scan = SignScan {
                query: &self.signs,
                blocks: self.index.blocks(first + at, count)?,
                base: place.base,
                weight: deviations * (DEVIATION * place.distance).hypot(self.rounding),
                threshold: found.threshold() - doubt,
                first: ((first + at) * BLOCK_ROWS) as u32,
            };
            passed.clear();
            self.kernels.scan_signs(&scan, passed);
            for row in passed.iter() {
                let Estimate { estimate, .. } = *row;
                let bound = row.bound + doubt;
                if bound < found.threshold() {
                    continue;
                }
                let id = self.index.id(row.position as usize)?;
                if rows.admits(id)? {
                    found.push(Candidate { estimate, bound, id });
                }
            }
            at += count;
        }
        Ok((blocks * BLOCK_ROWS).min(place.list.rows as usize) as u64)
    }

    /// How many blocks of a list may hold a row that is older than a watermark: ids ascend within a list.
    fn blocks_until(&self, first: usize, rows: usize, until: u64) -> Result<usize> {
        let blocks = rows.div_ceil(BLOCK_ROWS);
        if rows == 0 || self.index.id(first * BLOCK_ROWS + rows - 1)? < until {
            return Ok(blocks);
        }
        let (mut low, mut high) = (0, blocks);
        while low < high {
            let middle = low.midpoint(high);
            if self.index.id((first + middle) * BLOCK_ROWS)? < until {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// A list as a query sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) list: List,
    /// The score of the centre, and its standard deviation.
    pub(super) base: f32,
    doubt: f32,
    pub(super) distance: f32,
    /// The length of the query where products are estimated, otherwise 0.
    length: f32,
}

impl Place {
    /// Whether a row of the list would have to lie at too steep an angle to reach the threshold.
    pub(super) fn is_useless(&self, angle: f32, threshold: f32) -> bool {
        if angle == f32::INFINITY || threshold == f32::NEG_INFINITY {
            return false;
        }
        let radius = self.list.radius;
        let reach = if self.length > 0.0 {
            angle * self.length * radius
        } else {
            2.0 * angle * self.distance * radius - radius * radius
        };
        self.base + reach < threshold
    }
}
