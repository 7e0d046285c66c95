//! How many referrals are expected each day, from whom and where: calendar, season, growth, local shifts, closures.

use jiff::civil::Date;

use super::options::{LevelShift, Rhythm, SimulationOptions, Source};
use super::returning::{Flow, Hidden, delay_weights};
use crate::time::{Closures, Period, Span, WorkingCalendar};

/// A closure that covers at least this share of a month's usual referrals closes the month: nothing returns in it.
const CLOSED: f64 = 0.5;
/// A month with less than this share of a usual month's activity (schools in August) brings nothing back.
const DORMANT: f64 = 0.25;

/// Months of growth before the middle of the reference year; earlier months have the level of the first of them. Table
/// C5, from which growth comes, begins with the year to March 2014.
const GROWTH_MONTHS: f64 = 84.0;

/// One source in one month, at the level of the authority.
#[derive(Debug, Clone)]
pub(super) struct SourceMonth {
    /// Rate of each day of the month, open.
    pub days: Vec<f64>,
    /// The same with closures.
    pub kept_days: Vec<f64>,
    /// The same on days that nothing closes, for what returns.
    pub open_days: Vec<f64>,
    /// Share of the month's referrals that fall on closed days, times depth.
    pub exposure: f64,
    /// What is left of a referral under the month's closures; above one where they add referrals.
    pub kept: f64,
}

/// What is expected of one source in one area and month.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected {
    /// Without closures, at the level before them.
    pub baseline: f64,
    /// What the new normal adds.
    pub new_normal: f64,
    /// What closures keep away and what comes back of it.
    pub flow: Flow,
}

impl Expected {
    /// Referrals expected.
    pub fn mean(&self) -> f64 {
        // Rounding may leave a hair below nothing.
        (self.baseline + self.new_normal - self.flow.suppressed + self.flow.returned).max(0.0)
    }
}

/// Everything expected: months x sources, and months x sources x areas.
#[derive(Debug)]
pub(super) struct Intensity {
    /// The months from the burn-in, or from the first closure where that is earlier.
    pub span: Span,
    /// By month and source.
    pub sources: Vec<Vec<SourceMonth>>,
    /// By month, source and area.
    pub expected: Vec<Vec<Vec<Expected>>>,
}

impl Intensity {
    /// The intensity over the months of the options and those before them that matter.
    pub fn of(options: &SimulationOptions, span: Span, closures: &Closures, calendar: &WorkingCalendar) -> Intensity {
        let by_source: Vec<Vec<SourceMonth>> =
            options.sources.iter().map(|source| source_months(options, source, span, closures, calendar)).collect();
        let expected = expected(options, span, &by_source);
        let sources = (0..span.len()).map(|t| by_source.iter().map(|months| months[t].clone()).collect()).collect();
        Intensity { span, sources, expected }
    }
}

impl Intensity {
    /// Referrals expected in the months from `first` on.
    pub fn total(&self, first: usize) -> f64 {
        self.expected[first..].iter().flatten().flatten().map(Expected::mean).sum()
    }
}

fn source_months(
    options: &SimulationOptions,
    source: &Source,
    span: Span,
    closures: &Closures,
    calendar: &WorkingCalendar,
) -> Vec<SourceMonth> {
    let season = &options.season;
    let weight = |day: Date| day_weight(options, source, day, calendar);
    // The year over which weights are England's and the average month has `referrals_per_month`.
    let reference = Span::new(season.growth_until.plus(-11), 12);
    let yearly: f64 = reference.periods().flat_map(Period::days).map(weight).sum();
    let total: f64 = options.sources.iter().map(|source| source.weight).sum();
    let rate = 12.0 * options.referrals_per_month * source.weight / total / yearly;
    let month = |period: Period| {
        // Years from the middle of the reference year; growth ends with it.
        let years = (f64::from(period.periods_since(season.growth_until)) + 5.5).clamp(-GROWTH_MONTHS, 5.5) / 12.0;
        let level = rate * libm::exp(source.growth_per_year * years);
        let depths = period.days().map(|day| closures.depth_on(source.closed_by, day));
        let days: Vec<f64> = period.days().map(|day| level * weight(day)).collect();
        let depths: Vec<f64> = depths.collect();
        let kept_days: Vec<f64> =
            days.iter().zip(&depths).map(|(rate, depth)| rate * libm::exp(-source.suppression * depth)).collect();
        let open_days = days.iter().zip(&depths).map(|(rate, depth)| rate * (1.0 - depth)).collect();
        let usual: f64 = days.iter().sum();
        let closed: f64 = days.iter().zip(&depths).map(|(rate, depth)| rate * depth).sum();
        let kept: f64 = kept_days.iter().sum();
        let (exposure, kept) = if usual > 0.0 { (closed / usual, kept / usual) } else { (0.0, 1.0) };
        SourceMonth { days, kept_days, open_days, exposure, kept }
    };
    span.periods().map(month).collect()
}

