//! Takes the group's season and the working days out, forecasts the rest, puts them back.

use ndarray::{Array2, ArrayViewMut2, Axis};
use serde::{Deserialize, Serialize};

use super::few;
use super::group_season::{Estimated, GroupYears, SeasonHistory, SeasonOptions, Seasons, ShippedSeason, seasons};
use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, Skipped};
use crate::panel::{Design, Panel, SeriesKey};

/// The id.
const ID: &str = "pooled_season";

/// The regressor that is taken out together with the season.
const WORKING_DAYS: &str = "working_days";

/// A period with fewer working days than this counts as having this many, so that nothing is divided by zero.
const FEWEST_WORKING_DAYS: f64 = 0.5;

/// How the season is pooled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PooledSeasonOptions {
    /// How many years of a series' own data the group's season is worth, or `"estimated"`.
    pub group_years: GroupYears,
    /// The share of years left out at each end when a month's factor is averaged over years, 0 to 0.5.
    pub trim: f64,
    /// Whether working days are taken out too, where the design has them.
    pub working_days: bool,
    /// A season that is known beforehand, a working day of each month: `"england-referrals"`. Heeded for months and
    /// quarters where working days are taken out too.
    pub known: Option<ShippedSeason>,
}

/// Those of `models/pooled_season.toml`.
impl Default for PooledSeasonOptions {
    fn default() -> PooledSeasonOptions {
        PooledSeasonOptions {
            group_years: GroupYears::Estimated(Estimated::Estimated),
            trim: 0.2,
            working_days: true,
            known: None,
        }
    }
}

/// A forecaster of series that share a season: estimates the season per working day over the whole panel, takes it
/// and the working days out, lets the inner forecaster forecast the rest, and multiplies its paths back.
///
/// Each series keeps as much of its own season as its data support. The season need not be monthly; a panel without
/// season, or of less than a year and a half where none is known beforehand, is handed through with its working days taken
/// out. Where few years made the season, paths are moved away from their mean as far as that made residuals too small. Residuals are on the
/// inner forecaster's scale.
#[derive(Debug)]
pub struct PooledSeason {
    inner: Box<dyn Forecaster>,
    options: PooledSeasonOptions,
}

impl PooledSeason {
    /// The inner forecaster behind the group's season.
    pub fn new(inner: Box<dyn Forecaster>, options: PooledSeasonOptions) -> PooledSeason {
        PooledSeason { inner, options }
    }
}

impl Forecaster for PooledSeason {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        let of_period: Vec<usize> = history.span().periods().map(|period| period.season()).collect();
        let frequency = history.span().frequency();
        let days = self.options.working_days.then(|| AverageDays::of(known, history.keys().len())).flatten();
        let exposure = AverageDays::exposure(days.as_ref(), known, history.keys().len());
        let known_season = self.options.known.filter(|_| days.is_some()).and_then(|season| season.of(frequency));
        let Seasons { factors, leverage } = seasons(
            &SeasonHistory {
                values: history.values(),
                exposure: exposure.view(),
                seasons: &of_period,
                season_length: frequency.season_length(),
            },
            &SeasonOptions {
                group_years: self.options.group_years,
                trim: self.options.trim.clamp(0.0, 0.5),
                known: known_season.as_ref(),
            },
        );
        let rest = &history.values() / &(exposure * &factors.select(Axis(1), &of_period));
        let rest = history
            .with_values(rest)
            .map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })?;
        let fitted = self.inner.fit(&rest, &days.as_ref().map_or_else(|| known.clone(), |_| without_days(known)))?;
        // The models inside see values without season, which aren't counts any more.
        let few_counts = (0..history.keys().len()).map(|row| few::counts(history, row)).collect();
        let wider = leverage.into_iter().map(wider).collect();
        Ok(Box::new(FittedPooledSeason { keys: history.keys().to_vec(), days, factors, wider, few_counts, fitted }))
    }
}

/// Paths aren't made wider than so many times.
const WIDEST: f64 = 3.0;

/// How many times as far from its centre a coming value lies as those of the history lie from a season that such a part of
/// their own deviations went into.
///
/// Method: what is left of an observation in a linear fit has variance (1 - h) of the disturbance's, a prediction (1 + h),
/// where h is the observation's leverage (Hoaglin and Welsch 1978).
fn wider(leverage: f64) -> f64 {
    ((1.0 + leverage) / (1.0 - leverage).max(1e-9)).sqrt().min(WIDEST)
}

