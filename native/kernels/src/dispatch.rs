//! The choice of an instruction set, and the kernels of each.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::OnceLock;

use crate::lanes::{Encoding, F16, F32, Job, Machine, Sums, bytes_of};
use crate::query::{Element, Query, Rows};
use crate::scalar::Scalar;
use crate::scan::{Scan, ScoreEach, ScoreRow, Selection};
use crate::shadow::{Candidate, Encode, Places, ScanShadow, ShadowBlocks, ShadowScan};
use crate::sums::{Dot, DotAndNorm, L2Squared, Total};
use crate::topk::TopK;

/// An instruction set that there are kernels for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// AVX-512 F, BW, VL, VBMI and VNNI: Intel since Ice Lake, AMD since Zen 4. Older ones are not slower with AVX2.
    Avx512,
    /// AVX2, FMA and F16C.
    Avx2,
    /// NEON, as every 64-bit ARM has it.
    Neon,
    /// No vector instructions: slow, there on every CPU.
    Scalar,
}

impl Isa {
    /// All of them, the fastest of each CPU family first.
    ///
    /// ```
    /// use varve_kernels::{Isa, Kernels};
    ///
    /// let here: Vec<Isa> = Isa::ALL.into_iter().filter(|&isa| Kernels::for_isa(isa).is_some()).collect();
    /// assert_eq!(here[0], Kernels::best().isa());
    /// ```
    pub const ALL: [Isa; 4] = [Isa::Avx512, Isa::Avx2, Isa::Neon, Isa::Scalar];

    /// Whether this CPU has it, and this crate kernels for it.
    fn is_supported(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi")
                    && is_x86_feature_detected!("avx512vnni")
                    && Isa::Avx2.is_supported()
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("f16c")
            }
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            Isa::Scalar => true,
            _ => false,
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Isa::Avx512 => "avx512",
            Isa::Avx2 => "avx2",
            Isa::Neon => "neon",
            Isa::Scalar => "scalar",
        })
    }
}

/// The kernels for one instruction set.
///
/// All sets give the same bits for every result that is a number; where one gives NaN, all do, with any payload.
/// Vectors of different lengths are compared over the shorter length.
///
/// The free functions look up [`Kernels::best`] each time. A loop over rows should hold on to the kernels, or
/// better be a [`Kernels::scan`].
///
/// ```
/// use varve_kernels::{Isa, Kernels};
///
/// let (a, b) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]);
/// assert_eq!(Kernels::best().dot_f32(&a, &b), 32.0);
/// assert!(Kernels::for_isa(Isa::Scalar).is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// One that this CPU has.
    isa: Isa,
}

impl Kernels {
    /// The fastest kernels of this CPU.
    ///
    /// The CPU is asked once per process.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// println!("{}", Kernels::best().isa());
    /// ```
    #[must_use]
    pub fn best() -> Kernels {
        static BEST: OnceLock<Kernels> = OnceLock::new();
        *BEST.get_or_init(|| {
            let scalar = Kernels { isa: Isa::Scalar };
            Isa::ALL.into_iter().find_map(Kernels::for_isa).unwrap_or(scalar)
        })
    }

    /// The kernels for that instruction set, if this CPU has it.
    ///
    /// ```
    /// # use varve_kernels::{Isa, Kernels};
    /// assert!(Kernels::for_isa(Isa::Neon).is_none() || Kernels::for_isa(Isa::Avx2).is_none());
    /// ```
    #[must_use]
    pub fn for_isa(isa: Isa) -> Option<Kernels> {
        isa.is_supported().then_some(Kernels { isa })
    }

    /// Their instruction set.
    ///
    /// ```
    /// # use varve_kernels::{Isa, Kernels};
    /// assert_eq!(Kernels::for_isa(Isa::Scalar).map(|kernels| kernels.isa()), Some(Isa::Scalar));
    /// ```
    #[must_use]
    pub fn isa(self) -> Isa {
        self.isa
    }

    /// The dot product of two vectors.
    ///
    /// The canonical sum: the same bits as on every other instruction set.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_f32(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
    /// ```
    #[must_use]
    pub fn dot_f32(self, query: &[f32], row: &[f32]) -> f32 {
        let [dot] = self.sums::<F32, Dot, 1>(query, bytes_of(row));
        dot
    }

    /// The dot product of a vector and one of halves.
    ///
    /// The halves are converted exactly; then as [`Kernels::dot_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 5.0);
    /// ```
    #[must_use]
    pub fn dot_f16(self, query: &[f32], row: &[u16]) -> f32 {
        let [dot] = self.sums::<F16, Dot, 1>(query, bytes_of(row));
        dot
    }

    /// The dot product of two vectors, and that of the second with itself.
    ///
    /// The first number has the bits of [`Kernels::dot_f32`], the second those of `dot_f32(row, row)`.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_and_norm_f32(&[1.0, 2.0], &[3.0, 4.0]), (11.0, 25.0));
    /// ```
    #[must_use]
    pub fn dot_and_norm_f32(self, query: &[f32], row: &[f32]) -> (f32, f32) {
        self.sums::<F32, DotAndNorm, 2>(query, bytes_of(row)).into()
    }