/// How much a source refers on a day against a day that is usual for it.
fn day_weight(options: &SimulationOptions, source: &Source, day: Date, calendar: &WorkingCalendar) -> f64 {
    let season = &options.season;
    let index = match source.rhythm {
        Rhythm::Office => season.office[day.month() as usize - 1],
        Rhythm::School if calendar.is_school_day(day) => 1.0,
        Rhythm::School => season.school_closed_day,
    };
    if calendar.is_working_day(day) { index } else { index * source.weekend }
}

/// The source's rate per working day by month, January first, over its mean: without growth, shifts and closures.
///
/// Over ten years from the first month, so that no single Easter makes it.
pub(super) fn seasonal_index(options: &SimulationOptions, source: &Source, calendar: &WorkingCalendar) -> [f64; 12] {
    let (mut rates, mut days) = ([0.0; 12], [0.0; 12]);
    for period in Span::new(options.first_month, 120).periods() {
        rates[period.season()] += period.days().map(|day| day_weight(options, source, day, calendar)).sum::<f64>();
        days[period.season()] += calendar.working_days(period);
    }
    let mean = rates.iter().sum::<f64>() / days.iter().sum::<f64>();
    std::array::from_fn(|month| rates[month] / days[month] / mean)
}

fn expected(options: &SimulationOptions, span: Span, by_source: &[Vec<SourceMonth>]) -> Vec<Vec<Vec<Expected>>> {
    let weights = delay_weights(options.returning.delay_months);
    let mut expected = vec![vec![vec![Expected::default(); options.areas.len()]; options.sources.len()]; span.len()];
    for (s, (source, months)) in options.sources.iter().zip(by_source).enumerate() {
        let usual: Vec<f64> = months.iter().map(|month| month.days.iter().sum()).collect();
        let typical = usual.iter().sum::<f64>() / usual.len() as f64;
        let open: Vec<bool> = months
            .iter()
            .zip(&usual)
            .map(|(month, usual)| month.exposure < CLOSED && *usual >= DORMANT * typical)
            .collect();
        for (a, area) in options.areas.iter().enumerate() {
            let mut hidden = Hidden::new(options.returning.share, &weights);
            for (t, period) in span.periods().enumerate() {
                let baseline =
                    usual[t] * area.share * shifted(&options.level_shifts, period, &area.name, &source.label);
                let normal = if options.lockdown && period >= options.returning.new_normal_from {
                    source.new_normal
                } else {
                    1.0
                };
                let flow = hidden.month(baseline * normal * (1.0 - months[t].kept), open[t]);
                expected[t][s][a] = Expected { baseline, new_normal: baseline * (normal - 1.0), flow };
            }
        }
    }
    expected
}

