//! From yearly figures only: flows as ratios to referrals.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::draw::normal;
use super::error::PathwayError;
use super::level::{Level, Wandering};
use crate::forecast::Forecast;
use crate::math::random;
use crate::panel::SeriesKey;
use crate::time::{Frequency, Period};

/// How yearly figures are carried on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatioOptions {
    /// How far a flow's ratio to referrals decides beside the flow's own level, between 0 and 1. A flow that has hardly
    /// followed referrals from year to year needs little of it.
    pub follow_referrals: f64,
    /// How much of each year's surprise the level of a flow, or of a rate of ends, takes in, between 0 and 1.
    pub smoothing: f64,
    /// The same of a stock that turns over once a year, between 0 and 1; of one that hardly does, all.
    pub stock_smoothing: f64,
    /// Standard deviation of a year's surprise in the log of a flow, before the authority's own surprises are seen.
    pub change: f64,
    /// The same for the starts and the rate of ends of a stock of children.
    pub stock_change: f64,
    /// Years that `change` and `stock_change` count for.
    pub change_years: f64,
    /// Correlation of the surprises of a stock's starts and rate of ends, before the stock's own changes are seen, between
    /// -1 and 1.
    pub together: f64,
    /// Years that `together` counts for.
    pub together_years: f64,
}

impl Default for RatioOptions {
    fn default() -> RatioOptions {
        // Chosen on one half of England's authorities, judged on the other (docs/methods/pathway.md).
        RatioOptions {
            follow_referrals: 0.25,
            smoothing: 0.6,
            stock_smoothing: 0.6,
            change: 0.25,
            stock_change: 0.18,
            change_years: 8.0,
            together: 0.3,
            together_years: 3.0,
        }
    }
}

/// One flow's yearly history beside referrals; `NaN` = not observed.
#[derive(Debug, Clone, PartialEq)]
pub struct YearlyFlow {
    /// The flow's name, such as `plan starts`.
    pub name: String,
    /// The flow, a value a year.
    pub values: Vec<f64>,
}

/// Yearly flows of an authority fitted as ratios to its referrals; ratios may exceed 1, as assessments also arise on open
/// cases.
///
/// Method: the log of a flow is a level followed by simple exponential smoothing, mixed with the log of the ratio so
/// followed times referrals. A year's surprise is normal, with a standard deviation shrunk to authorities' usual one, and
/// the part of it that the level takes in lasts.
#[derive(Debug, Clone)]
pub struct FlowRatios {
    flows: Vec<FittedFlow>,
    last: Period,
    options: RatioOptions,
}

#[derive(Debug, Clone)]
struct FittedFlow {
    name: String,
    level: f64,
    log_ratio: f64,
    change: f64,
}

