//! Every version stays what it was, in every store and through all kinds of searches: `model` says how that is found out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::model::{Bench, run};
use crate::support::columns::Kind;
use crate::support::runs::{Runs, from_environment};
use varve_engine::{Catalog, LocalStore, MemoryStore};

fn memory() -> Arc<dyn Catalog> {
    Arc::new(MemoryStore::new())
}

#[test]
fn in_memory_every_version_stays_what_it_was() {
    let tally = Runs::MIXED.run(&memory);
    assert!(tally.words > 500 && tally.word_segments > 300, "{tally:?}");
    assert!(tally.fused > 300 && tally.fused_apart > 300, "{tally:?}");
    assert!(
        tally.by_index > 100 && tally.in_order > 100 && tally.counted > 100,
        "{tally:?}"
    );
    assert!(tally.changed_keys > 20, "{tally:?}");
}

#[test]
fn on_disk_every_version_stays_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let number = std::sync::atomic::AtomicU64::new(0);
    let store = || -> Arc<dyn Catalog> {
        let name = number.fetch_add(1, Ordering::Relaxed).to_string();
        Arc::new(LocalStore::new(directory.path().join(name)))
    };
    let seeds = 1_000..1_016;
    Runs { seeds, ..Runs::MIXED }.run(&store);
    let seeds = 1_100..1_102;
    Runs { seeds, ..Runs::WIDE }.run(&store);
}

/// In a store of which a put may be left undecided, and whose files are opened when they are read.
#[test]
fn far_away_every_version_stays_what_it_was() {
    let store = || -> Arc<dyn Catalog> { Arc::new(crate::support::far::FarStore::undecided()) };
    let seeds = 5_000..5_006;
    Runs { seeds, ..Runs::MIXED }.run(&store);
    let seeds = 5_100..5_102;
    Runs { seeds, ..Runs::WIDE }.run(&store);
}

/// Copied between stores of all kinds, back and forth.
#[test]
fn in_a_copy_every_version_stays_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let local = |name: String| -> Arc<dyn Catalog> { Arc::new(LocalStore::new(directory.path().join(name))) };
    let far = || -> Arc<dyn Catalog> { Arc::new(crate::support::far::FarStore::undecided()) };
    for seed in 6_000..6_012 {
        let (one, other) = match seed % 4 {
            0 => (local(format!("{seed}a")), far()),
            1 => (far(), local(format!("{seed}b"))),
            2 => (local(format!("{seed}a")), local(format!("{seed}b"))),
            _ => (memory(), far()),
        };
        let kind = if seed % 3 == 0 { Kind::Wide } else { Kind::Mixed };
        let bench = Bench::new(seed, one, kind, 1..8).copied_to(other);
        run(bench, seed, &|step, _| step >= 90);
    }
}

/// Shadows and index segments are made at random moments, of columns that come and go, for searches of any version.
#[test]
fn whatever_a_search_looks_into_it_finds_what_there_is() {
    let tally = Runs::WIDE.run(&memory);
    tally.check();
    assert!(
        tally.exact > 500 && tally.shadows > 100 && tally.spans > 200,
        "{tally:?}"
    );
    assert!(tally.approximate() > 500, "{tally:?}");
}

#[test]
fn a_search_of_many_rows_finds_as_much_as_is_asked() {
    let tally = Runs::LARGE.run(&memory);
    tally.check();
    assert!(tally.approximate() > 60, "{tally:?}");
}

/// So many commits that parts of the log and files of deaths are closed, and these are merged.
#[test]
fn a_long_history_stays_what_it_was() {
    let store: Arc<dyn Catalog> = Arc::new(MemoryStore::new());
    let files = |directory: &str| store.list(&format!("docs.varve/{directory}")).unwrap().len();
    let died = |bench: &Bench| {
        let ended = bench
            .model
            .versions
            .iter()
            .map(|version| version.counts[1] + version.counts[2]);
        ended.sum::<u64>()
    };
    // Files of deaths are merged into one now and then; here they are not for once.
    let enough = |step: usize, bench: &Bench| {
        let much = bench.model.versions.len() > 800 && died(bench) > 2_500;
        much && (files("deaths") >= 2 || step > 5_000)
    };
    let seed = from_environment("VARVE_SEED").unwrap_or(2_000);
    let bench = Bench::new(seed, Arc::clone(&store), Kind::Mixed, 1..2);
    run(bench, seed, &enough);
    assert!(files("_log") >= 3, "{}", files("_log"));
    assert!(files("deaths") >= 2, "{}", files("deaths"));
    assert!(files("_manifests") < 16, "{}", files("_manifests"));
    assert!(files("data") < 400, "{}", files("data"));
}
