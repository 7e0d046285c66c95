//! What each lever adds or takes.

use ndarray::{Array3, ArrayView3, Axis};

use crate::forecast::{Forecast, ForecastError};
use crate::panel::{Panel, Total};

/// One lever's line in the ledger.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What the lever is called.
    pub lever: String,
    /// What it adds to each path, below zero where it takes: series x draws x steps.
    pub added: Forecast,
}

/// What each lever of a scenario adds to the forecast or takes from it, path by path.
///
/// Invariant: baseline and entries add up to the forecast under the scenario in every path, exactly where the paths are
/// whole numbers, as those of counts are. Levers act one after the other, so that an entry is what a lever does beside
/// those before it.
#[derive(Debug, Clone)]
pub struct Ledger {
    baseline: Forecast,
    entries: Vec<Entry>,
}

impl Ledger {
    /// An empty ledger over a baseline.
    pub(super) fn new(baseline: Forecast) -> Ledger {
        Ledger { baseline, entries: Vec::new() }
    }

    /// Writes a line: from one forecast to the next.
    pub(super) fn write(&mut self, lever: String, before: &Forecast, after: &Forecast) -> Result<(), ForecastError> {
        let added = &after.paths() - &before.paths();
        let added = Forecast::new(before.keys().to_vec(), before.span(), added)?;
        self.entries.push(Entry { lever, added });
        Ok(())
    }

    /// The forecast without the scenario.
    pub fn baseline(&self) -> &Forecast {
        &self.baseline
    }

    /// A line for each lever, in the order in which they act.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The whole difference, series x draws x steps.
    pub fn difference(&self) -> Array3<f64> {
        let mut sum = Array3::zeros(self.baseline.paths().dim());
        self.entries.iter().for_each(|entry| sum += &entry.added.paths());
        sum
    }

    /// Whether baseline and entries add up to a forecast, to within `by` in every path.
    pub fn adds_up_to(&self, forecast: ArrayView3<'_, f64>, by: f64) -> bool {
        let sum = &self.baseline.paths() + &self.difference();
        sum.dim() == forecast.dim() && sum.iter().zip(forecast).all(|(sum, value)| (sum - value).abs() <= by)
    }

    /// The ledger of totals: each path is the sum of its leaves'.
    #[must_use]
    pub fn totals(&self, panel: &Panel, totals: &[Total]) -> Ledger {
        let entries = self.entries.iter();
        let entries =
            entries.map(|entry| Entry { lever: entry.lever.clone(), added: entry.added.totals(panel, totals) });
        Ledger { baseline: self.baseline.totals(panel, totals), entries: entries.collect() }
    }

    /// How much each entry adds to one series over some steps, on average over the paths; the baseline's own sum first.
    pub fn means(&self, row: usize, steps: &[usize]) -> Vec<f64> {
        let mean = |forecast: &Forecast| {
            let series = forecast.series(row);
            let sum: f64 = steps.iter().map(|step| series.index_axis(Axis(1), *step).sum()).sum();
            sum / forecast.draws() as f64
        };
        std::iter::once(mean(&self.baseline)).chain(self.entries.iter().map(|entry| mean(&entry.added))).collect()
    }
}
