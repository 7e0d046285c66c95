//! The season of a group of series, and each series' own season shrunk towards it.

mod known;
#[cfg(test)]
mod tests;
mod worth;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

pub(super) use self::known::KnownSeason;
pub use self::known::ShippedSeason;
use self::worth::estimated_years;
use crate::math::quantile::median;

/// Variance of a count about its mean mu is mu + mu^2 / 46: the median over English authorities' monthly referrals,
/// DfE, Characteristics of children in need 2013-2024, table C6.
const DISPERSION: f64 = 46.0;

/// Rounds of level and season in turn; the second already moves no factor of an English panel by more than 0.003.
const ROUNDS: usize = 3;

/// Values further from what is usual than this many standard deviations are moved to that distance.
const FARTHEST: f64 = 4.0;

/// So many years of a season tell what is usual in it for a series; with fewer the group's season does.
const USUAL_YEARS: usize = 3;

/// How many years of a series' own data the group's season is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GroupYears {
    /// A number of years, at least zero: 12 means that a series with twelve years keeps half of its own season.
    Fixed(f64),
    /// As many as the series' seasons differ by no more than chance would have them.
    Estimated(Estimated),
}

/// The word `estimated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Estimated {
    /// From the data.
    Estimated,
}

/// What the season is estimated from: counts, and how much time each period gave them.
pub(super) struct SeasonHistory<'a> {
    /// Series x periods; `NaN` = not observed.
    pub values: ArrayView2<'a, f64>,
    /// Series x periods: working time of the period relative to the average period.
    pub exposure: ArrayView2<'a, f64>,
    /// Place of each period in the year's season.
    pub seasons: &'a [usize],
    pub season_length: usize,
}

impl SeasonHistory<'_> {
    /// What a figure was in the periods of each season; periods without one are left out.
    fn by_season(&self, mut figure: impl FnMut(usize) -> Option<f64>) -> Vec<Vec<f64>> {
        let mut by_season: Vec<Vec<f64>> = vec![Vec::new(); self.season_length];
        for (period, season) in self.seasons.iter().enumerate() {
            by_season[*season].extend(figure(period));
        }
        by_season
    }
}

/// Where the season comes from, and how far it is trusted.
pub(super) struct SeasonOptions<'a> {
    /// How many years of a series' own data the group's season is worth.
    pub group_years: GroupYears,
    /// The share of years left out at each end when a month's factor is averaged over years.
    pub trim: f64,
    /// What is known of the group's season beforehand.
    pub known: Option<&'a KnownSeason>,
}

/// The seasons of a panel.
pub(super) struct Seasons {
    /// Seasonal factors, series x seasons, each row with mean one.
    pub factors: Array2<f64>,
    /// By series: how much of an average value's own deviation went into the factor that it is compared with, 0 to 1. That
    /// much less is what is left of it, and that much more a coming value deviates.
    pub leverage: Vec<f64>,
}

/// The seasons of a panel's series.
///
/// Method: ratio to a centred moving level (Macaulay 1931), pooled over series by the precision of over-dispersed counts
/// for each date and then over years by a trimmed mean, so that a year of shock moves no month; level and season are
/// estimated in turn. The group's own factors are then drawn to what was known beforehand, unless they contradict it.
/// Each series' own factors are the posterior means of a gamma prior about the group's
/// (Bunn and Vassilopoulos 1999 show what grouping gains), so zeros and small counts need no special care.
pub(super) fn seasons(history: &SeasonHistory<'_>, options: &SeasonOptions<'_>) -> Seasons {
    let (series, periods) = history.values.dim();
    let without = || Seasons { factors: Array2::ones((series, history.season_length)), leverage: vec![0.0; series] };
    // Less than a year and a half can't tell a season from a slope.
    let tells = periods >= history.season_length + history.season_length / 2;
    if history.season_length < 2 || !tells && options.known.is_none() {
        return without();
    }
    let mut known = options.known;
    let mut group = GroupSeason::before(history, known);
    for round in 0..ROUNDS {
        let seen = Seen::new(history, &group.factors, round == 0);
        let (from_data, told) = group_factors(history, &seen, options.trim);
        if round + 1 == ROUNDS && known.is_some_and(|known| known.is_contradicted(&from_data, &told)) {
            if !tells {
                return without();
            }
            known = None;
        }
        group = GroupSeason::of(from_data, told, known);
    }
    let seen = Seen::new(history, &group.factors, false);
    let worth = match options.group_years {
        GroupYears::Fixed(years) => vec![years.max(0.0); series],
        GroupYears::Estimated(_) => estimated_years(history, &seen, &group.factors),
    };
    own_seasons(history, &seen, &group, &worth)
}

