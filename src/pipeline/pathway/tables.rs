//! From the pathway's paths to protected tables.
//!
//! Workers and pounds are children times a figure that anyone may know (cases a worker, the price of a placement). So
//! they are published from protected numbers of children: what is shown tells no more than these do.

use ndarray::Axis;

use super::super::figures::summary_columns;
use super::cost_table::{cost_table, times_children};
use super::ledger_table::{Steps, ledger_table};
use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::forecast::{Forecast, Levels};
use crate::panel::SeriesKey;
use crate::pathway::{Assumption, Outlook, PathwayError, STOCKS, Stage, WORKLOAD, WorkloadOptions, total_of};
use crate::pipeline::Error;
use crate::publish::{PathwayContents, RestsOn};
use crate::time::{Date, Period, Span};

/// Who is open on the last day of history, in the order of [`STOCKS`].
pub struct Opening {
    pub month: Period,
    pub children: [f64; 3],
    /// `known` from records, `given` in the project file, or `assumed`.
    pub states: [&'static str; 3],
}

/// What the tables are made of.
pub struct Tables<'a> {
    pub outlook: &'a Outlook,
    /// What each lever of the project file adds or takes.
    pub ledger: Option<&'a Steps>,
    /// What each lever of each scenario adds or takes.
    pub scenarios: Option<&'a ProtectedTable>,
    pub levels: &'a Levels,
    pub profile: Profile,
    pub opening: Opening,
    pub workload: &'a WorkloadOptions,
}

impl Tables<'_> {
    /// Every table, protected.
    pub fn protected(&self, rests_on: RestsOn, assumptions: &[Assumption]) -> Result<PathwayContents, Error> {
        Ok(PathwayContents {
            rests_on,
            months: protect(self.profile, self.months()?),
            flows: protect(self.profile, self.flows()?),
            workers: self.workers()?,
            cost: self.cost()?,
            ledger: self.ledger.map(|steps| ledger_table(self.profile, steps)).transpose()?,
            scenarios: self.scenarios.cloned(),
            assumptions: protect(self.profile, assumed(assumptions)?),
            establishment: self.workload.establishment,
            in_post: self.workload.in_post(),
        })
    }

    /// Flows, open cases, and who comes and goes, by month; open cases begin with those of the last day of history.
    fn months(&self) -> Result<Figures, Error> {
        let pathway = &self.outlook.pathway;
        let parts = [
            ("flow", &pathway.flows),
            ("open cases", &pathway.stocks),
            ("entries", &pathway.entries),
            ("exits", &pathway.exits),
        ];
        let mut rows: Vec<(&str, String, Date, &str)> = Vec::new();
        let mut columns: Vec<FigureColumn> = Vec::new();
        for (measure, forecast) in parts {
            let names = forecast.keys().iter();
            rows.extend(names.flat_map(|key| {
                let dates = forecast.span().periods().map(|month| month.first_day());
                dates.map(move |date| (measure, key.to_string(), date, "forecast"))
            }));
            append(&mut columns, summary_columns(forecast, self.levels));
        }
        for (place, name) in STOCKS.iter().enumerate() {
            let Opening { month, children, states } = &self.opening;
            rows.push(("open cases", (*name).to_owned(), month.first_day(), states[place]));
            for (column, values) in columns.iter_mut().map(|column| (column.name.clone(), &mut column.values)) {
                // What is assumed has no bounds of its own here; the first forecast month shows them.
                values.push(if ["mean", "median"].contains(&column.as_str()) { children[place] } else { f64::NAN });
            }
        }
        let measure = |name: &str| parts.iter().position(|(part, _)| *part == name);
        let order = in_order(&rows, |(part, name, date, _)| (measure(part), along_the_way(part, name), *date));
        let rows: Vec<_> = order.iter().map(|row| &rows[*row]).collect();
        let columns = columns.into_iter().map(|column| reordered(column, &order)).collect();
        let labels = vec![
            LabelColumn::text("measure", rows.iter().map(|row| row.0)),
            LabelColumn::text("name", rows.iter().map(|row| row.1.as_str())),
            LabelColumn::dates("ds", rows.iter().map(|row| row.2)),
            LabelColumn::text("state", rows.iter().map(|row| row.3)),
        ];
        Ok(Figures::new("pathway", labels, columns)?)
    }

    /// Flows over the whole horizon, from joint paths.
    fn flows(&self) -> Result<Figures, Error> {
        let flows = &self.outlook.pathway.flows;
        let span = flows.span();
        let sums = flows.paths().sum_axis(Axis(2)).insert_axis(Axis(2));
        // One long period stands for the horizon; its length plays no part.
        let whole = Forecast::new(flows.keys().to_vec(), span.first(1), sums)?;
        let names: Vec<String> = flows.keys().iter().map(ToString::to_string).collect();
        let rows = names.len();
        let order = in_order(&names, |name| along_the_way("flow", name));
        let columns = summary_columns(&whole, self.levels).into_iter().map(|column| reordered(column, &order));
        let last = span.last().unwrap_or(span.start());
        let labels = vec![
            LabelColumn::text("name", order.iter().map(|row| names[*row].as_str())),
            LabelColumn::dates("from", std::iter::repeat_n(span.start().first_day(), rows)),
            LabelColumn::dates("to", std::iter::repeat_n(last.first_day(), rows)),
        ];
        Ok(Figures::new("pathway-flows", labels, columns.collect())?)
    }

    /// Cases held and full-time social workers needed, by month.
    fn workers(&self) -> Result<ProtectedTable, Error> {
        let work = &self.outlook.workload;
        let span = work.span();
        let row = |name: &str| work.row(&SeriesKey::new([name])).unwrap_or_default();
        let (cases, needed) = (row(WORKLOAD[0]), row(WORKLOAD[3]));
        let dates = || span.periods().map(|month| month.first_day());
        let labels = vec![
            LabelColumn::text(
                "name",
                std::iter::repeat_n("cases held", span.len()).chain(std::iter::repeat_n("workers needed", span.len())),
            ),
            LabelColumn::dates("ds", dates().chain(dates())),
        ];
        // Workers for each case: the same in all paths.
        let mean = work.mean();
        let each: Vec<f64> = (0..span.len())
            .map(|step| if mean[(cases, step)] > 0.0 { mean[(needed, step)] / mean[(cases, step)] } else { 0.0 })
            .collect();
        let one = only(work, cases)?;
        let columns = summary_columns(&one, self.levels);
        let twice = columns.into_iter().map(|column| {
            let values = [column.values.clone(), column.values].concat();
            FigureColumn::counts(&column.name, values)
        });
        let per_child: Vec<f64> = std::iter::repeat_n(1.0, span.len()).chain(each).collect();
        Ok(times_children(self.profile, "workers", labels, twice.collect(), &per_child)?)
    }

    /// Pounds by financial year and over the whole horizon, all counted to the looked-after children.
    fn cost(&self) -> Result<ProtectedTable, Error> {
        let pounds = &self.outlook.pounds;
        let all = together(pounds, &total_of(pounds, "total")?)?;
        let children = self.children_looked_after()?;
        cost_table("pathway-cost", self.profile, self.levels, &all, &children)
    }

    /// Looked-after children of a month: its child-days over its days.
    fn children_looked_after(&self) -> Result<Forecast, Error> {
        let child_days = &self.outlook.pathway.child_days;
        let row = child_days.row(&SeriesKey::new([STOCKS[1]])).unwrap_or_default();
        let mut one = only(child_days, row)?.paths().to_owned();
        for (step, month) in child_days.span().periods().enumerate() {
            let days = month.days().count() as f64;
            one.index_axis_mut(Axis(2), step).mapv_inplace(|value| value / days);
        }
        Ok(Forecast::new(vec![SeriesKey::new([STOCKS[1]])], child_days.span(), one)?)
    }
}

