//! The door for time and randomness, so that tests own both.

use std::fmt::{Debug, Write as _};
use std::time::Duration;

/// A unique 128-bit name, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// The 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        let mut hex = String::with_capacity(32);
        for byte in self.0 {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

/// What the engine needs from the world beside storage.
pub trait Environment: Send + Sync + Debug {
    /// Milliseconds since 1970-01-01 UTC. May jump backwards; the history does not.
    fn now_ms(&self) -> i64;
    /// A name that nobody else has.
    fn uuid(&self) -> Uuid;
    /// Waits before another try at a contended commit.
    fn pause(&self, duration: Duration);
}

/// The real clock and the operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
    }

    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()) {
                Ok(n) => filled += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
        Uuid(bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
