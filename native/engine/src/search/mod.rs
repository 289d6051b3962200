//! Nearest rows: what a query asks for, and the exact scan that answers it.

mod exact;

pub use exact::{Nearest, Query};
