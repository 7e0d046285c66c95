//! What an attacker makes of releases of a table: unknowns, sums, bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::programme::{Known, bounds};

/// A cell: one label a dimension, `*` for all, then the period.
pub type Key = Vec<String>;

/// What a release shows of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told {
    Number(f64),
    Hidden,
}

/// What a release shows, by cell; cells that aren't available are not in it.
pub type Release = BTreeMap<Key, Told>;

/// The true counts behind a release.
pub type Truth = BTreeMap<Key, f64>;

/// How the attacker reads a shown number: 0 where it is exact, else the base that it is rounded to.
pub type Base<'a> = &'a dyn Fn(&Key) -> f64;

/// A hidden count that can be bounded more tightly than it should be.
pub struct Exposed {
    pub cell: Key,
    pub truth: f64,
    pub low: f64,
    pub high: f64,
}

impl std::fmt::Debug for Exposed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {} and from {} to {}", self.cell.join("/"), self.truth, self.low, self.high)
    }
}

/// The interval that a shown number leaves its count. Zero is never rounded to; small counts are never shown.
fn interval(number: f64, base: f64) -> (f64, f64) {
    if number == 0.0 || base == 0.0 {
        return (number, number);
    }
    // Half is rounded up.
    ((number - base / 2.0).max(6.0), number + base / 2.0 - 1.0)
}

fn is_total(key: &Key) -> bool {
    key[..key.len() - 1].iter().any(|label| label == "*")
}

/// The leaves of a release that a total adds up.
fn leaves<'a>(release: &'a Release, total: &'a Key) -> impl Iterator<Item = &'a Key> {
    release.keys().filter(move |key| {
        !is_total(key) && key.len() == total.len() && total.iter().zip(*key).all(|(of, label)| of == "*" || of == label)
    })
}

/// A sum of hidden leaves, and the hidden total less them.
struct Sum<'a> {
    hidden: Vec<&'a Key>,
    total: Option<&'a Key>,
    low: f64,
    high: f64,
}

/// Every sum of a release's period.
fn sums<'a>(release: &'a Release, base: Base<'_>) -> Vec<Sum<'a>> {
    let mut sums = Vec::new();
    for (total, told) in release.iter().filter(|(key, _)| is_total(key)) {
        let (mut low, mut high) = match told {
            Told::Number(number) => interval(*number, base(total)),
            Told::Hidden => (0.0, 0.0),
        };
        let mut hidden = Vec::new();
        let mut parts = 0;
        for leaf in leaves(release, total) {
            parts += 1;
            match release[leaf] {
                Told::Number(number) => {
                    let (least, most) = interval(number, base(leaf));
                    (low, high) = (low - most, high - least);
                }
                Told::Hidden => hidden.push(leaf),
            }
        }
        let total = (*told == Told::Hidden).then_some(total);
        if parts > 0 && !(hidden.is_empty() && total.is_none()) {
            sums.push(Sum { hidden, total, low, high });
        }
    }
    sums
}

/// Whether two releases show the parts of a total alike: otherwise the total has changed.
fn looks_alike(key: &Key, one: &Release, other: &Release) -> bool {
    !is_total(key) || leaves(other, key).all(|leaf| one.get(leaf) == other.get(leaf))
}

/// One period of a release.
fn period_of<'a, T: Copy>(all: &'a BTreeMap<Key, T>, period: &'a str) -> BTreeMap<Key, T> {
    all.iter()
        .filter(|(key, _)| key.last().is_some_and(|last| last == period))
        .map(|(key, told)| (key.clone(), *told))
        .collect()
}

