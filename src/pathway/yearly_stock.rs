//! A stock of children from yearly figures: what comes in less what goes out.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use super::draw::normal;
use super::error::PathwayError;
use super::level::{Level, Wandering, shrunk};
use super::ratios::RatioOptions;
use crate::forecast::{Draws, Forecast};
use crate::math::random;
use crate::panel::{SeriesKey, ValueKind};
use crate::time::{Period, Span};

/// A stock of children from yearly starts, ends and counts: looked-after children or plans of one authority.
///
/// Method: starts and the rate of ends surprise about their levels from year to year and take a part of each surprise in;
/// ends are the stock's exposure times the rate, counting scatter included. The rate is the one that holds the stock at
/// its own smoothed level, because the difference of two noisy flows says hardly anything about where a stock goes. Starts
/// and rate move together as far as the stock has moved less than they would have it move alone. In every path the change
/// in stock is starts less ends, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct YearlyStock {
    /// Children on the last day of the last year.
    pub stock: f64,
    /// Children who came in during that year (a smoothed figure is better than one year's).
    pub starts: f64,
    /// Children who went out a year and child of the mean stock.
    pub end_rate: f64,
    /// Standard deviation of a year's surprise in the log of starts.
    pub starts_change: f64,
    /// The same of the rate of ends.
    pub rate_change: f64,
    /// Correlation of the two.
    pub together: f64,
    /// How much of a surprise lasts, between 0 and 1.
    pub smoothing: f64,
}

/// Starts and ends are taken to move together, or against each other, by no more than this correlation.
const MOST_TOGETHER: f64 = 0.95;

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
        // Half a child more keeps a year without any from an infinite log.
        let log = |value: f64| libm::log(value + 0.5);
        let entries = starts.iter().map(|value| log(*value));
        let rates = (0..ends.len()).map(|year| {
            let before = if year > 0 { stocks[year - 1] } else { f64::NAN };
            let mean = if before.is_finite() { 0.5 * (before + stocks[year]) } else { stocks[year] };
            log(ends[year]) - log(mean)
        });
        let (Some(entry), Some(rate)) = (Level::of(entries, options.smoothing), Level::of(rates, options.smoothing))
        else {
            return Err(wrong("have no year with starts and ends; give one at least"));
        };
        // Of a stock that turns over slowly most children are last year's, so little of its change is chance.
        let turnover = libm::exp(rate.value).min(1.0);
        let smoothing = 1.0 - (1.0 - options.stock_smoothing) * turnover;
        let level = Level::of(stocks.iter().map(|value| log(*value)), smoothing);
        let level = level.ok_or_else(|| wrong("have no stock in the last year"))?;
        let starts = (libm::exp(entry.value) - 0.5).max(0.0);
        let held = (libm::exp(level.value) - 0.5).max(0.5);
        let end_rate = starts / held;
        let [starts_change, rate_change] =
            [&entry, &rate].map(|level| level.spread(options.stock_change, options.change_years, 0.0));
        // A surprise of starts, or one of the rate, moves the log of the stock by so much within the year.
        let moves = end_rate / (1.0 + 0.5 * end_rate);
        let apart = starts_change * starts_change + rate_change * rate_change;
        let (square, years) = level.mean_square();
        // Counting scatter of ends is drawn for itself.
        let own = (square - end_rate / stock.max(1.0)).max(0.0) / (moves * moves).max(1e-9);
        let variance = shrunk((1.0 - options.together) * apart, options.together_years, own, years);
        let together = (apart - variance) / (2.0 * starts_change * rate_change).max(1e-9);
        Ok(YearlyStock {
            stock,
            starts,
            end_rate,
            starts_change,
            rate_change,
            together: together.clamp(-MOST_TOGETHER, MOST_TOGETHER),
            smoothing: options.smoothing,
        })
    }

    /// Paths of the stock and its flows: `ends`, `starts`, `stock` x draws x years.
    ///
    /// # Errors
    /// None in practice: paths are finite.
    pub fn simulate(&self, last: Period, years: usize, draws: Draws) -> Result<Forecast, PathwayError> {
        let mut values = Array3::zeros((3, draws.paths, years));
        let alone = libm::sqrt((1.0 - self.together * self.together).max(0.0));
        for path in 0..draws.paths {
            let mut stream = random::stream(draws.seed, &[0x4A72, path as u64]);
            let (mut stock, mut entry, mut leave) = (self.stock, Wandering::default(), Wandering::default());
            for year in 0..years {
                let [shared, own] = [normal(&mut stream), normal(&mut stream)];
                let entry = entry.year(self.starts_change * shared, self.smoothing);
                let surprise = self.rate_change * (self.together * shared + alone * own);
                let leave = leave.year(surprise, self.smoothing);
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
        Ok(Forecast::new(keys, span, values)?.shaped_like(ValueKind::Count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Frequency;

    const LAST: Period = Period::numbered(Frequency::Year, 2024);

    #[test]
    fn a_stock_changes_by_starts_less_ends_and_tends_to_what_they_sustain() {
        let stock = YearlyStock {
            stock: 500.0,
            starts: 100.0,
            end_rate: 0.4,
            starts_change: 0.1,
            rate_change: 0.1,
            together: 0.3,
            smoothing: 0.6,
        };
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
        // Starts over the rate: 250 children.
        assert!((late - 250.0).abs() < 5.0, "{late}");
    }

    #[test]
    fn a_stock_that_has_stood_still_goes_on_so_and_one_that_turns_over_fast_comes_back() {
        let options = RatioOptions::default();
        let fit =
            |stocks: [f64; 3], flow: f64| YearlyStock::fit(&stocks, &[flow; 3], &[flow; 3], options).expect("a fit");
        let sustained = |fit: YearlyStock| fit.starts / fit.end_rate;
        assert!((sustained(fit([400.0; 3], 150.0)) - 400.0).abs() < 1.0);
        // From 200 to 300: fast turnover takes in 60% of it, slow turnover nearly all.
        let fast = sustained(fit([200.0, 200.0, 300.0], 300.0));
        let slow = sustained(fit([200.0, 200.0, 300.0], 30.0));
        assert!(fast < 260.0 && slow > 285.0, "{fast} {slow}");
    }

    #[test]
    fn a_stock_that_stands_still_while_its_flows_swing_has_flows_that_swing_together() {
        let swing = [100.0, 150.0, 90.0, 140.0, 100.0, 160.0];
        let fit = |stocks: [f64; 6]| {
            YearlyStock::fit(&stocks, &swing, &swing, RatioOptions::default()).expect("a fit").together
        };
        let (still, jumping) = (fit([300.0; 6]), fit([300.0, 400.0, 280.0, 420.0, 290.0, 430.0]));
        assert!(still > 0.6 && jumping < 0.1, "{still} {jumping}");
    }
}
