//! Values not observed, as columns of a regression on the differenced series.

use super::differencing::Differencing;

/// One column for each value not observed: what one unit more of it does to the differenced series.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Places of the values in the series before differencing.
    places: Vec<usize>,
    periods: usize,
    /// Column after column, each as long as the differenced series.
    columns: Vec<f64>,
}

impl Gaps {
    /// The gaps (`NaN`) of a series that is differenced.
    pub(super) fn of(values: &[f64], differencing: Differencing) -> Gaps {
        let places: Vec<usize> = (0..values.len()).filter(|place| values[*place].is_nan()).collect();
        let mut columns = Vec::new();
        let mut impulse = vec![0.0; if places.is_empty() { 0 } else { values.len() }];
        for place in &places {
            impulse[*place] = 1.0;
            columns.extend(differencing.apply(&impulse));
            impulse[*place] = 0.0;
        }
        Gaps { places, periods: values.len().saturating_sub(differencing.reach()), columns }
    }

    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    pub(super) fn column(&self, number: usize) -> &[f64] {
        &self.columns[number * self.periods..(number + 1) * self.periods]
    }

    /// Writes the differenced series with so much added to each value not observed.
    pub(super) fn adjust(&self, differenced: &[f64], added: &[f64], to: &mut Vec<f64>) {
        to.clear();
        to.extend_from_slice(differenced);
        for (number, amount) in added.iter().enumerate() {
            to.iter_mut().zip(self.column(number)).for_each(|(value, change)| *value += amount * change);
        }
    }

    /// Adds the amounts to the values not observed.
    pub(super) fn fill(&self, values: &mut [f64], added: &[f64]) {
        for (place, amount) in self.places.iter().zip(added) {
            values[*place] += amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_says_what_a_filled_value_does_to_the_differences() {
        let both = Differencing { ordinary: 1, seasonal: 1, season_length: 4 };
        let mut values: Vec<f64> = (0..16).map(|t| f64::from(t * t % 11)).collect();
        let before = both.apply(&values);
        values[7] += 2.5;
        let after = both.apply(&values);
        let mut with_gap = values.clone();
        with_gap[7] = f64::NAN;
        let gaps = Gaps::of(&with_gap, both);
        let mut adjusted = Vec::new();
        gaps.adjust(&before, &[2.5], &mut adjusted);
        assert_eq!((gaps.count(), adjusted), (1, after));
    }
}
