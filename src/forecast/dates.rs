//! Which past dates each path's innovations come from: one draw for all series and all models.

use ndarray::Array2;
use rand::seq::SliceRandom;
use serde::Serialize;

use crate::math::random;

/// How many sample paths, from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Draws {
    /// How many paths a series.
    pub paths: usize,
    /// The seed of every random choice.
    pub seed: u64,
}

/// The past dates whose innovations each path meets, step by step.
///
/// Every series and every model takes its innovations from the same dates, so that months in which everything jumped
/// stay together: sums of series keep the right width. See `docs/adr/0003-shared-dates.md`.
///
/// Dates are balanced: over the paths of one step each date comes up equally often (give or take one), which takes
/// the sampling noise of the mean away. Method: balanced bootstrap, Davison, Hinkley and Schechtman (1986).
#[derive(Debug, Clone)]
pub struct SharedDates {
    /// Paths x steps: positions in the history.
    positions: Array2<u32>,
}

impl SharedDates {
    /// Draws positions in `0..periods` for `draws.paths` paths of `steps` steps.
    ///
    /// ```
    /// use groundswell::forecast::{Draws, SharedDates};
    /// let dates = SharedDates::draw(Draws { paths: 4, seed: 1 }, 2, 3);
    /// let first_step: Vec<usize> = (0..4).map(|path| dates.position(path, 0)).collect();
    /// assert_eq!(first_step.iter().filter(|position| **position == 0).count(), 2);
    /// ```
    pub fn draw(draws: Draws, periods: usize, steps: usize) -> SharedDates {
        let mut positions = Array2::zeros((draws.paths, steps));
        for (step, mut column) in positions.columns_mut().into_iter().enumerate() {
            let mut rng = random::stream(draws.seed, &[DATES, step as u64]);
            // Where paths are no multiple of the periods, which dates come up once more is left to chance too.
            let mut order: Vec<u32> = (0..periods as u32).collect();
            order.shuffle(&mut rng);
            let mut dealt: Vec<u32> =
                order.into_iter().cycle().take(if periods == 0 { 0 } else { draws.paths }).collect();
            dealt.shuffle(&mut rng);
            column.iter_mut().zip(dealt).for_each(|(cell, position)| *cell = position);
        }
        SharedDates { positions }
    }

    /// How many paths.
    pub fn paths(&self) -> usize {
        self.positions.nrows()
    }

    /// How many steps.
    pub fn steps(&self) -> usize {
        self.positions.ncols()
    }

    /// The position in the history that a path's innovation at a step comes from.
    pub fn position(&self, path: usize, step: usize) -> usize {
        self.positions[(path, step)] as usize
    }
}

/// The stream of dates, apart from every other use of the seed.
const DATES: u64 = 0xDA7E;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_comes_up_equally_often_at_each_step() {
        let dates = SharedDates::draw(Draws { paths: 250, seed: 3 }, 100, 6);
        for step in 0..6 {
            let mut counts = [0; 100];
            (0..250).for_each(|path| counts[dates.position(path, step)] += 1);
            assert!(counts.iter().all(|count| (2..=3).contains(count)));
        }
    }

    #[test]
    fn steps_of_a_path_are_not_tied_together() {
        let dates = SharedDates::draw(Draws { paths: 1000, seed: 3 }, 50, 2);
        let same = (0..1000).filter(|path| dates.position(*path, 0) == dates.position(*path, 1)).count();
        assert!((5..45).contains(&same), "{same} of 1000 paths repeat a date; 20 are expected");
    }
}
