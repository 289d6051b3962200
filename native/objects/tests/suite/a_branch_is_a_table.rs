use std::sync::Arc;

use crate::engine::model::run_lines;
use crate::store::TestStore;
use crate::support::columns::Kind;

#[test]
fn in_a_bucket_lines_do_not_touch_each_other() {
    for seed in 7_300..7_303 {
        let store = TestStore::new().bucket(&Default::default());
        run_lines(Arc::new(store), seed, Kind::Mixed, 80);
    }
}

#[test]
fn where_answers_are_lost_and_requests_refused_lines_do_not_touch_each_other() {
    let store = TestStore::faulty().bucket(&Default::default());
    run_lines(Arc::new(store), 7_400, Kind::Mixed, 60);
}
