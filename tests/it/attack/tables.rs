//! Attacks on made-up tables, alone and month after month.

use super::made::Made;
use super::reader::{Release, Told, Truth, attack};

/// What attacks came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub attacked: usize,
    pub cells: usize,
    pub given_away: usize,
    /// Counts above the threshold, hidden for the sake of others, that earlier releases tell.
    pub told: usize,
    /// Counts of 1 to 5 that the attacker narrows down; every such release was announced as `given_away`.
    pub narrowed: usize,
}

impl Outcome {
    /// Both together.
    pub fn and(self, other: Outcome) -> Outcome {
        Outcome {
            attacked: self.attacked + other.attacked,
            cells: self.cells + other.cells,
            given_away: self.given_away + other.given_away,
            told: self.told + other.told,
            narrowed: self.narrowed + other.narrowed,
        }
    }
}

/// Publishes and attacks one made-up table.
pub fn attack_table(seed: u64) -> Outcome {
    let (made, _) = Made::new(seed);
    let authorities = seed.is_multiple_of(4);
    let base = |key: &Vec<String>| if authorities && key[0] == "*" { 10.0 } else { 0.0 };
    let (release, given_away) = made.released(&[], authorities);
    let truths = [made.truth()];
    let (attacked, exposed) = attack(std::slice::from_ref(&release), &truths, 0, &base);
    assert!(exposed.is_empty(), "table {seed}: {exposed:?} of {release:?}");
    assert_eq!(given_away, 0, "table {seed}: nothing was published before");
    Outcome { attacked, cells: release.len(), ..Outcome::default() }
}

/// Publishes a table twelve months in a row and attacks every release with all of them.
pub fn attack_sequence(seed: u64) -> Outcome {
    let (mut made, mut random) = Made::new(seed);
    let authorities = seed.is_multiple_of(4);
    let base = |key: &Vec<String>| if authorities && key[0] == "*" { 10.0 } else { 0.0 };
    let mut releases: Vec<Release> = Vec::new();
    let mut truths: Vec<Truth> = Vec::new();
    let mut outcome = Outcome::default();
    for _ in 0..12 {
        let (release, given_away) = made.released(&releases, authorities);
        outcome.cells += release.len();
        outcome.given_away += given_away;
        releases.push(release);
        truths.push(made.truth());
        made.grow(&mut random);
    }
    for target in 0..releases.len() {
        let (attacked, exposed) = attack(&releases, &truths, target, &base);
        outcome.attacked += attacked;
        let (small, large): (Vec<_>, Vec<_>) = exposed.into_iter().partition(|one| one.truth <= 5.0);
        outcome.told += large.len();
        outcome.narrowed += small.len();
        // What can't be helped is announced.
        if let (Some(first), 0) = (small.first(), outcome.given_away) {
            panic!("sequence {seed}, release {target}: {small:?}\n{}", story(&releases, &truths, &first.cell));
        }
    }
    outcome
}

/// What each release showed of the period of a cell, with the truth behind it.
fn story(releases: &[Release], truths: &[Truth], cell: &[String]) -> String {
    let mut story = String::new();
    for (release, truth) in releases.iter().zip(truths) {
        for (key, told) in release.iter().filter(|(key, _)| key.last() == cell.last()) {
            let shown = if let Told::Number(number) = told { number.to_string() } else { "[c]".to_owned() };
            story += &format!("{} {shown} ({}), ", key[..key.len() - 1].join("/"), truth[key]);
        }
        story.push('\n');
    }
    story
}
