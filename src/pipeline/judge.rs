//! The backtest of a recipe, exactly as the run uses it, beside seasonal naive.

use super::{Error, Listener, Progress, Stage, recipe};
use crate::evaluate::{Backtest, Scorecard, Stratum};
use crate::forecast::{Draws, Forecaster, Levels, RollingOrigins};
use crate::models::SeasonalNaive;
use crate::panel::{Design, Panel, Total};
use crate::project::LineUp;

/// The name of the forecast that every recipe must beat.
pub const BENCHMARK: &str = SeasonalNaive::ID;

/// Fewer seasons than this before an origin tell nothing about a recipe.
const LEAST_SEASONS: usize = 2;

/// Periods that an origin must know.
pub fn least_known(panel: &Panel) -> usize {
    panel.span().frequency().season_length() * LEAST_SEASONS + 1
}

/// A trial on the past: the data, where to stand, and what to score.
pub struct Trial<'a> {
    pub panel: &'a Panel,
    /// Regressors over the panel's span, at least.
    pub known: &'a Design,
    /// Totals to score; empty for the series alone.
    pub totals: &'a [Total],
    pub origins: &'a RollingOrigins,
    pub strata: Vec<Stratum>,
    pub levels: &'a Levels,
    pub draws: Draws,
}

impl Trial<'_> {
    /// Scores of the line-ups, each under its name, and of seasonal naive, over the same origins; `None` where the
    /// history is too short for a single origin.
    pub fn judge(self, line_ups: &[LineUp], listener: Listener<'_>) -> Result<Option<Scorecard>, Error> {
        if self.origins.is_empty() {
            return Ok(None);
        }
        let mut names: Vec<String> = line_ups.iter().map(|line_up| line_up.name.clone()).collect();
        let mut forecasters: Vec<Box<dyn Forecaster>> = line_ups.iter().map(recipe::forecaster).collect();
        if !names.iter().any(|name| name == BENCHMARK) {
            names.push(BENCHMARK.to_owned());
            forecasters.push(recipe::forecaster(&LineUp::of_model(BENCHMARK)?));
        }
        let contenders: Vec<(&str, &dyn Forecaster)> =
            names.iter().map(String::as_str).zip(forecasters.iter().map(|forecaster| &**forecaster)).collect();
        listener(Progress { stage: Stage::Backtest, done: 0, of: 1 });
        let backtest = Backtest {
            origins: self.origins.clone(),
            draws: self.draws,
            levels: self.levels.clone(),
            strata: self.strata,
            totals: self.totals,
        };
        let scorecard = backtest.run(&contenders, self.panel, self.known)?;
        listener(Progress { stage: Stage::Backtest, done: 1, of: 1 });
        Ok(Some(scorecard))
    }
}
