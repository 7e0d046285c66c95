//! Series whose history is too short to tell how far their values scatter.

use crate::panel::{Finding, Panel, Place, Severity};

/// With fewer observed values than a year of months a range rests on too little, whatever the season's length.
pub(super) const LEAST: usize = 12;

/// The series of a panel with an observed value and fewer than a dozen of them.
pub(super) fn of_panel(panel: &Panel) -> Option<Finding> {
    let observed = |row: usize| panel.series(row).iter().filter(|value| !value.is_nan()).count();
    let short = (0..panel.keys().len()).filter(|row| (1..LEAST).contains(&observed(*row)));
    finding(&short.map(|row| panel.keys()[row].to_string()).collect::<Vec<_>>(), panel.span().frequency().noun())
}

/// These series as one finding; nothing where there is none.
pub(super) fn finding(short: &[String], noun: &str) -> Option<Finding> {
    /// So many names stand in a sentence.
    const MOST: usize = 8;
    let first = short.first()?.clone();
    let mut names = short.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    if short.len() > MOST {
        names.push_str(&format!(" and {} more", short.len() - MOST));
    }
    let has = if short.len() == 1 { "has" } else { "have" };
    Some(Finding {
        name: "short-history",
        severity: Severity::Warning,
        what: format!("{} series {has} fewer than {LEAST} observed {noun}s: {names}", short.len()).into(),
        place: Place { series: Some(first), ..Place::default() },
        count: short.len() as u64,
        meaning: "So short a history can't tell how far counts scatter, nor their season: the ranges of these series are \
                  made no narrower than chance alone makes them, and may still be too narrow.",
        remedy: "Give a longer history, or read these ranges as a rough guide only.",
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::panel::{SeriesKey, ValueKind};
    use crate::time::{Period, Span};

    fn panel(observed: &[usize]) -> Panel {
        let span = Span::new(Period::month(2024, 1), 24);
        let keys = (0..observed.len()).map(|series| SeriesKey::new([format!("s{series:02}")])).collect();
        let value = |(row, month): (usize, usize)| if month >= 24 - observed[row] { 5.0 } else { f64::NAN };
        let values = Array2::from_shape_fn((observed.len(), 24), value);
        Panel::new(vec!["source".into()], keys, span, values, ValueKind::Count).expect("a valid panel")
    }

    #[test]
    fn series_of_fewer_than_twelve_values_are_named() {
        let found = of_panel(&panel(&[24, 11, 1, 12])).expect("two are short");
        assert_eq!(found.what.to_string(), "2 series have fewer than 12 observed months: s01; s02");
        assert_eq!((found.count, found.place.series.as_deref()), (2, Some("s01")));
        assert!(of_panel(&panel(&[24, 12])).is_none());
    }

    #[test]
    fn many_names_are_cut() {
        let found = of_panel(&panel(&[[24].as_slice(), &[3; 10]].concat())).expect("ten are short");
        assert!(found.what.to_string().ends_with("s07; s08 and 2 more"), "{}", found.what);
    }
}
