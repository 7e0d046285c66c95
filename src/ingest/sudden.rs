//! Sudden falls and jumps of counts that look like a change of recording and not of demand.
//!
//! A month or week is set against the median of those around it, season taken out; a level is set against the level
//! before it. Both are measured on the square-root scale, on which the noise of counts is the same at every level, by
//! medians, which a few odd periods don't move. Periods with a closure are left out: what happened then has its own model;
//! and so are the weeks of Christmas and New Year and those of two bank holidays, which are like no others. Weeks have the
//! season of their months: a week of the year comes too seldom to tell its season from a jump.
//!
//! Method: Anscombe's transform (1948) of counts; median absolute deviation as a robust scale (Hampel 1974). Thresholds:
//! on DfE's table C6, April 2012 to March 2024, they find four single months and twelve levels, in twelve authorities. No
//! open data of weeks were there to measure them on.

use super::period_findings;
use crate::math::quantile::{median, of_sorted};
use crate::panel::{Finding, Hierarchy, Panel, SeriesKey, TOTAL, Total, ValueKind};
use crate::time::{Closures, Date, Frequency, Period, Span, WorkingCalendar};

/// How many robust standard deviations a single period, and a step of the level, must be away.
const PERIOD_AWAY: f64 = 6.0;
const LEVEL_AWAY: f64 = 5.0;

/// A fall to less than this share of what was expected, or a jump to more than its reciprocal, is sudden.
const SUDDEN: f64 = 0.6;

/// How far one looks for a level.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// Periods on each side that make the level.
    around: usize,
    /// Fewer observed periods don't tell the season from a jump.
    least: usize,
}

impl Reach {
    /// Half a year of months and a quarter of weeks on each side, in two years at least; nothing for longer periods.
    fn of(frequency: Frequency) -> Option<Reach> {
        match frequency {
            Frequency::Month => Some(Reach { around: 6, least: 24 }),
            Frequency::Week => Some(Reach { around: 13, least: 104 }),
            Frequency::Quarter | Frequency::Year => None,
        }
    }

    /// How many of the periods on one side must be known.
    fn enough(self) -> usize {
        self.around - self.around / 6
    }
}

/// What one series shows: positions in the span.
#[derive(Debug, Default, PartialEq)]
struct Sudden {
    falls: Vec<usize>,
    jumps: Vec<usize>,
    /// The first periods of new levels.
    steps: Vec<usize>,
}

