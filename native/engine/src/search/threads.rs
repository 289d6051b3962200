use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, available_parallelism, scope};

use varve_kernels::TopK;

use super::pass::{Pass, Question, Selected};
use crate::error::{Error, Result};

/// Bytes that are worth a thread: reading them takes about a millisecond, starting one a twentieth of that. Tests do it with few.
const SHARE: usize = if cfg!(test) { 1 << 12 } else { 16 << 20 };
/// Threads that read for one search at the most, its own included: memory gives no more to more of them.
const READERS: usize = 4;

/// Places of some rows.
type Piece<'p, 'a> = (&'p Selected<'a>, Range<usize>);

/// Looks at all these rows, with the help of other threads where there are many.
pub(super) fn over_all(question: &Question<'_>, rows: &[Selected<'_>], top: &mut TopK) -> Result<()> {
    let bytes: usize = rows.iter().map(|rows| rows.end() * rows.width).sum();
    let helpers = Helpers::up_to((bytes / SHARE).clamp(1, READERS) - 1);
    let mut shares = cut(rows, bytes, helpers.0 + 1).into_iter();
    let mine = shares.next().unwrap_or_default();
    let (k, floor) = (top.k(), top.threshold());
    let read = |share: Vec<Piece<'_, '_>>, top: &mut TopK| -> Result<()> {
        let mut pass = Pass::new(question, top, floor);
        share
            .into_iter()
            .try_for_each(|(rows, places)| pass.over(rows, places))
    };
    if helpers.0 == 0 {
        return read(mine, top);
    }
    scope(|scope| {
        let (mut others, mut outcome) = (Vec::with_capacity(helpers.0), Ok(()));
        for share in shares {
            let theirs = share.clone();
            let work = move || {
                let mut top = TopK::new(k);
                read(theirs, &mut top).map(|()| top)
            };
            match Builder::new()
                .name("varve-search".to_owned())
                .spawn_scoped(scope, work)
            {
                Ok(thread) => others.push(thread),
                // Where no thread can be had, this one reads it all.
                Err(_) => outcome = outcome.and_then(|()| read(share, top)),
            }
        }
        outcome = outcome.and_then(|()| read(mine, top));
        for thread in others {
            let panicked = |_| Err(Error::internal("a thread that searches panicked"));
            let theirs = thread.join().unwrap_or_else(panicked);
            outcome = outcome.and(theirs.map(|theirs| {
                for hit in theirs.into_sorted() {
                    top.push(hit.score, hit.id);
                }
            }));
        }
        outcome
    })
}

/// Does two things, side by side where both are worth a thread and one is to be had.
pub(super) fn beside<A, B: Send>(
    is_worth_it: bool,
    here: impl FnOnce() -> Result<A>,
    there: impl Fn() -> Result<B> + Sync,
) -> Result<(A, B)> {
    let helpers = Helpers::up_to(usize::from(is_worth_it));
    if helpers.0 == 0 {
        let here = here()?;
        return Ok((here, there()?));
    }
    scope(|scope| {
        let name = "varve-search".to_owned();
        let Ok(other) = Builder::new().name(name).spawn_scoped(scope, &there) else {
            let here = here()?;
            return Ok((here, there()?));
        };
        let here = here();
        let panicked = |_| Err(Error::internal("a thread that searches panicked"));
        let there = other.join().unwrap_or_else(panicked);
        Ok((here?, there?))
    })
}

/// Cuts rows, in order, into this many parts of about equal size in bytes.
fn cut<'p, 'a>(rows: &'p [Selected<'a>], bytes: usize, shares: usize) -> Vec<Vec<Piece<'p, 'a>>> {
    let mut cut = vec![Vec::new(); shares];
    let share = bytes.div_ceil(shares).max(1);
    let mut before = 0;
    for rows in rows {
        let (mut from, width) = (0, rows.width.max(1));
        while from < rows.end() {
            let at = (before / share).min(shares - 1);
            let room = match at + 1 == shares {
                true => usize::MAX / 2,
                false => ((at + 1) * share - before).div_ceil(width),
            };
            let to = rows.end().min((from + room).next_multiple_of(64));
            if let Some(share) = cut.get_mut(at) {
                share.push((rows, from..to));
            }
            before += (to - from) * rows.width;
            from = to;
        }
    }
    cut
}

/// Threads that help searches, in the whole process: as many as there are cores besides one.
static HELPING: AtomicUsize = AtomicUsize::new(0);

/// A permit for a number of threads; dropping it gives them back.
struct Helpers(usize);

impl Helpers {
    fn up_to(wanted: usize) -> Self {
        if wanted == 0 {
            return Self(0);
        }
        let most = available_parallelism().map_or(1, usize::from) - 1;
        let mut granted = 0;
        let grant = |helping: usize| {
            granted = wanted.min(most.saturating_sub(helping));
            Some(helping + granted)
        };
        let _ = HELPING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grant);
        Self(granted)
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        HELPING.fetch_sub(self.0, Ordering::Relaxed);
    }
}
