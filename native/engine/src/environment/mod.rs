//! The door for time and randomness, so that tests own both; and what ends a wait.

mod stop;

pub use stop::Stop;

use std::fmt::{Debug, Display, Write as _};
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::error::{Code, Error, Result};

/// The dates that there are, in milliseconds since 1970-01-01 UTC: those that a `Date` of JavaScript holds.
pub const DATES: RangeInclusive<i64> = -8_640_000_000_000_000..=8_640_000_000_000_000;

/// A date in milliseconds since 1970-01-01 UTC as ISO 8601 writes it, such as `2026-09-30T12:00:00.000Z`. Years beyond four
/// digits have six and a sign.
#[must_use]
pub(crate) fn iso_date(ms: i64) -> String {
    let (days, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // The calendar repeats itself every 400 years; 1970 began 719,528 days after the year 0.
    let mut day = (days + 719_528).rem_euclid(146_097);
    let mut year = 400 * (days + 719_528).div_euclid(146_097);
    while day >= 365 + leap_day(year) {
        day -= 365 + leap_day(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + leap_day(year), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let day = day + 1;
    let year = match year {
        0..=9_999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
    let (seconds, ms) = (rest / 1_000 % 60, rest % 1_000);
    format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{ms:03}Z")
}

/// How many days a year has beyond 365.
fn leap_day(year: i64) -> i64 {
    i64::from(year % 4 == 0 && year % 100 != 0 || year % 400 == 0)
}

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
    /// The clock, as a date that can be written down: the nearest of [`DATES`].
    fn now(&self) -> i64 {
        self.now_ms().clamp(*DATES.start(), *DATES.end())
    }
    /// How long ago some moment was, always the same one in a process. Never runs backwards.
    fn monotonic(&self) -> Duration;
    /// A name that nobody else has.
    ///
    /// # Errors
    /// [`Code::Io`]: there is no randomness to make one of.
    fn uuid(&self) -> Result<Uuid>;
    /// Waits before another try at a contended commit.
    fn pause(&self, duration: Duration);
    /// Waits until the time has passed, or until it is to stop. An environment that owns its time only has to pass it.
    fn wait(&self, most: Duration, stop: &Stop) {
        if !stop.is_set() {
            self.pause(most);
        }
    }
}

/// The real clock and the operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn now_ms(&self) -> i64 {
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => ms(since),
            Err(before) => -ms(before.duration()),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn monotonic(&self) -> Duration {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        FIRST.get_or_init(Instant::now).elapsed()
    }

    fn uuid(&self) -> Result<Uuid> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(no_randomness)?;
        Ok(Uuid(bytes))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    fn wait(&self, most: Duration, stop: &Stop) {
        stop.wait(most);
    }
}

/// Without a name of its own a change could be taken for another one's.
fn no_randomness(why: impl Display) -> Error {
    let message = format!("The operating system gave no random numbers for a new name: {why}.");
    Error::new(Code::Io, message).hint("Nothing was changed. Try again once the system gives random numbers.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_javascript_writes_them() {
        let known = [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (*DATES.start(), "-271821-04-20T00:00:00.000Z"),
            (*DATES.end(), "+275760-09-13T00:00:00.000Z"),
        ];
        for (ms, text) in known {
            assert_eq!(iso_date(ms), text);
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let text = |day: i64| iso_date(day * 86_400_000);
        let mut before = text(-720_000);
        for day in -719_999..720_000_i64 {
            let next = text(day);
            let [a, b] = [&before, &next].map(|text| {
                let (date, _) = text.split_once('T').unwrap();
                date.rsplit('-').next().unwrap().parse::<u32>().unwrap()
            });
            assert!(b == a + 1 || b == 1 && a >= 28, "{before} {next}");
            before = next;
        }
    }
}
