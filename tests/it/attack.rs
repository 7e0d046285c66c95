//! Attacks on what is published. Under the profile `dfe-cin`: whoever holds all packs of a folder, knows the rule and
//! solves a linear programme for each count that isn't shown must not bound it more tightly than the rule allows.
//!
//! Under every profile: whoever measures a picture gets what is published beside it (`pictures`).
//!
//! The attacker reads published bytes, and has solver, reader and bounds of its own. A slice with a fixed seed runs with
//! the other tests. All of it, 10,000 tables, 200 sequences of twelve releases and four of twelve whole packs:
//!
//! ```sh
//! GROUNDSWELL_ATTACK=all cargo test --test it attack -- --ignored --nocapture
//! ```

mod made;
mod packs;
mod pictures;
mod programme;
mod reader;
mod tables;

use std::time::Instant;

use tables::{Outcome, attack_sequence, attack_table};

/// Whether everything is asked for.
fn everything() -> bool {
    std::env::var("GROUNDSWELL_ATTACK").is_ok_and(|wanted| wanted == "all")
}

fn tables(seeds: std::ops::Range<u64>) -> Outcome {
    seeds.map(attack_table).fold(Outcome::default(), Outcome::and)
}

fn sequences(seeds: std::ops::Range<u64>) -> Outcome {
    seeds.map(attack_sequence).fold(Outcome::default(), Outcome::and)
}

#[test]
fn no_count_of_a_made_up_table_can_be_bounded_more_tightly_than_the_rule_allows() {
    let outcome = tables(0..120);
    assert!(outcome.attacked > 800, "too little is hidden to tell: {outcome:?}");
}

#[test]
fn twelve_releases_side_by_side_tell_no_more_than_one() {
    let outcome = sequences(2..5);
    assert!(outcome.attacked > 500, "too little is hidden to tell: {outcome:?}");
}

#[test]
fn packs_side_by_side_hide_what_each_of_them_hides() {
    let outcome = packs::attack_packs(1, 3);
    assert!(outcome.attacked > 50, "too little is hidden to tell: {outcome:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "tells the figures of docs/reliability.md")]
#[ignore = "half an hour; GROUNDSWELL_ATTACK=all"]
fn everything_withstands() {
    if !everything() {
        return;
    }
    for (what, attack) in [
        ("10,000 tables", &(|| tables(0..10_000)) as &dyn Fn() -> Outcome),
        ("200 sequences of 12 releases", &|| sequences(0..200)),
        ("4 sequences of 12 packs", &|| {
            (1..=4).map(|seed| packs::attack_packs(seed, 12)).fold(Outcome::default(), Outcome::and)
        }),
    ] {
        let start = Instant::now();
        let outcome = attack();
        eprintln!("{what}: {outcome:?} in {:.0} s", start.elapsed().as_secs_f64());
    }
}
