//! Sudden falls and jumps of counts that look like a change of recording and not of demand.
//!
//! A month is set against the median of the months around it, season taken out; a level is set against the level before
//! it. Both are measured on the square-root scale, on which the noise of counts is the same at every level, by medians,
//! which a few odd months don't move. Months with a closure are left out: what happened then has its own model.
//!
//! Method: Anscombe's transform (1948) of counts; median absolute deviation as a robust scale (Hampel 1974). Thresholds:
//! on DfE's table C6, April 2012 to March 2024, they find four single months and twelve levels, in twelve authorities.

use super::period_findings;
use crate::math::quantile::median;
use crate::panel::{Finding, Hierarchy, Panel, SeriesKey, TOTAL, Total, ValueKind};
use crate::time::{Closures, Frequency, Period, Span};

/// Months on each side that make the level.
const AROUND: usize = 6;

/// Fewer observed months don't tell the season from a jump.
const LEAST: usize = 24;

/// How many robust standard deviations a single month, and a step of the level, must be away.
const MONTH_AWAY: f64 = 6.0;
const LEVEL_AWAY: f64 = 5.0;

/// A fall to less than this share of what was expected, or a jump to more than its reciprocal, is sudden.
const SUDDEN: f64 = 0.6;

/// What one series shows: positions in the span.
#[derive(Debug, Default, PartialEq)]
struct Sudden {
    falls: Vec<usize>,
    jumps: Vec<usize>,
    /// The first months of new levels.
    steps: Vec<usize>,
}

