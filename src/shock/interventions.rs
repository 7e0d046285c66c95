//! Outliers and breaks elsewhere than in the shock.

use super::baseline::Solved;

/// How fast a temporary change fades, by period. Source: Chen and Liu (1993), section 1.
const FADING: f64 = 0.7;

/// The newest periods, in which nothing is accepted: a single month can't tell an outlier from a break.
const NEWEST: usize = 3;

/// So many interventions are accepted in a series at most, for each year of history.
const PER_YEAR: f64 = 0.5;

/// What kind of break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterventionKind {
    /// One period stands out.
    Outlier,
    /// The level moves and stays.
    LevelShift,
    /// The level moves and comes back by and by.
    TemporaryChange,
}

/// A break that was found in a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intervention {
    /// What kind.
    pub kind: InterventionKind,
    /// Position of its first period in the fitted history.
    pub at: usize,
    /// Its size over its standard error when it was found.
    pub statistic: f64,
    /// Whether it was taken into the fit; a break in the newest periods is only flagged.
    pub accepted: bool,
}

impl Intervention {
    /// Its pattern over so many periods, of size one.
    pub(super) fn column(&self, periods: usize) -> Vec<f64> {
        let pattern = |period: usize| match (self.kind, period.checked_sub(self.at)) {
            (_, None) => 0.0,
            (InterventionKind::Outlier, Some(0)) | (InterventionKind::LevelShift, _) => 1.0,
            (InterventionKind::Outlier, _) => 0.0,
            (InterventionKind::TemporaryChange, Some(since)) => libm::pow(FADING, since as f64),
        };
        (0..periods).map(pattern).collect()
    }

    /// Whether it moves the level for good.
    pub(super) fn lasts(&self) -> bool {
        self.kind == InterventionKind::LevelShift
    }
}

/// How far a statistic must stand out. Source: the rule of TRAMO and X-13 as the method's document has it.
pub(super) fn critical_value(observations: usize) -> f64 {
    (3.0 + 0.0025 * (observations as f64 - 50.0)).clamp(3.0, 4.0)
}

/// How many interventions a series may have.
pub(super) fn most(years: f64) -> usize {
    (PER_YEAR * years).ceil() as usize
}

/// The break that stands out most, where one does.
///
/// `solved`: the covariance of the responses; `rest`: responses without the shock; `at`: their positions; `spared`: whether
/// a period belongs to the shock, which explains itself.
///
/// Method: generalised least squares statistics of each pattern at each period (Chen and Liu 1993), from the inverse
/// covariance, in which the level already wanders (de Jong and Penzer 1998).
pub(super) fn most_striking(
    solved: &Solved,
    rest: &[f64],
    at: &[usize],
    spared: &dyn Fn(usize) -> bool,
) -> Option<Intervention> {
    let size = at.len();
    let inverse = solved.factor.inverse();
    let mut weights = rest.to_vec();
    solved.factor.solve(&mut weights);
    let critical = critical_value(size);
    let mut found: Option<Intervention> = None;
    // From the newest back: pattern sums and their quadratic forms by recursion. `shift[j]` and `fade[j]` are rows of the
    // inverse summed over the pattern.
    let (mut shift_row, mut fade_row) = (vec![0.0; size], vec![0.0; size]);
    let (mut shift_sum, mut shift_square, mut fade_sum, mut fade_square) = (0.0, 0.0, 0.0, 0.0);
    for place in (0..size).rev() {
        let row = &inverse[place * size..(place + 1) * size];
        let gap = at.get(place + 1).map_or(1, |next| next - at[place]);
        let fading = libm::pow(FADING, gap as f64);
        shift_square += row[place] + 2.0 * shift_row[place];
        shift_sum += weights[place];
        fade_square = row[place] + 2.0 * fading * fade_row[place] + fading * fading * fade_square;
        fade_sum = weights[place] + fading * fade_sum;
        for (cell, value) in shift_row.iter_mut().zip(row) {
            *cell += value;
        }
        for (cell, value) in fade_row.iter_mut().zip(row) {
            *cell = value + fading * *cell;
        }
        // A shift in the very first periods is no shift.
        if spared(at[place]) || place < 2 {
            continue;
        }
        let candidates = [
            (InterventionKind::Outlier, weights[place], row[place]),
            (InterventionKind::LevelShift, shift_sum, shift_square),
            (InterventionKind::TemporaryChange, fade_sum, fade_square),
        ];
        for (kind, sum, square) in candidates {
            let statistic = if square > 1e-12 { sum / square.sqrt() } else { 0.0 };
            let best = found.map_or(critical, |found| found.statistic.abs());
            if statistic.abs() > best {
                let accepted = place + NEWEST < size;
                found = Some(Intervention { kind, at: at[place], statistic, accepted });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::cholesky::Cholesky;

    /// White noise of variance one, with a wide prior for the mean.
    fn solved(size: usize) -> Solved {
        let entry = |k: usize| 100.0 + if k / size == k % size { 1.0 } else { 0.0 };
        let factor = Cholesky::of((0..size * size).map(entry).collect(), size).expect("positive definite");
        Solved { factor, response: Vec::new(), centre: 0.0 }
    }

    /// Small, regular noise with a pattern on it.
    fn with(pattern: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..60).map(|k| if k % 2 == 0 { 0.4 } else { -0.4 } + pattern(k)).collect()
    }

    fn find(rest: &[f64]) -> Option<(InterventionKind, usize, bool)> {
        let at: Vec<usize> = (0..rest.len()).collect();
        let found = most_striking(&solved(rest.len()), rest, &at, &|_| false)?;
        Some((found.kind, found.at, found.accepted))
    }

    #[test]
    fn each_kind_of_break_is_told_from_the_others() {
        assert_eq!(find(&with(|_| 0.0)), None);
        assert_eq!(find(&with(|k| if k == 20 { 8.0 } else { 0.0 })), Some((InterventionKind::Outlier, 20, true)));
        assert_eq!(find(&with(|k| if k >= 30 { 4.0 } else { 0.0 })), Some((InterventionKind::LevelShift, 30, true)));
        let fading = with(|k| if k >= 25 { 8.0 * 0.7f64.powi(k as i32 - 25) } else { 0.0 });
        assert_eq!(find(&fading), Some((InterventionKind::TemporaryChange, 25, true)));
    }

    #[test]
    fn a_break_in_the_newest_periods_is_flagged_only() {
        let found = find(&with(|k| if k >= 58 { 8.0 } else { 0.0 })).expect("it stands out");
        assert!(!found.2);
    }

    #[test]
    fn longer_series_need_more_to_stand_out() {
        assert_eq!([10, 50, 250, 2000].map(critical_value), [3.0, 3.0, 3.5, 4.0]);
    }
}