/// Where a flow or a stock comes on the way from the referral to the end of care.
fn along_the_way(measure: &str, name: &str) -> Option<usize> {
    match measure {
        // The referral itself, which is no stage, comes before them.
        "flow" => Stage::ALL.iter().position(|stage| stage.flow() == name),
        _ => [STOCKS[0], STOCKS[2], STOCKS[1]].iter().position(|stock| *stock == name),
    }
}

/// The positions of rows, sorted by what each is put by.
fn in_order<T, K: Ord>(rows: &[T], by: impl Fn(&T) -> K) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|row| by(&rows[*row]));
    order
}

fn reordered(column: FigureColumn, order: &[usize]) -> FigureColumn {
    let values = order.iter().map(|row| column.values[*row]).collect();
    FigureColumn { values, ..column }
}

/// Assumptions as a table.
pub fn assumed(assumptions: &[Assumption]) -> Result<Figures, FigureError> {
    let labels = vec![
        LabelColumn::text("what", assumptions.iter().map(|one| one.what.as_str())),
        LabelColumn::text("value", assumptions.iter().map(|one| one.value.as_str())),
        LabelColumn::text("source", assumptions.iter().map(|one| one.source.as_str())),
    ];
    Figures::new("assumptions", labels, Vec::new())
}

fn append(columns: &mut Vec<FigureColumn>, more: Vec<FigureColumn>) {
    if columns.is_empty() {
        *columns = more;
    } else {
        columns.iter_mut().zip(more).for_each(|(column, more)| column.values.extend(more.values));
    }
}

fn only(forecast: &Forecast, row: usize) -> Result<Forecast, Error> {
    let paths = forecast.paths().select(Axis(0), &[row]);
    Ok(Forecast::new(vec![forecast.keys()[row].clone()], forecast.span(), paths)?)
}

/// The series of both, sorted by name.
pub fn together(first: &Forecast, second: &Forecast) -> Result<Forecast, PathwayError> {
    let mut order: Vec<(SeriesKey, &Forecast, usize)> = Vec::new();
    for forecast in [first, second] {
        order.extend(forecast.keys().iter().enumerate().map(|(row, key)| (key.clone(), forecast, row)));
    }
    order.sort_by(|a, b| a.0.cmp(&b.0));
    let views: Vec<_> = order.iter().map(|(_, forecast, row)| forecast.series(*row)).collect();
    let span: Span = first.span();
    let paths = ndarray::stack(Axis(0), &views)
        .map_err(|_| PathwayError::Referrals { problem: "were followed to costs of other months".to_owned() })?;
    Ok(Forecast::new(order.iter().map(|(key, _, _)| key.clone()).collect(), span, paths)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_in_the_order_of_the_pathway() {
        let names = ["assessments", "care starts", "in need", "plan starts", "referrals", "section 47 enquiries"];
        let order = in_order(&names, |name| along_the_way("flow", name));
        let told: Vec<&str> = order.iter().map(|row| names[*row]).collect();
        assert_eq!(told, ["referrals", "assessments", "in need", "section 47 enquiries", "plan starts", "care starts"]);
        let stocks = in_order(&STOCKS, |name| along_the_way("open cases", name));
        assert_eq!(stocks.iter().map(|row| STOCKS[*row]).collect::<Vec<_>>(), ["in need", "on plan", "looked after"]);
    }
}
