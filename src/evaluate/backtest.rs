//! Walks rolling origins and scores what each forecaster said there.

use crate::forecast::{Draws, Forecast, Forecaster, Levels, ModelError, Origin, RollingOrigins, walk};
use crate::panel::{Design, Panel, SeriesKey, Total};
use crate::time::Period;

use super::score::{Transform, mean_pinball_loss, naive_error, seasonal_naive_error, weighted_interval_score};
use super::{ScoreRow, Scorecard};

/// Why a backtest can't be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// A forecaster failed as a whole at an origin.
    #[error("the backtest of {model} stopped: {source}")]
    Model {
        /// The forecaster's name in the backtest.
        model: String,
        /// What it said.
        source: ModelError,
    },
    /// There is no origin to stand at.
    #[error(
        "the history of {periods} periods is too short for a backtest; \
         ask for fewer known periods, a shorter horizon or fewer origins"
    )]
    NoOrigin {
        /// Periods of the panel.
        periods: usize,
    },
}

/// Origins that belong together, such as those before, in and after a shock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// The name.
    pub name: String,
    /// The first last-known period of the stratum.
    pub from: Period,
    /// The last one.
    pub to: Period,
}

/// A backtest: the origins, the levels scored, and what they are divided into.
#[derive(Debug, Clone)]
pub struct Backtest<'a> {
    /// Where to stand, and how far to look.
    pub origins: RollingOrigins,
    /// Paths and seed of every forecast.
    pub draws: Draws,
    /// The levels scored.
    pub levels: Levels,
    /// Strata of origins; an origin in none of them is in the stratum `all`.
    pub strata: Vec<Stratum>,
    /// Totals to score: sums of the panel's series, which may be the series themselves. Empty for the series alone.
    pub totals: &'a [Total],
}

/// The stratum of an origin that is in none.
const NO_STRATUM: &str = "all";

impl Backtest<'_> {
    /// Fits each contender at each origin to what was known there, and scores its forecast against what came.
    ///
    /// The recipe stands first and what it must beat after it, each under its own name. `known` covers the panel's
    /// span. Forecasts are shaped as the panel's values are (whole and at least zero for counts) before they are
    /// scored. Values not observed are not scored; a series that a contender left out has no row of it, so compare
    /// contenders with [`Scorecard::compare`].
    ///
    /// # Errors
    /// Where there is no origin, or a contender fails as a whole.
    pub fn run(
        &self,
        contenders: &[(&str, &dyn Forecaster)],
        panel: &Panel,
        known: &Design,
    ) -> Result<Scorecard, EvaluateError> {
        if self.origins.is_empty() {
            return Err(EvaluateError::NoOrigin { periods: panel.span().len() });
        }
        let mut rows = Vec::new();
        for (name, forecaster) in contenders {
            walk(*forecaster, panel, known, &self.origins, self.draws, |origin, _, forecast| {
                self.score(name, origin, panel, forecast, &mut rows);
            })
            .map_err(|source| EvaluateError::Model { model: (*name).to_owned(), source })?;
        }
        let models: Vec<String> = contenders.iter().map(|(name, _)| (*name).to_owned()).collect();
        // By origin, the contenders side by side; a stable sort keeps series and steps in order.
        rows.sort_by_key(|row: &ScoreRow| (row.origin, models.iter().position(|model| *model == row.model)));
        Ok(Scorecard { levels: self.levels.clone(), rows, models })
    }

    fn score(&self, model: &str, origin: Origin, panel: &Panel, forecast: Forecast, rows: &mut Vec<ScoreRow>) {
        let forecast = forecast.shaped_like(panel.kind());
        let forecast = if self.totals.is_empty() { forecast } else { whole_totals(&forecast, panel, self.totals) };
        let (low, high) = forecast.intervals(&self.levels);
        let medians = forecast.quantiles(&[0.5]);
        let levels = self.levels.iter().len();
        let stratum = self.stratum(origin.last_known);
        for (row, key) in forecast.keys().iter().enumerate() {
            let values = self.values(panel, key);
            let scale = seasonal_naive_error(&values[..origin.known], panel.span().frequency().season_length());
            let step_scale = naive_error(&values[..origin.known]);
            for (step, period) in forecast.span().periods().enumerate() {
                let truth = values[origin.known + step];
                if truth.is_nan() {
                    continue;
                }
                let low: Vec<f64> = (0..levels).map(|level| low[(row, level, step)]).collect();
                let high: Vec<f64> = (0..levels).map(|level| high[(row, level, step)]).collect();
                let median = medians[(row, 0, step)];
                rows.push(ScoreRow {
                    model: model.to_owned(),
                    origin,
                    stratum: stratum.to_owned(),
                    key: key.clone(),
                    step: step + 1,
                    period,
                    truth,
                    median,
                    weighted_interval_score: weighted_interval_score(&self.levels, median, &low, &high, truth),
                    pinball_loss: mean_pinball_loss(&self.levels, median, &low, &high, truth),
                    low,
                    high,
                    scale,
                    step_scale,
                    transform: Transform::of(forecast.series(row).column(step).iter().copied(), truth),
                });
            }
        }
    }

    fn stratum(&self, last_known: Period) -> &str {
        let holds = |stratum: &&Stratum| (stratum.from..=stratum.to).contains(&last_known);
        self.strata.iter().find(holds).map_or(NO_STRATUM, |stratum| &stratum.name)
    }

    /// The panel's values of a series or total; not observed where one of its leaves is not.
    fn values(&self, panel: &Panel, key: &SeriesKey) -> Vec<f64> {
        let leaves = match self.totals.iter().find(|total| total.key == *key) {
            Some(total) => total.leaves.clone(),
            None => panel.keys().binary_search(key).into_iter().collect(),
        };
        let sum = |period| leaves.iter().map(|row| panel.series(*row)[period]).sum();
        (0..panel.span().len()).map(sum).collect()
    }
}

