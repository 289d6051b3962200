//! The line of those who wait for a commit of a table, in the order in which they came. It knows nothing of tables.

mod pace;
mod queue;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

pub(super) use self::pace::Pace;
pub(super) use self::queue::queue_of;

/// Changes that wait to be committed, and callers that wait to have the table for themselves.
///
/// No thread belongs to the line: one of the callers that wait leads. It commits all changes at the front together. Changes that come
/// meanwhile go with the next commit.
pub(super) struct Line<C: ?Sized> {
    inside: Mutex<Inside<C>>,
    moved: Condvar,
}

struct Inside<C: ?Sized> {
    places: VecDeque<Place<C>>,
    /// A caller leads, or has the table for itself.
    busy: bool,
    /// A caller will lead the changes that were handed over.
    attended: bool,
    /// How many turns were asked for.
    turns: u64,
}

enum Place<C: ?Sized> {
    Change {
        change: Arc<C>,
        /// It was handed over: no caller waits for it.
        handed: bool,
    },
    Turn(u64),
}

/// What a caller that waits does next.
enum Step<'l, C: ?Sized> {
    Over,
    Turn(Busy<'l, C>),
    Lead(Busy<'l, C>, Vec<Arc<C>>),
}

/// What a caller waits for.
enum Wish<'w> {
    Turn(u64),
    Done(&'w dyn Fn() -> bool),
    NoChanges,
}

/// The most changes that are committed together, so that the first ones do not wait too long.
const TOGETHER: usize = 256;

impl<C: ?Sized> Default for Line<C> {
    fn default() -> Self {
        let inside = Inside {
            places: VecDeque::new(),
            busy: false,
            attended: false,
            turns: 0,
        };
        Self {
            inside: Mutex::new(inside),
            moved: Condvar::new(),
        }
    }
}

impl<C: ?Sized> std::fmt::Debug for Line<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

/// As long as this lives, nobody else leads.
#[derive(Debug)]
pub(super) struct Busy<'l, C: ?Sized>(&'l Line<C>);

impl<C: ?Sized> Drop for Busy<'_, C> {
    fn drop(&mut self) {
        self.0.lock().busy = false;
        self.0.moved.notify_all();
    }
}

/// The place of a caller that wants the table for itself. Dropping it gives the place up.
struct Asked<'l, C: ?Sized>(&'l Line<C>, u64);

impl<C: ?Sized> Drop for Asked<'_, C> {
    fn drop(&mut self) {
        let is_it = |place: &Place<C>| matches!(place, Place::Turn(number) if *number == self.1);
        let mut inside = self.0.lock();
        if let Some(at) = inside.places.iter().position(is_it) {
            inside.places.remove(at);
            self.0.moved.notify_all();
        }
    }
}

impl<C: ?Sized> Line<C> {
    fn lock(&self) -> MutexGuard<'_, Inside<C>> {
        // No code that can panic runs under the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits to have the table alone, behind all who came before; leads their changes meanwhile.
    pub(super) fn turn(&self, lead: impl Fn(&[Arc<C>])) -> Busy<'_, C> {
        let number = {
            let mut inside = self.lock();
            inside.turns += 1;
            let number = inside.turns;
            inside.places.push_back(Place::Turn(number));
            number
        };
        let _asked = Asked(self, number);
        loop {
            match self.step(&Wish::Turn(number)) {
                Step::Turn(busy) => return busy,
                Step::Lead(_busy, changes) => lead(&changes),
                Step::Over => {}
            }
        }
    }

    /// Adds a change and waits until it is done; leads meanwhile where nobody else does.
    pub(super) fn wait(&self, change: Arc<C>, is_done: &dyn Fn() -> bool, lead: impl Fn(&[Arc<C>])) {
        let handed = false;
        self.lock().places.push_back(Place::Change { change, handed });
        while let Step::Lead(_busy, changes) = self.step(&Wish::Done(is_done)) {
            lead(&changes);
        }
    }

    /// Adds a change that no caller waits for. Says whether the caller must see to it that [`Line::attend`] runs soon.
    #[must_use]
    pub(super) fn hand_over(&self, change: Arc<C>) -> bool {
        let mut inside = self.lock();
        inside.places.push_back(Place::Change { change, handed: true });
        !std::mem::replace(&mut inside.attended, true)
    }

    /// Leads until there is no change left.
    pub(super) fn attend(&self, lead: impl Fn(&[Arc<C>])) {
        let mut panicked = None;
        while let Step::Lead(busy, changes) = self.step(&Wish::NoChanges) {
            // Nobody else leads the other changes that were handed over.
            panicked = catch_unwind(AssertUnwindSafe(|| lead(&changes)))
                .err()
                .or(panicked);
            drop(busy);
        }
        if let Some(panic) = panicked {
            resume_unwind(panic);
        }
    }

    /// Leads the change that was handed over, where it is the only one in the line and nobody leads. Says whether nothing is left that
    /// somebody has to attend to.
    #[must_use]
    pub(super) fn attend_to_one(&self, is_quick: impl Fn(&Arc<C>) -> bool, lead: impl Fn(&[Arc<C>])) -> bool {
        let mut inside = self.lock();
        let is_one = match inside.places.make_contiguous() {
            [Place::Change { handed: true, change }] => is_quick(change),
            _ => false,
        };
        if inside.busy || !is_one {
            return false;
        }
        inside.busy = true;
        let changes = inside.take_changes();
        drop(inside);
        let busy = Busy(self);
        let led = catch_unwind(AssertUnwindSafe(|| lead(&changes)));
        drop(busy);
        let mut inside = self.lock();
        let is_done = !inside.has_changes();
        inside.attended = !is_done;
        drop(inside);
        if let Err(panic) = led {
            resume_unwind(panic);
        }
        is_done
    }

    /// Takes back the changes that were handed over and have not begun, as nobody will attend to them.
    pub(super) fn take_back(&self) {
        let mut inside = self.lock();
        inside.attended = false;
        let places = std::mem::take(&mut inside.places);
        let (gone, kept) = places
            .into_iter()
            .partition(|place| matches!(place, Place::Change { handed: true, .. }));
        inside.places = kept;
        drop(inside);
        self.moved.notify_all();
        drop::<VecDeque<Place<C>>>(gone);
    }

    fn step(&self, wish: &Wish<'_>) -> Step<'_, C> {
        let mut inside = self.lock();
        loop {
            match wish {
                Wish::Done(is_done) if is_done() => return Step::Over,
                Wish::NoChanges if !inside.has_changes() => {
                    inside.attended = false;
                    return Step::Over;
                }
                _ => {}
            }
            match inside.places.front() {
                _ if inside.busy => {}
                Some(Place::Change { .. }) => {
                    inside.busy = true;
                    return Step::Lead(Busy(self), inside.take_changes());
                }
                Some(Place::Turn(first)) if matches!(wish, Wish::Turn(number) if number == first) => {
                    inside.busy = true;
                    inside.places.pop_front();
                    return Step::Turn(Busy(self));
                }
                _ => {}
            }
            inside = self.moved.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<C: ?Sized> Inside<C> {
    fn has_changes(&self) -> bool {
        let mut places = self.places.iter();
        places.any(|place| matches!(place, Place::Change { .. }))
    }

    /// Takes the changes at the front of the line.
    fn take_changes(&mut self) -> Vec<Arc<C>> {
        let mut changes = Vec::new();
        while changes.len() < TOGETHER
            && let Some(Place::Change { change, .. }) = self.places.front()
        {
            changes.push(Arc::clone(change));
            self.places.pop_front();
        }
        changes
    }
}
