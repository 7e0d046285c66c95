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
    /// none with fewer than `least_known` known periods, counted from the first in which a series was observed. The
    /// newest leaves `horizon` periods where the panel is long enough for that.
    pub fn last(panel: &Panel, count: usize, stride: usize, horizon: usize, least_known: usize) -> RollingOrigins {
        let newest = panel.span().len().saturating_sub(horizon);
        let least = unobserved(panel) + least_known.max(1);
        let known = (0..count).map_while(|back| newest.checked_sub(back * stride.max(1)));
        let mut origins: Vec<Origin> = known
            .filter(|known| *known >= least)
            .map(|known| Origin { known, last_known: panel.span().period(known - 1) })
            .collect();
        origins.reverse();
        RollingOrigins { origins, horizon }
    }

    /// The given last known periods; those outside the panel, with nothing after them, or before any series was
    /// observed, are left out.
    pub fn at(panel: &Panel, last_known: &[Period], horizon: usize) -> RollingOrigins {
        let any_known = unobserved(panel) + 1..panel.span().len();
        let mut origins: Vec<Origin> = last_known
            .iter()
            .filter_map(|period| panel.span().position(*period).map(|at| Origin { known: at + 1, last_known: *period }))
            .filter(|origin| any_known.contains(&origin.known))
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

/// How many periods a panel begins with in which no series was observed: an area that was made anew among some that
/// were merged away has none of its own there, and nothing can be fitted to it.
pub fn unobserved(panel: &Panel) -> usize {
    let nothing = |column: &ndarray::ArrayView1<'_, f64>| column.iter().all(|value| value.is_nan());
    panel.values().columns().into_iter().take_while(nothing).count()
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::panel::{SeriesKey, ValueKind};
    use crate::time::Span;

    #[test]
    fn no_origin_stands_where_nothing_was_observed_yet() {
        let span = Span::new(Period::month(2020, 1), 40);
        let values = Array2::from_shape_fn((2, 40), |(row, month)| if month < 30 + row { f64::NAN } else { 5.0 });
        let keys = vec![SeriesKey::new(["a"]), SeriesKey::new(["b"])];
        let panel = Panel::new(vec!["area".into()], keys, span, values, ValueKind::Count).expect("a valid panel");
        assert_eq!(unobserved(&panel), 30);
        let known = |origins: RollingOrigins| origins.iter().map(|origin| origin.known).collect::<Vec<usize>>();
        assert_eq!(known(RollingOrigins::last(&panel, 10, 2, 2, 3)), [34, 36, 38]);
        assert!(RollingOrigins::last(&panel, 10, 2, 2, 9).is_empty());
        assert_eq!(known(RollingOrigins::at(&panel, &[29, 30, 38, 39].map(|at| span.period(at)), 2)), [31, 39]);
    }
}
