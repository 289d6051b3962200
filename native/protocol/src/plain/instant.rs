//! Dates and instants as text, in UTC.

const DAY_MS: i64 = 86_400_000;
/// The years of a date without a sign.
const YEAR_DIGITS: usize = 4;

/// The days since 1970-01-01 of a date such as "2026-02-28"; none where there is no such day.
pub(super) fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != YEAR_DIGITS {
        return None;
    }
    let (year, month, day) = (number(year)?, two(month)?, two(day)?);
    let is_there = (1..=12).contains(&month) && (1..=length(year, month)).contains(&day);
    is_there.then(|| from_civil(year, month, day))
}

/// The milliseconds since 1970 of an ISO 8601 instant with its zone, or of the start of a date.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let Some((date, time)) = text.split_once('T') else {
        return days(text).map(|days| days * DAY_MS);
    };
    let (clock, east) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let (clock, zone) = time.split_at_checked(at)?;
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = below(hours, 24)? * 60 + below(minutes, 60)?;
            (clock, if zone.starts_with('-') { -minutes } else { minutes })
        }
    };
    Some(days(date)? * DAY_MS + of_clock(clock)? - east * 60_000)
}

/// The milliseconds of "12:30", "12:30:05" or "12:30:05.250".
fn of_clock(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let (hours, minutes) = (below(parts.next()?, 24)?, below(parts.next()?, 60)?);
    let (seconds, part) = match parts.next() {
        None => (0, 0),
        Some(text) => match text.split_once('.') {
            None => (below(text, 60)?, 0),
            Some((seconds, part)) => (below(seconds, 60)?, thousandths(part)?),
        },
    };
    let is_whole = parts.next().is_none();
    is_whole.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + part)
}

fn thousandths(part: &str) -> Option<i64> {
    number(part).filter(|_| part.len() <= 9)?;
    number(format!("{part:0<3}").get(..3)?)
}

fn below(text: &str, limit: i64) -> Option<i64> {
    two(text).filter(|number| *number < limit)
}

fn two(text: &str) -> Option<i64> {
    number(text).filter(|_| text.len() == 2)
}

fn number(text: &str) -> Option<i64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}

fn length(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days of a date of the Gregorian calendar, by counting from March, so that the leap day comes last.
fn from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{days, milliseconds};

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("2000-02-29"), Some(11_016));
        assert_eq!(days("0001-01-01"), Some(-719_162));
        for wrong in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "2026-01-01-01",
            "",
            "+026-01-01",
        ] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_instant_says_its_zone() {
        assert_eq!(milliseconds("2026-01-01"), Some(1_767_225_600_000));
        assert_eq!(milliseconds("2026-01-01T01:00:00+01:00"), Some(1_767_225_600_000));
        assert_eq!(milliseconds("2026-01-01T00:00:00.25Z"), Some(1_767_225_600_250));
        assert_eq!(milliseconds("2025-12-31T23:30-00:30"), Some(1_767_225_600_000));
        for wrong in [
            "2026-01-01T00:00:00",
            "2026-01-01T24:00Z",
            "2026-01-01T00:00:00:00Z",
            "noon",
        ] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }
}
