//! The tests of buckets. What a store must do is told by the tests of the engine, which are asked here of a bucket in memory, with faults and
//! without.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod a_branch_is_a_table;
mod a_bucket_answers_as_a_disk_does;
mod a_commit_does_not_ask_first;
mod a_failure_says_what_to_do;
mod every_version_stays_what_it_was;
mod files_are_fetched_and_kept;
mod nothing_is_lost_where_answers_are;
mod requests_are_counted;
mod store;
mod tables_come_and_go;

#[path = "../../../engine/tests/suite"]
#[expect(
    dead_code,
    clippy::print_stderr,
    reason = "the tests of the engine use more of it, and say how to run a random test again"
)]
mod engine {
    pub(crate) mod model;
    pub(crate) mod support;
}

/// Where they look for it.
use engine::support;
