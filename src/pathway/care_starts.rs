//! What returns of looked-after children tell the pathway: how many come into care, and who is there.

use ndarray::{Array3, Axis, s};

use super::conversion::ConversionFit;
use super::cost::total_of;
use super::error::PathwayError;
use super::fit::FittedPathway;
use super::placements::PlacementForecast;
use super::simulate::{PathwayForecast, STOCKS};
use super::stage::{Stage, Step};
use crate::forecast::Forecast;
use crate::panel::SeriesKey;

/// Children who came into care, as returns have them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CareStarts {
    /// Children who came into care for each referral of the same months.
    pub per_referral: f64,
    /// How many came in those months.
    pub children: f64,
    /// How many times the Poisson variance their monthly numbers have.
    pub dispersion: f64,
}

/// The steps that lead to care.
const TO_CARE: [Step; 2] = [Step::CareWithoutPlan, Step::CareFromPlan];

/// No share's logit is moved further than this: from 4% to 90%, or to none.
const FURTHEST: f64 = 6.0;

impl FittedPathway {
    /// The pathway with as many care starts for each referral as returns tell of. Both steps to care are moved by the
    /// same logit; what stays uncertain of their level is what so many over-dispersed children leave open.
    ///
    /// # Errors
    /// Where nobody came into care, or no referrals are known of those months.
    pub fn with_care_starts(mut self, starts: CareStarts) -> Result<FittedPathway, PathwayError> {
        let CareStarts { per_referral, children, dispersion } = starts;
        if !(per_referral.is_finite() && per_referral > 0.0 && children > 0.0) {
            let problem =
                "tell of no child who came into care in the months of which referrals are known; give referrals \
                           and returns of the same months"
                    .to_owned();
            return Err(PathwayError::CareStarts { problem });
        }
        let untouched = TO_CARE.map(|step| self.conversions[step as usize].clone());
        let (mut low, mut high) = (-FURTHEST, FURTHEST);
        // Care starts rise with the logit; sixty halvings leave nothing.
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            self.move_care(&untouched, middle, None);
            if self.usual_inflows().care() < per_referral { low = middle } else { high = middle }
        }
        let spread = libm::sqrt(dispersion.max(1.0) / children);
        self.move_care(&untouched, 0.5 * (low + high), Some(spread));
        Ok(self)
    }

    fn move_care(&mut self, from: &[ConversionFit; 2], by: f64, spread: Option<f64>) {
        for (step, fit) in TO_CARE.into_iter().zip(from) {
            self.conversions[step as usize] = fit.moved(by, spread);
        }
    }
}

impl PathwayForecast {
    /// The forecast with looked-after children as the placement model has them, which came in as this forecast says.
    pub(super) fn with_placements(mut self, placements: &PlacementForecast) -> Result<PathwayForecast, PathwayError> {
        let looked_after = STOCKS[1];
        let child_days = total_of(&placements.child_days, looked_after)?;
        self.stocks = with_row(&self.stocks, looked_after, &placements.looked_after)?;
        self.entries = with_row(&self.entries, looked_after, &placements.entries)?;
        self.exits = with_row(&self.exits, looked_after, &placements.exits)?;
        self.child_days = with_row(&self.child_days, looked_after, &child_days)?;
        self.flows = with_row(&self.flows, Stage::Care.flow(), &placements.entries)?;
        self.flows = with_row(&self.flows, Stage::CareEnd.flow(), &placements.exits)?;
        self.opening[1] = placements.opening;
        Ok(self)
    }
}

/// A forecast with the paths of one series taken from another.
fn with_row(forecast: &Forecast, name: &str, one: &Forecast) -> Result<Forecast, PathwayError> {
    let mut paths: Array3<f64> = forecast.paths().to_owned();
    if let Some(row) = forecast.row(&SeriesKey::new([name])) {
        paths.slice_mut(s![row, .., ..]).assign(&one.paths().index_axis(Axis(0), 0));
    }
    Ok(Forecast::new(forecast.keys().to_vec(), forecast.span(), paths)?.shaped_like(crate::panel::ValueKind::Count))
}
