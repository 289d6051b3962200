//! The nearest centre of rows, four rows and 64 centres at a time.

use std::arch::x86_64::*;

use crate::centres::{Centres, TILE};
use crate::isa::Isa;

/// Rows that share the centres in registers.
const ROWS: usize = 4;

/// Searches, if the instruction set has what it takes.
pub(crate) fn nearest_centres(
    isa: Isa,
    centres: &Centres,
    rows: &[i8],
    scales: &[f32],
    nearest: &mut [u32],
) -> bool {
    let dimensions = centres.dimensions;
    if isa != Isa::Avx512 || dimensions == 0 || !dimensions.is_multiple_of(4) {
        return false;
    }
    let count = (rows.len() / dimensions).min(scales.len()).min(nearest.len());
    // Few rows are filled up with zeros.
    for start in (0..count).step_by(256) {
        let end = count.min(start + 256);
        // SAFETY: the CPU has the features, and there are so many rows, scales and places.
        unsafe {
            chunk(
                centres,
                &rows[start * dimensions..end * dimensions],
                &scales[start..end],
                &mut nearest[start..end],
            );
        }
    }
    true
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn chunk(centres: &Centres, rows: &[i8], scales: &[f32], nearest: &mut [u32]) {
    let dimensions = centres.dimensions;
    let mut best = [f32::NEG_INFINITY; 256];
    let mut sums = [0_i32; 256];
    for (at, sum) in sums.iter_mut().enumerate().take(scales.len()) {
        for x in &rows[at * dimensions..(at + 1) * dimensions] {
            *sum += i32::from(*x);
        }
    }
    nearest.fill(0);
    let tiles = centres.tiles.chunks_exact(TILE * dimensions);
    for (tile, bytes) in tiles.enumerate() {
        for start in (0..scales.len()).step_by(ROWS) {
            // The last rows may be visited twice, which changes nothing; fewer than four take one of them four times.
            let mut at = [start; ROWS];
            for (i, at) in at.iter_mut().enumerate() {
                *at = (start + i).min(scales.len() - 1);
            }
            // SAFETY: every position is that of a row.
            let dots = unsafe { products(bytes, rows, dimensions, at, &sums) };
            for (i, &row) in at.iter().enumerate() {
                // SAFETY: there are 64 scales and 64 halves for each tile.
                let scores = unsafe { scores(centres, tile, dots[i], scales[row]) };
                let largest = _mm512_reduce_max_ps(_mm512_max_ps(
                    _mm512_max_ps(scores[0], scores[1]),
                    _mm512_max_ps(scores[2], scores[3]),
                ));
                if largest > best[row] {
                    best[row] = largest;
                    let wanted = _mm512_set1_ps(largest);
                    let mut found = 0_u64;
                    for (j, scores) in scores.into_iter().enumerate() {
                        found |= u64::from(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(scores, wanted)) << (16 * j);
                    }
                    nearest[row] = (tile * TILE) as u32 + found.trailing_zeros();
                }
            }
        }
    }
}

/// The products of four rows with 64 centres.
///
/// # Safety
/// `tile` has 64 centres, `at` names rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn products(
    tile: &[u8],
    rows: &[i8],
    dimensions: usize,
    at: [usize; ROWS],
    sums: &[i32; 256],
) -> [[__m512i; 4]; ROWS] {
    // No closures: they would be compiled without the instruction set.
    let mut dots = [[_mm512_setzero_si512(); 4]; ROWS];
    let mut from = [rows.as_ptr(); ROWS];
    for i in 0..ROWS {
        // The bytes of the centres are 128 too large.
        dots[i] = [_mm512_set1_epi32(-128 * sums[at[i]]); 4];
        from[i] = rows[at[i] * dimensions..].as_ptr();
    }
    for four in 0..dimensions / 4 {
        // SAFETY: there are 256 bytes of the tile for each four dimensions, and four of each row.
        unsafe {
            let to = tile.as_ptr().add(four * TILE * 4);
            let bytes = [
                _mm512_loadu_si512(to.cast()),
                _mm512_loadu_si512(to.add(64).cast()),
                _mm512_loadu_si512(to.add(128).cast()),
                _mm512_loadu_si512(to.add(192).cast()),
            ];
            for i in 0..ROWS {
                let row = _mm512_set1_epi32(from[i].add(four * 4).cast::<i32>().read_unaligned());
                for j in 0..4 {
                    dots[i][j] = _mm512_dpbusd_epi32(dots[i][j], bytes[j], row);
                }
            }
        }
    }
    dots
}

/// # Safety
/// The tile is one of the centres'.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn scores(centres: &Centres, tile: usize, dots: [__m512i; 4], scale: f32) -> [__m512; 4] {
    let mut scores = [_mm512_setzero_ps(); 4];
    for (j, score) in scores.iter_mut().enumerate() {
        // SAFETY: scales and halves are filled up to whole tiles.
        unsafe {
            let at = tile * TILE + 16 * j;
            let factors = _mm512_mul_ps(
                _mm512_loadu_ps(centres.scales[at..].as_ptr()),
                _mm512_set1_ps(scale),
            );
            let product = _mm512_mul_ps(_mm512_cvtepi32_ps(dots[j]), factors);
            *score = _mm512_sub_ps(product, _mm512_loadu_ps(centres.halves[at..].as_ptr()));
        }
    }
    scores
}