/// Moves paths (draws x steps) so many times as far from the mean of each step, not below zero.
fn widen(mut paths: ArrayViewMut2<'_, f64>, times: f64) {
    for mut step in paths.columns_mut() {
        let mean = step.sum() / step.len().max(1) as f64;
        step.mapv_inplace(|value| (mean + times * (value - mean)).max(0.0));
    }
}

/// Working days of the average period of the history, by series.
#[derive(Debug)]
struct AverageDays(Vec<f64>);

impl AverageDays {
    /// `None` where the design has no working days.
    fn of(known: &Design, series: usize) -> Option<AverageDays> {
        let average = |row| working_days(known, row).map(|days| days.iter().sum::<f64>() / days.len() as f64);
        (0..series).map(average).collect::<Option<Vec<f64>>>().map(AverageDays)
    }

    /// Working time of each period relative to the average period, series x periods: one where days are not known.
    fn exposure(average: Option<&AverageDays>, design: &Design, series: usize) -> Array2<f64> {
        let mut exposure = Array2::ones((series, design.span().len()));
        for (row, mut cells) in exposure.rows_mut().into_iter().enumerate() {
            if let (Some(average), Some(days)) = (average, working_days(design, row)) {
                cells.iter_mut().zip(days).for_each(|(cell, days)| *cell = days / average.0[row]);
            }
        }
        exposure
    }
}

fn working_days(design: &Design, row: usize) -> Option<Vec<f64>> {
    let days = design.regressors(row).column(WORKING_DAYS)?;
    Some(days.into_iter().map(|days| days.max(FEWEST_WORKING_DAYS)).collect())
}

fn without_days(design: &Design) -> Design {
    design.without(&[WORKING_DAYS])
}

#[derive(Debug)]
struct FittedPooledSeason {
    keys: Vec<SeriesKey>,
    days: Option<AverageDays>,
    /// Series x seasons.
    factors: Array2<f64>,
    /// By series: how many times as wide as the inner paths a forecast is, whose season was seen for so short a time.
    wider: Vec<f64>,
    /// By series: the mean of counts that are too few to tell their scatter.
    few_counts: Vec<Option<f64>>,
    fitted: Box<dyn FittedForecaster>,
}

