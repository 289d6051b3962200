//! Wrong bytes and texts for everything that reads some: the files of a table, and what callers hand in.
//!
//! A target is a function of bytes that must come back: no panic, no piece of memory beyond [`watch::PIECE_MAX`], no more than some
//! seconds. It panics itself where an answer is wrong. `corpus/<target>` holds what it starts from, and every input that ever failed.
//!
//! - `targets`: what reads the bytes. `golden`: the tables that files are exchanged in.
//! - `mutate`: makes other inputs of the corpus. `watch`: notices what takes too much. `corpus`: where inputs lie.
//!
//! `cargo run -p varve-fuzz` drives them, see `main.rs` and the page beside this folder. A target takes what libFuzzer gives as well.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "whatever goes wrong here is what is looked for"
)]

pub mod corpus;
mod golden;
pub mod mutate;
pub mod targets;
pub mod watch;

pub use targets::{TARGETS, Target};