/// Attacks every hidden count of one of several releases with all of them: a cell that two releases show is the same
/// count wherever it is unchanged, and the attacker guesses right each time whether it is. Gives how many counts were attacked, and those that are exposed.
pub fn attack(releases: &[Release], truths: &[Truth], target: usize, base: Base<'_>) -> (usize, Vec<Exposed>) {
    let periods: BTreeSet<&String> =
        releases[target].iter().filter(|(_, told)| **told == Told::Hidden).filter_map(|(key, _)| key.last()).collect();
    let mut attacked = 0;
    let mut exposed = Vec::new();
    for period in periods {
        let truth = period_of(&truths[target], period);
        let own = period_of(&releases[target], period);
        let mut ends: BTreeMap<&Key, (f64, f64)> = BTreeMap::new();
        let unknowns: Vec<&Key> = own.iter().filter(|(_, told)| **told == Told::Hidden).map(|(key, _)| key).collect();
        let place: BTreeMap<&Key, usize> = unknowns.iter().enumerate().map(|(place, key)| (*key, place)).collect();
        // Zero is shown, but not of a count that was hidden before.
        let before = |key: &Key| releases[..target].iter().any(|release| release.get(key) == Some(&Told::Hidden));
        ends.extend(unknowns.iter().map(|key| (*key, (if before(key) { 0.0 } else { 1.0 }, f64::INFINITY))));
        let mut known: Vec<Known> = Vec::new();
        for (at, (release, then)) in releases.iter().zip(truths).enumerate() {
            let other = period_of(release, period);
            let was = |key: &Key| then.get(key).copied().unwrap_or(f64::NAN);
            for (key, told) in &other {
                if let (Told::Number(number), Some(ends)) = (told, ends.get_mut(key)) {
                    let (low, high) = interval(*number, base(key));
                    // What a release nearer to the attacked one showed otherwise has changed.
                    let between = if at < target { at + 1..target } else { target + 1..at };
                    let is_nearest = !releases[between].iter().any(|one| matches!(one.get(key), Some(Told::Number(_))));
                    if is_nearest && was(key) == truth[key] && looks_alike(key, &other, &own) {
                        *ends = (ends.0.max(low), ends.1.min(high));
                    }
                }
            }
            for sum in sums(&other, base) {
                let changed = |key: &Key| truth.get(key) != Some(&was(key));
                let changed_total = |total: &Key| changed(total) || !looks_alike(total, &other, &own);
                if sum.hidden.iter().any(|key| changed(key)) || sum.total.is_some_and(changed_total) {
                    continue;
                }
                let (mut low, mut high) = (sum.low, sum.high);
                let mut terms = Vec::new();
                for (key, sign) in sum.hidden.iter().map(|key| (*key, 1.0)).chain(sum.total.map(|total| (total, -1.0)))
                {
                    match place.get(key) {
                        Some(place) => terms.push((*place, sign)),
                        // The attacked release shows it: a count that is zero there, a total that was hidden later.
                        None => {
                            let Some(Told::Number(number)) = own.get(key) else { continue };
                            let (least, most) = interval(*number, base(key));
                            let (least, most) = if sign > 0.0 { (least, most) } else { (-most, -least) };
                            (low, high) = (low - most, high - least);
                        }
                    }
                }
                if !terms.is_empty() {
                    known.push(Known { terms, low, high });
                }
            }
        }
        let ends: Vec<(f64, f64)> = unknowns.iter().map(|key| ends[key]).collect();
        for (place, cell) in unknowns.iter().enumerate() {
            attacked += 1;
            let truth = truth[*cell];
            let (low, high) = bounds(&ends, &known, place);
            assert!(low <= truth + 1e-6 && truth <= high + 1e-6, "the attacker rules out the truth of {cell:?}");
            // A total is at least as many as the hidden counts beneath it, which nobody can help.
            let open = if truth == 0.0 {
                true
            } else if truth <= 5.0 && !is_total(cell) {
                low <= 1.0 + 1e-6 && high >= 5.0 - 1e-6
            } else {
                high - low >= 4.0 - 1e-6
            };
            if !open {
                exposed.push(Exposed { cell: (*cell).clone(), truth, low, high });
            }
        }
    }
    (attacked, exposed)
}
