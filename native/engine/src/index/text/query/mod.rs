//! What is asked of texts: as people type it, as programs say it, and as it is looked up.
//!
//! - [`Query`]: clauses, from either [`Query::typed`] or [`TextQuery`].
//! - [`Compiled`]: the terms of a query in each field, with what they weigh in a version; `weight` says what they weigh together.

mod asked;
mod clause;
mod compiled;
mod near;
mod typed;
mod weight;

pub use asked::Several;
pub use asked::TextQuery;
pub use clause::{Clause, Form, Occur, Query};
pub use compiled::{Compiled, Field};
pub(crate) use compiled::{Leaf, Weighed};
pub(crate) use near::Wanted;
pub use weight::Term;
