//! How wide a forecast's own ranges have to be where no past errors speak for it.

use crate::panel::Panel;

/// Widens what simulated paths say of one series by two doubts that its models leave out.
///
/// Models take what they estimated for the truth, and carry it forward. The variance of a random walk whose drift was
/// estimated from n periods is 1 + h / n times that with a known drift, h periods ahead (Hyndman and Athanasopoulos,
/// Forecasting: principles and practice, 3rd edition, table 5.2). And the paths' width is itself an estimate: it counts as
/// so many errors, so that deviations follow Student's t with as many degrees of freedom, not the normal curve.
#[derive(Debug)]
pub(super) struct OwnWidth {
    /// Observed periods, by series.
    known: Vec<f64>,
    /// How many errors the paths' own width is worth.
    errors: f64,
}

/// Simulated tails beyond so many standard deviations are widened no further: the expansion is one for ordinary ones.
const FARTHEST: f64 = 3.0;

/// The standard deviation of a normal number over its mean deviation: the root of half of pi.
const OF_MEAN_DEVIATION: f64 = 1.253_314_137_315_500_1;

impl OwnWidth {
    /// For the series of a history; without errors that it is worth, the paths' tails stay as they are.
    pub(super) fn of(history: &Panel, errors: f64) -> OwnWidth {
        let known = |row| history.series(row).iter().filter(|value| !value.is_nan()).count().max(1) as f64;
        OwnWidth { known: (0..history.keys().len()).map(known).collect(), errors }
    }

    /// What a deviation of the paths of series `row` at `step` becomes. `spread` is the paths' mean deviation there; both
    /// are logarithms.
    pub(super) fn widened(&self, row: usize, step: usize, deviation: f64, spread: f64) -> f64 {
        if spread <= 0.0 {
            return deviation;
        }
        let carried = (1.0 + (step + 1) as f64 / self.known[row]).sqrt();
        let standard = (deviation / (OF_MEAN_DEVIATION * spread)).clamp(-FARTHEST, FARTHEST);
        deviation * carried * over_normal(standard, self.errors)
    }
}

/// Student's t over the normal number of the same probability.
///
/// Method: the first two terms of Fisher's expansion (Abramowitz and Stegun 1964, 26.7.5).
fn over_normal(normal: f64, degrees: f64) -> f64 {
    if degrees <= 0.0 {
        return 1.0;
    }
    let square = normal * normal;
    1.0 + (square + 1.0) / (4.0 * degrees) + (5.0 * square * square + 16.0 * square + 3.0) / (96.0 * degrees * degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(known: f64) -> OwnWidth {
        OwnWidth { known: vec![known], errors: 8.0 }
    }

    #[test]
    fn tails_are_those_of_students_t() {
        // Quantiles of the normal curve and of t with eight degrees of freedom: scipy 1.17.1, norm.ppf and t.ppf.
        for (normal, student) in [(0.674_490, 0.706_387), (1.281_552, 1.396_815), (1.959_964, 2.306_004)] {
            let got = normal * over_normal(normal, 8.0);
            assert!((got / student - 1.0).abs() < 0.004, "{got} for {student}");
        }
    }

    #[test]
    fn a_year_known_carries_less_than_ten() {
        let spread = 1.0 / OF_MEAN_DEVIATION;
        let tail = over_normal(1.0, 8.0);
        assert!((of(12.0).widened(0, 11, 1.0, spread) / tail - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((of(120.0).widened(0, 11, 1.0, spread) / tail - 1.1_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn what_lies_farther_out_stays_farther_out() {
        let own = of(24.0);
        let deviations: Vec<f64> = (-60..=60).map(|tenth| own.widened(0, 3, f64::from(tenth) / 10.0, 0.8)).collect();
        assert!(deviations.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(deviations[60], 0.0);
    }

    #[test]
    fn paths_that_agree_keep_agreeing() {
        assert_eq!(of(12.0).widened(0, 5, 0.0, 0.0), 0.0);
    }
}
