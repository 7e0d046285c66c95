//! How much the season of a group is worth to each of its series.

use ndarray::Array1;

use super::{SeasonHistory, Seen, mean_observed};

/// How many years of its own data the group's season is worth to each series: the variance of one year about a series'
/// season over the variance of the series' seasons about the group's.
///
/// That second variance is the group's, moved towards what the series itself shows as far as its own seasons outweigh
/// [`GROUP_SEASONS`]: one series unlike all others, such as schools among the sources of referrals, keeps its own season
/// while the others go on sharing theirs.
///
/// Method: moments, as in the empirical Bayes estimate of Efron and Morris (1975), and the posterior mean of a variance
/// with a conjugate prior.
pub(super) fn estimated_years(history: &SeasonHistory<'_>, seen: &Seen, group: &Array1<f64>) -> Vec<f64> {
    let series = seen.counts.nrows() as f64;
    let mut all = Moments::default();
    let mut own = Vec::with_capacity(seen.counts.nrows());
    for (row, counts) in seen.counts.rows().into_iter().enumerate() {
        let mut by_season: Vec<Vec<f64>> = vec![Vec::new(); history.season_length];
        for (period, season) in history.seasons.iter().enumerate() {
            let expected = seen.expected[(row, period)] * group[*season];
            if expected > 0.0 {
                by_season[*season].push(counts[period] / expected - 1.0);
            }
        }
        let weight = mean_observed(counts) * seen.weights[row];
        let mut moments = Moments::default();
        for deviations in by_season.iter().filter(|deviations| deviations.len() > 1) {
            let years = deviations.len() as f64;
            let mean = deviations.iter().sum::<f64>() / years;
            let variance = deviations.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (years - 1.0);
            moments.within += weight * variance;
            moments.between += weight * (mean * mean - variance / years);
            moments.total += weight;
            moments.seasons += 1.0;
        }
        all.add(&moments);
        own.push(moments);
    }
    // Each series takes part in the group's season and so lies closer to it than to the truth.
    let closer = if series > 1.0 { 1.0 / (1.0 - 1.0 / series) } else { 0.0 };
    let of = |moments: &Moments| {
        let (shared, single) = (all.between / all.total * closer, moments.between / moments.total * closer);
        let between = (GROUP_SEASONS * shared.max(0.0) + moments.seasons * single) / (GROUP_SEASONS + moments.seasons);
        let known = all.total > 0.0 && moments.total > 0.0 && between > 0.0;
        if known { (all.within / all.total / between).clamp(1.0, MOST_YEARS) } else { MOST_YEARS }
    };
    own.iter().map(of).collect()
}

/// How many seasons of a series' own make its own spread about the group count as much as the group's.
const GROUP_SEASONS: f64 = 24.0;

/// Sums over seasons, weighted by what the series tells.
#[derive(Default)]
struct Moments {
    /// Variance of one year about the series' season.
    within: f64,
    /// Squared distance of the series' season from the group's, beyond chance.
    between: f64,
    total: f64,
    /// Seasons seen, without weight.
    seasons: f64,
}

impl Moments {
    fn add(&mut self, other: &Moments) {
        self.within += other.within;
        self.between += other.between;
        self.total += other.total;
        self.seasons += other.seasons;
    }
}

/// So many years leave a series next to nothing of its own season.
const MOST_YEARS: f64 = 200.0;