impl FlowRatios {
    /// Fits flows to the referrals of the same years, of which `last` is the last.
    ///
    /// # Errors
    /// Where lengths differ, a value is negative, or a flow has no year with referrals.
    pub fn fit(
        referrals: &[f64],
        flows: &[YearlyFlow],
        last: Period,
        options: RatioOptions,
    ) -> Result<FlowRatios, PathwayError> {
        let wrong = |problem: String| Err(PathwayError::Flows { problem });
        if last.frequency() != Frequency::Year {
            return wrong("must be by years".to_owned());
        }
        for (name, value) in [
            ("follow_referrals", options.follow_referrals),
            ("smoothing", options.smoothing),
            ("stock_smoothing", options.stock_smoothing),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(PathwayError::option(format!("ratios.{name}"), "must lie between 0 and 1"));
            }
        }
        let mut fitted = Vec::with_capacity(flows.len());
        for flow in flows {
            if flow.values.len() != referrals.len() {
                return wrong(format!("of `{}` cover other years than referrals do", flow.name));
            }
            if flow.values.iter().chain(referrals).any(|value| *value < 0.0 || value.is_infinite()) {
                return wrong(format!("of `{}` or referrals have a negative or infinite value", flow.name));
            }
            // Half a child more keeps a year without any from an infinite log.
            let log = |value: f64| libm::log(value + 0.5);
            let values: Vec<f64> = flow.values.iter().map(|value| log(*value)).collect();
            let ratios: Vec<f64> = values.iter().zip(referrals).map(|(value, of)| value - log(*of)).collect();
            let follow = |values: Vec<f64>| Level::of(values, options.smoothing);
            let (Some(level), Some(ratio)) = (follow(values), follow(ratios)) else {
                return wrong(format!("of `{}` have no year with referrals; give one at least", flow.name));
            };
            fitted.push(FittedFlow {
                name: flow.name.clone(),
                log_ratio: ratio.value,
                change: level.spread(options.change, options.change_years, 0.0),
                level: level.value,
            });
        }
        fitted.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(FlowRatios { flows: fitted, last, options })
    }

    /// The ratio of a flow to referrals in the last year; `None` for a flow that wasn't fitted.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        self.flows.iter().find(|flow| flow.name == name).map(|flow| libm::exp(flow.log_ratio))
    }

    /// Follows yearly referral paths to the flows: flows x draws x years, whole numbers.
    ///
    /// # Errors
    /// Where the forecast isn't by the years that follow.
    pub fn simulate(&self, referrals: &Forecast, seed: u64) -> Result<Forecast, PathwayError> {
        let span = referrals.span();
        if span.frequency() != Frequency::Year || span.start() != self.last.plus(1) {
            let problem = format!("is not by years from {}", self.last.plus(1));
            return Err(PathwayError::Referrals { problem });
        }
        let total = super::cost::total_of(referrals, "referrals")?;
        let (draws, years) = (total.draws(), span.len());
        let mut values = Array3::zeros((self.flows.len(), draws, years));
        for (row, flow) in self.flows.iter().enumerate() {
            for path in 0..draws {
                let mut stream = random::stream(seed, &[0x4A71, row as u64, path as u64]);
                let mut wandering = Wandering::default();
                for year in 0..years {
                    let wandered = wandering.year(flow.change * normal(&mut stream), self.options.smoothing);
                    let by_ratio = flow.log_ratio + libm::log(total.paths()[(0, path, year)].max(0.0) + 0.5);
                    let share = self.options.follow_referrals;
                    let mean = share * by_ratio + (1.0 - share) * flow.level;
                    values[(row, path, year)] = (libm::exp(mean + wandered) - 0.5).max(0.0).round();
                }
            }
        }
        let keys = self.flows.iter().map(|flow| SeriesKey::new([flow.name.as_str()])).collect();
        Ok(Forecast::new(keys, span, values)?.shaped_like(crate::panel::ValueKind::Count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    const LAST: Period = Period::numbered(Frequency::Year, 2024);

    fn referrals(children: f64) -> Forecast {
        let values = Array3::from_elem((1, 400, 2), children);
        Forecast::new(vec![SeriesKey::new(["referrals"])], Span::new(LAST.plus(1), 2), values).expect("finite")
    }

    #[test]
    fn a_ratio_above_one_is_legal_and_found() {
        let flow = YearlyFlow { name: "assessments".into(), values: vec![1030.0; 5] };
        let fit = FlowRatios::fit(&[1000.0; 5], &[flow], LAST, RatioOptions::default()).expect("a fit");
        assert!((fit.ratio("assessments").expect("fitted") - 1.03).abs() < 1e-3);
    }

    #[test]
    fn a_flow_follows_referrals_as_far_as_it_is_told() {
        let flow = || YearlyFlow { name: "plans".into(), values: vec![100.0; 6] };
        let median = |follow_referrals| {
            let options = RatioOptions { follow_referrals, ..RatioOptions::default() };
            let fit = FlowRatios::fit(&[1000.0; 6], &[flow()], LAST, options).expect("a fit");
            fit.simulate(&referrals(2000.0), 1).expect("paths").quantiles(&[0.5])[(0, 0, 0)]
        };
        assert!((median(1.0) - 200.0f64).abs() < 12.0 && (median(0.0) - 100.0f64).abs() < 6.0);
    }

    #[test]
    fn years_not_observed_are_passed_over_and_none_at_all_is_refused() {
        let flow = |values: Vec<f64>| YearlyFlow { name: "plans".into(), values };
        let fit = |values| FlowRatios::fit(&[1000.0; 3], &[flow(values)], LAST, RatioOptions::default());
        assert!(fit(vec![f64::NAN, 100.0, f64::NAN]).is_ok());
        assert!(fit(vec![f64::NAN; 3]).is_err_and(|error| error.to_string().contains("`plans`")));
    }
}
