//! The tests of the protocol: one claim per file, one program, since each program links the engine again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod a_far_table_is_not_asked_at_once;
mod a_long_scan_ends_where_it_began;
mod a_search_says_what_it_looks_for;
mod arrow_goes_in_as_it_came_out;
#[expect(dead_code, reason = "these tests need a part of it")]
#[path = "../../../engine/tests/suite/support/far.rs"]
mod far;
mod support;
mod the_page_of_the_protocol_is_true;
mod what_people_write_becomes_a_request;
mod words_are_read_where_there_is_time;
