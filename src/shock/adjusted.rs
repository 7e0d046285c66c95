//! Takes the shock out of a panel, forecasts the rest, puts it back.

use super::decomposition::Decomposition;
use super::exposure::without_closures;
use super::fit::ShockFit;
use super::paths::{ShockChanges, Shocked};
use super::priors::ShockPriors;
use super::{Exposure, ShockOptions};
use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, Skipped};
use crate::panel::{Design, Panel, SeriesKey};

/// The id.
const ID: &str = "shock_adjusted";

/// A forecaster behind a shock: the history is freed of what closures kept away and of what came back, the inner
/// forecaster sees what is left, and its paths get the suppression of closures to come, what is still to return, and
/// (where asked for) the new normal, each drawn from what the data leave open.
///
/// Closures come as columns of the design ([`ClosureKind::column`](crate::time::ClosureKind::column)). Where neither
/// history nor future has any, the forecast is the inner forecaster's, byte for byte.
#[derive(Debug)]
pub struct ShockAdjusted {
    inner: Box<dyn Forecaster>,
    options: ShockOptions,
    priors: ShockPriors,
}

impl ShockAdjusted {
    /// The inner forecaster behind the shock.
    pub fn new(inner: Box<dyn Forecaster>, options: ShockOptions) -> ShockAdjusted {
        let priors = ShockPriors::shipped(options.priors);
        ShockAdjusted { inner, options, priors }
    }

    /// The same with priors of one's own.
    #[must_use]
    pub fn with_priors(self, priors: ShockPriors) -> ShockAdjusted {
        ShockAdjusted { priors, ..self }
    }

    /// Fits the panel, as [`Forecaster::fit`] does, and keeps what was found of the shock at hand.
    ///
    /// # Errors
    /// Where the inner forecaster can't be fitted.
    pub fn fit_adjusted(&self, history: &Panel, known: &Design) -> Result<FittedShockAdjusted, ModelError> {
        let exposed = !Exposure::of(known, history.keys().len()).is_empty();
        let plain = without_closures(known);
        let (fit, inner) = if exposed {
            let fit = ShockFit::estimate(history, known, &self.priors, &self.options);
            let cleaned = fit.cleaned(history, &self.options);
            let cleaned = Panel::new(
                history.dimensions().to_vec(),
                history.keys().to_vec(),
                history.span(),
                cleaned,
                history.kind(),
            )
            .map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })?;
            (fit, self.inner.fit(&cleaned, &plain)?)
        } else {
            (ShockFit::believed(history, known, &self.priors), self.inner.fit(history, &plain)?)
        };
        Ok(FittedShockAdjusted { fit, inner, new_normal: self.options.new_normal })
    }
}

impl Forecaster for ShockAdjusted {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        Ok(Box::new(self.fit_adjusted(history, known)?))
    }
}

/// A fitted [`ShockAdjusted`].
#[derive(Debug)]
pub struct FittedShockAdjusted {
    fit: ShockFit,
    inner: Box<dyn FittedForecaster>,
    new_normal: bool,
}

impl FittedShockAdjusted {
    /// What the history says of the shock.
    pub fn shock(&self) -> &ShockFit {
        &self.fit
    }

    /// The forecast under changes, and what its mean is made of; without changes it is that of
    /// [`FittedForecaster::forecast`], byte for byte.
    ///
    /// # Errors
    /// Where the inner forecaster can't forecast.
    pub fn forecast_with(
        &self,
        future: &Design,
        draws: Draws,
        changes: &ShockChanges,
    ) -> Result<(Forecast, Decomposition), ModelError> {
        let inner = self.inner.forecast(&without_closures(future), draws)?;
        let shocked = Shocked::new(&self.fit, future, draws, changes, self.new_normal);
        let put_back = shocked.put_back(&inner);
        if shocked.nothing_to_do() {
            return Ok((inner, put_back.parts));
        }
        let forecast =
            put_back.forecast.map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })?;
        Ok((forecast, put_back.parts))
    }
}

impl FittedForecaster for FittedShockAdjusted {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let changes = ShockChanges::default();
        let shocked = Shocked::new(&self.fit, future, draws, &changes, self.new_normal);
        if shocked.nothing_to_do() {
            return self.inner.forecast(&without_closures(future), draws);
        }
        Ok(self.forecast_with(future, draws, &changes)?.0)
    }

    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        self.inner.residuals()
    }

    fn skipped(&self) -> &[Skipped] {
        self.inner.skipped()
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let inner = self.inner.describe(key)?;
        if !self.fit.saw_a_closure() {
            return Some(inner);
        }
        let share = 100.0 * self.fit.return_share().posterior.mean;
        Some(format!("the lockdowns taken out, {share:.0}% of what they kept away returning; then {inner}"))
    }
}
