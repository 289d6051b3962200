//! Every input of the corpus, those that once failed among them.

use varve_fuzz::{TARGETS, corpus, targets};

#[test]
fn every_kept_input_comes_back() {
    for target in &TARGETS {
        let inputs = corpus::inputs(target);
        assert!(!inputs.is_empty(), "{} has nothing to start from", target.name);
        for (name, input) in inputs {
            println!("{} {name}", target.name);
            (target.run)(&input);
        }
    }
    targets::leave();
}

#[test]
fn mutations_are_those_of_their_seed_and_differ() {
    let corpus = vec![b"{\"a\":[1,2,3]}".to_vec(), b"other".to_vec()];
    let made = |seed: u64| {
        let mut random = varve_fuzz::mutate::Random::new(seed);
        (0..100)
            .map(|_| varve_fuzz::mutate::mutate(&corpus, &mut random))
            .collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    let distinct: std::collections::HashSet<_> = made(1).into_iter().chain(made(2)).collect();
    assert!(distinct.len() > 150, "{}", distinct.len());
}
