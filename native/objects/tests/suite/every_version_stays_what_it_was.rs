use std::sync::Arc;

use varve_engine::Catalog;

use crate::store::TestStore;
use crate::support::runs::Runs;

#[test]
fn in_a_bucket_every_version_stays_what_it_was() {
    let store = || -> Arc<dyn Catalog> { Arc::new(TestStore::new().bucket(&Default::default())) };
    let seeds = 6_000..6_004;
    Runs { seeds, ..Runs::MIXED }.run(&store);
}

#[test]
fn where_answers_are_lost_and_requests_refused_every_version_stays_what_it_was() {
    let store = || -> Arc<dyn Catalog> { Arc::new(TestStore::faulty().bucket(&Default::default())) };
    let (seeds, steps) = (6_100..6_102, 60);
    Runs {
        seeds,
        steps,
        ..Runs::MIXED
    }
    .run(&store);
}
