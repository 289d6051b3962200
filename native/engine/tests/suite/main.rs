//! The tests of the engine through its public interface: one claim per file, one program, since each program links the engine
//! again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![expect(clippy::print_stderr, reason = "a random test says how to run it again")]

mod a_branch_is_a_table;
mod a_copy_is_a_version;
mod a_dry_run_says_what_goes;
mod a_far_store_is_asked_for_what_a_read_needs;
mod a_large_write_holds_nobody_up;
mod a_merge_is_one_of_maps;
mod a_page_is_made_of_the_best_rows;
mod a_pinned_version_stays;
mod a_put_that_failed_may_still_arrive;
mod a_quick_commit_is_made_where_it_was_asked_for;
mod a_search_says_how_sure_it_is;
mod an_error_can_be_taken_apart;
mod arrow;
mod arrow_is_read_without_loss;
mod bulk;
mod commit;
mod crash;
mod damage;
mod dates;
mod errors;
mod every_version_stays_what_it_was;
mod expire;
mod files_of_a_commit_become_durable_together;
mod finite_vectors;
mod full_disk;
mod golden;
mod groups_are_those_of_the_rows;
mod hostile;
mod index;
mod journal;
mod log;
mod model;
mod other_builds;
mod other_systems;
mod pipes;
mod plan;
mod purged_rows_are_nowhere;
mod randomness;
mod schedule;
mod shadow;
mod span;
mod support;
mod threads;
mod together;
mod values_are_found_through_indexes;
mod what_a_binding_may_say;
mod words;
mod words_and_vectors_become_one_ranking;
