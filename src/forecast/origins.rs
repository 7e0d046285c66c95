//! Rolling origins: the same recipe fitted again and again as the past knew it.

use super::{Draws, Forecast, Forecaster, ModelError};
use crate::panel::{Design, Panel};
use crate::time::Period;

/// One origin: how many periods were known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Periods of the panel that were known.
    pub known: usize,
    /// The last known period.
    pub last_known: Period,
}

/// The origins to walk and how far each looks ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollingOrigins {
    /// Ascending.
    origins: Vec<Origin>,
    horizon: usize,
}

impl RollingOrigins {
    /// The last `count` origins of the panel that leave at least one period to compare with, `stride` periods apart,
    /// none with fewer than `least_known` known periods. The newest leaves `horizon` periods where the panel is long
    /// enough for that.
    pub fn last(panel: &Panel, count: usize, stride: usize, horizon: usize, least_known: usize) -> RollingOrigins {
        let newest = panel.span().len().saturating_sub(horizon);
        let known = (0..count).map_while(|back| newest.checked_sub(back * stride.max(1)));
        let mut origins: Vec<Origin> = known
            .filter(|known| *known >= least_known.max(1))
            .map(|known| Origin { known, last_known: panel.span().period(known - 1) })
            .collect();
        origins.reverse();
        RollingOrigins { origins, horizon }
    }

    /// The given last known periods; those outside the panel, or with nothing after them, are left out.
    pub fn at(panel: &Panel, last_known: &[Period], horizon: usize) -> RollingOrigins {
        let mut origins: Vec<Origin> = last_known
            .iter()
            .filter_map(|period| panel.span().position(*period).map(|at| Origin { known: at + 1, last_known: *period }))
            .filter(|origin| origin.known < panel.span().len())
            .collect();
        origins.sort_unstable();
        origins.dedup();
        RollingOrigins { origins, horizon }
    }

    /// The origins, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Origin> {
        self.origins.iter().copied()
    }

    /// How many origins.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// How many periods each origin looks ahead.
    pub fn horizon(&self) -> usize {
        self.horizon
    }
}

/// Fits the forecaster at each origin to what was known then and forecasts on; hands each forecast to `see`.
/// `known` covers at least the panel's span. A horizon that runs past the end of the panel is cut there.
///
/// # Errors
/// Where a fit fails as a whole.
pub fn walk(
    forecaster: &dyn Forecaster,
    panel: &Panel,
    known: &Design,
    origins: &RollingOrigins,
    draws: Draws,
    mut see: impl FnMut(Origin, &Panel, Forecast),
) -> Result<(), ModelError> {
    for origin in origins.iter() {
        let history = panel.truncated(origin.known);
        let steps = origins.horizon().min(panel.span().len() - origin.known);
        let fitted = forecaster.fit(&history, &known.slice(0, origin.known))?;
        let forecast = fitted.forecast(&known.slice(origin.known, steps), draws)?;
        see(origin, &history, forecast);
    }
    Ok(())
}
