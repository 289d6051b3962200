use std::sync::OnceLock;

/// Which index segments of values serve a state, by their places among all, once somebody asked.
#[derive(Debug, Default)]
pub(crate) struct Served(OnceLock<Vec<usize>>);

impl Served {
    pub(super) fn get(&self, find: impl FnOnce() -> Vec<usize>) -> &[usize] {
        self.0.get_or_init(find)
    }
}
