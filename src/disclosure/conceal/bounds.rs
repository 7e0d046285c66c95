//! What whoever reads the packs can say of each hidden count.

use std::collections::BTreeMap;

use super::LARGEST_CONCEALED;
use super::groups::Groups;
use super::problem::{Count, Problem};
use crate::math::simplex::Polytope;

/// A sum of unknowns, what is known taken away: `low <= sum of parts - total <= high`.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub parts: Vec<usize>,
    pub total: Option<usize>,
    pub low: f64,
    pub high: f64,
}

impl Relation {
    /// Its parts, and its total where that is unknown.
    pub fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().copied().chain(self.total)
    }
}

/// The bounds of every count.
pub(super) type Intervals = Vec<(f64, f64)>;

impl Problem {
    /// What a count may be, before anything is added up.
    pub fn interval(&self, count: usize) -> (f64, f64) {
        let count = &self.counts[count];
        if count.hidden && !count.known { (count.fewest, f64::INFINITY) } else { (count.least, count.most) }
    }

    /// Every sum that says something of an unknown, each set of unknowns once.
    pub fn relations(&self) -> Vec<Relation> {
        let mut relations: BTreeMap<(Vec<usize>, Option<usize>), (f64, f64)> = BTreeMap::new();
        let is_open = |count: usize| {
            let (low, high) = self.interval(count);
            low < high
        };
        for sum in &self.sums {
            let (mut low, mut high) = (sum.low, sum.high);
            let mut parts = Vec::new();
            for part in &sum.parts {
                if is_open(*part) {
                    parts.push(*part);
                } else {
                    low -= self.counts[*part].value;
                    high -= self.counts[*part].value;
                }
            }
            let mut total = sum.total;
            if let Some(known) = sum.total.filter(|total| !is_open(*total)) {
                low += self.counts[known].value;
                high += self.counts[known].value;
                total = None;
            }
            if parts.is_empty() && total.is_none() {
                continue;
            }
            let told = relations.entry((parts, total)).or_insert((low, high));
            *told = (told.0.max(low), told.1.min(high));
        }
        relations.into_iter().map(|((parts, total), (low, high))| Relation { parts, total, low, high }).collect()
    }

    /// Bounds of every count from one sum after the other until nothing changes: never narrower than the true ones, and
    /// exact where no two ways lead from one count to another.
    pub fn propagated(&self, relations: &[Relation]) -> Intervals {
        const MOST_ROUNDS: usize = 60;
        let mut bounds: Intervals = (0..self.counts.len()).map(|count| self.interval(count)).collect();
        for _ in 0..MOST_ROUNDS {
            let before = bounds.clone();
            for Relation { parts, total, low, high } in relations {
                let members = || parts.iter().map(|part| (*part, 1.0)).chain(total.map(|total| (total, -1.0)));
                let ends = |(member, sign): (usize, f64)| {
                    let (low, high) = bounds[member];
                    if sign > 0.0 { (low, high) } else { (-high, -low) }
                };
                // Sums of the finite ends, and how many aren't.
                let (mut least, mut open_least, mut most, mut open_most) = (0.0, 0, 0.0, 0);
                for (low, high) in members().map(ends) {
                    if low.is_finite() {
                        least += low
                    } else {
                        open_least += 1
                    }
                    if high.is_finite() { most += high } else { open_most += 1 }
                }
                let narrowed: Vec<(usize, f64, f64)> = members()
                    .map(|(member, sign)| {
                        let (own_low, own_high) = ends((member, sign));
                        let others = |sum: f64, open: usize, own: f64, none: f64| match (open, own.is_finite()) {
                            (0, _) => sum - own,
                            (1, false) => sum,
                            _ => none,
                        };
                        let from = low - others(most, open_most, own_high, f64::INFINITY);
                        let to = high - others(least, open_least, own_low, f64::NEG_INFINITY);
                        if sign > 0.0 { (member, from, to) } else { (member, -to, -from) }
                    })
                    .collect();
                for (member, from, to) in narrowed {
                    bounds[member] = (bounds[member].0.max(from), bounds[member].1.min(to));
                }
            }
            if bounds == before {
                break;
            }
        }
        bounds
    }

    /// Whether the bounds leave a hidden count as open as the rule asks: one of 1 to 5 may be each of these, a larger one
    /// and a total (which is at least as many as its hidden counts) have five values at least. Zero is no secret.
    pub fn is_protected(&self, count: usize, (low, high): (f64, f64)) -> bool {
        const SLACK: f64 = 1e-6;
        let Count { value, parts, .. } = &self.counts[count];
        if *value == 0.0 {
            true
        } else if *value <= LARGEST_CONCEALED && *parts == 1 {
            low <= 1.0 + SLACK && high >= LARGEST_CONCEALED - SLACK
        } else {
            high - low >= LARGEST_CONCEALED - 1.0 - SLACK
        }
    }

    /// The solutions of all relations; unknowns are numbered by `place`.
    pub fn polytope(&self, relations: &[Relation], place: &BTreeMap<usize, usize>) -> Option<Polytope> {
        let mut unknowns = place.len();
        let mut equations: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
        // Unknowns count from their lower end.
        for Relation { parts, total, low, high } in relations {
            let members = parts.iter().map(|part| (*part, 1.0)).chain(total.map(|total| (total, -1.0)));
            let (mut terms, mut shift) = (Vec::new(), 0.0);
            for (member, sign) in members {
                terms.push((place[&member], sign));
                shift += sign * self.interval(member).0;
            }
            if low < high {
                // low <= sum <= high: the sum is low and what is over, and that is at most the difference.
                let (over, under) = (unknowns, unknowns + 1);
                unknowns += 2;
                terms.push((over, -1.0));
                equations.push((vec![(over, 1.0), (under, 1.0)], high - low));
            }
            equations.push((terms, low - shift));
        }
        for (count, unknown) in place {
            let (low, high) = self.interval(*count);
            if high.is_finite() {
                equations.push((vec![(*unknown, 1.0), (unknowns, 1.0)], high - low));
                unknowns += 1;
            }
        }
        Polytope::new(unknowns, &equations)
    }
}

impl Problem {
    /// The first relation, the largest first, that opens a second way from one count to another; none where propagated
    /// bounds are exact. With `of_parts` relations whose total is hidden and stands in no other are passed over: they say
    /// something of that total, and nothing of their parts.
    pub fn second_way<'a>(&self, relations: &'a [Relation], of_parts: bool) -> Option<&'a Relation> {
        let mut stands_in = vec![0_usize; self.counts.len()];
        relations.iter().flat_map(Relation::members).for_each(|member| stands_in[member] += 1);
        let says_nothing = |total: usize| of_parts && stands_in[total] == 1 && self.interval(total).1.is_infinite();
        let mut told: Vec<&Relation> =
            relations.iter().filter(|relation| !relation.total.is_some_and(says_nothing)).collect();
        told.sort_by_key(|relation| std::cmp::Reverse(relation.parts.len()));
        let mut groups = Groups::new(self.counts.len() + told.len());
        let closes = |(place, relation): &(usize, &&Relation)| {
            relation.members().filter(|member| !groups.join(*member, self.counts.len() + place)).count() > 0
        };
        told.iter().enumerate().find(closes).map(|(_, relation)| *relation)
    }
}
