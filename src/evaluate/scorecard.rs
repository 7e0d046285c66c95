//! Scores by model, origin, series and step, and what they say together.

use std::collections::{BTreeMap, BTreeSet};

use super::Transform;
use crate::forecast::{Levels, Origin};
use crate::panel::SeriesKey;
use crate::time::Period;

/// The scores of one model's forecast of one value.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRow {
    /// The model's id, or the name that it was given in the backtest.
    pub model: String,
    /// Where the forecast stood.
    pub origin: Origin,
    /// The origin's stratum.
    pub stratum: String,
    /// The series, or a total.
    pub key: SeriesKey,
    /// Periods ahead of the last known one, from 1.
    pub step: usize,
    /// The period forecast.
    pub period: Period,
    /// What came.
    pub truth: f64,
    /// The median of the paths.
    pub median: f64,
    /// Lower bounds, one a level.
    pub low: Vec<f64>,
    /// Upper bounds, one a level.
    pub high: Vec<f64>,
    /// The weighted interval score, in the panel's unit.
    pub weighted_interval_score: f64,
    /// The mean pinball loss over the median and the bounds, in the panel's unit.
    pub pinball_loss: f64,
    /// The seasonal naive error of the series' history at the origin, in the panel's unit; `None` where the history
    /// has none (one value, or always the same).
    pub scale: Option<f64>,
    /// The naive error of the history from its first demand on, in the panel's unit; `None` where it has none.
    pub step_scale: Option<f64>,
    /// Where the truth fell among the paths.
    pub transform: Transform,
}

impl ScoreRow {
    /// The absolute error of the median, in the panel's unit.
    pub fn absolute_error(&self) -> f64 {
        (self.median - self.truth).abs()
    }

    /// Whether the truth lay inside each level's interval.
    pub fn inside(&self) -> impl Iterator<Item = bool> {
        self.low.iter().zip(&self.high).map(|(low, high)| (*low..=*high).contains(&self.truth))
    }
}

/// A model's scores over some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many forecast values.
    pub forecasts: usize,
    /// How many of them have no scale and so are left out of the scaled scores.
    pub unscaled: usize,
    /// The mean weighted interval score over the seasonal naive error.
    pub scaled_wis: f64,
    /// The mean absolute error over the seasonal naive error (MASE).
    pub mase: f64,
    /// The mean pinball loss over the naive error from the first demand on; `NaN` where no series has one. The score for
    /// intermittent series.
    pub scaled_pinball: f64,
    /// The mean of forecast less truth over the seasonal naive error: positive where too much was forecast.
    pub bias: f64,
    /// The share of truths inside each level's interval, in the order of the levels.
    pub coverage: Vec<f64>,
}

/// Two models on the forecasts that both made.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How many forecast values both models made.
    pub forecasts: usize,
    /// The mean scaled weighted interval score of the first over that of the second: below 1 the first is better.
    pub relative_wis: f64,
    /// The mean absolute scaled error of the first over that of the second.
    pub relative_mase: f64,
    /// At how many origins the first had the lower mean scaled weighted interval score.
    pub origins_won: usize,
    /// At how many origins both forecast.
    pub origins: usize,
}

/// The outcome of a backtest.
#[derive(Debug, Clone)]
pub struct Scorecard {
    pub(super) levels: Levels,
    pub(super) rows: Vec<ScoreRow>,
    pub(super) models: Vec<String>,
}

impl Scorecard {
    /// A scorecard without a row, as where the history is too short for a backtest.
    pub fn empty(levels: Levels) -> Scorecard {
        Scorecard { levels, rows: Vec::new(), models: Vec::new() }
    }

    /// The levels scored.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// The models in the order of the backtest: the recipe first.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// Every score, by origin, then model, series and step.
    pub fn rows(&self) -> &[ScoreRow] {
        &self.rows
    }

    /// The rows that fit, as a scorecard of their own.
    pub fn only(&self, fits: impl Fn(&ScoreRow) -> bool) -> Scorecard {
        let rows = self.rows.iter().filter(|row| fits(row)).cloned().collect();
        Scorecard { levels: self.levels.clone(), rows, models: self.models.clone() }
    }

    /// Summaries of the rows with equal group, in the groups' order.
    ///
    /// The group may be the model, model and stratum, model and step, or anything else with an order:
    /// `scorecard.by(|row| (row.model.clone(), row.step))`.
    pub fn by<G: Ord>(&self, group: impl Fn(&ScoreRow) -> G) -> BTreeMap<G, Summary> {
        let mut groups: BTreeMap<G, Vec<&ScoreRow>> = BTreeMap::new();
        for row in &self.rows {
            groups.entry(group(row)).or_default().push(row);
        }
        groups.into_iter().map(|(group, rows)| (group, summary(&rows, self.levels.iter().len()))).collect()
    }

    /// One model's summary over all rows; `None` where it has none.
    pub fn of(&self, model: &str) -> Option<Summary> {
        let rows: Vec<&ScoreRow> = self.rows.iter().filter(|row| row.model == model).collect();
        (!rows.is_empty()).then(|| summary(&rows, self.levels.iter().len()))
    }

