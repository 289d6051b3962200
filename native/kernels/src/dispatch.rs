//! The choice of an instruction set.

use std::sync::OnceLock;

use crate::isa::Isa;
use crate::lanes::Job;
use crate::scalar::Scalar;

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
