//! The models of both crates behind one function type.

use anofox_forecast::core::TimeSeries;
use anofox_forecast::models::Forecaster;
use anofox_forecast::models::arima::AutoARIMA;
use anofox_forecast::models::ensemble::AutoEnsemble;
use anofox_forecast::models::exponential::AutoETS as AnofoxETS;
use anofox_forecast::models::mstl_forecaster::MSTLForecaster;
use anofox_forecast::models::theta::{AutoTheta, DynamicTheta};
use augurs::ets::AutoETS as AugursETS;
use augurs::mstl::MSTLModel;
use augurs::{Fit, Predict};
use chrono::{DateTime, Utc};

use crate::Failure;

/// The season of monthly series.
const SEASON: usize = 12;

/// The levels of the intervals in per cent.
pub const LEVELS: [u8; 3] = [50, 80, 95];

/// One model: its id in the output and its forecast from months and values.
pub struct Model {
    pub id: &'static str,
    pub forecast: fn(&[DateTime<Utc>], &[f64], usize) -> Result<Outlook, Failure>,
}

/// Every model with the crate's defaults for season 12.
pub const MODELS: &[Model] = &[
    // Seasonal forms of augurs' ETS are not written yet (0.10.3 panics), so its model of a season is MSTL with ETS.
    Model { id: "augurs-ets", forecast: |_, y, horizon| augurs(&AugursETS::non_seasonal(), y, horizon) },
    Model {
        id: "augurs-mstl-ets",
        forecast: |_, y, horizon| {
            augurs(&MSTLModel::new(vec![SEASON], AugursETS::non_seasonal().into_trend_model()), y, horizon)
        },
    },
    Model { id: "anofox-ets", forecast: |t, y, h| anofox(&mut AnofoxETS::with_period(SEASON), t, y, h) },
    Model { id: "anofox-theta", forecast: |t, y, h| anofox(&mut AutoTheta::seasonal(SEASON), t, y, h) },
    Model { id: "anofox-dotm", forecast: |t, y, h| anofox(&mut DynamicTheta::seasonal_optimized(SEASON), t, y, h) },
    Model { id: "anofox-mstl", forecast: |t, y, h| anofox(&mut MSTLForecaster::new(vec![SEASON]), t, y, h) },
    Model { id: "anofox-ensemble", forecast: |t, y, h| anofox(&mut AutoEnsemble::seasonal(SEASON), t, y, h) },
    Model { id: "anofox-arima", forecast: |t, y, h| anofox(&mut AutoARIMA::seasonal(SEASON), t, y, h) },
];

/// A forecast: a value a step, and (lower, upper) a step for each level where the model gives them.
pub struct Outlook {
    point: Vec<f64>,
    bounds: Vec<Option<(Vec<f64>, Vec<f64>)>>,
}

impl Outlook {
    /// Every number is there and finite.
    pub fn is_whole(&self, horizon: usize) -> bool {
        let sound = |numbers: &Vec<f64>| numbers.len() == horizon && numbers.iter().all(|number| number.is_finite());
        sound(&self.point) && self.bounds.iter().flatten().all(|(low, high)| sound(low) && sound(high))
    }

    /// The point and the bounds of one step, in the order of the output's columns.
    pub fn row(&self, step: usize) -> impl Iterator<Item = Option<f64>> {
        let bound = move |bounds: &Option<(Vec<f64>, Vec<f64>)>| match bounds {
            Some((low, high)) => [Some(low[step]), Some(high[step])],
            None => [None, None],
        };
        std::iter::once(Some(self.point[step])).chain(self.bounds.iter().flat_map(bound))
    }
}

fn augurs<M>(model: &M, y: &[f64], horizon: usize) -> Result<Outlook, Failure>
where
    M: Fit,
    M::Fitted: Predict,
    M::Error: 'static,
    <M::Fitted as Predict>::Error: 'static,
{
    let fitted = model.fit(y)?;
    let (mut point, mut bounds) = (Vec::new(), Vec::new());
    for level in LEVELS {
        let forecast = fitted.predict(horizon, f64::from(level) / 100.0)?;
        point = forecast.point;
        bounds.push(forecast.intervals.map(|intervals| (intervals.lower, intervals.upper)));
    }
    Ok(Outlook { point, bounds })
}

fn anofox(model: &mut dyn Forecaster, clock: &[DateTime<Utc>], y: &[f64], horizon: usize) -> Result<Outlook, Failure> {
    model.fit(&TimeSeries::univariate(clock.to_vec(), y.to_vec())?)?;
    let mut outlook = Outlook { point: model.predict(horizon)?.primary().to_vec(), bounds: Vec::new() };
    for level in LEVELS {
        let forecast = model.predict_with_intervals(horizon, f64::from(level) / 100.0)?;
        let bounds = match (forecast.lower(), forecast.upper()) {
            (Some(low), Some(high)) => low.first().zip(high.first()).map(|(low, high)| (low.clone(), high.clone())),
            _ => None,
        };
        outlook.bounds.push(bounds);
    }
    Ok(outlook)
}
