//! Which more counts are hidden, so that the small ones can't be worked out.
//!
//! Method: complementary suppression as in Fischetti and Salazar (2001), Solving the cell suppression problem on tabular
//! data with linear constraints, with their attacker (a linear programme for each hidden count) and a greedy choice in
//! the place of their optimisation: the smallest count beneath the sum that tells too much, and a total only where no
//! count is left. What was hidden on the way and turns out not to be needed is shown again.

use std::collections::{BTreeMap, BTreeSet};

use super::LARGEST_CONCEALED;
use super::bounds::Relation;
use super::problem::{Problem, Sum};

/// With more unknowns than these that hang together, totals that cut across one another are hidden, rather than a linear
/// programme for each unknown is solved.
const MOST_UNKNOWNS: usize = 220;

/// Hides more until every hidden count is protected. Gives the rows to hide, and how many small counts stay within
/// narrower bounds than the rule allows, because earlier packs leave nothing that would help.
pub(super) fn solve(mut problem: Problem) -> (Vec<usize>, usize) {
    let from_the_start: BTreeSet<usize> = problem.hidden().collect();
    // What nothing more can be done for.
    let mut lost: BTreeSet<usize> = BTreeSet::new();
    let mut seen: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let is_large = loop {
        let relations = problem.relations();
        let exposed = match problem.exposed_in_turn(&relations, &lost) {
            Some(exposed) => exposed,
            None => {
                let unknowns: BTreeSet<usize> = relations.iter().flat_map(Relation::members).collect();
                let is_large = unknowns.len() > MOST_UNKNOWNS;
                let Some(crossing) = problem.second_way(&relations, is_large) else { break is_large };
                if is_large && problem.hide_total_of(crossing) {
                    continue;
                }
                let Some(exposed) = problem.exposed_together(&relations, &unknowns, &mut seen, &lost) else {
                    break is_large;
                };
                exposed
            }
        };
        match problem.next_to_hide(exposed) {
            Some(more) => problem.counts[more].hidden = true,
            None => drop(lost.insert(exposed)),
        }
    };
    if !is_large && lost.is_empty() {
        problem.show_what_may_be(&from_the_start);
    }
    let rows = problem.counts.iter().filter(|count| count.hidden).flat_map(|count| count.rows.iter().copied());
    // A larger count is hidden for the sake of others, and safe to be known where these are protected.
    let is_small = |count: &&usize| problem.counts[**count].value <= LARGEST_CONCEALED;
    (rows.collect(), lost.iter().filter(is_small).count())
}

