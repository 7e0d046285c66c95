//! How wide a forecast's own ranges have to be where no past errors speak for it.

use crate::forecast::Draws;
use crate::math::random;
use crate::panel::Panel;

/// Widens what simulated paths say of one series by two doubts that its models leave out.
///
/// Models take what they estimated for the truth, and carry it forward. The variance of a random walk whose drift was
/// estimated from n periods is 1 + h / n times that with a known drift, h periods ahead (Hyndman and Athanasopoulos,
/// Forecasting: principles and practice, 3rd edition, table 5.2). And the paths' width is itself an estimate: it counts as
/// so many errors, so that deviations follow Student's t with as many degrees of freedom and not the normal curve.
#[derive(Debug)]
pub(super) struct OwnWidth {
    /// Observed periods, by series.
    known: Vec<f64>,
    /// How many errors the paths' own width is worth.
    errors: f64,
}

/// Keeps these streams apart from others of the seed.
const WIDTHS: u64 = 0x0DD_31D7;

/// No width is taken to be more than so many times too narrow.
const MOST_TIMES: f64 = 4.0;

impl OwnWidth {
    /// For the series of a history.
    pub(super) fn of(history: &Panel, errors: f64) -> OwnWidth {
        let known = |row| history.series(row).iter().filter(|value| !value.is_nan()).count().max(1) as f64;
        OwnWidth { known: (0..history.keys().len()).map(known).collect(), errors }
    }

    /// By how much deviations of series `row` are larger at `step` for what was estimated from its history.
    pub(super) fn carried(&self, row: usize, step: usize) -> f64 {
        (1.0 + (step + 1) as f64 / self.known[row]).sqrt()
    }

    /// How many times the width is, in each path, what the paths have it to be: a normal number times this is one of
    /// Student's t. One for all where the width is worth no errors, which is to say that it counts for nothing.
    ///
    /// Method: the cube root of chi-squared over its degrees of freedom is nearly normal (Wilson and Hilferty 1931).
    pub(super) fn drawn(&self, draws: Draws) -> Vec<f64> {
        if self.errors <= 0.0 {
            return vec![1.0; draws.paths];
        }
        let ninth = 2.0 / (9.0 * self.errors);
        let width = |draw: usize| {
            let normal = random::normal(&mut random::stream(draws.seed, &[WIDTHS, draw as u64]));
            let root = 1.0 - ninth + normal * ninth.sqrt();
            (1.0 / root.max(0.0).powi(3).sqrt()).min(MOST_TIMES)
        };
        (0..draws.paths).map(width).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_make_students_t_of_normal_numbers() {
        // The quantiles of t with eight degrees of freedom: scipy 1.17.1, t.ppf.
        let own = OwnWidth { known: vec![], errors: 8.0 };
        let widths = own.drawn(Draws { paths: 100_000, seed: 5 });
        let mut stream = random::stream(5, &[1]);
        let mut drawn: Vec<f64> = widths.iter().map(|width| width * random::normal(&mut stream)).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        for (place, student) in [(75_000, 0.706_387), (90_000, 1.396_815), (97_500, 2.306_004), (2_500, -2.306_004)] {
            assert!((drawn[place] / student - 1.0).abs() < 0.03, "{} for {student}", drawn[place]);
        }
    }

    #[test]
    fn a_width_that_is_worth_many_errors_is_known() {
        let widths = |errors| OwnWidth { known: vec![], errors }.drawn(Draws { paths: 500, seed: 5 });
        assert!(widths(1e6).iter().all(|width| (width - 1.0).abs() < 0.01));
        assert!(widths(0.0).iter().all(|width| *width == 1.0));
        assert!(widths(0.01).iter().all(|width| (0.0..=MOST_TIMES).contains(width)));
    }

    #[test]
    fn a_year_known_carries_more_doubt_than_ten() {
        let own = OwnWidth { known: vec![12.0, 120.0], errors: 8.0 };
        assert!((own.carried(0, 11) - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((own.carried(1, 11) - 1.1_f64.sqrt()).abs() < 1e-12);
    }
}
