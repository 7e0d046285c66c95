//! Series of a table of counts that are the sum of the others: left out, as totals are added up here.

use std::collections::{BTreeMap, BTreeSet};

use super::headers::plain;
use super::period_findings;
use crate::panel::{Finding, Panel};

/// What totals are called, without case and punctuation.
const NAMES: [&str; 6] = ["total", "grandtotal", "all", "overall", "sum", "totals"];

/// A series of any other name must agree with the sum of the rest in so many periods of different sums.
const PERIODS: usize = 12;

/// A series is a sum where it lies no further from it than this share of it: rounding alone.
const TOLERANCE: f64 = 1e-9;

/// How often a label was found to be the sum of the others, and where it wasn't.
#[derive(Default)]
struct Agreement {
    sums: BTreeSet<u64>,
    disagrees: bool,
}

/// The panel without the labels that sum up the others of their dimension; with a finding for each dimension.
pub(super) fn without_sums(panel: Panel, notes: &mut Vec<Finding>) -> Panel {
    let mut kept: Vec<bool> = vec![true; panel.keys().len()];
    for (dimension, name) in panel.dimensions().iter().enumerate() {
        let (mut sums, mut others) = (Vec::new(), Vec::new());
        for (label, agreement) in agreements(&panel, dimension) {
            let named = NAMES.contains(&plain(&label).as_str());
            let needed = if named { 1 } else { PERIODS };
            if !agreement.disagrees && agreement.sums.len() >= needed {
                sums.push(label);
            } else if named {
                others.push(label);
            }
        }
        for (row, key) in panel.keys().iter().enumerate() {
            kept[row] &= !key.labels().nth(dimension).is_some_and(|label| sums.iter().any(|sum| sum == label));
        }
        if !sums.is_empty() {
            notes.push(period_findings::sum_of_others(name, &sums));
        }
        if !others.is_empty() {
            notes.push(period_findings::called_total(name, &others));
        }
    }
    // Where everything would go, nothing was a sum.
    if kept.iter().all(|kept| *kept) || !kept.contains(&true) {
        return panel;
    }
    panel.select(&(0..kept.len()).filter(|row| kept[*row]).collect::<Vec<usize>>())
}

/// For each label of a dimension, whether its series are the sums of the others' with the same labels elsewhere.
fn agreements(panel: &Panel, dimension: usize) -> BTreeMap<String, Agreement> {
    let mut groups: BTreeMap<Vec<&str>, Vec<(usize, &str)>> = BTreeMap::new();
    for (row, key) in panel.keys().iter().enumerate() {
        let mut elsewhere: Vec<&str> = key.labels().collect();
        let label = elsewhere.remove(dimension);
        groups.entry(elsewhere).or_default().push((row, label));
    }
    let mut found: BTreeMap<String, Agreement> = BTreeMap::new();
    // Of two series each would be the sum of the other.
    for rows in groups.values().filter(|rows| rows.len() > 2) {
        for period in 0..panel.span().len() {
            let all: f64 = rows.iter().map(|(row, _)| panel.values()[(*row, period)]).sum();
            if all.is_nan() || all <= 0.0 {
                continue;
            }
            for (row, label) in rows {
                let rest = all - panel.values()[(*row, period)];
                let agreement = found.entry((*label).to_owned()).or_default();
                if (panel.values()[(*row, period)] - rest).abs() <= TOLERANCE * all {
                    agreement.sums.insert(rest.to_bits());
                } else {
                    agreement.disagrees = true;
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::panel::{SeriesKey, ValueKind};
    use crate::time::{Period, Span};

    fn panel(series: &[(&str, &dyn Fn(usize) -> f64)]) -> Panel {
        let keys = series.iter().map(|(name, _)| SeriesKey::new([*name])).collect();
        let values = Array2::from_shape_fn((series.len(), 24), |(row, month)| series[row].1(month));
        Panel::new(vec!["area".into()], keys, Span::new(Period::month(2022, 1), 24), values, ValueKind::Count)
            .expect("a valid panel")
    }

    fn north(month: usize) -> f64 {
        100.0 + (month * 7 % 11) as f64
    }

    fn south(month: usize) -> f64 {
        50.0 + (month * 5 % 13) as f64
    }

    fn names(panel: &Panel) -> Vec<String> {
        panel.keys().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_series_that_is_the_sum_of_the_others_is_left_out_whatever_its_name() {
        for name in ["Total", "West", "ALL "] {
            let sum = |month: usize| north(month) + south(month);
            let mut series: Vec<(&str, &dyn Fn(usize) -> f64)> =
                vec![("North", &north), ("South", &south), (name, &sum)];
            series.sort_by_key(|(name, _)| *name);
            let mut notes = Vec::new();
            assert_eq!(names(&without_sums(panel(&series), &mut notes)), ["North", "South"]);
            assert_eq!(notes.iter().map(|note| note.name).collect::<Vec<_>>(), ["sum-of-others"]);
        }
    }

    #[test]
    fn a_total_that_is_no_sum_is_told_of_and_stays() {
        let more = |month: usize| north(month) + south(month) + 3.0;
        let series: Vec<(&str, &dyn Fn(usize) -> f64)> = vec![("North", &north), ("South", &south), ("Total", &more)];
        let mut notes = Vec::new();
        assert_eq!(names(&without_sums(panel(&series), &mut notes)), ["North", "South", "Total"]);
        assert_eq!(notes.iter().map(|note| note.name).collect::<Vec<_>>(), ["called-total"]);
    }

    #[test]
    fn series_that_agree_by_chance_stay() {
        let three: Vec<(&str, &dyn Fn(usize) -> f64)> = vec![("a", &|_| 1.0), ("b", &|_| 1.0), ("c", &|_| 2.0)];
        let two: Vec<(&str, &dyn Fn(usize) -> f64)> = vec![("a", &north), ("b", &north)];
        for series in [three, two] {
            let mut notes = Vec::new();
            assert_eq!(without_sums(panel(&series), &mut notes).keys().len(), series.len());
            assert!(notes.is_empty());
        }
    }
}