impl Problem {
    /// The hidden counts.
    fn hidden(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.counts.len()).filter(|count| self.counts[*count].hidden)
    }

    /// The first hidden count that the relations bound too tightly, one taken after the other.
    fn exposed_in_turn(&self, relations: &[Relation], lost: &BTreeSet<usize>) -> Option<usize> {
        let bounds = self.propagated(relations);
        self.hidden().find(|count| !lost.contains(count) && !self.is_protected(*count, bounds[*count]))
    }

    /// Shows what was hidden for the sake of others and isn't needed for them, totals and large counts first.
    fn show_what_may_be(&mut self, from_the_start: &BTreeSet<usize>) {
        let mut added: Vec<usize> = self.hidden().filter(|count| !from_the_start.contains(count)).collect();
        let size = |count: &usize| (self.counts[*count].parts, self.counts[*count].value);
        added.sort_by(|one, other| {
            let (one, other) = (size(one), size(other));
            other.0.cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
        for count in added {
            if !self.counts[count].hidden {
                continue;
            }
            let before: Vec<usize> = self.hidden().collect();
            self.counts[count].hidden = false;
            // Another that isn't needed any more may be worked out then, and is shown too.
            while let Some(exposed) = self.exposed() {
                if from_the_start.contains(&exposed) {
                    before.iter().for_each(|count| self.counts[*count].hidden = true);
                    break;
                }
                self.counts[exposed].hidden = false;
            }
        }
    }

    /// A hidden count that is bounded too tightly.
    fn exposed(&self) -> Option<usize> {
        let (relations, none) = (self.relations(), BTreeSet::new());
        self.exposed_in_turn(&relations, &none).or_else(|| {
            self.second_way(&relations, false)?;
            let unknowns = relations.iter().flat_map(Relation::members).collect();
            self.exposed_together(&relations, &unknowns, &mut BTreeMap::new(), &none)
        })
    }

    /// Hides the total of a relation that cuts across others; false where an earlier pack showed it as it is.
    fn hide_total_of(&mut self, crossing: &Relation) -> bool {
        let is_it = |sum: &&Sum| !sum.told && crossing.parts.iter().all(|part| sum.parts.contains(part));
        let totals = self.sums.iter().filter(is_it).filter_map(|sum| sum.total);
        let shown = totals.filter(|total| !self.counts[*total].hidden && !self.counts[*total].known);
        let Some(total) = shown.min_by_key(|total| self.counts[*total].parts) else { return false };
        self.counts[total].hidden = true;
        true
    }

    /// The first hidden count that all relations together bound too tightly. `seen` holds what each count has been seen
    /// to be: hiding more takes nothing from that.
    fn exposed_together(
        &self,
        relations: &[Relation],
        unknowns: &BTreeSet<usize>,
        seen: &mut BTreeMap<usize, (f64, f64)>,
        lost: &BTreeSet<usize>,
    ) -> Option<usize> {
        let place: BTreeMap<usize, usize> = unknowns.iter().enumerate().map(|(place, count)| (*count, place)).collect();
        let mut polytope = self.polytope(relations, &place)?;
        for count in unknowns.iter().filter(|count| self.counts[**count].hidden && !lost.contains(count)) {
            let value = self.counts[*count].value;
            for sign in [-1.0, 1.0] {
                if self.is_protected(*count, *seen.entry(*count).or_insert((value, value))) {
                    break;
                }
                let reached = polytope.reach(place[count], sign);
                if reached.is_infinite() {
                    seen.entry(*count).and_modify(|seen| seen.1 = f64::INFINITY);
                    continue;
                }
                for (other, corner) in unknowns.iter().zip(polytope.corner()) {
                    let at = self.interval(*other).0 + corner;
                    let seen = seen.entry(*other).or_insert((at, at));
                    *seen = (seen.0.min(at), seen.1.max(at));
                }
            }
            if !self.is_protected(*count, seen[count]) {
                return Some(*count);
            }
        }
        None
    }

    /// What to hide for a count that is exposed: counts before totals, in sums that expose it by themselves before
    /// others, where something is hidden already in all other sums, the smallest.
    fn next_to_hide(&self, exposed: usize) -> Option<usize> {
        let of_exposed = |sum: &&Sum| sum.parts.contains(&exposed) || sum.total == Some(exposed);
        let (alone, together): (Vec<&Sum>, Vec<&Sum>) =
            self.sums.iter().filter(of_exposed).partition(|sum| self.exposes(sum, exposed));
        let everything: Vec<&Sum> = self.sums.iter().collect();
        [alone, together, everything].iter().find_map(|sums| self.cheapest(sums))
    }

    /// Whether one sum by itself bounds a count too tightly.
    fn exposes(&self, sum: &Sum, exposed: usize) -> bool {
        let alone = Problem { counts: self.counts.clone(), sums: vec![sum.clone()] };
        !self.is_protected(exposed, alone.propagated(&alone.relations())[exposed])
    }

    fn cheapest(&self, sums: &[&Sum]) -> Option<usize> {
        let members = sums.iter().filter(|sum| !sum.told).flat_map(|sum| sum.parts.iter().copied().chain(sum.total));
        let free: BTreeSet<usize> = members
            .filter(|member| {
                let count = &self.counts[*member];
                !count.hidden && !count.known && count.value > 0.0
            })
            .collect();
        let is_alone = |count: usize| {
            let others = self
                .sums
                .iter()
                .filter(|sum| sum.parts.contains(&count) && !sums.iter().any(|one| std::ptr::eq(*one, *sum)));
            others.into_iter().any(|sum| !sum.parts.iter().any(|part| self.counts[*part].hidden))
        };
        free.into_iter()
            .map(|count| (self.counts[count].parts, is_alone(count), self.counts[count].value, count))
            .min_by(|one, other| {
                (one.0, one.1).cmp(&(other.0, other.1)).then(one.2.total_cmp(&other.2)).then(one.3.cmp(&other.3))
            })
            .map(|(.., count)| count)
    }
}