/// Periods and levels of a panel of monthly or weekly counts that look like a change of recording; nothing for other panels.
pub fn sudden_changes(panel: &Panel, closures: &Closures) -> Vec<Finding> {
    let span = panel.span();
    let Some(reach) = Reach::of(span.frequency()).filter(|_| panel.kind() == ValueKind::Count) else {
        return Vec::new();
    };
    let closed = left_out(span, closures);
    let (mut falls, mut jumps, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let hierarchy = Hierarchy::of(panel);
    // The total of one series is that series.
    let several = |total: &&Total| !total.key.is_total() || total.leaves.len() > 1;
    for total in hierarchy.totals().iter().filter(several) {
        // A sum is known where all its parts are.
        let value = |at: usize| total.leaves.iter().map(|leaf| panel.series(*leaf)[at]).sum::<f64>();
        let values: Vec<f64> = (0..span.len()).map(value).collect();
        let found = sudden(&values, span, reach, &closed);
        let named = |at: &usize| match span.frequency() {
            Frequency::Week => format!("{} week of {}", name(&total.key), span.period(*at)),
            _ => format!("{} {}", name(&total.key), span.period(*at)),
        };
        falls.extend(found.falls.iter().map(named));
        jumps.extend(found.jumps.iter().map(named));
        steps.extend(found.steps.iter().map(named));
    }
    let noun = span.frequency().noun();
    let findings = [
        (!falls.is_empty()).then(|| period_findings::sudden_falls(&falls, noun)),
        (!jumps.is_empty()).then(|| period_findings::sudden_jumps(&jumps, noun)),
        (!steps.is_empty()).then(|| period_findings::level_shifts(&steps, noun)),
    ];
    findings.into_iter().flatten().collect()
}

/// A series as a reader knows it: its labels without those of totals.
fn name(key: &SeriesKey) -> String {
    let labels: Vec<&str> = key.labels().filter(|label| *label != TOTAL).collect();
    if labels.is_empty() { "all together".to_owned() } else { labels.join("/") }
}

/// Which periods have a day of a closure in them, or are weeks of Christmas, of New Year or of two bank holidays.
fn left_out(span: Span, closures: &Closures) -> Vec<bool> {
    let (runs, calendar) = (closures.runs(), WorkingCalendar::england_and_wales());
    let meets = |period: Period| {
        let (first, last) = (period.first_day(), period.last_day());
        let festive = |day: Date| (day.month() == 12 && day.day() >= 25) || (day.month() == 1 && day.day() == 1);
        let unlike = || festive(first) || festive(last) || calendar.working_days(period) < 4.0;
        (period.frequency() == Frequency::Week && unlike()) || runs.iter().any(|run| run.0 <= last && first <= run.1)
    };
    span.periods().map(meets).collect()
}

/// Where in the year a period lies, in months.
fn month_of(period: Period) -> usize {
    period.first_day().month() as usize - 1
}

fn sudden(values: &[f64], span: Span, reach: Reach, closed: &[bool]) -> Sudden {
    let scaled: Vec<f64> =
        values.iter().zip(closed).map(|(value, closed)| if *closed { f64::NAN } else { anscombe(*value) }).collect();
    if scaled.iter().filter(|value| !value.is_nan()).count() < reach.least {
        return Sudden::default();
    }
    let seasons: Vec<usize> = span.periods().map(month_of).collect();
    let mut season = [0.0; 12];
    let mut level = vec![f64::NAN; scaled.len()];
    let without =
        |season: &[f64]| -> Vec<f64> { scaled.iter().zip(&seasons).map(|(value, at)| value - season[*at]).collect() };
    // Once for a first season, once more for a level that the season doesn't bend.
    for _ in 0..2 {
        level = levels(&without(&season), reach);
        let mut deviations: [Vec<f64>; 12] = std::array::from_fn(|_| Vec::new());
        for (at, (value, level)) in scaled.iter().zip(&level).enumerate() {
            let deviation = value - level;
            if !deviation.is_nan() {
                deviations[seasons[at]].push(deviation);
            }
        }
        season = deviations.map(|deviations| if deviations.len() < 2 { 0.0 } else { median(deviations) });
    }
    let plain = without(&season);
    // The normal distribution's standard deviation is 1.4826 of its median absolute deviation.
    let scale = |deviations: Vec<f64>| 1.4826 * median(deviations);
    let noise = scale(plain.iter().zip(&level).map(|(value, level)| (value - level).abs()).collect()).max(1.0);
    let mut found = Sudden { steps: steps(&plain, noise, reach, closed), ..Sudden::default() };
    for (at, (value, level)) in plain.iter().zip(&level).enumerate() {
        let away = (value - level) / noise;
        // What lies beside a step is told by the step.
        let beside = found.steps.iter().any(|step| step.abs_diff(at) <= reach.around);
        if away.is_nan() || away.abs() <= PERIOD_AWAY || beside || !is_sudden(*level, *value) {
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
fn levels(values: &[f64], reach: Reach) -> Vec<f64> {
    // The known values of the window, sorted: one comes in and one goes out at each step.
    let mut window: Vec<f64> = Vec::with_capacity(2 * reach.around + 1);
    let place = |window: &[f64], value: f64| window.partition_point(|other| other.total_cmp(&value).is_lt());
    let mut others = Vec::with_capacity(2 * reach.around);
    let mut coming = values.iter().copied();
    let mut step = |at: usize| {
        let first = if at == 0 { reach.around + 1 } else { 1 };
        for value in coming.by_ref().take(first).filter(|value| !value.is_nan()) {
            window.insert(place(&window, value), value);
        }
        let gone = at.checked_sub(reach.around + 1).map(|gone| values[gone]);
        if let Some(value) = gone.filter(|value| !value.is_nan()) {
            window.remove(place(&window, value));
        }
        others.clone_from(&window);
        if !values[at].is_nan() {
            others.remove(place(&others, values[at]));
        }
        if others.len() < reach.around { f64::NAN } else { of_sorted(&others, 0.5) }
    };
    (0..values.len()).map(&mut step).collect()
}

/// Whether going from one value to another, both on the scale of square roots, is a sudden change of the count.
fn is_sudden(from: f64, to: f64) -> bool {
    // One more in both keeps a change between next to nothing and nothing from counting.
    let count = |scaled: f64| (scaled.max(0.0) / 2.0).powi(2) + 1.0;
    let share = count(to) / count(from);
    !(SUDDEN..=1.0 / SUDDEN).contains(&share)
}

/// The first places of new levels, the clearest of those that lie close together.
fn steps(values: &[f64], noise: f64, reach: Reach, closed: &[bool]) -> Vec<usize> {
    let known = |places: std::ops::Range<usize>| -> Vec<f64> {
        places.map(|at| values[at]).filter(|value| !value.is_nan()).collect()
    };
    let mut candidates: Vec<(usize, f64)> = Vec::new();
    let around = reach.around;
    for at in around..values.len().saturating_sub(around - 1) {
        let (before, after) = (known(at - around..at), known(at..at + around));
        if before.len() < reach.enough() || after.len() < reach.enough() || closed[at] || closed[at - 1] {
            continue;
        }
        // Sharp: every period after lies beyond every period before.
        let least = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
        let most = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
        let (rises, falls) = (least(&after) > most(&before), least(&before) > most(&after));
        if !rises && !falls {
            continue;
        }
        let (low, high) = (median(before.clone()), median(after.clone()));
        let deviations = before.iter().map(|value| (value - low).abs());
        let deviations = deviations.chain(after.iter().map(|value| (value - high).abs()));
        let away = (high - low) / (1.4826 * median(deviations)).max(noise);
        if away.abs() > LEVEL_AWAY && is_sudden(low, high) {
            candidates.push((at, away.abs()));
        }
    }
    let mut steps = Vec::new();
    while let Some((at, _)) = candidates.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1)) {
        steps.push(at);
        candidates.retain(|(other, _)| other.abs_diff(at) > around);
    }
    steps.sort_unstable();
    steps
}

#[cfg(test)]
mod tests {
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
        found_in(values, span())
    }

    fn found_in(values: &[f64], span: Span) -> Sudden {
        let reach = Reach::of(span.frequency()).expect("months or weeks");
        sudden(values, span, reach, &left_out(span, &Closures::england()))
    }

    fn weeks() -> Span {
        Span::new(Period::containing(Frequency::Week, Date::constant(2021, 4, 5)), 4 * 52)
    }

    /// Four years of weekly counts with a season by month, school holidays that quicken nothing, hardly a referral at
    /// Christmas, and bank holidays, by a fixed seed.
    fn weekly_counts(seed: u64, level: f64) -> Vec<f64> {
        let mut random = stream(seed, &[2]);
        let season = [1.1, 1.0, 1.15, 0.9, 1.05, 1.1, 1.1, 0.7, 1.0, 1.1, 1.1, 0.9];
        let calendar = WorkingCalendar::england_and_wales();
        let value = |week: Period| {
            let worked = calendar.working_days(week) / 5.0;
            let christmas = if left_out(Span::new(week, 1), &Closures::none())[0] { 0.5 } else { 1.0 };
            let mean: f64 = level * season[month_of(week)] * worked * christmas;
            (mean + mean.sqrt() * normal(&mut random)).round().max(0.0)
        };
        weeks().periods().map(value).collect()
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
    fn the_level_around_a_place_is_the_median_of_its_neighbours() {
        let reach = Reach { around: 3, least: 1 };
        let mut values = counts(3, 40.0);
        for gap in [0, 9, 10, 11, 12, 30, 71] {
            values[gap] = f64::NAN;
        }
        (values[20], values[21]) = (values[19], values[19]);
        for (at, level) in levels(&values, reach).into_iter().enumerate() {
            let around = at.saturating_sub(3)..(at + 4).min(values.len());
            let known = around.filter(|other| *other != at).map(|other| values[other]).filter(|value| !value.is_nan());
            let known: Vec<f64> = known.collect();
            let expected = if known.len() < 3 { f64::NAN } else { median(known) };
            assert_eq!(level.total_cmp(&expected), std::cmp::Ordering::Equal, "{at}: {level} and {expected}");
        }
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

    #[test]
    fn weeks_that_fall_or_jump_and_levels_of_weeks_that_move_are_told_apart() {
        let mut values = weekly_counts(1, 60.0);
        assert_eq!(found_in(&values, weeks()), Sudden::default(), "Christmas and August are no finding");
        values[50] = 5.0;
        values[95] = 180.0;
        values[120..].iter_mut().for_each(|value| *value *= 0.4);
        assert_eq!(found_in(&values, weeks()), Sudden { falls: vec![50], jumps: vec![95], steps: vec![120] });
        let short = Span::new(weeks().start(), 100);
        assert_eq!(found_in(&values[..100], short), Sudden::default(), "less than two years");
    }

    #[test]
    fn findings_of_weeks_speak_of_weeks() {
        let mut values = weekly_counts(1, 60.0);
        (values[50], values[95]) = (5.0, 180.0);
        values[120..].iter_mut().for_each(|value| *value *= 0.4);
        let values = ndarray::Array2::from_shape_vec((1, values.len()), values).expect("one row");
        let keys = vec![SeriesKey::new(["North"])];
        let panel = Panel::new(vec!["area".into()], keys, weeks(), values, ValueKind::Count).expect("a panel");
        let said: Vec<String> =
            sudden_changes(&panel, &Closures::england()).iter().map(|f| f.what.to_string()).collect();
        assert_eq!(
            said,
            [
                "1 week of a series lies far below what season and level lead to expect: North week of 2022-03-21",
                "1 week of a series lies far above what season and level lead to expect: North week of 2023-01-30",
                "1 level of a series moves far and for good from one week to the next: North week of 2023-07-24",
            ]
        );
    }

    #[test]
    fn counts_with_nothing_but_season_and_noise_are_hardly_ever_found() {
        const SEEDS: u64 = 200;
        let levels = [5.0, 8.0, 12.0, 20.0, 35.0, 60.0, 150.0, 400.0, 800.0];
        let odd = |found: &dyn Fn(u64, f64) -> Sudden| {
            let all = levels.iter().flat_map(|level| (0..SEEDS).map(move |seed| (seed, *level)));
            all.filter(|(seed, level)| found(*seed, *level) != Sudden::default()).count()
        };
        let (months, of_weeks) = (
            odd(&|seed, level| found(&counts(seed, level))),
            odd(&|seed, level| found_in(&weekly_counts(seed, level), weeks())),
        );
        let all = levels.len() * SEEDS as usize;
        assert!(months * 500 <= all, "{months} of {all} series of months");
        assert!(of_weeks * 100 <= all, "{of_weeks} of {all} series of weeks");
    }

    #[test]
    fn a_month_of_a_fifth_is_found_wherever_it_lies() {
        for (seed, at) in (0..50).flat_map(|seed| (8..44).map(move |at| (seed, at))) {
            let mut values = counts(seed, 150.0);
            values[at] = (values[at] / 5.0).round();
            assert_eq!(found(&values).falls, [at], "seed {seed}");
        }
    }
}
