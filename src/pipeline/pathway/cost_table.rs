//! Figures that are children times a known figure, and pounds by financial year.

use ndarray::Axis;

use crate::disclosure::{Cell, FigureColumn, FigureError, Figures, LabelColumn, Profile, ProtectedTable, protect};
use crate::forecast::{Forecast, Levels};
use crate::math::quantile;
use crate::panel::SeriesKey;
use crate::pathway::FinancialYears;
use crate::pipeline::Error;
use crate::time::{self, Frequency, Period};

/// Pounds by financial year and over the whole horizon, one row a series and window. `children` has the children behind
/// each series of pounds month by month, under the same key, or one series that stands behind all of them.
///
/// # Errors
/// Where a figure is impossible.
pub fn cost_table(
    name: &str,
    profile: Profile,
    levels: &Levels,
    pounds: &Forecast,
    children: &Forecast,
) -> Result<ProtectedTable, Error> {
    let span = pounds.span();
    let years = FinancialYears::of(pounds)?;
    let months = FinancialYears::of(children)?;
    let mut windows = vec![(
        "whole horizon".to_owned(),
        span.start(),
        span.last().unwrap_or(span.start()),
        span.len(),
        pounds.paths().sum_axis(Axis(2)),
        children.paths().sum_axis(Axis(2)),
    )];
    for (place, year) in years.forecast.span().periods().enumerate() {
        let ends = year.first_day().year();
        let inside = |month: &Period| financial_year(*month) == ends;
        let (Some(first), Some(last)) = (span.periods().find(inside), span.periods().rfind(inside)) else { continue };
        windows.push((
            format!("{}-{:02}", ends - 1, ends % 100),
            first,
            last,
            years.months[place],
            years.forecast.paths().index_axis(Axis(2), place).to_owned(),
            months.forecast.paths().index_axis(Axis(2), place).to_owned(),
        ));
    }
    let behind = |key: &SeriesKey| children.row(key).unwrap_or_default();
    let (mut labels, mut per_child, mut sums) = (Vec::new(), Vec::new(), Vec::new());
    for (window, first, last, months, pounds_paths, child_months) in &windows {
        for (row, key) in pounds.keys().iter().enumerate() {
            labels.push((key.to_string(), window.as_str(), first.first_day(), last.first_day(), *months as i64));
            // The price of a child for the window.
            let mean = |paths: ndarray::ArrayView1<'_, f64>| paths.mean().unwrap_or(0.0);
            let children = mean(child_months.row(behind(key))) / *months as f64;
            per_child.push(if children > 0.0 { mean(pounds_paths.row(row)) / children } else { 0.0 });
            let mut paths: Vec<f64> = pounds_paths.row(row).to_vec();
            paths.sort_unstable_by(f64::total_cmp);
            sums.push(paths);
        }
    }
    let at = |probability: f64| sums.iter().map(|sums| quantile::of_sorted(sums, probability)).collect::<Vec<f64>>();
    let mean = sums.iter().map(|sums| sums.iter().sum::<f64>() / sums.len() as f64).collect();
    let mut columns = vec![FigureColumn::counts("mean", mean), FigureColumn::counts("median", at(0.5))];
    for level in levels.iter() {
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
    Ok(times_children(profile, name, texts, children.collect(), &per_child)?)
}

/// Figures that are children times a known figure, from protected numbers of children.
pub fn times_children(
    profile: Profile,
    name: &str,
    labels: Vec<LabelColumn>,
    children: Vec<FigureColumn>,
    per_child: &[f64],
) -> Result<ProtectedTable, FigureError> {
    let protected = protect(profile, Figures::new(name, labels.clone(), children)?);
    let columns = protected.figures().iter().map(|column| {
        let values = column.cells().iter().zip(per_child).map(|(cell, each)| match cell {
            Cell::Number(children) => rounded(children * each, *each),
            Cell::Suppressed | Cell::Withheld | Cell::Missing => f64::NAN,
        });
        FigureColumn::scores(column.name(), values.collect())
    });
    Ok(protect(profile, Figures::new(name, labels.clone(), columns.collect())?))
}

/// Pounds to the nearest thousand, workers to a tenth.
fn rounded(value: f64, each: f64) -> f64 {
    let unit = if each > 1_000.0 { 1_000.0 } else { 0.1 };
    let units = (value / unit).round();
    // Tenths by division: a tenth has no exact form.
    if unit < 1.0 { units / 10.0 } else { units * unit }
}

/// The year in which the financial year of a month ends.
fn financial_year(month: Period) -> i16 {
    debug_assert_eq!(month.frequency(), Frequency::Month, "checked before the pathway is followed");
    time::financial_year(month.first_day())
}

#[cfg(test)]
mod tests {
    use super::*;

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
