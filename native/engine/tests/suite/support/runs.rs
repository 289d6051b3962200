//! Which seeds of random operations are run, and how long.

use std::ops::Range;

use super::columns::Kind;

/// Tables of one kind, each with its seed.
pub(crate) struct Runs {
    pub(crate) seeds: Range<u64>,
    pub(crate) steps: u64,
    pub(crate) kind: Kind,
    pub(crate) crowds: Range<usize>,
}

impl Runs {
    pub(crate) const MIXED: Self = Self {
        seeds: 0..40,
        steps: 300,
        kind: Kind::Mixed,
        crowds: 1..2,
    };
    pub(crate) const WIDE: Self = Self {
        seeds: 3_000..3_012,
        steps: 80,
        kind: Kind::Wide,
        crowds: 5..60,
    };
    /// Of many rows, so that an index has something to leave out.
    pub(crate) const LARGE: Self = Self {
        seeds: 4_000..4_004,
        steps: 40,
        kind: Kind::Wide,
        crowds: 200..400,
    };
}

/// Says which seed it was when a test fails.
pub(crate) struct Shown(pub(crate) u64, pub(crate) usize);

impl Drop for Shown {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("VARVE_SEED={} failed at step {}", self.0, self.1);
        }
    }
}

pub(crate) fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}
