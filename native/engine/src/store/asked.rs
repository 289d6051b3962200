use std::sync::{Arc, Mutex, PoisonError};

/// Where the manifest of a sequence is and where the next one will be, of the sequence that was last asked about: every read asks
/// whether it is still the newest.
#[derive(Debug)]
pub(super) struct Asked<P>(Mutex<Option<Arc<Places<P>>>>);

#[derive(Debug)]
pub(super) struct Places<P> {
    sequence: u64,
    pub(super) own: P,
    pub(super) next: P,
}

impl<P> Default for Asked<P> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<P> Asked<P> {
    /// The places of a sequence and of the next one, made by `place` where they are not known.
    pub(super) fn of(&self, sequence: u64, place: impl Fn(u64) -> P) -> Arc<Places<P>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(places) if places.sequence == sequence => Arc::clone(places),
            _ => Arc::clone(known.insert(Arc::new(Places {
                sequence,
                own: place(sequence),
                next: place(sequence.saturating_add(1)),
            }))),
        }
    }
}
