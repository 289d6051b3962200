//! Scans of one-bit codes: tables looked up in registers.

use std::arch::x86_64::*;

use crate::isa::Isa;
use crate::signs::{BLOCK_ROWS, Estimate, SignScan, block_bytes};

/// Scans, if the instruction set has what it takes.
pub(crate) fn scan_signs(isa: Isa, scan: &SignScan<'_>, found: &mut Vec<Estimate>) -> bool {
    let bytes = block_bytes(scan.query.dimensions());
    let sound = scan.query.dimensions() > 0 && scan.query.dimensions().is_multiple_of(64);
    if !sound {
        return false;
    }
    if isa == Isa::Avx512 {
        // SAFETY: the CPU has the features, and the tables are those of a positive multiple of 64 dimensions.
        unsafe { blocks_avx512(scan, bytes, found) };
        return true;
    }
    if isa == Isa::Avx2 {
        // SAFETY: as above.
        unsafe { blocks_avx2(scan, bytes, found) };
        return true;
    }
    false
}

/// Estimates and bounds of a block, of which only those mean something that a bit in `rows` stands for.
struct Passed {
    rows: u32,
    estimates: [f32; BLOCK_ROWS],
    bounds: [f32; BLOCK_ROWS],
}

impl Passed {
    const NONE: Passed = Passed {
        rows: 0,
        estimates: [0.0; BLOCK_ROWS],
        bounds: [0.0; BLOCK_ROWS],
    };

    /// Adds the rows of the block at a position.
    #[inline(always)]
    fn collect(&self, scan: &SignScan<'_>, at: usize, found: &mut Vec<Estimate>) {
        let mut rest = self.rows;
        while rest != 0 {
            let row = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            found.push(Estimate {
                estimate: self.estimates[row],
                bound: self.bounds[row],
                position: scan.first + (at * BLOCK_ROWS + row) as u32,
            });
        }
    }
}

/// # Safety
/// The query has a positive multiple of 64 dimensions, and `bytes` is the size of their blocks.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn blocks_avx512(scan: &SignScan<'_>, bytes: usize, found: &mut Vec<Estimate>) {
    let mut passed = Passed::NONE;
    for (at, block) in scan.blocks.chunks_exact(bytes).enumerate() {
        // SAFETY: as the caller says.
        unsafe { block_avx512(scan, block, &mut passed) };
        if passed.rows != 0 {
            passed.collect(scan, at, found);
        }
    }
}

/// # Safety
/// As [`blocks_avx512`].
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
unsafe fn blocks_avx2(scan: &SignScan<'_>, bytes: usize, found: &mut Vec<Estimate>) {
    let mut passed = Passed::NONE;
    for (at, block) in scan.blocks.chunks_exact(bytes).enumerate() {
        // SAFETY: as the caller says.
        unsafe { block_avx2(scan, block, &mut passed) };
        if passed.rows != 0 {
            passed.collect(scan, at, found);
        }
    }
}

/// # Safety
/// The block has `block_bytes` of the query's dimensions, a positive multiple of 64.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")]
unsafe fn block_avx512(scan: &SignScan<'_>, block: &[u8], passed: &mut Passed) {
    let steps = scan.query.table.len() / 64;
    let (codes, table) = (block.as_ptr(), scan.query.table.as_ptr());
    // Lane i takes byte i of each of the four groups of 16.
    let quad = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    let spread = _mm512_add_epi32(
        _mm512_mullo_epi32(quad, _mm512_set1_epi32(0x0101_0101)),
        _mm512_set1_epi32(0x3020_1000),
    );
    let (low, group) = (_mm512_set1_epi8(15), _mm512_set1_epi32(0x3020_1000));
    let ones = _mm512_set1_epi8(1);
    let mut sums = [_mm512_setzero_si512(); 4];
    for step in (0..steps).step_by(2) {
        for half in 0..2 {
            if step + half >= steps {
                break;
            }
            // SAFETY: there are 64 bytes of codes and of tables for each step.
            let (codes, table) = unsafe {
                let at = (step + half) * 64;
                (
                    _mm512_loadu_si512(codes.add(at).cast()),
                    _mm512_loadu_si512(table.add(at).cast()),
                )
            };
            let codes = _mm512_permutexvar_epi8(spread, codes);
            // (a & b) | c.
            let lower = _mm512_ternarylogic_epi32::<0xea>(codes, low, group);
            let upper = _mm512_ternarylogic_epi32::<0xea>(_mm512_srli_epi16::<4>(codes), low, group);
            sums[2 * half] = _mm512_dpbusd_epi32(sums[2 * half], ones, _mm512_permutexvar_epi8(lower, table));
            sums[2 * half + 1] =
                _mm512_dpbusd_epi32(sums[2 * half + 1], ones, _mm512_permutexvar_epi8(upper, table));
        }
    }
    let sums = [
        _mm512_add_epi32(sums[0], sums[2]),
        _mm512_add_epi32(sums[1], sums[3]),
    ];
    passed.rows = 0;
    let (scale, base) = (_mm512_set1_ps(scan.query.scale), _mm512_set1_ps(scan.base));
    for (half, sums) in sums.into_iter().enumerate() {
        // SAFETY: behind the codes stand 32 numbers and 32 more; the arrays have room for 32.
        unsafe {
            let factors = codes.add(steps * 64 + half * 64);
            let add = _mm512_loadu_ps(factors.cast());
            let factor = _mm512_loadu_ps(factors.add(128).cast());
            let sum = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), scale);
            let estimate = _mm512_fmadd_ps(factor, sum, _mm512_add_ps(base, add));
            let bound = _mm512_fmadd_ps(factor, _mm512_set1_ps(scan.weight), estimate);
            let mask = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(bound, _mm512_set1_ps(scan.threshold));
            passed.rows |= u32::from(mask) << (16 * half);
            if mask != 0 {
                _mm512_storeu_ps(passed.estimates.as_mut_ptr().add(16 * half), estimate);
                _mm512_storeu_ps(passed.bounds.as_mut_ptr().add(16 * half), bound);
            }
        }
    }
}