/// What the series have in common.
struct GroupSeason {
    factors: Array1<f64>,
    /// By season: what share of the factor one count of a small series makes.
    per_count: Array1<f64>,
}

impl GroupSeason {
    /// Before the data speak.
    fn before(history: &SeasonHistory<'_>, known: Option<&KnownSeason>) -> GroupSeason {
        let nothing = Array1::zeros(history.season_length);
        GroupSeason::of(Array1::ones(history.season_length), nothing, known)
    }

    /// From factors that rest on so many counts of small series, by season, and from what was known.
    fn of(from_data: Array1<f64>, told: Array1<f64>, known: Option<&KnownSeason>) -> GroupSeason {
        let beside = known.map_or(0.0, KnownSeason::counts);
        let per_count = told.mapv(|told| if told > 0.0 { 1.0 / (told + beside) } else { 0.0 });
        let factors = known.map_or_else(|| from_data.clone(), |known| known.with(&from_data, &told));
        GroupSeason { factors: with_mean_one(factors), per_count }
    }
}

/// Counts beside what the level alone lets expect.
struct Seen {
    /// Counts, the farthest moved in; `NaN` where either is not known.
    counts: Array2<f64>,
    /// Level times exposure, without season.
    expected: Array2<f64>,
    /// By series: what one count tells, relative to a count of a small series. Method: the weight of a negative
    /// binomial count in a ratio of sums.
    weights: Array1<f64>,
}

impl Seen {
    fn new(history: &SeasonHistory<'_>, group: &Array1<f64>, whole_windows: bool) -> Seen {
        let mut counts = history.values.to_owned();
        let mut expected = Array2::from_elem(counts.dim(), f64::NAN);
        let mut weights = Array1::zeros(counts.nrows());
        for (row, mut values) in counts.rows_mut().into_iter().enumerate() {
            let exposure = history.exposure.row(row);
            let adjusted: Vec<f64> = (0..values.len())
                .map(|period| values[period] / (exposure[period] * group[history.seasons[period]]))
                .collect();
            let level = moving_level(&adjusted, history.season_length, whole_windows);
            let usual = usual_factors(values.view(), &level, exposure, history, group);
            for (period, value) in values.iter_mut().enumerate() {
                let without_season = level[period] * exposure[period];
                let mean = without_season * usual[history.seasons[period]];
                let reach = FARTHEST * (mean + mean * mean / DISPERSION).sqrt();
                *value = if mean.is_nan() { f64::NAN } else { value.max(mean - reach).min(mean + reach) };
                // `max` and `min` drop a `NaN`; what was not observed stays so.
                if history.values[(row, period)].is_nan() {
                    *value = f64::NAN;
                }
                expected[(row, period)] = if value.is_nan() { f64::NAN } else { without_season };
            }
            let mean = mean_observed(history.values.row(row));
            weights[row] = 1.0 / (1.0 + mean / DISPERSION);
        }
        Seen { counts, expected, weights }
    }
}

/// The centred moving mean over one season, half weights at both ends where the season is even. Unobserved values are
/// left out. With `whole_windows` only windows that lie inside the history count, unless there is none.
fn moving_level(adjusted: &[f64], season_length: usize, whole_windows: bool) -> Vec<f64> {
    let half = season_length / 2;
    let end_weight = if season_length.is_multiple_of(2) { 0.5 } else { 1.0 };
    let level_at = |period: usize| {
        let (mut sum, mut weight) = (0.0, 0.0);
        let (from, to) = (period.saturating_sub(half), (period + half).min(adjusted.len() - 1));
        for (at, value) in adjusted.iter().enumerate().take(to + 1).skip(from) {
            if !value.is_nan() {
                let share = if at.abs_diff(period) == half { end_weight } else { 1.0 };
                sum += share * value;
                weight += share;
            }
        }
        (sum / weight, weight)
    };
    let levels: Vec<(f64, f64)> = (0..adjusted.len()).map(level_at).collect();
    let whole = |weight: f64| weight >= season_length as f64 - 0.25;
    let any_whole = levels.iter().any(|(_, weight)| whole(*weight));
    levels
        .into_iter()
        .map(|(level, weight)| if whole_windows && any_whole && !whole(weight) { f64::NAN } else { level })
        .collect()
}