/// The totals whose every leaf was forecast: a sum that lacks a leaf can't be held against the full truth.
fn whole_totals(forecast: &Forecast, panel: &Panel, totals: &[Total]) -> Forecast {
    let whole = |total: &&Total| total.leaves.iter().all(|leaf| forecast.row(&panel.keys()[*leaf]).is_some());
    let totals: Vec<Total> = totals.iter().filter(whole).cloned().collect();
    forecast.totals(panel, &totals)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3};

    use super::*;
    use crate::forecast::{FittedForecaster, Skipped};
    use crate::panel::{Hierarchy, ValueKind};
    use crate::time::Span;

    /// Forecasts a fixed set of values, whatever the history.
    #[derive(Debug, Clone)]
    struct Says {
        values: Vec<f64>,
        skips_first: bool,
    }

    #[derive(Debug)]
    struct Said(Says, Panel);

    impl Forecaster for Says {
        fn id(&self) -> &str {
            "says"
        }

        fn fit(&self, history: &Panel, _known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
            Ok(Box::new(Said(self.clone(), history.clone())))
        }
    }

    impl FittedForecaster for Said {
        fn forecast(&self, future: &Design, _draws: Draws) -> Result<Forecast, ModelError> {
            let keys = self.1.keys()[usize::from(self.0.skips_first)..].to_vec();
            let shape = (keys.len(), self.0.values.len(), future.span().len());
            let paths = Array3::from_shape_fn(shape, |(_, draw, _)| self.0.values[draw]);
            Ok(Forecast::new(keys, future.span(), paths).expect("finite paths"))
        }

        fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
            Vec::new()
        }

        fn skipped(&self) -> &[Skipped] {
            &[]
        }

        fn describe(&self, _key: &SeriesKey) -> Option<String> {
            None
        }
    }

    fn panel(values: Array2<f64>) -> Panel {
        let span = Span::new(Period::month(2020, 1), values.ncols());
        let keys = (0..values.nrows()).map(|row| SeriesKey::new([format!("{row}")])).collect();
        Panel::new(vec!["area".into()], keys, span, values, ValueKind::Count).expect("a valid panel")
    }

    fn backtest<'a>(panel: &Panel, totals: &'a [Total]) -> Backtest<'a> {
        Backtest {
            origins: RollingOrigins::last(panel, 2, 1, 2, 1),
            draws: Draws { paths: 1, seed: 1 },
            levels: Levels::default(),
            strata: vec![Stratum { name: "early".into(), from: Period::month(2020, 1), to: Period::month(2020, 2) }],
            totals,
        }
    }

    fn run(backtest: &Backtest<'_>, says: Says, panel: &Panel) -> Scorecard {
        let design = Design::empty(panel.span());
        backtest.run(&[("recipe", &says)], panel, &design).expect("a scorecard")
    }

    #[test]
    fn a_sure_and_right_forecast_scores_zero() {
        let panel = panel(Array2::from_shape_fn((1, 6), |(_, period)| if period == 0 { 3.0 } else { 7.0 }));
        let card = run(&backtest(&panel, &[]), Says { values: vec![7.0], skips_first: false }, &panel);
        assert_eq!(card.rows().len(), 4);
        let summary = card.of("recipe").expect("rows");
        assert_eq!((summary.scaled_wis, summary.mase, summary.coverage), (0.0, 0.0, vec![1.0; 3]));
    }

    #[test]
    fn the_scale_knows_the_history_only() {
        // Differences of neighbours before the first origin are 1; the jump comes after it.
        let panel = panel(ndarray::array![[1.0, 2.0, 3.0, 4.0, 90.0, 90.0, 90.0]]);
        let card = run(&backtest(&panel, &[]), Says { values: vec![4.0], skips_first: false }, &panel);
        let first = &card.rows()[0];
        assert_eq!((first.origin.known, first.scale, first.absolute_error()), (4, Some(1.0), 86.0));
    }

    #[test]
    fn what_was_not_observed_is_not_scored() {
        let panel = panel(ndarray::array![[1.0, 2.0, 3.0, 4.0, f64::NAN, 5.0]]);
        let card = run(&backtest(&panel, &[]), Says { values: vec![4.0], skips_first: false }, &panel);
        assert!(card.rows().iter().all(|row| row.period != Period::month(2020, 5)));
        assert_eq!(card.rows().len(), 2);
    }

    #[test]
    fn origins_fall_into_their_strata() {
        let panel = panel(ndarray::array![[1.0, 2.0, 3.0, 4.0, 4.0]]);
        let card = run(&backtest(&panel, &[]), Says { values: vec![4.0], skips_first: false }, &panel);
        assert_eq!(card.strata(), ["early", "all"]);
    }

    #[test]
    fn a_total_is_scored_against_the_sum_of_its_leaves_only_where_all_were_forecast() {
        let panel = panel(ndarray::array![[1.0, 2.0, 3.0, 4.0, 4.0], [1.0, 3.0, 5.0, 7.0, 9.0]]);
        let hierarchy = Hierarchy::of(&panel);
        let backtest = backtest(&panel, hierarchy.totals());
        let card = run(&backtest, Says { values: vec![4.0], skips_first: false }, &panel);
        let grand = card.rows().iter().filter(|row| row.key.is_total()).collect::<Vec<_>>();
        assert_eq!(grand.len(), 4);
        assert_eq!((grand[0].truth, grand[0].median), (8.0, 8.0));
        let card = run(&backtest, Says { values: vec![4.0], skips_first: true }, &panel);
        assert!(!card.rows().iter().any(|row| row.key.is_total()));
    }

    #[test]
    fn counts_are_whole_before_they_are_scored() {
        let panel = panel(ndarray::array![[1.0, 2.0, 3.0, 4.0, 4.0]]);
        let card = run(&backtest(&panel, &[]), Says { values: vec![3.8], skips_first: false }, &panel);
        assert_eq!(card.rows()[0].median, 4.0);
    }

    #[test]
    fn a_history_without_an_origin_is_refused() {
        let panel = panel(ndarray::array![[1.0, 2.0]]);
        let design = Design::empty(panel.span());
        let says = Says { values: vec![1.0], skips_first: false };
        let error = backtest(&panel, &[]).run(&[("recipe", &says)], &panel, &design).err();
        assert_eq!(error, Some(EvaluateError::NoOrigin { periods: 2 }));
    }
}
