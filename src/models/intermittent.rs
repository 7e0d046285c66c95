//! What the models of intermittent series share: demands and the intervals between them, smoothing, and the predictive
//! distribution about a forecast rate.

use rand::seq::SliceRandom;

use crate::forecast::{FittedSeries, ModelError, SeriesHistory};
use crate::math::optimise::minimum_between;
use crate::math::random::stream;
use crate::panel::Regressors;

/// The observed periods of a series as demands: how large, and how many periods apart.
#[derive(Debug)]
pub(super) struct Demands {
    /// The observed values, oldest first.
    pub observed: Vec<f64>,
    /// The values above zero.
    pub sizes: Vec<f64>,
    /// Observed periods from one demand to the next; the first counts from the start of the history.
    pub intervals: Vec<f64>,
}

impl Demands {
    /// The demands of a history. A period that was not observed is passed over: it neither had a demand nor makes an
    /// interval longer.
    ///
    /// # Errors
    /// Where nothing was observed.
    pub fn of(model: &str, history: SeriesHistory<'_>) -> Result<Demands, ModelError> {
        let observed: Vec<f64> = history.values.iter().copied().filter(|value| !value.is_nan()).collect();
        if observed.is_empty() {
            return Err(ModelError::TooShort { model: model.to_owned(), needed: 1, found: 0 });
        }
        let (mut sizes, mut intervals, mut since) = (Vec::new(), Vec::new(), 0.0);
        for value in &observed {
            since += 1.0;
            if *value > 0.0 {
                sizes.push(*value);
                intervals.push(since);
                since = 0.0;
            }
        }
        Ok(Demands { observed, sizes, intervals })
    }

    /// The mean interval between demands in whole periods, at least one; zero where there is no demand.
    pub fn mean_interval(&self) -> usize {
        if self.intervals.is_empty() {
            return 0;
        }
        // Halves to the even neighbour, as the reference implementation rounds.
        (self.intervals.iter().sum::<f64>() / self.intervals.len() as f64).round_ties_even() as usize
    }

    /// Means of buckets of so many observed periods, the newest bucket ending with the history; the oldest periods that
    /// fill no bucket are left out.
    pub fn buckets(&self, periods: usize) -> Vec<f64> {
        let left_out = self.observed.len() % periods;
        // Divided first: the sum of huge values has no end.
        let mean = |bucket: &[f64]| bucket.iter().map(|value| value / periods as f64).sum();
        self.observed[left_out..].chunks(periods).map(mean).collect()
    }
}

/// The level after the last value of simple exponential smoothing that starts at the first; zero where there is none.
pub(super) fn smoothed(values: &[f64], smoothing: f64) -> f64 {
    let Some((first, rest)) = values.split_first() else { return 0.0 };
    rest.iter().fold(*first, |level, value| level + smoothing * (value - level))
}

/// The smoothing between the two bounds whose one-step errors have the least sum of squares; the middle where there is no
/// error that it could change.
pub(super) fn best_smoothing(values: &[f64], [least, most]: [f64; 2]) -> f64 {
    let [first, rest @ ..] = values else { return (least + most) / 2.0 };
    if rest.len() < 2 {
        return (least + most) / 2.0;
    }
    let squares = |smoothing: f64| {
        let step = |(level, sum): (f64, f64), value: &f64| {
            let error = value - level;
            (level + smoothing * error, sum + error * error)
        };
        rest.iter().fold((*first, 0.0), step).1
    };
    // A grid over so small a range keeps a second minimum from hiding the first.
    minimum_between(least, most, 4, 1e-5, squares).0
}

/// Bounds of a smoothing as options give them, put in order and between 0 and 1.
pub(super) fn bounds([least, most]: [f64; 2]) -> [f64; 2] {
    let (least, most) = (least.clamp(0.0, 1.0), most.clamp(0.0, 1.0));
    [least.min(most), least.max(most)]
}