/// The product of all local shifts that concern the area and source and have happened.
fn shifted(shifts: &[LevelShift], period: Period, area: &str, source: &str) -> f64 {
    let concerns = |shift: &&LevelShift| {
        shift.month <= period
            && shift.area.as_deref().is_none_or(|name| name == area)
            && shift.source.as_deref().is_none_or(|name| name == source)
    };
    shifts.iter().filter(concerns).map(|shift| shift.factor).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intensity(options: &SimulationOptions) -> Intensity {
        let closures = if options.lockdown { Closures::england() } else { Closures::none() };
        Intensity::of(options, options.span(), &closures, &WorkingCalendar::england_and_wales())
    }

    fn plain() -> SimulationOptions {
        let text = "lockdown = false\nlevel_shifts = []\nfirst_month = '2013-04'\nmonths = 84";
        SimulationOptions::from_toml(text).expect("valid")
    }

    fn total(intensity: &Intensity, t: usize) -> f64 {
        intensity.expected[t].iter().flatten().map(Expected::mean).sum()
    }

    /// England's season of all referrals per working day, 2013 to 2020 (calculated from DfE table C6).
    #[test]
    fn the_season_of_all_sources_together_is_englands() {
        let england = [1.02, 0.99, 1.04, 0.97, 1.07, 1.07, 1.02, 0.83, 0.98, 1.01, 1.05, 0.93];
        let (options, calendar) = (plain(), WorkingCalendar::england_and_wales());
        let intensity = intensity(&options);
        let mut sums = [(0.0, 0.0); 12];
        for (t, period) in options.span().periods().enumerate() {
            sums[period.season()].0 += total(&intensity, t);
            sums[period.season()].1 += calendar.working_days(period);
        }
        let mean = sums.iter().map(|sum| sum.0).sum::<f64>() / sums.iter().map(|sum| sum.1).sum::<f64>();
        for (month, ((referrals, days), england)) in sums.iter().zip(england).enumerate() {
            let index = referrals / days / mean;
            assert!((index - england).abs() < 0.02, "month {}: {index:.3} against {england}", month + 1);
        }
    }

    #[test]
    fn the_year_before_growth_ends_has_the_average_month_asked_for() {
        let intensity = intensity(&plain());
        let year: f64 = (72..84).map(|t| total(&intensity, t)).sum();
        assert!((year / 12.0 / 300.0 - 1.0).abs() < 0.002, "{}", year / 12.0);
    }

    /// DfE table C5: referrals of the years to March 2015 and 2020.
    #[test]
    fn sources_grew_from_2015_to_2020_as_in_england() {
        let intensity = intensity(&plain());
        let year = |s: usize, first: usize| -> f64 {
            (first..first + 12).flat_map(|t| &intensity.expected[t][s]).map(Expected::mean).sum()
        };
        for (s, in_2015, in_2020) in
            [(1, 97_460.0, 117_010.0), (3, 93_910.0, 96_300.0), (6, 166_640.0, 184_760.0), (10, 20_880.0, 9_300.0)]
        {
            let (found, published) = (year(s, 72) / year(s, 12), in_2020 / in_2015);
            assert!((found / published - 1.0).abs() < 0.02, "source {s}: {found:.3} against {published:.3}");
        }
    }

    #[test]
    fn a_level_shift_concerns_its_area_and_source_from_its_month_on() {
        let mut options = plain();
        let before = intensity(&options);
        options.level_shifts = vec![LevelShift {
            what: "test".into(),
            month: Period::month(2014, 4),
            area: Some("Eastfield".into()),
            source: Some("Police".into()),
            factor: 1.5,
        }];
        let after = intensity(&options);
        for (t, s, a, factor) in [(12, 6, 1, 1.5), (11, 6, 1, 1.0), (12, 6, 0, 1.0), (12, 5, 1, 1.0)] {
            let ratio = after.expected[t][s][a].mean() / before.expected[t][s][a].mean();
            assert!((ratio - factor).abs() < 1e-12, "{t} {s} {a}: {ratio}");
        }
    }

    /// 76% fewer referrals from schools in late May 2020 (DfE, Vulnerable Children and Young People Survey).
    #[test]
    fn schools_referred_76_percent_less_in_may_2020() {
        let options = SimulationOptions::default();
        let may = options.span().position(Period::month(2020, 5)).expect("inside");
        let kept = intensity(&options).sources[may][1].kept;
        assert!((kept - 0.24).abs() < 0.005, "{kept}");
    }
}
