//! Where a page of a search ended, as a text that callers hand back and do not look into.

use std::fmt;
use std::hash::Hasher;

use varve_engine::{After, Code, Error, Result};

/// Where a page of a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cursor {
    /// The version that was searched.
    pub(crate) version: u64,
    /// The last row.
    pub(crate) after: After,
    /// Tells searches apart.
    pub(crate) mark: u32,
}

impl fmt::Display for Cursor {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let After {
            seen,
            order,
            id,
            depth,
        } = self.after;
        let (version, order, mark) = (self.version, order.to_bits(), self.mark);
        write!(to, "{version}.{seen}.{id}.{order:x}.{mark:x}")?;
        match depth {
            0 => Ok(()),
            depth => write!(to, ".{depth}"),
        }
    }
}

impl Cursor {
    /// Reads one.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`].
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| {
            Error::new(
                Code::InvalidArgument,
                "The text after which a search goes on is no cursor.",
            )
            .hint("Hand back the cursor of a page as it came.")
        })
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut part = |radix| u64::from_str_radix(parts.next()?, radix).ok();
        let (version, seen, id) = (part(10)?, part(10)?, part(10)?);
        let (order, mark) = (f64::from_bits(part(16)?), part(16)?);
        let depth = parts.next().map_or(Some(0), |depth| depth.parse().ok())?;
        let after = After {
            seen: usize::try_from(seen).ok()?,
            order,
            id,
            depth,
        };
        let is_whole = parts.next().is_none() && !order.is_nan();
        let mark = u32::try_from(mark).ok()?;
        is_whole.then_some(Self { version, after, mark })
    }
}

/// A mark of what makes one search another: FNV-1a, which is the same in every build.
#[derive(Debug)]
pub(crate) struct Mark(u64);

impl Default for Mark {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Mark {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    fn write_u32(&mut self, word: u32) {
        self.0 = (self.0 ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Mark {
    /// Its 32 bits.
    pub(crate) fn bits(&self) -> u32 {
        (self.0 ^ (self.0 >> 32)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for order in [0.0, -1.5, f64::MIN_POSITIVE, f64::MAX, 1.0 / 3.0] {
            let after = After {
                seen: 10,
                order,
                id: u64::MAX,
                depth: 0,
            };
            for depth in [0, 1, usize::MAX] {
                let cursor = Cursor {
                    version: 12,
                    after: After { depth, ..after },
                    mark: u32::MAX,
                };
                assert_eq!(Cursor::parse(&cursor.to_string()).unwrap(), cursor);
            }
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in [
            "",
            "1",
            "1.2.3.4",
            "1.2.3.4.5.six",
            "1.2.3.4.5.6.7",
            "a.2.3.4.5",
            "1.2.3.7ff8000000000000.5",
            "1.2.3.4.fffffffff",
            "-1.2.3.4.5",
        ] {
            assert!(Cursor::parse(text).is_err(), "{text}");
        }
    }
}
