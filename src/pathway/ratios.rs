//! From yearly figures only: flows as ratios to referrals, stocks as what comes in less what goes out.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::draw::normal;
use super::error::PathwayError;
use crate::forecast::{Draws, Forecast};
use crate::math::{quantile, random};
use crate::panel::SeriesKey;
use crate::time::{Frequency, Period, Span};

/// How yearly figures are carried on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatioOptions {
    /// How far a flow's ratio to referrals decides beside the flow's own level, between 0 and 1. A flow that has hardly
    /// followed referrals from year to year needs little of it.
    pub follow_referrals: f64,
    /// How much of each year's surprise the level takes in, between 0 and 1.
    pub smoothing: f64,
    /// How far a stock's entries and exits are taken to balance, between 0 and 1: 0 carries on both, 1 holds the stock.
    pub balance: f64,
    /// Standard deviation of a year's change in the log of a flow, before the authority's own changes are seen, and for how
    /// many years it counts.
    pub change: f64,
    /// The same for the entries and the exit rate of a stock of children, which partly move together.
    pub stock_change: f64,
    /// Years that `change` and `stock_change` count for.
    pub change_years: f64,
}

impl Default for RatioOptions {
    fn default() -> RatioOptions {
        // Chosen by rolling origins 2015 to 2017 over England's authorities; judged on later years
        // (docs/methods/pathway.md). `change` is an assumption.
        RatioOptions {
            follow_referrals: 0.25,
            smoothing: 0.6,
            balance: 0.75,
            change: 0.20,
            stock_change: 0.11,
            change_years: 4.0,
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
/// followed times referrals; changes are normal with a standard deviation shrunk to authorities' usual one.
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
            ("balance", options.balance),
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
            let (Some(level), Some(log_ratio)) =
                (smooth(&values, options.smoothing), smooth(&ratios, options.smoothing))
            else {
                return wrong(format!("of `{}` have no year with referrals; give one at least", flow.name));
            };
            fitted.push(FittedFlow {
                name: flow.name.clone(),
                level,
                log_ratio,
                change: change(&values, options.change, options.change_years),
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
                let mut wandered = 0.0;
                for year in 0..years {
                    wandered += flow.change * normal(&mut stream);
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

/// The level of a series after simple exponential smoothing (Brown 1959); years not observed leave it as it is.
fn smooth(values: &[f64], smoothing: f64) -> Option<f64> {
    let mut observed = values.iter().copied().filter(|value| value.is_finite());
    let first = observed.next()?;
    Some(observed.fold(first, |level, value| level + smoothing * (value - level)))
}

/// The standard deviation of a year's change, robust (1.4826 x median absolute change) and shrunk.
fn change(logs: &[f64], usual: f64, years: f64) -> f64 {
    let changes: Vec<f64> =
        logs.windows(2).map(|pair| (pair[1] - pair[0]).abs()).filter(|change| change.is_finite()).collect();
    let count = changes.len() as f64;
    // 1.4826: the normal distribution's standard deviation over its median absolute deviation.
    let own = if changes.is_empty() { 0.0 } else { 1.4826 * quantile::median(changes) };
    let prior = usual * usual * years;
    libm::sqrt((prior + count * own * own) / (years + count).max(1e-9))
}

/// A stock of children from yearly starts, ends and counts: looked-after children or plans of one authority.
///
/// Method: entries wander about their last level; ends are the stock's exposure times a rate that wanders too, binomial
/// scatter included, so that a stock tends to what its entries and rate sustain. In every path the change in stock is
/// entries less exits, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct YearlyStock {
    /// Children on the last day of the last year.
    pub stock: f64,
    /// Children who came in during that year (a smoothed figure is better than one year's).
    pub starts: f64,
    /// Children who went out a year and child of the mean stock.
    pub end_rate: f64,
    /// Standard deviation of a year's change in the log of starts and of the rate.
    pub starts_change: f64,
    /// The same of the rate of ends.
    pub rate_change: f64,
}

impl YearlyStock {
    /// Learns from yearly stocks (last day), starts and ends of the same years, oldest first; `NaN` = not observed.
    ///
    /// # Errors
    /// Where no stock, start or end is observed.
    pub fn fit(
        stocks: &[f64],
        starts: &[f64],
        ends: &[f64],
        options: RatioOptions,
    ) -> Result<YearlyStock, PathwayError> {
        let wrong = |problem: &str| PathwayError::Flows { problem: problem.to_owned() };
        let stock = stocks.last().copied().filter(|stock| *stock >= 0.0);
        let stock = stock.ok_or_else(|| wrong("have no stock in the last year"))?;
        let log = |value: f64| libm::log(value + 0.5);
        let entries: Vec<f64> = starts.iter().map(|value| log(*value)).collect();
        let rates: Vec<f64> = (0..ends.len())
            .map(|year| {
                let before = if year > 0 { stocks[year - 1] } else { f64::NAN };
                let mean = if before.is_finite() { 0.5 * (before + stocks[year]) } else { stocks[year] };
                log(ends[year]) - log(mean)
            })
            .collect();
        let level = |values: &[f64]| smooth(values, options.smoothing);
        let (Some(entry), Some(rate)) = (level(&entries), level(&rates)) else {
            return Err(wrong("have no year with starts and ends; give one at least"));
        };
        let starts_level = (libm::exp(entry) - 0.5).max(0.0);
        // The rate that holds the stock where it is, mixed in: the difference of two noisy flows says little.
        let held = if stock > 0.0 { starts_level / stock } else { libm::exp(rate) };
        Ok(YearlyStock {
            stock,
            starts: starts_level,
            end_rate: options.balance * held + (1.0 - options.balance) * libm::exp(rate),
            starts_change: change(&entries, options.stock_change, options.change_years),
            rate_change: change(&rates, options.stock_change, options.change_years),
        })
    }

    /// Paths of the stock and its flows: `ends`, `starts`, `stock` x draws x years.
    ///
    /// # Errors
    /// None in practice: paths are finite.
    pub fn simulate(&self, last: Period, years: usize, draws: Draws) -> Result<Forecast, PathwayError> {
        let mut values = Array3::zeros((3, draws.paths, years));
        for path in 0..draws.paths {
            let mut stream = random::stream(draws.seed, &[0x4A72, path as u64]);
            let (mut stock, mut entry, mut leave) = (self.stock, 0.0, 0.0);
            for year in 0..years {
                entry += self.starts_change * normal(&mut stream);
                leave += self.rate_change * normal(&mut stream);
                let starts = (self.starts * libm::exp(entry)).round();
                let rate = self.end_rate * libm::exp(leave);
                // Ends are the rate times the mean of the stocks before and after, solved for the ends.
                let mean = rate * (stock + 0.5 * starts) / (1.0 + 0.5 * rate);
                let scatter = libm::sqrt(mean.max(0.0)) * normal(&mut stream);
                let ends = (mean + scatter).round().clamp(0.0, stock + starts);
                stock += starts - ends;
                values[(0, path, year)] = ends;
                values[(1, path, year)] = starts;
                values[(2, path, year)] = stock;
            }
        }
        let keys = ["ends", "starts", "stock"].map(|name| SeriesKey::new([name])).to_vec();
        let span = Span::new(last.plus(1), years);
        Ok(Forecast::new(keys, span, values)?.shaped_like(crate::panel::ValueKind::Count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_stock_changes_by_starts_less_ends_and_tends_to_what_they_sustain() {
        let stock = YearlyStock { stock: 500.0, starts: 100.0, end_rate: 0.4, starts_change: 0.1, rate_change: 0.1 };
        let paths = stock.simulate(LAST, 25, Draws { paths: 200, seed: 2 }).expect("paths");
        for path in 0..200 {
            let mut before = 500.0;
            for year in 0..25 {
                let [ends, starts, after] = [0, 1, 2].map(|row| paths.paths()[(row, path, year)]);
                assert_eq!(before + starts - ends, after);
                before = after;
            }
        }
        let still = YearlyStock { starts_change: 0.0, rate_change: 0.0, ..stock };
        let late = still.simulate(LAST, 25, Draws { paths: 200, seed: 2 }).expect("paths").mean()[(2, 24)];
        assert!((late - 250.0).abs() < 8.0, "{late}");
    }
}
