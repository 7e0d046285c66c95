//! One forecast from the paths of several members.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array2, Array3};

use super::weights::{Combine, EnsembleOptions, fixed, inverse_score};
use crate::forecast::{Draws, FittedForecaster, Forecast, Forecaster, ModelError, Skipped};
use crate::panel::{Design, Panel, SeriesKey};

/// The id.
const ID: &str = "ensemble";

/// Combines the paths of its members, path by path.
///
/// Every member draws with the same [`Draws`], so that paths with the same number share the dates of their innovations
/// and their mean is as wide as the members are, not narrower. A series that a member left out is carried by the others;
/// a member that fails as a whole is left out as long as one remains.
#[derive(Debug)]
pub struct Ensemble {
    members: Vec<Box<dyn Forecaster>>,
    options: EnsembleOptions,
}

impl Ensemble {
    /// The ensemble of these members.
    pub fn new(members: Vec<Box<dyn Forecaster>>, options: EnsembleOptions) -> Ensemble {
        Ensemble { members, options }
    }
}

impl Forecaster for Ensemble {
    fn id(&self) -> &str {
        ID
    }

    fn fit(&self, history: &Panel, known: &Design) -> Result<Box<dyn FittedForecaster>, ModelError> {
        let all = match self.options.combine {
            Combine::InverseScore => inverse_score(&self.members, history, known, &self.options),
            Combine::Mean => fixed(history.keys().len(), self.members.len(), &self.options.weights),
            Combine::Median => fixed(history.keys().len(), self.members.len(), &[]),
        };
        let (mut members, mut columns, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (column, member) in self.members.iter().enumerate() {
            match member.fit(history, known) {
                Ok(fitted) => {
                    members.push(Member { id: member.id().to_owned(), fitted });
                    columns.push(column);
                }
                Err(error) => failed.push(error),
            }
        }
        if members.is_empty() {
            let nothing = ModelError::Nothing { model: ID.to_owned(), first: "it has no member".to_owned() };
            return Err(failed.into_iter().next().unwrap_or(nothing));
        }
        let skipped = skipped_by_all(&members);
        let weights = all.select(ndarray::Axis(1), &columns);
        let (keys, median) = (history.keys().to_vec(), self.options.combine == Combine::Median);
        Ok(Box::new(FittedEnsemble { keys, members, weights, median, skipped }))
    }
}

/// The series that no member forecasts, with the first member's reason.
fn skipped_by_all(members: &[Member]) -> Vec<Skipped> {
    let Some((first, others)) = members.split_first() else { return Vec::new() };
    let by_others: Vec<BTreeSet<&SeriesKey>> =
        others.iter().map(|member| member.fitted.skipped().iter().map(|skipped| &skipped.key).collect()).collect();
    let skipped = first.fitted.skipped().iter();
    skipped.filter(|skipped| by_others.iter().all(|keys| keys.contains(&skipped.key))).cloned().collect()
}

#[derive(Debug)]
struct Member {
    id: String,
    fitted: Box<dyn FittedForecaster>,
}

#[derive(Debug)]
struct FittedEnsemble {
    keys: Vec<SeriesKey>,
    members: Vec<Member>,
    /// Series x members.
    weights: Array2<f64>,
    median: bool,
    skipped: Vec<Skipped>,
}

impl FittedForecaster for FittedEnsemble {
    fn forecast(&self, future: &Design, draws: Draws) -> Result<Forecast, ModelError> {
        let forecasts: Vec<Result<Forecast, ModelError>> =
            self.members.iter().map(|member| member.fitted.forecast(future, draws)).collect();
        if let Some(Err(error)) = forecasts.iter().find(|forecast| forecast.is_err())
            && forecasts.iter().all(Result::is_err)
        {
            return Err(error.clone());
        }
        // Where each series stands in each member's forecast, in the order of the keys.
        let places: Vec<(usize, Vec<(usize, usize)>)> = (0..self.keys.len())
            .map(|row| {
                let place = |(member, forecast): (usize, &Result<Forecast, ModelError>)| {
                    Some((member, forecast.as_ref().ok()?.row(&self.keys[row])?))
                };
                (row, forecasts.iter().enumerate().filter_map(place).collect())
            })
            .filter(|(_, places): &(usize, Vec<_>)| !places.is_empty())
            .collect();
        let steps = future.span().len();
        let mut paths = Array3::zeros((places.len(), draws.paths, steps));
        let mut values = Vec::with_capacity(self.members.len());
        for ((row, places), mut to) in places.iter().zip(paths.outer_iter_mut()) {
            let parts: Vec<_> = places
                .iter()
                .filter_map(|(member, at)| {
                    Some((self.weights[(*row, *member)], forecasts[*member].as_ref().ok()?.series(*at)))
                })
                .collect();
            let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
            for (place, cell) in to.indexed_iter_mut() {
                values.clear();
                values.extend(parts.iter().map(|(weight, paths)| (*weight / total, paths[place])));
                *cell = if self.median { median(&mut values) } else { values.iter().map(|(w, v)| w * v).sum() };
            }
        }
        let keys = places.iter().map(|(row, _)| self.keys[*row].clone()).collect();
        Forecast::new(keys, future.span(), paths)
            .map_err(|error| ModelError::NoFit { model: ID.to_owned(), reason: error.to_string() })
    }