/// Months and levels of a panel of monthly counts that look like a change of recording; nothing for other panels.
pub fn sudden_changes(panel: &Panel, closures: &Closures) -> Vec<Finding> {
    let span = panel.span();
    if panel.kind() != ValueKind::Count || span.frequency() != Frequency::Month {
        return Vec::new();
    }
    let closed = closed(span, closures);
    let (mut falls, mut jumps, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let hierarchy = Hierarchy::of(panel);
    // The total of one series is that series.
    let several = |total: &&Total| !total.key.is_total() || total.leaves.len() > 1;
    for total in hierarchy.totals().iter().filter(several) {
        // A sum is known where all its parts are.
        let value = |at: usize| total.leaves.iter().map(|leaf| panel.series(*leaf)[at]).sum::<f64>();
        let values: Vec<f64> = (0..span.len()).map(value).collect();
        let found = sudden(&values, span, &closed);
        let named = |at: &usize| format!("{} {}", name(&total.key), span.period(*at));
        falls.extend(found.falls.iter().map(named));
        jumps.extend(found.jumps.iter().map(named));
        steps.extend(found.steps.iter().map(named));
    }
    let findings = [
        (!falls.is_empty()).then(|| period_findings::sudden_falls(&falls)),
        (!jumps.is_empty()).then(|| period_findings::sudden_jumps(&jumps)),
        (!steps.is_empty()).then(|| period_findings::level_shifts(&steps)),
    ];
    findings.into_iter().flatten().collect()
}

/// A series as a reader knows it: its labels without those of totals.
fn name(key: &SeriesKey) -> String {
    let labels: Vec<&str> = key.labels().filter(|label| *label != TOTAL).collect();
    if labels.is_empty() { "all together".to_owned() } else { labels.join("/") }
}

/// Which periods have a day of a closure in them.
fn closed(span: Span, closures: &Closures) -> Vec<bool> {
    let runs = closures.runs();
    let meets = |period: Period| runs.iter().any(|run| run.0 <= period.last_day() && period.first_day() <= run.1);
    span.periods().map(meets).collect()
}

fn sudden(values: &[f64], span: Span, closed: &[bool]) -> Sudden {
    let scaled: Vec<f64> =
        values.iter().zip(closed).map(|(value, closed)| if *closed { f64::NAN } else { anscombe(*value) }).collect();
    if scaled.iter().filter(|value| !value.is_nan()).count() < LEAST {
        return Sudden::default();
    }
    let seasons: Vec<usize> = span.periods().map(Period::season).collect();
    let mut season = vec![0.0; span.frequency().season_length()];
    let mut level = vec![f64::NAN; scaled.len()];
    let without =
        |season: &[f64]| -> Vec<f64> { scaled.iter().zip(&seasons).map(|(value, at)| value - season[*at]).collect() };
    // Once for a first season, once more for a level that the season doesn't bend.
    for _ in 0..2 {
        level = levels(&without(&season));
        for (number, place) in season.iter_mut().enumerate() {
            let of_season = (0..scaled.len()).filter(|at| seasons[*at] == number);
            let deviations: Vec<f64> =
                of_season.map(|at| scaled[at] - level[at]).filter(|deviation| !deviation.is_nan()).collect();
            *place = if deviations.len() < 2 { 0.0 } else { median(deviations) };
        }
    }
    let plain = without(&season);
    // The normal distribution's standard deviation is 1.4826 of its median absolute deviation.
    let scale = |deviations: Vec<f64>| 1.4826 * median(deviations);
    let noise = scale(plain.iter().zip(&level).map(|(value, level)| (value - level).abs()).collect()).max(1.0);
    let mut found = Sudden { steps: steps(&plain, noise, closed), ..Sudden::default() };
    for (at, (value, level)) in plain.iter().zip(&level).enumerate() {
        let away = (value - level) / noise;
        // What lies beside a step is told by the step.
        let beside = found.steps.iter().any(|step| step.abs_diff(at) <= AROUND);
        if away.is_nan() || away.abs() <= MONTH_AWAY || beside || !is_sudden(*level, *value) {
            continue;
        }
        if away < 0.0 { found.falls.push(at) } else { found.jumps.push(at) }
    }
    found
}

/// Anscombe (1948): the noise of a Poisson count has a standard deviation of one on this scale; `NaN` stays.
fn anscombe(count: f64) -> f64 {
    2.0 * (count + 0.375).sqrt()
}

/// For each place the median of the values around it; `NaN` where they are too few.
fn levels(values: &[f64]) -> Vec<f64> {
    let level = |at: usize| {
        let around = at.saturating_sub(AROUND)..(at + AROUND + 1).min(values.len());
        let others: Vec<f64> = around.filter(|other| *other != at).map(|other| values[other]).collect();
        let known = others.iter().filter(|value| !value.is_nan()).count();
        if known < AROUND { f64::NAN } else { median(others) }
    };
    (0..values.len()).map(level).collect()
}

/// Whether going from one value to another, both on the scale of square roots, is a sudden change of the count.
fn is_sudden(from: f64, to: f64) -> bool {
    // One more in both keeps a change between next to nothing and nothing from counting.
    let count = |scaled: f64| (scaled.max(0.0) / 2.0).powi(2) + 1.0;
    let share = count(to) / count(from);
    !(SUDDEN..=1.0 / SUDDEN).contains(&share)
}

/// The first places of new levels, the clearest of those that lie close together.
fn steps(values: &[f64], noise: f64, closed: &[bool]) -> Vec<usize> {
    let known = |places: std::ops::Range<usize>| -> Vec<f64> {
        places.map(|at| values[at]).filter(|value| !value.is_nan()).collect()
    };
    let mut candidates: Vec<(usize, f64)> = Vec::new();
    for at in AROUND..values.len().saturating_sub(AROUND - 1) {
        let (before, after) = (known(at - AROUND..at), known(at..at + AROUND));
        if before.len() < AROUND - 1 || after.len() < AROUND - 1 || closed[at] || closed[at - 1] {
            continue;
        }
        let (low, high) = (median(before.clone()), median(after.clone()));
        let deviations = before.iter().map(|value| (value - low).abs());
        let deviations = deviations.chain(after.iter().map(|value| (value - high).abs()));
        let away = (high - low) / (1.4826 * median(deviations)).max(noise);
        // Sharp: every month after lies beyond every month before.
        let (falls, ends) = if away > 0.0 { (&before, &after) } else { (&after, &before) };
        let highest = falls.iter().copied().fold(f64::MIN, f64::max);
        let lowest = ends.iter().copied().fold(f64::MAX, f64::min);
        if away.abs() > LEVEL_AWAY && is_sudden(low, high) && lowest > highest {
            candidates.push((at, away.abs()));
        }
    }
    let mut steps = Vec::new();
    while let Some((at, _)) = candidates.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1)) {
        steps.push(at);
        candidates.retain(|(other, _)| other.abs_diff(at) > AROUND);
    }
    steps.sort_unstable();
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::random::{normal, stream};

    const MONTHS: usize = 72;

    fn span() -> Span {
        Span::new(Period::month(2016, 1), MONTHS)
    }

    /// Six years of counts with a season, by a fixed seed.
    fn counts(seed: u64, level: f64) -> Vec<f64> {
        let mut random = stream(seed, &[1]);
        let season = [1.1, 1.0, 1.15, 0.9, 1.05, 1.1, 1.1, 0.7, 1.0, 1.1, 1.1, 0.8];
        let value = |at: usize| {
            let mean: f64 = level * season[at % 12];
            (mean + mean.sqrt() * normal(&mut random)).round().max(0.0)
        };
        (0..MONTHS).map(value).collect()
    }

    fn found(values: &[f64]) -> Sudden {
        sudden(values, span(), &closed(span(), &Closures::england()))
    }

    #[test]
    fn totals_are_named_without_stars() {
        let names = [["*", "*"], ["North", "*"], ["*", "Police"]].map(|labels| name(&SeriesKey::new(labels)));
        assert_eq!(names, ["all together", "North", "Police"]);
    }

    #[test]
    fn a_month_that_falls_or_jumps_and_a_level_that_moves_are_told_apart() {
        let mut values = counts(1, 200.0);
        values[30] = 60.0;
        assert_eq!(found(&values), Sudden { falls: vec![30], ..Sudden::default() });
        values[30] = 600.0;
        assert_eq!(found(&values), Sudden { jumps: vec![30], ..Sudden::default() });
        let mut values = counts(1, 200.0);
        values[40..].iter_mut().for_each(|value| *value *= 0.4);
        assert_eq!(found(&values).steps, [40]);
        assert_eq!(found(&values).falls, Vec::<usize>::new(), "a step is no run of odd months");
    }

    #[test]
    fn lockdown_months_short_series_and_gaps_are_no_finding() {
        let mut values = counts(2, 200.0);
        let april = span().position(Period::month(2020, 4)).expect("inside");
        values[april] = 60.0;
        values[april + 1] = 70.0;
        assert_eq!(found(&values), Sudden::default());
        let mut values = counts(2, 200.0);
        values[20..30].iter_mut().for_each(|value| *value = f64::NAN);
        assert_eq!(found(&values), Sudden::default());
        let short: Vec<f64> = values.iter().enumerate().map(|(at, v)| if at < 50 { f64::NAN } else { *v }).collect();
        assert_eq!(found(&short), Sudden::default());
    }

    proptest! {
        #[test]
        fn counts_with_nothing_but_season_and_noise_are_hardly_ever_found(seed in 0_u64..2_000, level in 5.0..800.0_f64) {
            let values = counts(seed, level);
            prop_assert_eq!(found(&values), Sudden::default());
        }

        #[test]
        fn a_month_of_a_fifth_is_found_wherever_it_lies(seed in 0_u64..50, at in 8_usize..44) {
            let mut values = counts(seed, 150.0);
            values[at] = (values[at] / 5.0).round();
            prop_assert_eq!(found(&values).falls, vec![at]);
        }
    }
}
