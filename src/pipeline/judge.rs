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

/// Scores of the line-ups, each under its name, and of seasonal naive, over the same origins; `None` where the history
/// is too short for a single origin.
pub fn judge(
    line_ups: &[LineUp],
    panel: &Panel,
    known: &Design,
    totals: &[Total],
    origins: &RollingOrigins,
    strata: Vec<Stratum>,
    levels: &Levels,
    draws: Draws,
    listener: Listener<'_>,
) -> Result<Option<Scorecard>, Error> {
    if origins.is_empty() {
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
    let backtest = Backtest { origins: origins.clone(), draws, levels: levels.clone(), strata, totals };
    let scorecard = backtest.run(&contenders, panel, known)?;
    listener(Progress { stage: Stage::Backtest, done: 1, of: 1 });
    Ok(Some(scorecard))
}
