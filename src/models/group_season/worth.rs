//! How much the season of a group is worth to each of its series.

use ndarray::Array1;

use super::{SeasonHistory, Seen, mean_observed};

/// How many years of its own data the group's season is worth to each series: the variance of one year about a series'
/// season over the variance of the series' seasons about the group's.
///
/// A series whose season lies further from the group's than a thousandth of such series would, such as schools among the
/// sources of referrals, has that second variance of its own: it keeps its season while the others go on sharing theirs.
///
/// Method: moments, as in the empirical Bayes estimate of Efron and Morris (1975); a chi-squared statistic tells the
/// exceptions.
pub(super) fn estimated_years(history: &SeasonHistory<'_>, seen: &Seen, group: &Array1<f64>) -> Vec<f64> {
    let own: Vec<Moments> = (0..seen.counts.nrows()).map(|row| Moments::of(history, seen, group, row)).collect();
    let sum = |part: fn(&Moments) -> f64| own.iter().map(part).sum::<f64>();
    let (within, shared, total) = (sum(|m| m.within), sum(|m| m.between), sum(|m| m.total));
    // Each series takes part in the group's season and so lies closer to it than to the truth; one alone is its group.
    let series = own.len() as f64;
    let closer = if series > 1.0 { 1.0 / (1.0 - 1.0 / series) } else { 0.0 };
    let (within, shared) = (within / total, (shared / total * closer).max(0.0));
    let years = |moments: &Moments| {
        let between = if closer > 0.0 && moments.is_unlike(within, shared) {
            moments.between / moments.total * closer
        } else {
            shared
        };
        if total > 0.0 && between > 0.0 { (within / between).clamp(1.0, MOST_YEARS) } else { MOST_YEARS }
    };
    own.iter().map(years).collect()
}

/// So many years leave a series next to nothing of its own season.
const MOST_YEARS: f64 = 200.0;

/// The standard normal deviate that one in a thousand exceeds.
const ONE_IN_A_THOUSAND: f64 = 3.09;

/// What one series tells; sums over its seasons, weighted by what it tells, but for the last.
#[derive(Default)]
struct Moments {
    /// Variance of one year about the series' season.
    within: f64,
    /// Squared distance of the series' season from the group's, beyond chance.
    between: f64,
    total: f64,
    /// Each season's distance from the group's, the variance of one year about it, and how many years were seen.
    seasons: Vec<(f64, f64, f64)>,
}

impl Moments {
    fn of(history: &SeasonHistory<'_>, seen: &Seen, group: &Array1<f64>, row: usize) -> Moments {
        let counts = seen.counts.row(row);
        let by_season = history.by_season(|period| {
            let expected = seen.expected[(row, period)] * group[history.seasons[period]];
            (expected > 0.0).then(|| counts[period] / expected - 1.0)
        });
        let weight = mean_observed(counts) * seen.weights[row];
        let mut moments = Moments::default();
        // One year can't tell its own variance: it is taken as that of a count.
        let of_a_count = 1.0 / weight;
        for deviations in by_season.iter().filter(|deviations| !deviations.is_empty()) {
            let years = deviations.len() as f64;
            let mean = deviations.iter().sum::<f64>() / years;
            let variance = match deviations.len() {
                1 => of_a_count,
                _ => deviations.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (years - 1.0),
            };
            moments.within += weight * variance;
            moments.between += weight * (mean * mean - variance / years);
            moments.total += weight;
            moments.seasons.push((mean, variance, years));
        }
        moments
    }

    /// Whether the series' season is of another kind than the group's, given the variance of one year and that of the
    /// series' seasons.
    fn is_unlike(&self, within: f64, shared: f64) -> bool {
        let square = |(mean, variance, years): &(f64, f64, f64)| mean * mean / (shared + variance.max(within) / years);
        is_beyond_chance(self.seasons.iter().map(square).sum(), self.seasons.len() as f64)
    }
}

/// Whether a sum of so many squared standard normal deviates exceeds what one in a thousand does. Quantile of
/// chi-squared: Wilson and Hilferty (1931).
pub(super) fn is_beyond_chance(sum: f64, squares: f64) -> bool {
    let spread = 2.0 / (9.0 * squares);
    sum > squares * (1.0 - spread + ONE_IN_A_THOUSAND * spread.sqrt()).powi(3)
}