/// What is usual for one series in each season: the median over its own years, so that a season unlike the group's, such
/// as schools' referrals in August, isn't taken for a row of outliers.
fn usual_factors(
    values: ArrayView1<'_, f64>,
    level: &[f64],
    exposure: ArrayView1<'_, f64>,
    history: &SeasonHistory<'_>,
    group: &Array1<f64>,
) -> Vec<f64> {
    let ratio = |period: usize| values[period] / (level[period] * exposure[period]);
    let by_season = history.by_season(|period| Some(ratio(period)).filter(|ratio| ratio.is_finite()));
    let usual = |(ratios, group): (Vec<f64>, &f64)| if ratios.len() < USUAL_YEARS { *group } else { median(ratios) };
    by_season.into_iter().zip(group).map(usual).collect()
}

/// The factors that the series have in common, and on how many counts of small series each rests.
fn group_factors(history: &SeasonHistory<'_>, seen: &Seen, trim: f64) -> (Array1<f64>, Array1<f64>) {
    let mut told = Array1::zeros(history.season_length);
    let by_season = history.by_season(|period| {
        let (mut counts, mut expected) = (0.0, 0.0);
        for (row, weight) in seen.weights.iter().enumerate() {
            if !seen.expected[(row, period)].is_nan() {
                counts += weight * seen.counts[(row, period)];
                expected += weight * seen.expected[(row, period)];
            }
        }
        told[history.seasons[period]] += expected;
        (expected > 0.0).then(|| counts / expected)
    });
    let factors = by_season.into_iter().map(|ratios| if ratios.is_empty() { 1.0 } else { trimmed_mean(ratios, trim) });
    (with_mean_one(factors.collect()), told)
}

/// Each series' own seasons, shrunk towards the group's as if the group were worth so many years to it.
fn own_seasons(history: &SeasonHistory<'_>, seen: &Seen, group: &GroupSeason, years: &[f64]) -> Seasons {
    let mut factors = Array2::ones((seen.counts.nrows(), history.season_length));
    let mut leverage = Vec::with_capacity(years.len());
    // A year of a large series tells as much as `DISPERSION` counts of a small one. The tiny addition keeps a series
    // without a single count at the group's season.
    for (row, mut own) in factors.rows_mut().into_iter().enumerate() {
        let prior = years[row] * DISPERSION + 1e-6;
        let weight = seen.weights[row];
        let mut sums = vec![(0.0, 0.0); history.season_length];
        for (period, season) in history.seasons.iter().enumerate() {
            if !seen.expected[(row, period)].is_nan() {
                sums[*season].0 += weight * seen.counts[(row, period)];
                sums[*season].1 += weight * seen.expected[(row, period)];
            }
        }
        let shrunk = sums.iter().zip(&group.factors).map(|((counts, expected), group)| {
            // A factor of zero would make whole months impossible; ten counts' worth of nothing is no proof of that.
            ((counts + prior * group) / (expected + prior)).max(0.02)
        });
        own.assign(&with_mean_one(shrunk.collect()));
        // One count's share in its own factor, directly and through the group's, times the counts expected there.
        let of_count =
            |((_, expected), per_count): (&(f64, f64), &f64)| (1.0 + prior * per_count) / (expected + prior) * expected;
        let parameters: f64 = sums.iter().zip(&group.per_count).map(of_count).sum();
        let observed = seen.expected.row(row).iter().filter(|expected| !expected.is_nan()).count();
        leverage.push(if observed > 0 { (parameters / observed as f64).min(1.0) } else { 0.0 });
    }
    Seasons { factors, leverage }
}

fn mean_observed(values: ArrayView1<'_, f64>) -> f64 {
    let (sum, count) = values
        .iter()
        .filter(|value| !value.is_nan())
        .fold((0.0, 0.0), |(sum, count): (f64, f64), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The mean of what is left after this share is cut from both ends, at least the middle one or two.
fn trimmed_mean(mut values: Vec<f64>, trim: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let cut = ((values.len() as f64 * trim).round() as usize).min((values.len() - 1) / 2);
    let kept = &values[cut..values.len() - cut];
    kept.iter().sum::<f64>() / kept.len() as f64
}

fn with_mean_one(factors: Array1<f64>) -> Array1<f64> {
    match factors.mean_axis(Axis(0)).map(|mean| mean.into_scalar()) {
        Some(mean) if mean > 0.0 => factors / mean,
        _ => Array1::ones(factors.len()),
    }
}