impl FittedForecaster for FittedPooledSeason {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        if self.days.is_some() && !future.names().any(|name| name == WORKING_DAYS) {
            let reason =
                format!("the future has no `{WORKING_DAYS}`, which the fit used; make its design the same way");
            return Err(ModelError::Future { model: ID.to_owned(), reason });
        }
        let inner_future = if self.days.is_some() { without_days(future) } else { future.clone() };
        let rest = self.fitted.forecast(&inner_future, draws)?;
        let exposure = AverageDays::exposure(self.days.as_ref(), future, self.keys.len());
        let (keys, span, mut paths) = rest.into_parts();
        for (key, mut paths) in keys.iter().zip(paths.outer_iter_mut()) {
            let Ok(row) = self.keys.binary_search(key) else { continue };
            widen(paths.view_mut(), self.wider[row]);
            for (step, (period, mut column)) in future.span().periods().zip(paths.columns_mut()).enumerate() {
                column *= self.factors[(row, period.season())] * exposure[(row, step)];
            }
            if let Some(mean) = self.few_counts[row] {
                few::widen(paths, mean, key, draws);
            }
        }
        Forecast::new(keys, span, paths)
            .map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        self.fitted.residuals()
    }

    fn skipped(&self) -> &[Skipped] {
        self.fitted.skipped()
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let inner = self.fitted.describe(key)?;
        let factors = self.factors.row(self.keys.binary_search(key).ok()?);
        let (low, high) = factors.iter().fold((f64::MAX, 0.0_f64), |(low, high), &f| (low.min(f), high.max(f)));
        let days = if self.days.is_some() { " per working day" } else { "" };
        Some(format!("season{days} from {low:.2} to {high:.2} of the average, shared with the group; then {inner}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Local;
    use crate::models::level::RevertingLevel;
    use crate::panel::ValueKind;
    use crate::time::{Period, Span};

    fn panel(series: usize, periods: usize, value: impl Fn(usize, usize) -> f64) -> Panel {
        let keys = (0..series).map(|row| SeriesKey::new([format!("area {row:02}")])).collect();
        let span = Span::new(Period::month(2014, 1), periods);
        let values = Array2::from_shape_fn((series, periods), |(row, period)| value(row, period));
        Panel::new(vec!["area".into()], keys, span, values, ValueKind::Count).expect("a valid panel")
    }

    fn august_halved(_: usize, period: usize) -> f64 {
        if period % 12 == 7 { 100.0 } else { 200.0 }
    }

    fn recipe() -> PooledSeason {
        PooledSeason::new(Box::new(Local::new(RevertingLevel::default())), PooledSeasonOptions::default())
    }

    const DRAWS: Draws = Draws { paths: 50, seed: 1 };

    #[test]
    fn the_defaults_are_those_of_the_file() {
        let file: PooledSeasonOptions =
            toml::from_str(include_str!("../../models/pooled_season.toml")).expect("the file gives known options");
        assert_eq!(file, PooledSeasonOptions::default());
    }

    #[test]
    fn the_season_and_the_working_days_come_back_in_the_forecast() {
        let days = |period: usize| 18.0 + (period * 7 % 5) as f64;
        let history = panel(3, 72, |row, period| august_halved(row, period) * days(period) / 20.0);
        let known = Design::empty(Span::new(Period::month(2014, 1), 84))
            .with_shared("working_days", (0..84).map(days).collect())
            .expect("finite");
        let fitted = recipe().fit(&history, &known.slice(0, 72)).expect("a fit");
        let mean = fitted.forecast(&known.slice(72, 12), DRAWS).expect("a forecast").mean();
        for step in 0..12 {
            let truth = august_halved(0, step) * days(72 + step) / 20.0;
            assert!((mean[(0, step)] / truth - 1.0).abs() < 0.03, "step {step}: {} for {truth}", mean[(0, step)]);
        }
    }

    #[test]
    fn a_future_without_the_working_days_of_the_fit_is_refused() {
        let span = Span::new(Period::month(2014, 1), 48);
        let known = Design::empty(span).with_shared("working_days", vec![20.0; 48]).expect("finite");
        let fitted = recipe().fit(&panel(1, 48, august_halved), &known).expect("a fit");
        let error = fitted.forecast(&Design::empty(span.following(3)), DRAWS).err();
        assert!(matches!(error, Some(ModelError::Future { .. })));
    }

    #[test]
    fn a_season_that_was_seen_for_two_years_alone_makes_no_range_narrow() {
        // Chance of one standard deviation of 20; two years alone leave half of it in the residuals.
        let noise = |period: usize| 20.0 * ((period * 7919 % 101) as f64 / 50.0 - 1.0) * 1.73;
        let history = panel(1, 24, |row, period| august_halved(row, period) + noise(period));
        let known = Design::empty(history.span());
        let fitted = recipe().fit(&history, &known).expect("a fit");
        let draws = Draws { paths: 400, seed: 1 };
        let forecast = fitted.forecast(&Design::empty(history.span().following(1)), draws).expect("a forecast");
        let range = forecast.quantiles(&[0.1, 0.9]);
        let width = range[(0, 1, 0)] - range[(0, 0, 0)];
        assert!((40.0..110.0).contains(&width), "{width}");
    }

    #[test]
    fn one_short_series_is_handed_through() {
        let history = panel(1, 10, |_, _| 30.0);
        let fitted = recipe().fit(&history, &Design::empty(history.span())).expect("a fit");
        let mean = fitted.forecast(&Design::empty(history.span().following(3)), DRAWS).expect("a forecast").mean();
        assert!(mean.iter().all(|value| (value - 30.0).abs() < 1e-9));
    }

    #[test]
    fn one_observed_count_has_the_range_of_chance() {
        let history = panel(1, 1, |_, _| 100.0);
        let fitted = recipe().fit(&history, &Design::empty(history.span())).expect("a fit");
        let draws = Draws { paths: 400, seed: 1 };
        let forecast = fitted.forecast(&Design::empty(history.span().following(1)), draws).expect("a forecast");
        let range = forecast.quantiles(&[0.1, 0.9]);
        let width = range[(0, 1, 0)] - range[(0, 0, 0)];
        // Ten either side is one standard deviation of a count of a hundred.
        assert!((20.0..32.0).contains(&width), "{width}");
    }

    #[test]
    fn all_zero_and_partly_unobserved_series_go_through() {
        let value = |row: usize, period: usize| match row {
            0 => 0.0,
            1 if period < 30 => f64::NAN,
            _ => august_halved(row, period),
        };
        let history = panel(3, 72, value);
        let fitted = recipe().fit(&history, &Design::empty(history.span())).expect("a fit");
        let forecast = fitted.forecast(&Design::empty(history.span().following(12)), DRAWS).expect("a forecast");
        assert!(forecast.series(0).iter().all(|value| *value == 0.0));
        assert!((forecast.mean()[(1, 7)] / 100.0 - 1.0).abs() < 0.05);
    }
}