    /// The dot product of a vector and one of halves, and that of the halves with themselves.
    ///
    /// The halves are converted exactly; then as [`Kernels::dot_and_norm_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().dot_and_norm_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), (5.0, 5.0));
    /// ```
    #[must_use]
    pub fn dot_and_norm_f16(self, query: &[f32], row: &[u16]) -> (f32, f32) {
        self.sums::<F16, DotAndNorm, 2>(query, bytes_of(row)).into()
    }

    /// The squared Euclidean distance of two vectors.
    ///
    /// The canonical sum over the squares of the rounded differences.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().l2_squared_f32(&[1.0, 2.0], &[4.0, 6.0]), 25.0);
    /// ```
    #[must_use]
    pub fn l2_squared_f32(self, query: &[f32], row: &[f32]) -> f32 {
        let [l2_squared] = self.sums::<F32, L2Squared, 1>(query, bytes_of(row));
        l2_squared
    }

    /// The squared Euclidean distance of a vector and one of halves.
    ///
    /// The halves are converted exactly; then as [`Kernels::l2_squared_f32`].
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().l2_squared_f16(&[1.0, 2.0], &[0x3c00, 0x4000]), 0.0);
    /// ```
    #[must_use]
    pub fn l2_squared_f16(self, query: &[f32], row: &[u16]) -> f32 {
        let [l2_squared] = self.sums::<F16, L2Squared, 1>(query, bytes_of(row));
        l2_squared
    }

    /// The sum of the `f32` values, little-endian and of any alignment, in `bytes`.
    ///
    /// The least that a scan of the same bytes can cost: a yardstick for benchmarks. Canonical like the others.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let bytes = [1.0_f32.to_le_bytes(), 2.0_f32.to_le_bytes()].concat();
    /// assert_eq!(Kernels::best().sum_f32_bytes(&bytes), 3.0);
    /// ```
    #[must_use]
    pub fn sum_f32_bytes(self, bytes: &[u8]) -> f32 {
        let [sum] = self.run(Pair::<F32, Total, 1> {
            query: bytes,
            row: bytes,
            kind: PhantomData,
        });
        sum
    }

    /// How many bits are set.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// assert_eq!(Kernels::best().count_ones(&[0, 5, u64::MAX]), 66);
    /// ```
    #[must_use]
    pub fn count_ones(self, words: &[u64]) -> usize {
        self.run(CountOnes(words))
    }

    /// Converts halves to floats, as [`f16_to_f32`](crate::f16_to_f32) does, up to the end of the shorter slice.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let mut floats = [0.0; 2];
    /// Kernels::best().f16_to_f32_slice(&[0x3c00, 0x4000], &mut floats);
    /// assert_eq!(floats, [1.0, 2.0]);
    /// ```
    pub fn f16_to_f32_slice(self, halves: &[u16], floats: &mut [f32]) {
        let length = halves.len().min(floats.len());
        self.run(Widen {
            halves: &halves[..length],
            floats: &mut floats[..length],
        });
    }

    /// Converts floats to halves, as [`f32_to_f16`](crate::f32_to_f16) does, up to the end of the shorter slice.
    ///
    /// ```
    /// # use varve_kernels::Kernels;
    /// let mut halves = [0; 2];
    /// Kernels::best().f32_to_f16_slice(&[1.0, 2.0], &mut halves);
    /// assert_eq!(halves, [0x3c00, 0x4000]);
    /// ```
    pub fn f32_to_f16_slice(self, floats: &[f32], halves: &mut [u16]) {
        let length = halves.len().min(floats.len());
        self.run(Narrow {
            floats: &floats[..length],
            halves: &mut halves[..length],
        });
    }

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

    #[inline]
    fn sums<E: Encoding, S: Sums<K>, const K: usize>(self, query: &[f32], row: &[u8]) -> [f32; K] {
        let length = query.len().min(row.len() / E::SIZE);
        let query = bytes_of(&query[..length]);
        self.run(Pair::<E, S, K> {
            query,
            row: &row[..length * E::SIZE],
            kind: PhantomData,
        })
    }

    #[inline]
    pub(crate) fn run<J: Job>(self, job: J) -> J::Out {
        match self.isa {
            // SAFETY: there are only kernels of instruction sets that this CPU has.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { crate::x86::with_avx512(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { crate::x86::with_avx2(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => unsafe { crate::neon::with_neon(job) },
            _ => job.run(Scalar),
        }
    }
}

/// Computes canonical sums.
struct Pair<'a, E, S, const K: usize> {
    query: &'a [u8],
    row: &'a [u8],
    kind: PhantomData<(E, S)>,
}

impl<E: Encoding, S: Sums<K>, const K: usize> Job for Pair<'_, E, S, K> {
    type Out = [f32; K];

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) -> [f32; K] {
        machine.sums::<E, S, K>(self.query, self.row)
    }
}

/// Converts halves to as many floats.
struct Widen<'a> {
    halves: &'a [u16],
    floats: &'a mut [f32],
}

impl Job for Widen<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        machine.widen(self.halves, self.floats);
    }
}

/// Counts bits, with the instructions that the machine has for it.
struct CountOnes<'a>(&'a [u64]);

impl Job for CountOnes<'_> {
    type Out = usize;

    #[inline(always)]
    fn run<M: Machine>(self, _: M) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Converts floats to as many halves.
struct Narrow<'a> {
    floats: &'a [f32],
    halves: &'a mut [u16],
}

impl Job for Narrow<'_> {
    type Out = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        machine.narrow(self.floats, self.halves);
    }
}