/// A flat forecast of demand a period, and what a period may bring: nothing, or a demand of one of the sizes seen.
///
/// A demand comes with the probability of rate over mean size. Its size is one of those seen, each with the weight that
/// exponential smoothing gives it, so that the mean of the distribution is the forecast, sizes of counts stay whole, and
/// no range reaches below zero.
///
/// Innovations are what each observed period would bring under that distribution, less the rate: periods keep their rank
/// within their own history, so that months without demand stay so across series as far as the probability allows. An
/// innovation of zero gives the rate itself.
///
/// Method: bootstrap of occurrence and size in the manner of Willemain, Smart and Schwarz (2004), with the model's
/// probability of demand in place of a Markov chain's.
#[derive(Debug)]
pub(super) struct FittedIntermittent {
    rate: f64,
    residuals: Vec<f64>,
    description: String,
}

impl FittedIntermittent {
    /// The forecast `rate` of the history's values; `smoothing` weighs the sizes.
    pub fn new(
        values: &[f64],
        demands: &Demands,
        rate: f64,
        smoothing: f64,
        description: String,
    ) -> FittedIntermittent {
        let brought = Brought::new(&demands.sizes, rate, smoothing);
        let observed = demands.observed.len() as f64;
        let mut residuals = vec![f64::NAN; values.len()];
        for (rank, position) in ranked(values).into_iter().enumerate() {
            residuals[position] = brought.at((rank as f64 + 0.5) / observed) - rate;
        }
        FittedIntermittent { rate, residuals, description }
    }
}

impl FittedSeries for FittedIntermittent {
    fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    fn path(&self, _future: Regressors<'_>, innovations: &[f64], path: &mut [f64]) {
        path.iter_mut().zip(innovations).for_each(|(cell, innovation)| *cell = (self.rate + innovation).max(0.0));
    }

    fn describe(&self) -> String {
        self.description.clone()
    }
}

/// The positions of the observed values, from the smallest to the largest.
///
/// Equal values are shuffled: where more periods must bring a demand than did, those are not always the newest. The
/// values themselves are the key of the shuffle, so that series of the same length don't get their demands together.
fn ranked(values: &[f64]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..values.len()).filter(|position| !values[*position].is_nan()).collect();
    let key: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
    positions.shuffle(&mut stream(TIES, &key));
    positions.sort_by(|left, right| values[*left].total_cmp(&values[*right]));
    positions
}

/// The stream that breaks ties of rank.
const TIES: u64 = 0x71E5;

/// The distribution of what a period brings.
struct Brought {
    /// The probability of nothing.
    nothing: f64,
    /// Sizes ascending, each with the probability of a value at most as large.
    at_most: Vec<(f64, f64)>,
}

impl Brought {
    fn new(sizes: &[f64], rate: f64, smoothing: f64) -> Brought {
        let mean = smoothed(sizes, smoothing);
        if rate <= 0.0 || mean <= 0.0 {
            return Brought { nothing: 1.0, at_most: Vec::new() };
        }
        let probability = (rate / mean).min(1.0);
        // Where every period brings something, and more than the sizes say, the sizes grow.
        let growth = (rate / mean).max(1.0);
        // What exponential smoothing makes of the newest, the one before, and the first, which it starts from.
        let mut weight = 1.0;
        let mut weighted: Vec<(f64, f64)> = Vec::with_capacity(sizes.len());
        for (age, size) in sizes.iter().rev().enumerate() {
            let share = if age + 1 == sizes.len() { weight } else { weight * smoothing };
            weighted.push((size * growth, share * probability));
            weight *= 1.0 - smoothing;
        }
        weighted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let nothing = 1.0 - probability;
        let mut sum = nothing;
        for (_, share) in &mut weighted {
            sum += *share;
            *share = sum;
        }
        Brought { nothing, at_most: weighted }
    }

