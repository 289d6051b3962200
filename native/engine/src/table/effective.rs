use crate::environment::iso_date;
use crate::error::{Code, Error, Result};
use crate::format::LogPlace;
use crate::history::in_force;

/// The effective date of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effective {
    pub(super) at: Option<i64>,
    /// It is in force although a later one was given before.
    pub(super) takes_back: bool,
}

/// An effective date that is further ahead of the clock is taken for mistyped: 100 years.
const AHEAD_MS: i64 = 36_525 * 86_400_000;

impl Effective {
    /// What a commit says: the date that was given, if it may be given now. A restore brings back `again`, the date that was in
    /// force at the version that it restores.
    ///
    /// # Errors
    /// [`Code::EffectiveDateBackwards`]; [`Code::InvalidArgument`]: it is too far ahead.
    pub(super) fn of(
        log: &LogPlace,
        given: Option<i64>,
        again: Option<Option<i64>>,
        now: i64,
    ) -> Result<Self> {
        let last = in_force(log);
        let again = again.unwrap_or(last);
        if let Some(given) = given {
            check(given, last.min(again), now)?;
        }
        let at = given.or(again);
        Ok(Self {
            at: if given.is_none() && at == last { None } else { at },
            takes_back: at < last,
        })
    }
}

fn check(given: i64, last: Option<i64>, now: i64) -> Result<()> {
    if given > now.saturating_add(AHEAD_MS) {
        let message = format!(
            "effectiveAt is {}, more than 100 years after now ({}).",
            iso_date(given),
            iso_date(now)
        );
        return Err(Error::new(Code::InvalidArgument, message)
            .hint("Look at its year: no later date could be given after it."));
    }
    match last {
        Some(last) if given < last => {
            let message = format!(
                "effectiveAt runs backwards: {} was given after {}.",
                iso_date(given),
                iso_date(last)
            );
            Err(Error::new(Code::EffectiveDateBackwards, message).hint(
                "Write older facts first. If the later date was a mistake, restore the version before it: that takes it back.",
            ))
        }
        _ => Ok(()),
    }
}
