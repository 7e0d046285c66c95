//! From the pathway's paths to protected tables.
//!
//! Workers and pounds are children times a figure that anyone may know (cases a worker, the price of a placement). So
//! they are published from protected numbers of children: what is shown tells no more than these do.

use ndarray::Axis;

use super::super::figures::summary_columns;
use crate::disclosure::{Cell, FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::forecast::{Forecast, Levels};
use crate::math::quantile;
use crate::panel::SeriesKey;
use crate::pathway::{
    Assumption, FinancialYears, Ledger, Outlook, PathwayError, PathwayLever, STOCKS, Tally, WORKLOAD, WorkloadOptions,
    total_of,
};
use crate::pipeline::Error;
use crate::publish::{PathwayContents, RestsOn};
use crate::time::{Date, Frequency, Period, Span};

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
    /// Levers, and what each adds or takes.
    pub ledger: Option<(&'a [PathwayLever], &'a Ledger)>,
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
            ledger: self.ledger.map(|(levers, ledger)| ledger_table(self.profile, levers, ledger)).transpose()?,
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
        let rows = flows.keys().len();
        let last = span.last().unwrap_or(span.start());
        let labels = vec![
            LabelColumn::text("name", flows.keys().iter().map(ToString::to_string)),
            LabelColumn::dates("from", std::iter::repeat_n(span.start().first_day(), rows)),
            LabelColumn::dates("to", std::iter::repeat_n(last.first_day(), rows)),
        ];
        Ok(Figures::new("pathway-flows", labels, summary_columns(&whole, self.levels))?)
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
        Ok(self.times_children("workers", labels, twice.collect(), &per_child)?)
    }

    /// Pounds by financial year and over the whole horizon.
    fn cost(&self) -> Result<ProtectedTable, Error> {
        let pounds = &self.outlook.pounds;
        let all = together(pounds, &total_of(pounds, "total")?)?;
        let children = self.children_looked_after()?;
        let span = all.span();
        let years = FinancialYears::of(&all)?;
        let days = FinancialYears::of(&children)?;
        let mut windows = vec![(
            "whole horizon".to_owned(),
            span.start(),
            span.last().unwrap_or(span.start()),
            span.len(),
            all.paths().sum_axis(Axis(2)),
            children.paths().sum_axis(Axis(2)),
        )];
        for (place, year) in years.forecast.span().periods().enumerate() {
            let ends = year.first_day().year();
            let inside = |month: &Period| financial_year(*month) == ends;
            let (Some(first), Some(last)) = (span.periods().find(inside), span.periods().rfind(inside)) else {
                continue;
            };
            windows.push((
                format!("{}-{:02}", ends - 1, ends % 100),
                first,
                last,
                years.months[place],
                years.forecast.paths().index_axis(Axis(2), place).to_owned(),
                days.forecast.paths().index_axis(Axis(2), place).to_owned(),
            ));
        }
        let keys = all.keys();
        let (mut labels, mut per_child, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        for (window, first, last, months, pounds, child_months) in &windows {
            for (row, key) in keys.iter().enumerate() {
                labels.push((key.to_string(), window.as_str(), first.first_day(), last.first_day(), *months as i64));
                // The price of a child for the window, all its costs counted to the looked-after children.
                let mean = |paths: ndarray::ArrayView1<'_, f64>| paths.mean().unwrap_or(0.0);
                let children = mean(child_months.row(0)) / *months as f64;
                per_child.push(if children > 0.0 { mean(pounds.row(row)) / children } else { 0.0 });
                let mut paths: Vec<f64> = pounds.row(row).to_vec();
                paths.sort_unstable_by(f64::total_cmp);
                sums.push(paths);
            }
        }
        let at =
            |probability: f64| sums.iter().map(|sums| quantile::of_sorted(sums, probability)).collect::<Vec<f64>>();
        let mean = sums.iter().map(|sums| sums.iter().sum::<f64>() / sums.len() as f64).collect();
        let mut columns = vec![FigureColumn::counts("mean", mean), FigureColumn::counts("median", at(0.5))];
        for level in self.levels.iter() {
            let (low, high) = level.bounds();
            columns.push(FigureColumn::counts(&format!("lo_{level}"), at(low)));
            columns.push(FigureColumn::counts(&format!("hi_{level}"), at(high)));
        }
        let children = columns.into_iter().map(|column| {
            let values = column.values.iter().zip(&per_child);
            let values = values.map(|(pounds, price)| if *price > 0.0 { pounds / price } else { 0.0 }).collect();
            FigureColumn::counts(&column.name, values)
        });
        let texts = vec![
            LabelColumn::text("name", labels.iter().map(|row| row.0.as_str())),
            LabelColumn::text("window", labels.iter().map(|row| row.1)),
            LabelColumn::dates("from", labels.iter().map(|row| row.2)),
            LabelColumn::dates("to", labels.iter().map(|row| row.3)),
            LabelColumn::numbers("months", labels.iter().map(|row| row.4)),
        ];
        Ok(self.times_children("pathway-cost", texts, children.collect(), &per_child)?)
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

    /// Figures that are children times a known figure, from protected numbers of children.
    fn times_children(
        &self,
        name: &str,
        labels: Vec<LabelColumn>,
        children: Vec<FigureColumn>,
        per_child: &[f64],
    ) -> Result<ProtectedTable, FigureError> {
        let protected = protect(self.profile, Figures::new(name, labels.clone(), children)?);
        let columns = protected.figures().iter().map(|column| {
            let values = column.cells().iter().zip(per_child).map(|(cell, each)| match cell {
                Cell::Number(children) => rounded(children * each, *each),
                Cell::Suppressed | Cell::Withheld | Cell::Missing => f64::NAN,
            });
            FigureColumn::scores(column.name(), values.collect())
        });
        Ok(protect(self.profile, Figures::new(name, labels.clone(), columns.collect())?))
    }
}

/// What each lever adds or takes over the horizon.
///
/// The running sums are rounded (under a profile that rounds, by its rule) before they are subtracted: the baseline and
/// all entries add up to the scenario exactly, and no entry tells more than two rounded sums do.
fn ledger_table(profile: Profile, levers: &[PathwayLever], ledger: &Ledger) -> Result<ProtectedTable, FigureError> {
    let mut sums = vec![ledger.baseline];
    for entry in &ledger.entries {
        let before = sums[sums.len() - 1];
        sums.push(before.plus(*entry));
    }
    let pounds_a_case = ledger.baseline.pounds.value() / ledger.baseline.case_months.value().max(1.0);
    let column = |name: &str, of: fn(&Tally) -> f64, unit: f64| {
        let values = sums.iter().map(|sum| (of(sum) / unit).max(0.0)).collect();
        let running =
            protect(profile, Figures::new("pathway-ledger", Vec::new(), vec![FigureColumn::counts(name, values)])?);
        let cells = running.figures().iter().flat_map(|column| column.cells());
        let sums: Vec<f64> = cells.map(|cell| cell.number().map_or(f64::NAN, |sum| (sum * unit).round())).collect();
        let entries = sums.windows(2).map(|pair| pair[1] - pair[0]);
        let ends = [sums.first(), sums.last()].map(|end| end.copied().unwrap_or(f64::NAN));
        Ok::<_, FigureError>(FigureColumn::scores(
            name,
            std::iter::once(ends[0]).chain(entries).chain([ends[1]]).collect(),
        ))
    };
    let names = levers.iter().map(ToString::to_string);
    let names = std::iter::once("as forecast".to_owned()).chain(names).chain(["with all levers".to_owned()]);
    let columns = vec![
        column("case_months", |sum| sum.case_months.value(), 1.0)?,
        column("worker_months", |sum| sum.worker_months.value(), 1.0)?,
        column("pounds", |sum| sum.pounds.value(), pounds_a_case.max(1.0).round())?,
    ];
    Ok(protect(profile, Figures::new("pathway-ledger", vec![LabelColumn::text("lever", names)], columns)?))
}

/// Pounds to the nearest thousand, workers to a tenth.
fn rounded(value: f64, each: f64) -> f64 {
    let unit = if each > 1_000.0 { 1_000.0 } else { 0.1 };
    let units = (value / unit).round();
    // Tenths by division: a tenth has no exact form.
    if unit < 1.0 { units / 10.0 } else { units * unit }
}

fn assumed(assumptions: &[Assumption]) -> Result<Figures, FigureError> {
    let labels = vec![
        LabelColumn::text("what", assumptions.iter().map(|one| one.what.as_str())),
        LabelColumn::text("value", assumptions.iter().map(|one| one.value.as_str())),
        LabelColumn::text("source", assumptions.iter().map(|one| one.source.as_str())),
    ];
    Figures::new("assumptions", labels, Vec::new())
}

/// The year in which the financial year of a month ends.
fn financial_year(month: Period) -> i16 {
    debug_assert_eq!(month.frequency(), Frequency::Month, "checked before the pathway is followed");
    let first = month.first_day();
    first.year() + i16::from(first.month() >= 4)
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
fn together(first: &Forecast, second: &Forecast) -> Result<Forecast, PathwayError> {
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
    use crate::pathway::{Change, Hundredths};

    fn tally(cases: i64, workers: i64, pounds: i64) -> Tally {
        let [case_months, worker_months, pounds] = [cases, workers, pounds].map(|value| Hundredths(value * 100));
        Tally { case_months, worker_months, pounds }
    }

    #[test]
    fn a_published_ledger_adds_up_exactly_and_in_steps_of_five() {
        let levers = [
            PathwayLever::Caseload { change: Change::Set(12.0), from: None },
            PathwayLever::Inflation { per_year: 0.02 },
        ];
        let ledger = Ledger {
            baseline: tally(20_003, 1_316, 43_000_000),
            entries: vec![tally(0, 331, 1_655_000), tally(-1_207, -100, -2_000_000)],
            scenario: tally(18_796, 1_547, 42_655_000),
        };
        let table = ledger_table(Profile::Published, &levers, &ledger).expect("a table");
        for (column, ends) in [("case_months", [20_005.0, 18_795.0]), ("worker_months", [1_315.0, 1_545.0])] {
            let cells: Vec<f64> =
                table.cells(column).expect("a column").iter().filter_map(|cell| cell.number()).collect();
            assert_eq!([cells[0], cells[3]], ends, "{column}");
            assert_eq!(cells[0] + cells[1] + cells[2], cells[3], "{column}");
            assert!(cells.iter().all(|cell| cell % 5.0 == 0.0), "{column}");
        }
        assert_eq!(table.text("lever").expect("names")[1], "cases a worker set to 12");
    }

    #[test]
    fn workers_are_told_to_a_tenth_and_pounds_to_a_thousand() {
        assert_eq!(rounded(12.3456, 0.05), 12.3);
        assert_eq!(rounded(1_234_567.0, 60_000.0), 1_235_000.0);
    }

    #[test]
    fn a_financial_year_is_named_by_the_year_in_which_it_ends() {
        assert_eq!([Period::month(2025, 3), Period::month(2025, 4)].map(financial_year), [2025, 2026]);
    }
}