/// # Safety
/// As [`block_avx512`].
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn block_avx2(scan: &SignScan<'_>, block: &[u8], passed: &mut Passed) {
    let steps = scan.query.table.len() / 32;
    let (codes, table) = (block.as_ptr(), scan.query.table.as_ptr());
    let low = _mm256_set1_epi8(15);
    // Rows 0..8, 8..16, 16..24 and 24..32.
    let mut sums = [_mm256_setzero_si256(); 4];
    // 128 steps of two groups add at most 127 * 128 in 16 bits; then both halves of a register are added: still below 2^15.
    for start in (0..steps).step_by(128) {
        // Even and odd bytes of the lower nibbles, then of the upper.
        let mut short = [_mm256_setzero_si256(); 4];
        for step in start..steps.min(start + 128) {
            // SAFETY: there are 32 bytes of codes and of tables for each step.
            let (codes, table) = unsafe {
                let at = step * 32;
                (
                    _mm256_loadu_si256(codes.add(at).cast()),
                    _mm256_loadu_si256(table.add(at).cast()),
                )
            };
            let lower = _mm256_shuffle_epi8(table, _mm256_and_si256(codes, low));
            let upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(codes), low));
            for (to, values) in [(0, lower), (2, upper)] {
                let even = _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(values));
                short[to] = _mm256_add_epi16(short[to], even);
                short[to + 1] = _mm256_add_epi16(short[to + 1], _mm256_srai_epi16::<8>(values));
            }
        }
        for half in 0..2 {
            let both =
                |x: __m256i| _mm_add_epi16(_mm256_castsi256_si128(x), _mm256_extracti128_si256::<1>(x));
            let (even, odd) = (both(short[2 * half]), both(short[2 * half + 1]));
            let first = _mm256_cvtepi16_epi32(_mm_unpacklo_epi16(even, odd));
            let second = _mm256_cvtepi16_epi32(_mm_unpackhi_epi16(even, odd));
            sums[2 * half] = _mm256_add_epi32(sums[2 * half], first);
            sums[2 * half + 1] = _mm256_add_epi32(sums[2 * half + 1], second);
        }
    }
    passed.rows = 0;
    let (scale, base) = (_mm256_set1_ps(scan.query.scale), _mm256_set1_ps(scan.base));
    for (quarter, sums) in sums.into_iter().enumerate() {
        // SAFETY: behind the codes stand 32 numbers and 32 more; the arrays have room for 32.
        unsafe {
            let factors = codes.add(steps * 32 + quarter * 32);
            let add = _mm256_loadu_ps(factors.cast());
            let factor = _mm256_loadu_ps(factors.add(128).cast());
            let sum = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale);
            let estimate = _mm256_fmadd_ps(factor, sum, _mm256_add_ps(base, add));
            let bound = _mm256_fmadd_ps(factor, _mm256_set1_ps(scan.weight), estimate);
            let mask = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(bound, _mm256_set1_ps(scan.threshold)));
            passed.rows |= (mask as u32) << (8 * quarter);
            _mm256_storeu_ps(passed.estimates.as_mut_ptr().add(8 * quarter), estimate);
            _mm256_storeu_ps(passed.bounds.as_mut_ptr().add(8 * quarter), bound);
        }
    }
}