    /// The innovations of the heaviest member that fitted the series: those of different members may live on different
    /// scales and have no mean.
    fn residuals(&self) -> Vec<(&SeriesKey, &[f64])> {
        let mut heaviest: BTreeMap<&SeriesKey, (f64, &[f64])> = BTreeMap::new();
        for (column, member) in self.members.iter().enumerate() {
            for (key, residuals) in member.fitted.residuals() {
                let Ok(row) = self.keys.binary_search(key) else { continue };
                let weight = self.weights[(row, column)];
                let entry = heaviest.entry(key).or_insert((weight, residuals));
                if weight > entry.0 {
                    *entry = (weight, residuals);
                }
            }
        }
        heaviest.into_iter().map(|(key, (_, residuals))| (key, residuals)).collect()
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn describe(&self, key: &SeriesKey) -> Option<String> {
        let row = self.keys.binary_search(key).ok()?;
        let parts: Vec<(f64, &str, String)> = self
            .members
            .iter()
            .enumerate()
            .filter_map(|(column, member)| {
                Some((self.weights[(row, column)], member.id.as_str(), member.fitted.describe(key)?))
            })
            .collect();
        let total: f64 = parts.iter().map(|(weight, ..)| weight).sum();
        let spoken: Vec<String> = parts
            .into_iter()
            .map(|(weight, id, what)| {
                if self.median {
                    format!("{id}: {what}")
                } else {
                    format!("{:.0}% {id}: {what}", 100.0 * weight / total)
                }
            })
            .collect();
        let how = if self.median { "median" } else { "mean" };
        (!spoken.is_empty()).then(|| format!("{how} of [{}]", spoken.join("; ")))
    }
}

/// The middle value, or the mean of the middle two.
fn median(values: &mut [(f64, f64)]) -> f64 {
    values.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle].1 } else { (values[middle - 1].1 + values[middle].1) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensemble::tests::{Steady, panel};

    const DRAWS: Draws = Draws { paths: 4, seed: 1 };

    fn steady(id: &'static str, value: f64) -> Steady {
        Steady { id, value, ..Steady::default() }
    }

    fn fit(members: Vec<Steady>, combine: Combine, history: &Panel) -> Result<Box<dyn FittedForecaster>, ModelError> {
        let members = members.into_iter().map(|member| Box::new(member) as Box<dyn Forecaster>).collect();
        let options = EnsembleOptions { combine, ..EnsembleOptions::default() };
        Ensemble::new(members, options).fit(history, &Design::empty(history.span()))
    }

    fn values(fitted: &dyn FittedForecaster, history: &Panel) -> Vec<f64> {
        let forecast = fitted.forecast(&Design::empty(history.span().following(1)), DRAWS).expect("a forecast");
        (0..forecast.keys().len()).map(|row| forecast.paths()[(row, 0, 0)]).collect()
    }

    #[test]
    fn mean_and_median_are_taken_path_by_path() {
        let history = panel(1, 30, |_, _| 10.0);
        let members = || vec![steady("a", 1.0), steady("b", 2.0), steady("c", 9.0)];
        let mean = fit(members(), Combine::Mean, &history).expect("a fit");
        assert_eq!(values(&*mean, &history), [4.0]);
        let median = fit(members(), Combine::Median, &history).expect("a fit");
        assert_eq!(values(&*median, &history), [2.0]);
    }

    #[test]
    fn given_weights_are_relative() {
        let history = panel(1, 30, |_, _| 10.0);
        let members: Vec<Box<dyn Forecaster>> = vec![Box::new(steady("a", 1.0)), Box::new(steady("b", 4.0))];
        let options = EnsembleOptions { combine: Combine::Mean, weights: vec![2.0, 1.0], ..EnsembleOptions::default() };
        let fitted = Ensemble::new(members, options).fit(&history, &Design::empty(history.span())).expect("a fit");
        assert_eq!(values(&*fitted, &history), [2.0]);
    }

    #[test]
    fn a_series_that_one_member_left_out_is_carried_by_the_others() {
        let history = panel(3, 30, |_, _| 10.0);
        let picky = Steady { skips: vec![0, 2], ..steady("picky", 1.0) };
        let other = Steady { skips: vec![2], ..steady("other", 5.0) };
        let fitted = fit(vec![picky, other], Combine::Mean, &history).expect("a fit");
        assert_eq!(values(&*fitted, &history), [5.0, 3.0]);
        let skipped: Vec<String> = fitted.skipped().iter().map(|skipped| skipped.key.to_string()).collect();
        assert_eq!(skipped, ["area 02"]);
        assert_eq!(fitted.describe(&history.keys()[2]), None);
    }

    #[test]
    fn a_member_that_fails_is_left_out_while_another_stands() {
        let history = panel(1, 30, |_, _| 10.0);
        let failing = || Steady { fails: true, ..steady("failing", 1.0) };
        let fitted = fit(vec![failing(), steady("standing", 5.0)], Combine::InverseScore, &history).expect("a fit");
        assert_eq!(values(&*fitted, &history), [5.0]);
        assert!(matches!(fit(vec![failing()], Combine::Mean, &history), Err(ModelError::Nothing { .. })));
        assert!(matches!(fit(Vec::new(), Combine::Mean, &history), Err(ModelError::Nothing { .. })));
    }

    #[test]
    fn the_member_with_the_smaller_error_weighs_more() {
        // Errors of 1 and 3: weights 3/4 and 1/4.
        let history = panel(2, 72, |_, _| 10.0);
        let fitted = fit(vec![steady("near", 11.0), steady("far", 13.0)], Combine::InverseScore, &history);
        let fitted = fitted.expect("a fit");
        for value in values(&*fitted, &history) {
            assert!((value - 11.5).abs() < 1e-9, "{value}");
        }
        let described = fitted.describe(&history.keys()[0]).expect("a description");
        assert_eq!(described, "mean of [75% near: steady 11; 25% far: steady 13]");
        // The heaviest member's innovations stand for the ensemble.
        assert_eq!(fitted.residuals()[0].1[0], 11.0);
    }

    #[test]
    fn a_short_history_weighs_members_equally() {
        let history = panel(2, 30, |_, _| 10.0);
        let fitted = fit(vec![steady("near", 11.0), steady("far", 13.0)], Combine::InverseScore, &history);
        assert_eq!(values(&*fitted.expect("a fit"), &history), [12.0, 12.0]);
    }

    #[test]
    fn own_errors_lean_towards_those_of_the_group() {
        // Eleven series lie at 10, one at 14: there the far member is the nearer one, but four origins don't outweigh
        // the group.
        let history = panel(12, 96, |row, _| if row == 0 { 14.0 } else { 10.0 });
        let fitted = fit(vec![steady("near", 11.0), steady("far", 13.0)], Combine::InverseScore, &history);
        let values = values(&*fitted.expect("a fit"), &history);
        assert!(values[1] < 12.0 && values[0] > values[1] && values[0] < 12.5, "{values:?}");
    }
}