    /// The quantile.
    fn at(&self, probability: f64) -> f64 {
        if probability <= self.nothing {
            return 0.0;
        }
        let place = self.at_most.partition_point(|(_, at_most)| *at_most < probability);
        self.at_most.get(place).or(self.at_most.last()).map_or(0.0, |(size, _)| *size)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::forecast::SeriesModel;
    use crate::models::hostile::{bare, fit, path, point};
    use crate::models::{Adida, Croston, CrostonForm, CrostonOptions, Imapa, Tsb, TsbOptions};
    use crate::time::Frequency;

    #[derive(Deserialize)]
    struct Golden {
        series: Vec<Series>,
    }

    #[derive(Deserialize)]
    struct Series {
        name: String,
        values: Vec<f64>,
        forecasts: BTreeMap<String, f64>,
    }

    /// Our model for each of statsforecast's, and how near it must come.
    fn counterpart(name: &str) -> (Box<dyn SeriesModel>, f64) {
        let croston = |form, fit_smoothing| {
            Box::new(Croston::new(CrostonOptions { form, fit_smoothing, ..CrostonOptions::default() }))
        };
        match name {
            "classic" => (croston(CrostonForm::Classic, false), 1e-9),
            "sba" => (croston(CrostonForm::Sba, false), 1e-9),
            "optimised" => (croston(CrostonForm::Classic, true), 1e-4),
            "tsb" => (Box::new(Tsb::new(TsbOptions { size_smoothing: 0.15, probability_smoothing: 0.05 })), 1e-9),
            "adida" => (Box::<Adida>::default(), 1e-4),
            "imapa" => (Box::<Imapa>::default(), 1e-4),
            other => panic!("{other} has no counterpart"),
        }
    }

    #[test]
    fn forecasts_are_those_of_the_reference_implementation() {
        let golden: Golden =
            serde_json::from_str(include_str!("../../tests/golden/intermittent.json")).expect("golden numbers");
        assert_eq!(golden.series.len(), 7);
        for Series { name, values, forecasts } in golden.series {
            assert_eq!(forecasts.len(), 6);
            for (model, theirs) in forecasts {
                let (ours, tolerance) = counterpart(&model);
                let ours = point(&*ours, Frequency::Month, &values, 2);
                assert!((ours[1] / theirs - 1.0).abs() < tolerance, "{model} on {name}: {} {theirs}", ours[1]);
            }
        }
    }

    fn all() -> [Box<dyn SeriesModel>; 4] {
        [Box::<Croston>::default(), Box::<Tsb>::default(), Box::<Adida>::default(), Box::<Imapa>::default()]
    }

    /// A demand of 1 or 4 in every fourth month of ten years.
    fn every_fourth() -> Vec<f64> {
        (0..120).map(|month| if month % 4 == 3 { [1.0, 4.0][month / 4 % 2] } else { 0.0 }).collect()
    }

    /// What the past periods' innovations make of the first step.
    fn brought(model: &dyn SeriesModel, values: &[f64]) -> Vec<f64> {
        let fitted = fit(model, Frequency::Month, values).expect("a fit");
        let known = fitted.residuals().iter().filter(|residual| residual.is_finite());
        known.map(|residual| path(&*fitted, Frequency::Month, &[*residual])[0]).collect()
    }

    #[test]
    fn paths_bring_nothing_or_a_size_that_was_seen() {
        for model in all() {
            let brought = brought(&*model, &every_fourth());
            let rounded: Vec<f64> = brought.iter().map(|value| value.round()).collect();
            assert!(brought.iter().zip(&rounded).all(|(value, whole)| (value - whole).abs() < 1e-9), "{brought:?}");
            assert!(rounded.iter().all(|value| [0.0, 1.0, 4.0].contains(value)), "{}: {rounded:?}", model.id());
            let nothing = brought.iter().filter(|value| **value == 0.0).count();
            assert!((82..=98).contains(&nothing), "{}: {nothing} of 120 bring nothing", model.id());
        }
    }

    #[test]
    fn the_mean_of_what_periods_bring_is_the_forecast() {
        for model in all() {
            let values = every_fourth();
            let brought = brought(&*model, &values);
            let mean = brought.iter().sum::<f64>() / brought.len() as f64;
            let forecast = point(&*model, Frequency::Month, &values, 1)[0];
            assert!((mean / forecast - 1.0).abs() < 0.05, "{}: {mean} {forecast}", model.id());
        }
    }

    #[test]
    fn months_that_had_a_demand_bring_the_demands() {
        // A probability that has fallen keeps the largest of them.
        let mut values = every_fourth();
        values.extend([0.0; 8]);
        let fitted = fit(&Tsb::default(), Frequency::Month, &values).expect("a fit");
        let brings = |month: usize| path(&*fitted, Frequency::Month, &[fitted.residuals()[month]])[0];
        let with: Vec<usize> = (0..values.len()).filter(|month| brings(*month) > 0.0).collect();
        assert!((5..30).contains(&with.len()), "{with:?}");
        assert!(with.iter().all(|month| values[*month] > 0.0), "{with:?}");
    }

    #[test]
    fn sizes_weigh_as_much_as_smoothing_gives_them() {
        // By hand: smoothing 0.5 of 1, 2, 4 weighs them a quarter, a quarter and a half; their mean is 2.75.
        let brought = Brought::new(&[1.0, 2.0, 4.0], 0.5 * 2.75, 0.5);
        assert!((brought.nothing - 0.5).abs() < 1e-12);
        let quantiles = [0.49, 0.6, 0.63, 0.7, 0.76, 1.0].map(|probability| brought.at(probability));
        assert_eq!(quantiles, [0.0, 1.0, 2.0, 2.0, 4.0, 4.0]);
    }

    #[test]
    fn more_than_sizes_can_bring_makes_them_grow() {
        let brought = Brought::new(&[2.0, 2.0], 3.0, 0.1);
        assert_eq!((brought.nothing, brought.at(0.0), brought.at(0.01), brought.at(1.0)), (0.0, 0.0, 3.0, 3.0));
    }

    #[test]
    fn a_history_of_zeros_stays_at_zero_and_a_constant_where_it_is() {
        for model in all() {
            for value in [0.0, 7.0, 0.1] {
                assert_eq!(point(&*model, Frequency::Month, &[value; 40], 3), [value; 3], "{}", model.id());
                assert!(brought(&*model, &[value; 40]).iter().all(|brought| (brought - value).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn periods_not_observed_are_passed_over() {
        let with_gaps: Vec<f64> = every_fourth().into_iter().flat_map(|value| [value, f64::NAN]).collect();
        for model in all() {
            let gaps = point(&*model, Frequency::Month, &with_gaps, 1);
            assert_eq!(gaps, point(&*model, Frequency::Month, &every_fourth(), 1), "{}", model.id());
        }
    }

    #[test]
    fn two_series_of_one_length_break_their_ties_apart() {
        let once = |month: usize| (0..60).map(|at| f64::from(u8::from(at == month))).collect::<Vec<_>>();
        assert_ne!(ranked(&once(3))[..58], ranked(&once(4))[..58]);
        assert_eq!(ranked(&once(3)), ranked(&once(3)));
        assert_eq!(ranked(&once(3))[59], 3);
    }

    #[test]
    fn huge_values_have_a_finite_forecast() {
        let values = [1e308, 0.0, 1.5e308, 1e308, 0.0, 1e308];
        for model in all() {
            let forecast = point(&*model, Frequency::Month, &values, 2);
            assert!(forecast.iter().all(|value| value.is_finite() && *value > 0.0), "{}: {forecast:?}", model.id());
        }
    }

    #[test]
    fn buckets_end_with_the_history() {
        let values = [9.0, 1.0, 0.0, 2.0, 4.0];
        let design = bare(Frequency::Month, 5);
        let history = SeriesHistory { values: &values, regressors: design.regressors(0) };
        let demands = Demands::of("adida", history).expect("observed");
        assert_eq!(demands.buckets(2), [0.5, 3.0]);
        assert_eq!((demands.intervals.as_slice(), demands.mean_interval()), ([1.0, 1.0, 2.0, 1.0].as_slice(), 1));
    }
}