    /// One model beside another, on the forecasts that both made; `None` where there is none.
    pub fn compare(&self, first: &str, second: &str) -> Option<Comparison> {
        let of = |model: &str| -> BTreeMap<(Origin, &SeriesKey, usize), (f64, f64)> {
            let rows = self.rows.iter().filter(|row| row.model == model);
            let scaled = rows.filter_map(|row| {
                let scale = row.scale?;
                let scores = (row.weighted_interval_score / scale, row.absolute_error() / scale);
                Some(((row.origin, &row.key, row.step), scores))
            });
            scaled.collect()
        };
        let others = of(second);
        let mut by_origin: BTreeMap<Origin, [f64; 2]> = BTreeMap::new();
        let (mut forecasts, mut errors) = (0, [0.0; 2]);
        for (place, (wis, error)) in of(first) {
            let Some((other_wis, other_error)) = others.get(&place) else { continue };
            let sums = by_origin.entry(place.0).or_default();
            *sums = [sums[0] + wis, sums[1] + other_wis];
            errors = [errors[0] + error, errors[1] + other_error];
            forecasts += 1;
        }
        let [wis, other_wis] =
            by_origin.values().fold([0.0; 2], |total, sums| [total[0] + sums[0], total[1] + sums[1]]);
        (forecasts > 0).then(|| Comparison {
            forecasts,
            relative_wis: wis / other_wis,
            relative_mase: errors[0] / errors[1],
            origins_won: by_origin.values().filter(|[first, second]| first < second).count(),
            origins: by_origin.len(),
        })
    }

    /// One model's histogram of where truths fell: the share in each of `bins` equal parts of probability. Flat where
    /// the forecast is calibrated, hollow where intervals are too wide, heaped at both ends where they are too narrow.
    ///
    /// Method: the non-randomised histogram for counts of Czado, Gneiting and Held (2009).
    pub fn transform_histogram(&self, model: &str, bins: usize) -> Vec<f64> {
        let transforms: Vec<Transform> =
            self.rows.iter().filter(|row| row.model == model).map(|row| row.transform).collect();
        let below = |edge: usize| {
            let probability = edge as f64 / bins as f64;
            transforms.iter().map(|transform| transform.share_below(probability)).sum::<f64>()
        };
        (0..bins).map(|bin| (below(bin + 1) - below(bin)) / transforms.len() as f64).collect()
    }

    /// The strata in the order of their first origin.
    pub fn strata(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.rows.iter().map(|row| row.stratum.as_str()).filter(|stratum| seen.insert(*stratum)).collect()
    }
}

fn summary(rows: &[&ScoreRow], levels: usize) -> Summary {
    let mean = |value: &dyn Fn(&ScoreRow) -> Option<f64>| {
        let (sum, count) =
            rows.iter().filter_map(|row| value(row)).fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    };
    let mut coverage = vec![0.0; levels];
    for row in rows {
        coverage.iter_mut().zip(row.inside()).for_each(|(share, inside)| *share += f64::from(u8::from(inside)));
    }
    coverage.iter_mut().for_each(|share| *share /= rows.len() as f64);
    Summary {
        forecasts: rows.len(),
        unscaled: rows.iter().filter(|row| row.scale.is_none()).count(),
        scaled_wis: mean(&|row| Some(row.weighted_interval_score / row.scale?)),
        mase: mean(&|row| Some(row.absolute_error() / row.scale?)),
        scaled_pinball: mean(&|row| Some(row.pinball_loss / row.step_scale?)),
        bias: mean(&|row| Some((row.median - row.truth) / row.scale?)),
        coverage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(model: &str, known: usize, truth: f64, scale: Option<f64>) -> ScoreRow {
        let origin = Origin { known, last_known: Period::month(2020, 1).plus(known as i32) };
        ScoreRow {
            model: model.into(),
            origin,
            stratum: "all".into(),
            key: SeriesKey::new(["a"]),
            step: 1,
            period: origin.last_known.plus(1),
            truth,
            median: if model == "good" { truth } else { truth + 4.0 },
            low: vec![8.0],
            high: vec![12.0],
            weighted_interval_score: if model == "good" { 1.0 } else { 3.0 },
            pinball_loss: 0.5,
            scale,
            step_scale: scale.map(|scale| scale / 4.0),
            transform: Transform { below: 0.2, at_most: 0.2 },
        }
    }

    fn card(rows: Vec<ScoreRow>) -> Scorecard {
        let levels = Levels::try_from(vec![crate::forecast::Level::try_from(80).expect("a level")]).expect("levels");
        Scorecard { levels, rows, models: vec!["good".into(), "bad".into()] }
    }

    #[test]
    fn rows_without_a_scale_count_for_coverage_only() {
        let card = card(vec![row("bad", 20, 10.0, Some(2.0)), row("bad", 21, 20.0, None)]);
        let summary = card.of("bad").expect("rows");
        assert_eq!((summary.forecasts, summary.unscaled), (2, 1));
        assert_eq!((summary.scaled_wis, summary.mase, summary.bias), (1.5, 2.0, 2.0));
        assert_eq!(summary.scaled_pinball, 1.0);
        assert_eq!(summary.coverage, [0.5]);
    }

    #[test]
    fn two_models_are_compared_where_both_forecast() {
        let rows =
            vec![row("good", 20, 10.0, Some(1.0)), row("bad", 20, 10.0, Some(1.0)), row("bad", 21, 10.0, Some(1.0))];
        let comparison = card(rows).compare("good", "bad").expect("one common forecast");
        assert_eq!((comparison.forecasts, comparison.origins, comparison.origins_won), (1, 1, 1));
        assert!((comparison.relative_wis - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn groups_are_summed_apart() {
        let card = card(vec![row("good", 20, 10.0, Some(1.0)), row("bad", 20, 10.0, Some(1.0))]);
        let by = card.by(|row| row.model.clone());
        assert_eq!(by["good"].scaled_wis, 1.0);
        assert_eq!(by["bad"].scaled_wis, 3.0);
    }

    #[test]
    fn the_histogram_holds_every_forecast_once() {
        let card = card(vec![row("good", 20, 10.0, None), row("good", 21, 10.0, None)]);
        assert_eq!(card.transform_histogram("good", 4), [1.0, 0.0, 0.0, 0.0]);
    }
}
