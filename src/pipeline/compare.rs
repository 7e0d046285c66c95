//! `groundswell compare`: two scenarios of one project, or two packs, side by side.

mod packs;

use std::fmt;

use ndarray::Array2;
use serde::Serialize;

pub use packs::compare_packs;

use super::futures::{self, Supposed};
use super::pathway::scenarios::{self as work, WorkLine};
use super::scenario::{
    AS_FORECAST, LedgerLine, in_text, ledger, row_of, shown, spoken_level, with_ready, with_sign, write_ledger,
    write_work,
};
use super::{Error, Listener};
use crate::disclosure::{FigureColumn, Figures, LabelColumn, Profile, protect};
use crate::math::quantile;
use crate::panel::{Hierarchy, SeriesKey};
use crate::project::RunPlan;
use crate::scenario::Scenario;

/// Two forecasts side by side, for all series together.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Handling marking, where the rule has one.
    pub marking: Option<String>,
    /// What is counted.
    pub measure: String,
    /// The two, as a reader knows them.
    pub sides: [String; 2],
    /// The range that the bounds of differences are of, in per cent; `None` where they have none.
    pub level: Option<u8>,
    /// One a period, then one for all of them.
    pub rows: Vec<Compared>,
    /// What leads from the one to the other; each begins and ends with a sum.
    pub ledgers: Vec<Vec<LedgerLine>>,
    /// The same in cases, workers and pounds, one a scenario, where the project follows its forecast.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<Vec<WorkLine>>,
    /// What a reader needs to know about the figures.
    pub note: String,
}

/// A period of both.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// The period.
    pub period: String,
    /// The middle of each: numbers, or marks.
    pub figures: [String; 2],
    /// The second less the first; with bounds where both have the same draws.
    pub difference: Vec<String>,
}

/// Two scenarios of one project side by side. Both have the draws of the forecast, so that their difference has a range
/// of its own.
///
/// # Errors
/// Where the input can't be used, the line-up has no `[shock]`, or a lever can't be.
pub fn compare_scenarios(
    plan: &RunPlan,
    scenarios: [&Scenario; 2],
    listener: Listener<'_>,
) -> Result<Comparison, Error> {
    with_ready(plan, listener, |ready| {
        let pair = scenarios.map(Clone::clone);
        let supposed = futures::suppose(&ready.what_if, &pair, &ready.leaves)?;
        let tables = ready.tables(&supposed)?;
        let work = ready.work(&supposed)?;
        let panel = &ready.work.active;
        let total = SeriesKey::grand_total(panel.dimensions().len());
        let id = total.to_string();
        let level = spoken_level(plan);
        let (profile, horizon) = (plan.publish().profile, ready.horizon());
        let differences = differences(&supposed, panel, &total, level, profile)?;
        let mut rows = Vec::new();
        for (place, period) in horizon.periods().enumerate() {
            let figure = |scenario: &Scenario| {
                let table = &tables.scenarios;
                let is = |column: &str, row: usize, wanted: &str| {
                    table.text(column).is_some_and(|texts| texts[row] == wanted)
                };
                let row = (0..table.rows()).find(|row| {
                    is("unique_id", *row, &id)
                        && is("scenario", *row, scenario.name())
                        && table.dates("ds").is_some_and(|dates| dates[*row] == period.first_day())
                });
                shown(table, "median", row)
            };
            let difference = differences[place].clone();
            rows.push(Compared { period: period.to_string(), figures: scenarios.map(figure), difference });
        }
        let whole = |scenario: &Scenario| {
            let row = row_of(&tables.scenario_years, &id, scenario.name());
            shown(&tables.scenario_years, "median", row)
        };
        let difference = differences[horizon.len()].clone();
        rows.push(Compared { period: "all".to_owned(), figures: scenarios.map(whole), difference });
        Ok(Comparison {
            marking: profile.marking().map(str::to_owned),
            measure: plan.about().measure.clone(),
            sides: scenarios.map(|scenario| scenario.title().to_owned()),
            level: Some(level),
            rows,
            ledgers: scenarios.map(|scenario| ledger(&tables.ledger, &id, scenario.name())).to_vec(),
            work: work.iter().flat_map(|table| scenarios.map(|scenario| work::lines(table, scenario.name()))).collect(),
            note: "Middles of the forecasts; the difference is the middle of the differences path by path.".to_owned(),
        })
    })
}

/// The second scenario less the first, path by path: the middle and the bounds, for each period and for all of them.
fn differences(
    supposed: &[Supposed],
    panel: &crate::panel::Panel,
    total: &SeriesKey,
    level: u8,
    profile: Profile,
) -> Result<Vec<Vec<String>>, Error> {
    let hierarchy = Hierarchy::of(panel);
    let total_of = |one: &Supposed| -> Option<Array2<f64>> {
        let forecast = one.outcome.forecast.totals(panel, hierarchy.totals());
        forecast.row(total).map(|row| forecast.series(row).to_owned())
    };
    let [Some(first), Some(second)] = [0, 1].map(|place| supposed.get(place).and_then(total_of)) else {
        return Err(Error::Usage("there is no total to compare".to_owned()));
    };
    let added = second - first;
    let mut sums: Vec<Vec<f64>> = added.columns().into_iter().map(|column| column.to_vec()).collect();
    sums.push(added.rows().into_iter().map(|row| row.sum()).collect());
    sums.iter_mut().for_each(|sums| sums.sort_unstable_by(f64::total_cmp));
    let (low, high) = crate::forecast::Level::try_from(level)?.bounds();
    let column = |name: &str, probability: f64| {
        FigureColumn::changes(name, sums.iter().map(|sums| quantile::of_sorted(sums, probability)).collect())
    };
    let labels = vec![LabelColumn::numbers("row", 0..sums.len() as i64)];
    let columns = vec![column("median", 0.5), column("low", low), column("high", high)];
    let table = protect(profile, Figures::new("comparison", labels, columns)?);
    let cell =
        |name: &str, row: usize| table.cells(name).map_or(String::new(), |cells| with_sign(&in_text(cells[row])));
    Ok((0..sums.len()).map(|row| ["median", "low", "high"].map(|name| cell(name, row)).to_vec()).collect())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(marking) = &self.marking {
            writeln!(f, "{marking}")?;
        }
        let [left, right] = &self.sides;
        writeln!(f, "A: {left}\nB: {right}\n")?;
        let level = self.level.map_or(String::new(), |level| format!("   {level}% range"));
        writeln!(f, "{:<12}{:>10}{:>10}{:>10}{level}", self.measure, "A", "B", "B less A")?;
        for row in &self.rows {
            let [left, right] = &row.figures;
            let difference = row.difference.first().map_or("", String::as_str);
            let range = match &row.difference[..] {
                [_, low, high] => format!("   {low} to {high}"),
                _ => String::new(),
            };
            writeln!(f, "{:<12}{left:>10}{right:>10}{difference:>10}{range}", row.period)?;
        }
        for (place, lines) in self.ledgers.iter().enumerate() {
            let name = match (self.ledgers.len(), place) {
                (1, _) => "From A to B",
                (_, 0) => "A",
                _ => "B",
            };
            writeln!(f, "\n  {name}")?;
            write_ledger(f, if self.ledgers.len() == 1 { "A, on average" } else { AS_FORECAST }, lines)?;
            if let Some(work) = self.work.get(place) {
                write_work(f, work)?;
            }
        }
        writeln!(f, "\n{}", self.note)
    }
}
