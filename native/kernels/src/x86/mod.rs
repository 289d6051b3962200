//! The registers of x86-64.

mod avx2;
mod avx512;
mod centres;
mod signs;

pub(crate) use avx2::with_avx2;
pub(crate) use avx512::with_avx512;
pub(crate) use centres::nearest_centres;
pub(crate) use signs::scan_signs;
