use std::fmt;

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
    pub(crate) fn is_supported(self) -> bool {
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
