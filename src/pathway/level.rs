//! The level of a yearly figure, and by how much it surprises from year to year.

/// A level followed by simple exponential smoothing, and what each year was off it.
///
/// Method: Brown (1959), in the form of an innovations state space model (Hyndman et al. 2008, ETS(A,N,N)): of a year's
/// surprise the level takes in a part, and the rest does not last.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    /// The level after the last year.
    pub value: f64,
    /// Each observed year less the level before it.
    surprises: Vec<f64>,
}

impl Level {
    /// Follows values, oldest first; those that aren't finite leave the level as it is. `None` without a finite one.
    pub fn of(values: impl IntoIterator<Item = f64>, smoothing: f64) -> Option<Level> {
        let mut observed = values.into_iter().filter(|value| value.is_finite());
        let mut level = Level { value: observed.next()?, surprises: Vec::new() };
        for value in observed {
            let surprise = value - level.value;
            level.surprises.push(surprise);
            level.value += smoothing * surprise;
        }
        Some(level)
    }

    /// Mean square of the surprises, and how many there are.
    pub fn mean_square(&self) -> (f64, f64) {
        let count = self.surprises.len() as f64;
        (self.surprises.iter().map(|surprise| surprise * surprise).sum::<f64>() / count.max(1.0), count)
    }

    /// Standard deviation of a year's surprise beyond `chance` (the variance that counting alone gives it), shrunk to the
    /// usual one, which counts for so many years.
    pub fn spread(&self, usual: f64, years: f64, chance: f64) -> f64 {
        let (square, count) = self.mean_square();
        libm::sqrt(shrunk(usual * usual, years, (square - chance).max(0.0), count))
    }
}

/// A variance shrunk to the usual one by how many years each counts for.
pub(super) fn shrunk(usual: f64, usual_years: f64, own: f64, own_years: f64) -> f64 {
    (usual_years * usual + own_years * own) / (usual_years + own_years).max(1e-9)
}

/// A level ahead along one path: each year's surprise shows in full in its year, and in part for ever after.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wandering(f64);

impl Wandering {
    /// The next year's departure from the level, where the year's surprise is this.
    pub fn year(&mut self, surprise: f64, smoothing: f64) -> f64 {
        let now = self.0 + surprise;
        self.0 += smoothing * surprise;
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_takes_in_a_part_of_each_surprise() {
        let level = Level::of([1.0, f64::NAN, 2.0, 2.0], 0.5).expect("observed");
        assert_eq!((level.value, level.mean_square()), (1.75, (0.625, 2.0)));
        assert_eq!(Level::of([f64::NAN], 0.5), None);
    }

    #[test]
    fn a_spread_is_shrunk_and_has_chance_taken_off() {
        let level = Level::of([1.0, 2.0, 2.0], 0.5).expect("observed");
        // Squares 1 and 0.25, less 0.125 of chance on average, beside two years of 0.25.
        assert!((level.spread(0.5, 2.0, 0.125).powi(2) - 0.375).abs() < 1e-12);
        assert_eq!(Level::of([1.0], 0.5).expect("observed").spread(0.3, 4.0, 1.0), 0.3);
    }

    #[test]
    fn what_does_not_last_is_gone_the_year_after() {
        let mut wandering = Wandering::default();
        assert_eq!([wandering.year(1.0, 0.5), wandering.year(0.0, 0.5), wandering.year(-1.0, 0.5)], [1.0, 0.5, -0.5]);
    }
}
