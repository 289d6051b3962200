//! What targets start from is right, so that changes of it reach more than the first check.

use varve_fuzz::{TARGETS, targets};

#[test]
fn every_target_takes_some_of_its_seeds_for_right() {
    for target in &TARGETS {
        let seeds = (target.seeds)();
        let taken = seeds.iter().filter(|seed| (target.run)(seed)).count();
        println!("{}: {taken} of {}", target.name, seeds.len());
        // Others are wrong on purpose.
        assert!(taken > 0, "{} takes none", target.name);
    }
    targets::leave();
}
